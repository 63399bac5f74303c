"""What a match gives back: columns over the kept pairs, the counts, and how it was made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.pairs import Evaluated, Evaluator
from matching.reasons import Reason, pair_reasons
from matching.score import PARTS

FEASIBLE, UNVERIFIED = "feasible", "unverified"


@dataclass(frozen=True, slots=True)
class Match:
    """One supply and one demand that fit, with the parts of the score, the money and the reasons."""

    supply: str
    demand: str
    rank: int
    score: float
    status: str
    distance_km: float
    freight_yuan_per_t: float
    surplus_yuan_per_t: float
    tonnes_per_month: float
    shared_months: int
    parts: dict[str, float]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class MatchResult:
    """The kept pairs in order of supply and rank.

    ``pairs`` holds one array per column; ``rank`` counts within a supply from 1, feasible pairs before
    unverified ones; ``feasible`` is the status per pair.  The counts are of all pairs, kept or not.
    """

    evaluator: Evaluator
    pairs: Evaluated
    rank: np.ndarray
    in_range_count: int
    feasible_count: int
    unverified_count: int
    distance_method: str
    seed: int
    versions: dict[str, str]

    def __len__(self) -> int:
        return len(self.rank)

    @property
    def feasible(self) -> np.ndarray:
        """True where a pair is feasible, False where it is unverified."""
        return self.pairs.missing == 0

    def match(self, at: int) -> Match:
        """The pair at position ``at`` as one object."""
        return as_match(self.evaluator, self.pairs, at, int(self.rank[at]))


def as_match(evaluator: Evaluator, pairs: Evaluated, at: int, rank: int) -> Match:
    """The pair at position ``at`` of ``pairs`` with its reasons; ``rank`` is 0 where it is not ranked."""
    problem = evaluator.problem
    return Match(
        supply=problem.supplies.ids[pairs.supply[at]],
        demand=problem.demands.ids[pairs.demand[at]],
        rank=rank,
        score=float(pairs.score[at]),
        status=FEASIBLE if pairs.missing[at] == 0 else UNVERIFIED,
        distance_km=float(pairs.distance_km[at]),
        freight_yuan_per_t=float(pairs.freight_yuan_per_t[at]),
        surplus_yuan_per_t=float(pairs.surplus_yuan_per_t[at]),
        tonnes_per_month=float(pairs.tonnes_per_month[at]),
        shared_months=int(pairs.shared_months[at]),
        parts={name: float(pairs.parts[row, at]) for row, name in enumerate(PARTS)},
        reasons=tuple(pair_reasons(evaluator, pairs, at)),
    )

"""The matching's feasible pairs, as the allocation wants them."""

from __future__ import annotations

from dataclasses import replace

from matching.allocation.result import Pairs
from matching.params import MatchParams, Progress
from matching.problem import MatchProblem
from matching.ranking import match
from matching.result import MatchResult


def feasible_pairs(
    problem: MatchProblem, params: MatchParams, progress: Progress | None = None
) -> tuple[Pairs, str]:
    """Every feasible pair of ``problem`` and the method its distances were measured with."""
    found = match(problem, replace(params, top_k=0), progress=progress)
    return pairs_of(found), found.distance_method


def pairs_of(found: MatchResult) -> Pairs:
    """The feasible pairs of a match that kept all of them (``top_k`` 0); unverified ones are left out."""
    table = found.pairs.keep(found.feasible)
    return Pairs(table.supply, table.demand, table.distance_km, table.freight_yuan_per_t)

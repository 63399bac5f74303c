"""Everything there is to know of many pairs at once: gates, specs, distance, money, parts, score."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from matching import gates, score
from matching.distance import GreatCircle
from matching.params import DistanceModel, MatchParams
from matching.problem import MatchProblem
from matching.specs import SpecTable, check_specs, spec_table


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One array per column over ``n`` pairs; ``parts`` has shape ``(5, n)`` in the order of ``score.PARTS``.

    ``passed`` is what all gates and all assayed specs allow; ``missing`` counts the spec'd properties not
    assayed.
    """

    supply: np.ndarray
    demand: np.ndarray
    passed: np.ndarray
    missing: np.ndarray
    failed_rules: np.ndarray
    distance_km: np.ndarray
    freight_yuan_per_t: np.ndarray
    surplus_yuan_per_t: np.ndarray
    tonnes_per_month: np.ndarray
    shared_months: np.ndarray
    parts: np.ndarray
    score: np.ndarray

    def keep(self, at: np.ndarray) -> Evaluated:
        """The pairs at ``at`` (positions or a mask)."""
        return Evaluated(*(getattr(self, column.name)[..., at] for column in fields(self)))


class Evaluator:
    """Evaluates pairs of one problem; what all pairs share is laid out once."""

    def __init__(self, problem: MatchProblem, params: MatchParams) -> None:
        self.problem, self.params = problem, params
        self.distance: DistanceModel = params.distance or GreatCircle(problem.circuity)
        self.licences = gates.licence_table(problem)
        self.specs: SpecTable = spec_table(problem)

    def distance_km(self, supply: np.ndarray, demand: np.ndarray) -> np.ndarray:
        """Travelled kilometres of ``n`` pairs."""
        s, d = self.problem.supplies, self.problem.demands
        return self.distance.pairs_km(s.lat[supply], s.lon[supply], d.lat[demand], d.lon[demand])

    def gates_passed(self, supply: np.ndarray, demand: np.ndarray) -> np.ndarray:
        """Whether ``n`` pairs pass every gate but those of distance and specs."""
        return np.logical_and.reduce(
            self._gates(supply, demand, gates.common_tonnes(self.problem, supply, demand))
        )

    def _gates(self, supply: np.ndarray, demand: np.ndarray, common: np.ndarray) -> tuple[np.ndarray, ...]:
        problem = self.problem
        return (
            gates.accepted(problem, supply, demand),
            gates.licensed(problem, self.licences, supply, demand),
            gates.qualified(problem, demand),
            gates.shared_months(problem, supply, demand) > 0,
            common >= problem.supplies.min_lot_t[supply],
            common >= problem.demands.min_lot_t[demand],
        )

    def evaluate(
        self, supply: np.ndarray, demand: np.ndarray, distance_km: np.ndarray | None = None
    ) -> Evaluated:
        """Evaluate ``n`` pairs given by their positions; ``distance_km`` where it is known already."""
        problem = self.problem
        km = self.distance_km(supply, demand) if distance_km is None else distance_km
        freight = problem.freight.handling_yuan_per_t + problem.freight.rate_yuan_per_t_km * km
        surplus = problem.demands.bid_yuan_per_t[demand] - problem.supplies.ask_yuan_per_t[supply] - freight
        common, shared = (
            gates.common_tonnes(problem, supply, demand),
            gates.shared_months(problem, supply, demand),
        )
        specs = check_specs(problem, self.specs, supply, demand)
        near = km <= gates.distance_limit_km(problem, supply, demand)
        rules = (near, *self._gates(supply, demand, common))
        failed = specs.failed + sum((~rule).astype(np.int32) for rule in rules)
        parts = np.stack(
            [
                score.distance_part(km),
                specs.quality,
                score.capacity_part(common),
                score.price_part(surplus),
                score.timing_part(shared, len(problem.months)),
            ]
        )
        return Evaluated(
            supply,
            demand,
            failed == 0,
            specs.missing,
            failed,
            km,
            freight,
            surplus,
            common,
            shared,
            parts,
            score.total(parts, self.params.weights),
        )

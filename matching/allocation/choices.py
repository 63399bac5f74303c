"""Whole choices on top of a plan: minimum lots as either-or, at most so many suppliers, and their judge."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from matching.allocation.result import AllocationResult
from matching.allocation.verify import TOLERANCE, Violation
from matching.problem import MatchProblem


@dataclass(frozen=True, slots=True)
class Choices:
    """``min_lots``: a month's tonnes of an arc are nothing, or at least the larger of both minimum lots.

    ``max_suppliers``: a demand is served by at most so many supplies over the whole horizon, as a plant signs
    contracts; 1 is single sourcing; None: as many as it likes.  Raises ``ValueError`` below 1.
    """

    min_lots: bool = False
    max_suppliers: int | None = None

    def __post_init__(self) -> None:
        if self.max_suppliers is not None and self.max_suppliers < 1:
            raise ValueError(f"at most {self.max_suppliers} suppliers: a demand needs 1 or more; leave it out for any")

    def __bool__(self) -> bool:
        return self.min_lots or self.max_suppliers is not None


def verify_choices(problem: MatchProblem, plan: AllocationResult, choices: Choices) -> list[Violation]:
    """What of ``choices`` the plan breaks, by plain loops over its arcs."""
    found = []
    suppliers = defaultdict(set)
    arcs = zip(plan.supply.tolist(), plan.demand.tolist(), plan.month.tolist(), plan.tonnes.tolist(), strict=True)
    for supply, demand, month, tonnes in arcs:
        suppliers[demand].add(supply)
        lot = max(float(problem.supplies.min_lot_t[supply]), float(problem.demands.min_lot_t[demand]))
        if choices.min_lots and tonnes < lot - TOLERANCE * max(1.0, lot):
            where = f"{problem.supplies.ids[supply]} -> {problem.demands.ids[demand]} in {problem.months[month]}"
            found.append(Violation("either_or_lot", where, tonnes, lot))
    if choices.max_suppliers is not None:
        for demand, those in sorted(suppliers.items()):
            if len(those) > choices.max_suppliers:
                found.append(Violation("suppliers", problem.demands.ids[demand], len(those), choices.max_suppliers))
    return found

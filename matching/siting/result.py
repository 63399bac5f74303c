"""What `place_facilities` gives back: what opens and why, the plan, and how far the answer can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

from matching.allocation.report import LEAST_ARC_T
from matching.allocation.result import AllocationResult, SolveReport
from matching.problem import MatchProblem


@dataclass(frozen=True, slots=True)
class Taken:
    """Tonnes of one waste type that a candidate takes over the horizon.

    ``moved_t`` of them other demands give up against the plan without any candidate (``moved_from``, ids of those that
    take less of the type); ``unplaced_t`` lay unplaced there or had not come up as a residue, or were
    made up for by such tonnes of the type.  The two add up to ``tonnes``.
    """

    waste_type: str
    tonnes: float
    unplaced_t: float
    moved_t: float
    moved_from: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForcedOpen:
    """The best answer with a closed candidate open all the same.

    ``objective`` is None where no answer keeps the requirements.  ``short`` is how far that answer falls behind:
    in yuan for `net_value`, where it is what the opening would have to cost less (a budget that binds may make
    less suffice), in tonnes for `tonnes`.  ``short_at_least`` is the same by the proven bound.
    """

    objective: float | None
    bound: float | None
    short: float | None
    short_at_least: float | None


@dataclass(frozen=True, slots=True)
class Missed:
    """What the plan loses were an opened candidate alone left out, the other openings kept.

    ``objective`` is in the objective's unit, the opening's cost saved; ``placed_t`` in tonnes placed of all waste:
    beside what it takes itself, what others take of the tonnes it frees or lack.
    """

    objective: float
    placed_t: float


@dataclass(frozen=True, slots=True)
class Decision:
    """One candidate: whether it opens, what it takes, for an opened one what would be ``missed`` without it (None: not
    asked, or something that must be kept could not be), and for a closed one ``forced`` (None: not asked).

    ``gain_estimate`` (yuan, for `tonnes` tonnes) is what opening it beside the plan could bring at most by the plan's
    prices, its cost taken off and its own mixes passed over; it orders the closed ones.  NaN for opened ones.
    """

    candidate: str
    opened: bool
    open_cost_yuan: float
    tonnes: float
    value_yuan: float
    taken: tuple[Taken, ...]
    missed: Missed | None
    gain_estimate: float
    forced: ForcedOpen | None


@dataclass(frozen=True, slots=True)
class SitingResult:
    """The best choice found.

    ``problem`` is the market with every candidate in it; ``plan`` the allocation in it with the opened ones, and
    ``without`` the one without any.  ``net_value_yuan`` is the plan's value less ``opening_yuan``.  ``report`` is of
    the choice: its objective, bound and gap are in yuan for `net_value`, in tonnes for `tonnes`, whose second stage
    is the least cost (freight and openings) in yuan; ``report.iterations`` counts linear programs.
    """

    problem: MatchProblem
    objective: str
    blend: bool
    decisions: tuple[Decision, ...]
    plan: AllocationResult
    without: AllocationResult
    opening_yuan: float
    net_value_yuan: float
    report: SolveReport

    @property
    def opened(self) -> tuple[str, ...]:
        """Ids of the candidates that open."""
        return tuple(decision.candidate for decision in self.decisions if decision.opened)

    @property
    def gain_yuan(self) -> float:
        """Net value beyond that of the plan without any candidate."""
        return self.net_value_yuan - self.without.total_value_yuan

    @property
    def gain_t(self) -> float:
        """Tonnes placed beyond those of the plan without any candidate."""
        return self.plan.total_t - self.without.total_t

    @property
    def gain_t_by_waste_type(self) -> dict[str, float]:
        """The same by waste type, where it is a gram or more."""
        gained: dict[str, float] = {}
        for sign, plan in ((1.0, self.plan), (-1.0, self.without)):
            for waste, tonnes in zip(self.problem.supplies.waste_type[plan.supply].tolist(), plan.tonnes, strict=True):
                key = self.problem.waste_types[waste]
                gained[key] = gained.get(key, 0.0) + sign * float(tonnes)
        return {key: tonnes for key, tonnes in sorted(gained.items()) if abs(tonnes) >= LEAST_ARC_T}

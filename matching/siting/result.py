"""What `place_facilities` gives back: what opens and why, the plan, and how far the answer can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

from matching.allocation.result import AllocationResult, SolveReport
from matching.problem import MatchProblem


@dataclass(frozen=True, slots=True)
class Taken:
    """Tonnes of one waste type that a candidate takes over the horizon.

    ``moved_t`` of them went to other demands in the plan without any candidate, ``moved_from`` (ids); ``unplaced_t``
    lay unplaced there, or had not yet come up as a residue.  The two add up to ``tonnes``.
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
class Decision:
    """One candidate: whether it opens, what it takes, and for a closed one ``forced`` (None: not asked).

    ``gain_estimate`` (yuan, for `tonnes` tonnes) is what opening it beside the plan could bring at most by the plan's
    prices, its cost taken off and its own mixes passed over; it orders the closed ones.  NaN for opened ones.
    """

    candidate: str
    opened: bool
    open_cost_yuan: float
    tonnes: float
    value_yuan: float
    taken: tuple[Taken, ...]
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

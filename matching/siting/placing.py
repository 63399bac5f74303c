"""`place_facilities`: which candidate plants to open, as a mixed-integer program solved to a proven gap."""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.allocation.checks import check_gap
from matching.allocation.objectives import value_yuan_per_t
from matching.allocation.planner import LEAST_SLACK_T, TONNES_SLACK, Planner
from matching.allocation.result import (
    FAILED,
    OPTIMAL,
    TIME_LIMIT,
    WITHIN_GAP,
    AllocationResult,
    Pairs,
    SolveReport,
)
from matching.allocation.sifting import PROVEN_GAP
from matching.allocation.verify import AllocationFault
from matching.params import MatchParams
from matching.siting.conflicts import conflict_of
from matching.siting.explaining import gain_estimates, taken_by
from matching.siting.extending import positions, with_candidates
from matching.siting.planning import plan_of
from matching.siting.problem import SitingProblem
from matching.siting.program import SitingProgram, opening_costs
from matching.siting.result import Decision, ForcedOpen, Missed, SitingResult
from matching.siting.search import Choice, Search
from matching.siting.solving import FOUND, LinearModel
from matching.siting.verify import verify_siting

OBJECTIVES = ("net_value", "tonnes")
# So many closed candidates are tried open, unless told otherwise.
EXPLAINED = 10
# How often the second stage of `tonnes` may find a set that carries more than the first one's, and begin again.
_AGAIN = 5


class NotFoundInTime(RuntimeError):
    """No choice that keeps every requirement was found in the time allowed, nor was it proven that there is none."""


def place_facilities(
    siting: SitingProblem,
    params: MatchParams | None = None,
    *,
    objective: str = "net_value",
    blend: bool = True,
    relative_gap: float = 1e-4,
    time_limit_s: float | None = None,
    explain: int = EXPLAINED,
    pairs: Pairs | None = None,
    distance_method: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SitingResult:
    """Choose which candidates to open, and all tonnes with them (docs/siting.md).

    ``objective`` is ``net_value`` (yuan: the plan's value less the openings) or ``tonnes`` (most tonnes placed, then
    least freight and openings).  ``explain`` closed candidates, the most promising first, are tried open as well.
    ``pairs`` are the feasible pairs of ``with_candidates(siting.problem, siting.candidates)`` where they are known.
    ``time_limit_s`` bounds the search; the linear plans without any and with the chosen candidates are always
    finished.  Raises ``ValueError`` for an unknown objective or a gap that is none, ``RequirementsConflict`` where no
    choice keeps all requirements, ``NotFoundInTime``, and ``AllocationFault`` should the answer break a rule.
    """
    if objective not in OBJECTIVES:
        raise ValueError(f"objective {objective!r} is unknown; choose one of {', '.join(OBJECTIVES)}")
    check_gap(relative_gap)
    if time_limit_s is not None and not time_limit_s >= 0:
        raise ValueError(f"time limit {time_limit_s} s is not a number of seconds >= 0")
    started, params = time.monotonic(), params or MatchParams()
    deadline = math.inf if time_limit_s is None else started + time_limit_s
    problem = with_candidates(siting.problem, siting.candidates, void_km=siting.void_km)
    if pairs is None:
        from matching.allocation.feasible import feasible_pairs

        pairs, distance_method = feasible_pairs(problem, params, progress)
    run = _Run(siting, params, objective, blend, relative_gap, deadline, started, distance_method or "given")
    result = run.result(problem, pairs, explain)
    broken = verify_siting(siting, result, relative_gap=relative_gap)
    if broken:
        raise AllocationFault(broken)
    return result


@dataclass(frozen=True, slots=True)
class _Stages:
    """The chosen set with its plan, the bounds of both stages, and how the search went."""

    opened: np.ndarray
    plan: AllocationResult
    bound: float
    second_bound: float | None
    solved: int


class _Run:
    """One call of `place_facilities`."""

    def __init__(
        self, siting: SitingProblem, params: MatchParams, objective: str, blend: bool, gap: float, deadline: float,
        started: float, distance_method: str,
    ) -> None:
        self.siting, self.params, self.objective, self.blend = siting, params, objective, blend
        # A hair below, since the plan is drawn up anew and rounding may cost it something.
        self.gap, self.asked = gap * 0.999, gap
        self.deadline, self.started, self.method = deadline, started, distance_method
        self.tonnes = objective == "tonnes"

    def result(self, problem, pairs: Pairs, explain: int) -> SitingResult:  # type: ignore[no-untyped-def]
        """The whole answer, not yet verified."""
        siting = self.siting
        self.demand = demand = positions(problem, siting.candidates)
        self.pairs, self.problem = pairs, problem
        without = self._planner(pairs.keep(~np.isin(pairs.demand, demand))).plan(
            started=self.started, distance_method=self.method
        )
        planner = self._planner(pairs, network_columns=2**62)
        program = SitingProgram(siting, planner, demand, objective=self.objective)
        model = program.model(seed=self.params.seed)
        stages = self._stages(program, model, planner)
        costs = opening_costs(siting)
        opening = float(costs[stages.opened].sum())
        report = self._report(program, model, stages, opening)
        decisions = self._decisions(program, model, stages, without, report, explain)
        return SitingResult(
            problem, self.objective, self.blend, decisions, stages.plan, without, opening,
            stages.plan.total_value_yuan - opening, report,
        )  # fmt: skip

    def _planner(self, pairs: Pairs, **options: int) -> Planner:
        kind = "tonnes" if self.tonnes else "value"
        return Planner(self.problem, self.params, pairs, objective=kind, blend=self.blend, **options)

    def _stages(self, program: SitingProgram, model: LinearModel, planner: Planner) -> _Stages:
        main = self._search(program, model).run()
        if main.impossible:
            raise conflict_of(program, seed=self.params.seed, deadline=self.deadline)
        opened = self._least_set() if main.opened is None else main.opened
        bound = main.bound
        if math.isinf(bound):
            # No linear program was finished: prices of nothing bound the plan with every candidate open.
            bound = planner.plan(0.0).report.bound
        if not self.tonnes or main.opened is None:
            return _Stages(opened, self._plan(program, opened), bound, None, main.solved)
        solved, reached = main.solved, main.objective
        for _ in range(_AGAIN):
            cheapest = self._cheapest(program, model, opened, reached)
            solved += cheapest.solved
            opened = cheapest.opened if cheapest.opened is not None else opened
            plan = self._plan(program, opened)
            if plan.total_t <= reached + 2 * _slack(reached):
                break
            # Within the gap, the cheaper set may even carry more: then that is what is to be carried.
            reached = plan.total_t
        return _Stages(opened, plan, bound, -cheapest.bound, solved)

    def _search(self, program: SitingProgram, model: LinearModel) -> Search:
        return Search(program, model, deadline=self.deadline, gap=self.gap)

    def _cheapest(self, program: SitingProgram, model: LinearModel, opened: np.ndarray, reached: float) -> Choice:
        """The set of least freight and openings among those that carry ``reached`` tonnes."""
        from scipy.sparse import csr_array

        floor = model.add_rows(csr_array(-program.cost[np.newaxis, :]), np.array([-(reached - _slack(reached))]))
        model.set_cost(program.expense)
        found = self._search(program, model).run(start=opened)
        model.set_cost(program.cost)
        model.bound_rows(np.array([floor]), np.array([np.inf]))
        return found

    def _least_set(self) -> np.ndarray:
        """What must be open and nothing else: where time was up, it keeps budget and number if anything does."""
        siting = self.siting
        opened = np.array([candidate.id in siting.must_open for candidate in siting.candidates], bool)
        cost = float(opening_costs(siting)[opened].sum())
        too_dear = siting.budget_yuan is not None and cost > siting.budget_yuan
        too_many = siting.most_open is not None and opened.sum() > siting.most_open
        if siting.at_least or too_dear or too_many:
            raise NotFoundInTime("no choice that keeps every requirement was found in the time allowed; allow more")
        return opened

    def _plan(self, program: SitingProgram, opened: np.ndarray) -> AllocationResult:
        kept = self.pairs.keep(~np.isin(self.pairs.demand, self.demand[~opened]))
        if not self.siting.at_least:
            return self._planner(kept).plan(distance_method=self.method)
        return plan_of(
            program, opened, kept, objective="tonnes" if self.tonnes else "value", blend=self.blend,
            seed=self.params.seed, distance_method=self.method,
        )  # fmt: skip

    def _report(self, program: SitingProgram, model: LinearModel, stages: _Stages, opening: float) -> SolveReport:
        plan = stages.plan
        reached = plan.total_t if self.tonnes else plan.total_value_yuan - opening
        expense = plan.total_freight_yuan + opening
        bound = max(stages.bound, reached)
        gap = (bound - reached) / max(1.0, abs(bound))
        second = None if stages.second_bound is None else min(stages.second_bound, expense)
        worst = max(gap, 0.0 if second is None else (expense - second) / max(1.0, abs(expense)))
        unfinished = self.tonnes and second is None
        status, reason = _ending(worst, self.asked, unfinished, time.monotonic() >= self.deadline)
        versions = {"highs": model.version, "numpy": np.__version__, "python": platform.python_version()}
        return SolveReport(
            status, reason, reached, bound, gap, expense if self.tonnes else None, second, self.params.seed,
            time.monotonic() - self.started, stages.solved, 1, len(program.cost),
            len(program.base.upper) + len(program.requirements), versions,
        )  # fmt: skip

    def _decisions(
        self, program: SitingProgram, model: LinearModel, stages: _Stages, without: AllocationResult,
        report: SolveReport, explain: int,
    ) -> tuple[Decision, ...]:
        plan, costs = stages.plan, program.costs
        worth = np.ones(len(self.pairs)) if self.tonnes else value_yuan_per_t(self.problem, self.pairs)
        paid = np.zeros(len(costs)) if self.tonnes else costs
        estimates = gain_estimates(self.problem, plan, self.pairs, worth, self.demand, paid)
        taken = taken_by(self.problem, plan, without, self.demand)
        closed = np.flatnonzero(~stages.opened)
        tried = closed[np.lexsort((closed, -estimates[closed]))][:explain]
        lost = np.flatnonzero(stages.opened).tolist() if explain else []
        missed = {at: self._missed(program, model, stages, report, at) for at in lost}
        forced = {at: self._forced(program, model, stages, report, at) for at in tried.tolist()}
        decisions = []
        for at, candidate in enumerate(self.siting.candidates):
            mine = plan.demand == self.demand[at]
            opened = bool(stages.opened[at])
            decisions.append(
                Decision(
                    candidate.id, opened, candidate.open_cost_yuan, float(plan.tonnes[mine].sum()),
                    float(plan.tonnes[mine] @ plan.value_yuan_per_t[mine]), taken[at],
                    missed.get(at), math.nan if opened else float(estimates[at]), forced.get(at),
                )
            )  # fmt: skip
        return tuple(decisions)

    def _missed(
        self, program: SitingProgram, model: LinearModel, stages: _Stages, report: SolveReport, at: int
    ) -> Missed | None:
        left = stages.opened.astype(float)
        left[at] = 0.0
        model.bound_columns(program.opening, left, left)
        found = model.solve(self.deadline)
        model.bound_columns(program.opening, np.zeros(len(left)), np.ones(len(left)))
        if found.status != FOUND:
            return None
        placed = float(found.x[: program.layout.trades].sum())
        return Missed(max(report.objective - found.objective, 0.0), stages.plan.total_t - placed)

    def _forced(
        self, program: SitingProgram, model: LinearModel, stages: _Stages, report: SolveReport, at: int
    ) -> ForcedOpen | None:
        start = stages.opened.copy()
        start[at] = True
        found = self._search(program, model).run(forced=at, start=start)
        if found.impossible:
            return ForcedOpen(None, None, None, None)
        if found.opened is None or not found.ended:
            return None
        short = (report.objective - found.objective, report.objective - found.bound)
        # Within the gap the other answer may even come out ahead: then it falls behind by nothing.
        return ForcedOpen(found.objective, found.bound, max(short[0], 0.0), max(short[1], 0.0))


def _slack(tonnes: float) -> float:
    """What the second stage may give up, so that rounding in the first cannot make it impossible."""
    return max(LEAST_SLACK_T, TONNES_SLACK * tonnes)


def _ending(gap: float, asked: float, unfinished: bool, late: bool) -> tuple[str, str]:
    """Status and why the search stopped, in words."""
    if not unfinished and gap <= PROVEN_GAP:
        return OPTIMAL, "the choice is proven to be the best one"
    if not unfinished and gap <= asked:
        return WITHIN_GAP, f"the choice is proven to be within {gap:.2%} of the best one, as asked"
    of = f"with the choice proven to be within {gap:.2%} of the best one"
    of += "; least cost was not looked for" if unfinished else ""
    if late:
        return TIME_LIMIT, f"the time limit was reached {of}"
    return FAILED, f"the solver stopped on its numbers {of}"

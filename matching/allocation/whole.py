"""`allocate_whole`: the best plan that keeps whole choices, as a mixed-integer program with a proven gap.

The linear plan bounds it and gives the first whole plan (drop what breaks a choice, solve again); branch and bound
(HiGHS) goes on from there.  Its prices are those of the linear plan: a mixed-integer program has none.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np

from matching.allocation.checks import check_call
from matching.allocation.choices import Choices, verify_choices
from matching.allocation.objectives import carbon_kg_per_t, value_yuan_per_t
from matching.allocation.planner import Planner
from matching.allocation.report import build_result
from matching.allocation.result import (
    FAILED,
    OPTIMAL,
    PROVEN_GAP,
    TIME_LIMIT,
    WITHIN_GAP,
    AllocationResult,
    Pairs,
)
from matching.allocation.sifting import Solved
from matching.allocation.verify import TOLERANCE, AllocationFault, Violation, verify_allocation
from matching.allocation.verify_bound import dual_bound
from matching.allocation.whole_program import Found, WholeProgram
from matching.params import MatchParams, Progress
from matching.problem import MatchProblem
from matching.uncertainty import check_confidence

# The gap that is asked for where nobody says another; branch and bound rarely ends sooner than it must.
WHOLE_GAP = 1e-4


@dataclass(frozen=True, slots=True)
class WholePlan:
    """``plan`` keeps ``choices``; ``relaxed`` is the objective of the linear plan without them, in its unit."""

    plan: AllocationResult
    choices: Choices
    relaxed: float

    @property
    def cost_of_choices(self) -> float:
        """What the choices cost at least, as a share of the linear plan's objective; 0 where that is nothing."""
        return max(self.relaxed - self.plan.report.bound, 0.0) / self.relaxed if self.relaxed > 0 else 0.0


def allocate_whole(
    problem: MatchProblem,
    params: MatchParams | None = None,
    *,
    choices: Choices,
    objective: str = "value",
    blend: bool = True,
    relative_gap: float = WHOLE_GAP,
    time_limit_s: float | None = None,
    pairs: Pairs | None = None,
    distance_method: str | None = None,
    progress: Progress | None = None,
    confidence: float | None = None,
) -> WholePlan:
    """The best plan under ``choices``, to a relative gap; other arguments as for ``allocate``.

    ``report.status`` is ``optimal`` where plan and bound meet, ``within_gap`` where they are as near as asked,
    ``time_limit`` where time was up before, and ``failed`` where the solver stopped by itself.  Raises ``ValueError``
    as ``allocate`` does, and ``AllocationFault`` should the plan break a rule.
    """
    check_call(objective, relative_gap, time_limit_s)
    check_confidence(confidence)
    params, started = params or MatchParams(), time.monotonic()
    deadline = started + time_limit_s if time_limit_s is not None else math.inf
    if pairs is None:
        from matching.allocation.feasible import feasible_pairs

        pairs, distance_method = feasible_pairs(problem, params, progress)
    planner = Planner(
        problem, params, pairs, objective=objective, blend=blend, network_columns=2**62, confidence=confidence
    )
    relaxed = planner.plan(deadline)
    whole = WholeProgram(planner.layout, planner.program, choices, seed=params.seed)
    main, second, version = _solve(whole, planner, relaxed, objective, relative_gap, deadline)
    chosen = planner.layout.pairs
    plan = build_result(
        planner.layout, planner.program, main, second, value=value_yuan_per_t(problem, chosen),
        carbon=carbon_kg_per_t(problem, chosen), objective=objective, blend=blend,
        distance_method=distance_method or "given", seed=params.seed, seconds=time.monotonic() - started,
        solver={"highs": version},
    )
    plan = replace(
        plan, supply_price=relaxed.supply_price, demand_price=relaxed.demand_price, rule_prices=relaxed.rule_prices
    )
    broken = verify_allocation(problem, plan) + verify_choices(problem, plan, choices)
    # The choices can only take away: no plan is better than the prices of the linear one allow.
    limit = dual_bound(problem, relaxed)
    if plan.report.bound > limit + TOLERANCE * max(1.0, abs(limit)):
        broken.append(Violation("bound_above_relaxation", objective, plan.report.bound, limit))
    if broken:
        raise AllocationFault(broken)
    return WholePlan(plan, choices, relaxed.report.objective)


def _solve(
    whole: WholeProgram, planner: Planner, relaxed: AllocationResult, objective: str, gap: float, deadline: float
) -> tuple[Solved, Solved | None, str]:
    """The main stage, and for ``tonnes`` the least freight among plans that carry as much."""
    main = _stage(whole, planner.program.cost, relaxed.report.bound, gap, deadline)
    if objective != "tonnes" or main.status not in (OPTIMAL, WITHIN_GAP):
        return main, None, whole.version
    layout = planner.layout
    freight = np.zeros(layout.columns)
    freight[: layout.trades] = layout.pairs.freight_yuan_per_t[layout.pair]
    floor = main.objective - max(1e-6, 1e-9 * main.objective)
    second = _stage(whole, -freight, 0.0, gap, deadline, start=main.x, floor=(planner.program.cost, floor))
    return main, second, whole.version


def _stage(
    whole: WholeProgram, cost: np.ndarray, limit: float, gap: float, deadline: float, *,
    start: np.ndarray | None = None, floor: tuple[np.ndarray, float] | None = None,
) -> Solved:
    if start is None:
        start = whole.first_plan(cost, deadline)
    found = whole.solve(cost, start, gap, deadline, floor=floor)
    reached = float(cost @ found.x)
    bound = max(min(found.bound, limit), reached)
    nearness = (bound - reached) / max(1.0, abs(bound))
    status, reason = _ended(found, nearness, gap)
    return Solved(status, reason, found.x, np.zeros(whole.rows), reached, bound, found.nodes, 1)


def _ended(found: Found, nearness: float, gap: float) -> tuple[str, str]:
    """Status and words of a whole plan that is within ``nearness`` (a share) of the bound."""
    if nearness <= PROVEN_GAP:
        return OPTIMAL, "the plan is proven to be the best one"
    proven = f"proven to be within {100 * nearness:.2g} % of the best one"
    # What is rounded off after the solver ended may widen its gap by less than counts as one.
    if nearness <= gap + PROVEN_GAP:
        return WITHIN_GAP, f"the plan is {proven}, as asked"
    if found.status == TIME_LIMIT:
        return TIME_LIMIT, f"the time limit was reached with the plan {proven}"
    return FAILED, f"the solver stopped ({found.words}) with the plan {proven}"

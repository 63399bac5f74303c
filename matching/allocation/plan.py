"""`allocate`: the region-wide best plan of tonnes over months, as a linear program proven optimal or said
not to be.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.allocation.constraints import (
    define_blend_maximum,
    define_blend_minimum,
    define_demand_capacity,
    define_max_share,
    define_supply_balance,
)
from matching.allocation.objectives import OBJECTIVES, carbon_kg_per_t, value_yuan_per_t
from matching.allocation.pairs import allocatable
from matching.allocation.program import Layout, LinearProgram, assemble, lay_out
from matching.allocation.report import build_result
from matching.allocation.result import OPTIMAL, AllocationResult, Pairs
from matching.allocation.sifting import Sifter, Solved
from matching.allocation.verify import AllocationFault, verify_allocation
from matching.allocation.verify_bound import verify_bound
from matching.params import MatchParams
from matching.problem import MatchProblem

# The second stage of `tonnes` may give up this share of the tonnes (at least a gram), so that rounding in the
# first stage cannot make the second one infeasible.
TONNES_SLACK, LEAST_SLACK_T = 1e-9, 1e-6


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Per pair: what a tonne is worth in yuan and in kg CO2e, shape ``(pairs,)``."""

    value: np.ndarray
    carbon: np.ndarray


def allocate(
    problem: MatchProblem,
    params: MatchParams | None = None,
    *,
    objective: str = "value",
    blend: bool = True,
    time_limit_s: float | None = None,
    pairs: Pairs | None = None,
    distance_method: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> AllocationResult:
    """Choose tonnes for every feasible pair and month so that ``objective`` is greatest
    (docs/engine-allocation.md).

    ``objective`` is ``value`` (yuan), ``tonnes`` (most tonnes first, then least freight) or ``carbon`` (kg
    CO2e avoided net of freight).  ``blend`` False reads every `blend` spec as `each`.  ``pairs`` are the
    feasible pairs where they are known already; otherwise the matching finds them with ``params``.
    ``time_limit_s`` bounds the solver's seconds; an answer cut short says so in ``report.status`` and is
    never called optimal.  ``progress`` is told of the matching (supplies done, of how many).  Raises
    ``ValueError`` for an unknown objective, a negative time limit or a pair given twice, and
    ``AllocationFault`` should the plan not pass the verifier.
    """
    _check_call(objective, time_limit_s)
    started = time.monotonic()
    deadline = started + time_limit_s if time_limit_s is not None else math.inf
    params = params or MatchParams()
    if pairs is None:
        from matching.allocation.feasible import feasible_pairs

        pairs, distance_method = feasible_pairs(problem, params, progress)
    layout = lay_out(problem, allocatable(problem, pairs, blend=blend))
    per_pair = Coefficients(value_yuan_per_t(problem, layout.pairs), carbon_kg_per_t(problem, layout.pairs))
    program = define_program(layout, _cost(layout, per_pair, objective), blend=blend)
    sifter = Sifter(program, _groups(layout), seed=params.seed)
    main, second = _solve(layout, sifter, objective, deadline)
    result = build_result(
        layout, program, main, second, value=per_pair.value, carbon=per_pair.carbon, objective=objective,
        blend=blend, distance_method=distance_method or "given", seed=params.seed,
        seconds=time.monotonic() - started, solver=sifter.version,
    )
    broken = verify_allocation(problem, result) + verify_bound(problem, result)
    if broken:
        raise AllocationFault(broken)
    return result


def _check_call(objective: str, time_limit_s: float | None) -> None:
    if objective not in OBJECTIVES:
        raise ValueError(f"objective {objective!r} is unknown; choose one of {', '.join(OBJECTIVES)}")
    if time_limit_s is not None and not time_limit_s >= 0:
        raise ValueError(f"time limit {time_limit_s} s is not a number of seconds >= 0")


def _solve(
    layout: Layout, sifter: Sifter, objective: str, deadline: float
) -> tuple[Solved, Solved | None]:
    """The main stage, and for ``tonnes`` the stage of the least freight."""
    if objective != "tonnes":
        return sifter.maximise(sifter.program.cost, deadline), None
    freight = np.zeros(layout.columns)
    freight[: layout.trades] = -layout.pairs.freight_yuan_per_t[layout.pair]
    main = sifter.maximise(freight, deadline)
    return main, _least_freight(sifter, main, freight, deadline) if main.status == OPTIMAL else None


def define_program(layout: Layout, cost: np.ndarray, *, blend: bool) -> LinearProgram:
    """All constraint families over ``layout``; without ``blend`` the `blend` specs have gated the pairs
    already.
    """
    families = [
        define_supply_balance(layout),
        define_demand_capacity(layout),
        define_max_share(layout),
    ]
    if blend:
        families += [define_blend_maximum(layout), define_blend_minimum(layout)]
    return assemble(cost, _ceiling(layout), families)


def _cost(layout: Layout, per_pair: Coefficients, objective: str) -> np.ndarray:
    cost = np.zeros(layout.columns)
    if objective == "tonnes":
        cost[: layout.trades] = 1.0
    else:
        chosen = per_pair.value if objective == "value" else per_pair.carbon
        cost[: layout.trades] = chosen[layout.pair]
    return cost


def _ceiling(layout: Layout) -> np.ndarray:
    """What the rows imply for each column: a month's room, or all a supply can ever hold."""
    problem = layout.problem
    supplies, residues = problem.supplies, problem.residues
    months = supplies.last_month - supplies.first_month + 1
    held = supplies.stock_t + supplies.t_per_month * months
    row, month = np.nonzero(layout.host >= 0)
    joins = residues.yield_t_per_t[row] * problem.demands.t_per_month[residues.demand[row]]
    np.add.at(held, layout.host[row, month], joins)
    return np.concatenate([problem.demands.t_per_month[layout.demand], held[layout.carry_supply]])


def _groups(layout: Layout) -> tuple[np.ndarray, ...]:
    """The supply and month, and the demand and month, each trade column competes in; -1 for carried tonnes.
    """
    months = len(layout.problem.months)
    carried = np.full(len(layout.carry_supply), -1, dtype=np.int64)
    return tuple(
        np.concatenate([listing * months + layout.month, carried])
        for listing in (layout.supply, layout.demand)
    )


def _least_freight(sifter: Sifter, main: Solved, freight: np.ndarray, deadline: float) -> Solved:
    """Among the plans that carry as many tonnes, the one whose freight costs least."""
    slack = max(LEAST_SLACK_T, TONNES_SLACK * main.objective)
    sifter.add_floor(sifter.program.cost, main.objective - slack)
    sifter.replace_cost(freight)
    return sifter.maximise(freight, deadline)

"""The plan of a chosen set where tonnes must be placed: the allocation's program knows no such requirement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from matching.allocation.objectives import carbon_kg_per_t, value_yuan_per_t
from matching.allocation.planner import LEAST_SLACK_T, TONNES_SLACK
from matching.allocation.report import build_result
from matching.allocation.result import OPTIMAL, AllocationResult, Pairs
from matching.allocation.sifting import Solved
from matching.siting.program import SitingProgram
from matching.siting.solving import FOUND, LinearModel


def plan_of(
    program: SitingProgram, opened: np.ndarray, kept: Pairs, *, objective: str, blend: bool, seed: int,
    distance_method: str,
) -> AllocationResult:
    """The best plan with ``opened`` that places what must be placed; ``kept`` are the pairs of what is open.

    Its prices leave out what those requirements cost.  Raises ``RuntimeError`` where the solver has no answer.
    """
    layout, base = program.layout, program.base
    model = program.model(seed=seed)
    model.bound_columns(program.opening, opened.astype(float), opened.astype(float))
    # The openings are decided; what they cost is counted elsewhere.
    cost = np.where(np.arange(len(program.cost)) < layout.columns, program.cost, 0.0)
    main = _solved(model, cost, layout.columns, len(base.upper))
    second = None
    if objective == "tonnes":
        from scipy.sparse import csr_array

        least = main.objective - max(LEAST_SLACK_T, TONNES_SLACK * main.objective)
        model.add_rows(csr_array(-cost[np.newaxis, :]), np.array([-least]))
        expense = np.where(np.arange(len(cost)) < layout.columns, program.expense, 0.0)
        second = _solved(model, expense, layout.columns, len(base.upper))
    plan = build_result(
        layout, base, main, second, value=value_yuan_per_t(layout.problem, layout.pairs),
        carbon=carbon_kg_per_t(layout.problem, layout.pairs), objective=objective, blend=blend,
        distance_method=distance_method, seed=seed, seconds=0.0, solver={"highs": model.version},
    )  # fmt: skip
    return replace(plan, pairs=kept)


def _solved(model: LinearModel, cost: np.ndarray, columns: int, rows: int) -> Solved:
    model.set_cost(cost)
    found = model.solve()
    if found.status != FOUND:
        raise RuntimeError("the plan of the chosen candidates could not be drawn up: the solver has no answer")
    words = "the plan is proven to be the best one for these openings"
    return Solved(OPTIMAL, words, found.x[:columns], found.prices[:rows], found.objective, found.objective, 1, 1)

"""The linear program of a market: its constraint families, right-hand sides and ceilings."""

from __future__ import annotations

import numpy as np

from matching.allocation.constraints import (
    define_blend_maximum,
    define_blend_minimum,
    define_demand_capacity,
    define_max_share,
    define_supply_balance,
    demand_upper,
    production,
    room,
    supply_upper,
)
from matching.allocation.program import Layout, LinearProgram, Rows, assemble


def define_families(layout: Layout, *, blend: bool) -> list[Rows]:
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
    return families


def define_program(layout: Layout, cost: np.ndarray, *, blend: bool) -> LinearProgram:
    """The whole linear program over ``layout``."""
    return assemble(cost, ceiling_of(layout), define_families(layout, blend=blend))


def right_hand_sides(layout: Layout, program: LinearProgram) -> np.ndarray:
    """The right-hand sides of ``program`` for the tonnes that the market of ``layout`` has now."""
    upper = np.zeros(len(program.upper))
    upper[program.families["supply"]] = supply_upper(layout.problem)
    upper[program.families["demand"]] = demand_upper(layout.problem)
    return upper


def ceiling_of(layout: Layout) -> np.ndarray:
    """What the rows imply for each column: a month's room, or all a supply can ever hold."""
    problem = layout.problem
    supplies, residues = problem.supplies, problem.residues
    held, space = supplies.stock_t + production(problem).sum(axis=1), room(problem)
    row, month = np.nonzero(layout.host >= 0)
    joins = residues.yield_t_per_t[row] * space[residues.demand[row], month]
    np.add.at(held, layout.host[row, month], joins)
    return np.concatenate([space[layout.demand, layout.month], held[layout.carry_supply]])


def competing(layout: Layout) -> tuple[np.ndarray, ...]:
    """The supply and month, and the demand and month, each trade column competes in; -1 for carried tonnes.
    """
    months = len(layout.problem.months)
    carried = np.full(len(layout.carry_supply), -1, dtype=np.int64)
    return tuple(
        np.concatenate([listing * months + layout.month, carried])
        for listing in (layout.supply, layout.demand)
    )

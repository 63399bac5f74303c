"""From a solved program to the plan people read: arcs, prices, what is left over, and how the solver ended.
"""

from __future__ import annotations

import platform

import numpy as np

from matching.allocation.constraints import production, windows
from matching.allocation.program import Layout, LinearProgram, window_rows
from matching.allocation.result import OPTIMAL, AllocationResult, RulePrice, SolveReport, UnplacedResidue
from matching.allocation.sifting import Solved
from matching.problem import Demands, Supplies

# Less than a gram is rounding, not a consignment.
LEAST_ARC_T = 1e-6


def build_result(
    layout: Layout,
    program: LinearProgram,
    main: Solved,
    second: Solved | None,
    *,
    value: np.ndarray,
    carbon: np.ndarray,
    objective: str,
    blend: bool,
    distance_method: str,
    seed: int,
    seconds: float,
    solver: dict[str, str],
) -> AllocationResult:
    """Read the plan off the last stage solved and the prices off the main stage."""
    problem, pairs = layout.problem, layout.pairs
    plan = (second or main).x[: layout.trades]
    used = np.flatnonzero(plan > LEAST_ARC_T)
    pair, month, tonnes = layout.pair[used], layout.month[used], plan[used]
    received, unplaced = residues_of(layout, used, tonnes)
    supplies, demands = problem.supplies, problem.demands
    sent = np.bincount(layout.supply[used], tonnes, minlength=len(supplies.ids))
    left = supplies.stock_t + production(problem).sum(axis=1) + received.sum(axis=1) - sent
    per_tonne = {"value": value[pair], "tonnes": np.ones(len(used)), "carbon": carbon[pair]}[objective]
    return AllocationResult(
        objective, blend, distance_method, pairs,
        pairs.supply[pair], pairs.demand[pair], month, tonnes,
        pairs.distance_km[pair], pairs.freight_yuan_per_t[pair], value[pair], carbon[pair],
        _by_month(main.prices[program.families["supply"]], supplies, len(problem.months)),
        _by_month(main.prices[program.families["demand"]], demands, len(problem.months)),
        _rule_prices(program, main.prices), received, np.maximum(left, 0.0), unplaced,
        _report(layout, program, main, second, float(tonnes @ per_tonne), seed, seconds, solver),
        layout.confidence,
    )


def residues_of(
    layout: Layout, used: np.ndarray, tonnes: np.ndarray
) -> tuple[np.ndarray, tuple[UnplacedResidue, ...]]:
    """Residue that joins each supply in each month ``(supplies, months)``, and what no supply takes up."""
    problem = layout.problem
    residues, months = problem.residues, len(problem.months)
    intake = np.zeros((len(problem.demands.ids), months))
    np.add.at(intake, (layout.demand[used], layout.month[used]), tonnes)
    left = residues.yield_t_per_t[:, np.newaxis] * intake[residues.demand]
    received = np.zeros((len(problem.supplies.ids), months))
    row, month = np.nonzero(layout.host >= 0)
    np.add.at(received, (layout.host[row, month], month), left[row, month])
    unplaced = np.where(layout.host < 0, left, 0.0).sum(axis=1)
    return received, tuple(
        UnplacedResidue(int(residues.demand[at]), int(residues.waste_type[at]), float(unplaced[at]))
        for at in np.flatnonzero(unplaced > LEAST_ARC_T)
    )


def _by_month(prices: np.ndarray, listings: Supplies | Demands, months: int) -> np.ndarray:
    """Spread row prices into a table ``(listings, months)``, NaN outside each window."""
    inside = windows(listings, months)
    table = np.full(inside.shape, np.nan)
    row = window_rows(listings.first_month, listings.last_month)[:, np.newaxis] + np.arange(months)
    table[inside] = prices[row[inside]]
    return table


def _rule_prices(program: LinearProgram, prices: np.ndarray) -> tuple[RulePrice, ...]:
    """The prices that bind, of max_share and `blend` rules, freed of the rows' own scaling."""
    found = []
    for rows in program.families_of_rules:
        part = prices[program.families[rows.name]]
        for at in np.flatnonzero(part > 0.0):
            price = float(part[at] / rows.scale[at])
            found.append(RulePrice(rows.name, int(rows.rule[at]), int(rows.month[at]), price))
    return tuple(found)


def _report(
    layout: Layout, program: LinearProgram, main: Solved, second: Solved | None,
    objective: float, seed: int, seconds: float, solver: dict[str, str],
) -> SolveReport:
    status, reason = main.status, main.reason
    if second is not None and second.status != OPTIMAL:
        status = second.status
        tonnes = "the tonnes are the most possible" if main.status == OPTIMAL else f"of the tonnes: {main.reason}"
        reason = f"{tonnes}; of the least freight: {second.reason}"
    bound = max(main.bound, objective)
    return SolveReport(
        status, reason, objective, bound, (bound - objective) / max(1.0, abs(bound)),
        # The second stage maximises freight with its sign turned.
        -second.objective if second else None, -second.bound if second else None,
        seed, seconds, main.iterations + (second.iterations if second else 0),
        main.rounds + (second.rounds if second else 0), layout.columns, len(program.upper),
        {**solver, "numpy": np.__version__, "python": platform.python_version()},
    )

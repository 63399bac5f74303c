"""Where the interior point begins: prices above the pure flow's, and every row used by half."""

from __future__ import annotations

import numpy as np

from matching.allocation.program import Layout, LinearProgram, months_of, window_rows

# Prices above the flow's and room to spare, in units of the largest cost and of the mean right-hand side; and how much
# of what a row allows is used.
INSIDE, FILLED = 0.05, 0.8
_LEAST = 1e-4


def places(layout: Layout, program: LinearProgram) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The supply's row of each column ``(columns,)``, which rows are supplies' ``(rows,)``, and where those lie
    ``(rows, axes)``: latitude, longitude and, where there are several, the month.
    """
    supplies = layout.problem.supplies
    base = window_rows(supplies.first_month, supplies.last_month)
    row = np.concatenate([
        base[layout.supply] + layout.month, base[layout.carry_supply] + layout.carry_month
    ])  # fmt: skip
    shared = np.zeros(len(program.upper), bool)
    shared[program.families["supply"]] = True
    at, month = months_of(supplies.first_month, supplies.last_month)
    where = np.zeros((len(program.upper), 3 if len(layout.problem.months) > 1 else 2))
    where[program.families["supply"], 0] = supplies.lat[at]
    where[program.families["supply"], 1] = supplies.lon[at]
    where[program.families["supply"], 2:] = month[:, np.newaxis]
    return row, shared, where


def rooms(layout: Layout, program: LinearProgram) -> np.ndarray:
    """The row of the room in each demand's month, ``(demands x months,)``, -1 outside its window."""
    demands, months = layout.problem.demands, len(layout.problem.months)
    at, month = months_of(demands.first_month, demands.last_month)
    found = np.full(len(demands.ids) * months, -1)
    found[at * months + month] = np.arange(len(at)) + program.families["demand"].start
    return found


def first_prices(layout: Layout, program: LinearProgram, flow: np.ndarray, yuan: float) -> np.ndarray:
    """Prices well inside: an earlier tonne dearer than a later one, so that waiting falls short as well."""
    y = flow / yuan + INSIDE
    supplies, months = layout.problem.supplies, len(layout.problem.months)
    _at, month = months_of(supplies.first_month, supplies.last_month)
    y[program.families["supply"]] += INSIDE * (months - 1 - month) / months
    return y


def first_tonnes(b: np.ndarray, supply_row: np.ndarray, room: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Tonnes of the ``chosen`` columns that fill rows by half, in equal parts: ``room`` is each column's row, -1 where
    it has none.
    """
    some = np.flatnonzero(chosen)
    supply, demand = supply_row[some], room[some]
    count = np.bincount(supply, minlength=len(b))
    part = b[supply] / count[supply]
    taken = demand >= 0
    count = np.bincount(demand[taken], minlength=len(b))
    part[taken] = np.minimum(part[taken], b[demand[taken]] / count[demand[taken]])
    x = np.zeros(len(chosen))
    x[some] = np.maximum(FILLED * part, _LEAST)
    return x

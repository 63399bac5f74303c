"""Acceptance specs against assays, for many pairs at once.

The specs of all demands are laid out as a table of ``(demands, k)``, k being the most specs one demand has,
so that pairs are checked column by column without a loop over pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.problem import EACH, NO_WASTE, MatchProblem


@dataclass(frozen=True, slots=True)
class SpecTable:
    """``row[d, j]`` is the position in ``problem.specs`` of demand d's j-th spec, -1 beyond its last.

    ``low_scale`` and ``high_scale`` say, per spec, over how many units a margin grows from 0 to 1 (see
    :func:`margin_scales`).
    """

    row: np.ndarray
    low_scale: np.ndarray
    high_scale: np.ndarray

    @property
    def width(self) -> int:
        return self.row.shape[1]


@dataclass(frozen=True, slots=True)
class SpecOutcome:
    """Per pair: ``failed`` counts the `each` specs not met, ``missing`` the specs without an assay.

    ``quality`` is the mean margin of all specs that bind the pair, 1 where none does.
    """

    failed: np.ndarray
    missing: np.ndarray
    quality: np.ndarray


def spec_table(problem: MatchProblem) -> SpecTable:
    """Lay out the specs by demand; they are sorted by demand already."""
    demand = problem.specs.demand
    count = np.bincount(demand, minlength=len(problem.demands.ids)) if len(demand) else np.zeros(0, dtype=int)
    width = int(count.max()) if len(count) else 0
    row = np.full((len(problem.demands.ids), width), -1, dtype=np.int64)
    if width:
        start = np.cumsum(count) - count
        row[demand, np.arange(len(demand)) - start[demand]] = np.arange(len(demand))
    return SpecTable(row, *margin_scales(problem.specs.minimum, problem.specs.maximum))


def none_failed(
    problem: MatchProblem, table: SpecTable, supply: np.ndarray, demand: np.ndarray
) -> np.ndarray:
    """Positions of the pairs that fail no `each` spec as far as assayed: the quick half of
    :func:`check_specs`.

    A pair that fails one spec is not looked at again, which is what makes a large market quick.
    """
    specs = problem.specs
    alive = np.arange(len(supply))
    for column in range(table.width):
        at, row = binding(problem, table, column, supply[alive], demand[alive])
        value = problem.supplies.property_value[supply[alive[at]], specs.property[row]]
        # Comparing with NaN is false both ways, so what is not assayed does not fail.
        outside = ((value < specs.minimum[row]) | (value > specs.maximum[row])) & (specs.basis[row] == EACH)
        alive = np.delete(alive, at[outside])
    return alive


def check_specs(
    problem: MatchProblem, table: SpecTable, supply: np.ndarray, demand: np.ndarray
) -> SpecOutcome:
    """Check ``n`` pairs against every spec that binds them."""
    specs = problem.specs
    failed, missing, bound = (np.zeros(len(supply), dtype=np.int32) for _ in range(3))
    margins = np.zeros(len(supply))
    for column in range(table.width):
        at, row = binding(problem, table, column, supply, demand)
        value = problem.supplies.property_value[supply[at], specs.property[row]]
        low, high, unknown = specs.minimum[row], specs.maximum[row], np.isnan(value)
        bound[at] += 1
        missing[at] += unknown
        failed[at] += ((value < low) | (value > high)) & (specs.basis[row] == EACH)
        inside = margin(value, low, high, table.low_scale[row], table.high_scale[row])
        margins[at] += np.where(unknown, 0.0, inside)
    # Where nothing is asked, nothing can be wanting: the part is full.
    quality = np.divide(margins, bound, out=np.ones(len(supply)), where=bound > 0)
    return SpecOutcome(failed, missing, quality)


def binding(
    problem: MatchProblem, table: SpecTable, column: int, supply: np.ndarray, demand: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The pairs that the ``column``-th spec of their demand binds, and the position of that spec."""
    row = table.row[demand, column]
    wanted = problem.specs.waste_type[row] if len(problem.specs.waste_type) else row
    binds = (wanted == NO_WASTE) | (wanted == problem.supplies.waste_type[supply])
    at = np.flatnonzero(binds & (row >= 0))
    return at, row[at]


def margin_scales(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Over how many units the margin above ``low``, and below ``high``, grows from 0 to 1.

    Between two limits that is half the width; with one limit the limit's own size, or 1 where the limit is 0.
    """
    both = np.isfinite(low) & np.isfinite(high)
    half = np.where(both, np.where(both, high, 0.0) - np.where(both, low, 0.0), 0.0) / 2

    def scale(limit: np.ndarray) -> np.ndarray:
        size = np.where(np.isfinite(limit) & (limit != 0), np.abs(limit), 1.0)
        return np.where(both, half, size)

    return scale(low), scale(high)


def margin(
    value: np.ndarray, low: np.ndarray, high: np.ndarray, low_scale: np.ndarray, high_scale: np.ndarray
) -> np.ndarray:
    """How far inside its limits a value lies: 0 at or beyond a limit, 1 at the best place, NaN for NaN.

    Where both limits are the same number a value is either on it, which is as good as can be, or outside.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        nearer = np.minimum((value - low) / low_scale, (high - value) / high_scale)
    exact = low == high
    if exact.any():
        nearer = np.where(exact, value == low, nearer)
    return np.clip(nearer, 0.0, 1.0)

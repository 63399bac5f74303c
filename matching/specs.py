"""Acceptance specs against assays, for many pairs at once.

The specs of all demands are laid out as a table of ``(demands, k)``, k being the most specs one demand has, so that
pairs are checked column by column without a loop over pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.problem import EACH, NO_WASTE, MatchProblem


@dataclass(frozen=True, slots=True)
class SpecTable:
    """``row[d, j]`` is the position in ``problem.specs`` of demand d's j-th spec, -1 beyond its last."""

    row: np.ndarray

    @property
    def width(self) -> int:
        return self.row.shape[1]


@dataclass(frozen=True, slots=True)
class SpecOutcome:
    """Per pair: are all `each` specs met as far as assayed, is every spec'd property assayed, the mean margin.

    ``failed`` counts the `each` specs not met, ``missing`` the specs without an assay, ``bound`` all that bind.
    """

    failed: np.ndarray
    missing: np.ndarray
    bound: np.ndarray
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
    return SpecTable(row)


def check_specs(
    problem: MatchProblem, table: SpecTable, supply: np.ndarray, demand: np.ndarray
) -> SpecOutcome:
    """Check ``n`` pairs against every spec that binds them."""
    specs = problem.specs
    failed, missing, bound = (np.zeros(len(supply), dtype=np.int32) for _ in range(3))
    margins = np.zeros(len(supply))
    waste = problem.supplies.waste_type[supply]
    for column in range(table.width):
        row = table.row[demand, column]
        on = (row >= 0) & ((specs.waste_type[row] == NO_WASTE) | (specs.waste_type[row] == waste))
        at = np.flatnonzero(on)
        if not len(at):
            continue
        row = row[at]
        value = problem.supplies.property_value[supply[at], specs.property[row]]
        unknown = np.isnan(value)
        low, high = specs.minimum[row], specs.maximum[row]
        inside = (value >= low) & (value <= high)
        bound[at] += 1
        missing[at] += unknown
        failed[at] += (specs.basis[row] == EACH) & ~inside & ~unknown
        margins[at] += np.where(unknown, 0.0, margin(value, low, high))
    # Where nothing is asked, nothing can be wanting: the part is full.
    quality = np.divide(margins, bound, out=np.ones(len(supply)), where=bound > 0)
    return SpecOutcome(failed, missing, bound, quality)


def margin(value: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """How far inside its limits a value lies, 0 at or beyond a limit, 1 at the best place.

    Between two limits: distance to the nearer one over half the width.  With one limit: distance to it over the
    limit's own size (over 1 unit where the limit is 0), at most 1.
    """
    both = np.isfinite(low) & np.isfinite(high)
    with np.errstate(invalid="ignore"):
        half = (high - low) / 2
        scale_low = np.where(both, half, np.where(low == 0, 1.0, np.abs(low)))
        scale_high = np.where(both, half, np.where(high == 0, 1.0, np.abs(high)))
        nearer = np.minimum(_share(value - low, scale_low), _share(high - value, scale_high))
    return np.clip(nearer, 0.0, 1.0)


def _share(distance: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """``distance / scale``; a limit that is not there is infinitely far, a band of no width is met or not."""
    whole = np.where(distance >= 0, 1.0, 0.0)
    usable = np.isfinite(distance) & (scale > 0) & np.isfinite(scale)
    return np.divide(distance, scale, out=whole, where=usable)

"""The blocked index: the demands that accept a waste type, cell by cell, so that a circle reads a few straight runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from matching.compiled.columns import Terms, offers_of, specs_of, terms_of, values_of, wants_of
from matching.compiled.filters import Filters, filters_of
from matching.compiled.grid import Grid, cells_of, grid_over
from matching.pairs import Evaluator

# Demands of one waste type per cell, about: fewer cells mean longer runs and more places looked at in vain.
_PER_CELL = 8
_MOST_CELLS = 250_000


class Takers(NamedTuple):
    """One entry per demand and waste type it accepts, in order of waste type and cell.

    ``starts[w, c]`` is the first entry of cell ``c`` for waste type ``w`` (shape ``(wastes, cells + 1)``);
    ``demand`` points into the sorted demands; ``open`` is what qualification, licence and the demand's own lot say.
    The other columns repeat the demand's, so that a run of entries is read straight through.
    """

    starts: np.ndarray
    demand: np.ndarray
    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    reach: np.ndarray
    t_per_month: np.ndarray
    lot_t: np.ndarray
    price: np.ndarray
    first: np.ndarray
    last: np.ndarray
    spec_count: np.ndarray
    open: np.ndarray


@dataclass(frozen=True, slots=True)
class Blocked:
    """A whole market laid out for the compiled pass.

    Demands are sorted by cell, so that neighbours stand side by side in memory; ``position[j]`` is the place of
    sorted demand j in the problem.  ``order`` are the supplies by waste type and cell.  ``supply_lat`` and
    ``supply_lon`` are in degrees, ``supply_angle`` the radians that a supply's own limit reaches.
    """

    grid: Grid
    offers: np.ndarray
    values: np.ndarray
    wants: np.ndarray
    specs: np.ndarray
    terms: Terms
    takers: Takers
    filters: Filters
    position: np.ndarray
    order: np.ndarray
    supply_lat: np.ndarray
    supply_lon: np.ndarray
    supply_angle: np.ndarray

    def without_index(self) -> Blocked:
        """The same market without what only the search needs, so that its memory can go."""
        nothing = np.zeros(0)
        empty = Takers(*(nothing for _ in self.takers)), Filters(*(nothing for _ in self.filters))
        return replace(self, takers=empty[0], filters=empty[1])


def blocked(evaluator: Evaluator, circuity: float, *, threads: int = 1) -> Blocked:
    """Lay out the problem of ``evaluator`` for distances by great circle times ``circuity``."""
    problem = evaluator.problem
    s, d = problem.supplies, problem.demands
    accepts = ~np.isnan(d.max_share)
    per_waste = int(accepts.sum()) / max(len(problem.waste_types), 1)
    grid = grid_over(d.lat, d.lon, cells=int(min(max(per_waste / _PER_CELL, 1), _MOST_CELLS)))
    cell = cells_of(grid, d.lat, d.lon)
    position = np.argsort(cell, kind="stable")
    wants, specs = _sorted(wants_of(problem, circuity), specs_of(problem), position)
    licensed = evaluator.licences[d.enterprise[position]] & wants["qualified"][:, np.newaxis]
    takers = _takers(grid, cell[position], accepts[position], licensed, wants)
    offers, values = offers_of(problem, circuity), values_of(problem)
    waste = np.repeat(np.arange(len(problem.waste_types)), takers.starts[:, -1] - takers.starts[:, 0])
    filters = filters_of(
        specs, values, takers.demand, waste, wants["spec_start"], wants["spec_count"], threads=threads
    )
    order = np.lexsort((cells_of(grid, s.lat, s.lon), s.waste_type))
    return Blocked(
        grid, offers, values, wants, specs, terms_of(evaluator, circuity), takers, filters, position, order,
        np.ascontiguousarray(s.lat, dtype=np.float64), np.ascontiguousarray(s.lon, dtype=np.float64),
        2.0 * np.arcsin(np.sqrt(np.minimum(offers["reach"], 1.0))),
    )  # fmt: skip


def _sorted(wants: np.ndarray, specs: np.ndarray, position: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Demands, and their specs with them, in the order of ``position``."""
    wants = wants[position]
    count = wants["spec_count"].astype(np.int64)
    moved = np.cumsum(count) - count
    rows = np.arange(int(count.sum())) + np.repeat(wants["spec_start"] - moved, count)
    wants["spec_start"] = moved
    return wants, specs[rows]


def _takers(
    grid: Grid, cell: np.ndarray, accepts: np.ndarray, licensed: np.ndarray, wants: np.ndarray
) -> Takers:
    waste, demand = np.nonzero(accepts.T)
    wastes = accepts.shape[1]
    count = np.bincount(waste * grid.cells + cell[demand], minlength=wastes * grid.cells)
    ends = np.cumsum(count).reshape(wastes, grid.cells)
    first = np.concatenate([[0], ends[:-1, -1]]) if wastes else np.zeros(0, np.int64)
    starts = np.column_stack([first, ends]) if wastes else np.zeros((0, grid.cells + 1), np.int64)
    opened = licensed[demand, waste] & (wants["t_per_month"] >= wants["lot_t"])[demand]
    columns = ("x", "y", "z", "reach", "t_per_month", "lot_t", "price", "first", "last", "spec_count")
    return Takers(
        np.ascontiguousarray(starts, dtype=np.int64), demand.astype(np.int32),
        *(np.ascontiguousarray(wants[column])[demand] for column in columns), opened,
    )  # fmt: skip

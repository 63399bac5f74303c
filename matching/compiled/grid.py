"""A grid of cells over a box of the earth, and the cells that a circle around a place can touch.

A position outside the box belongs to the cell of the border nearest to it.  That is safe: rows and columns never
decrease with latitude and longitude, so every place within a window lies in a cell between the window's corners.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

# A little wider than computed, so that rounding can leave no cell out.
_HAIR = 1e-9


class Grid(NamedTuple):
    """``rows`` x ``columns`` cells of ``step`` degrees from the south-west corner ``south``, ``west``."""

    south: float
    west: float
    step: float
    rows: int
    columns: int

    @property
    def cells(self) -> int:
        return self.rows * self.columns


def grid_over(lat: np.ndarray, lon: np.ndarray, *, cells: int) -> Grid:
    """A grid of about ``cells`` cells over the box that holds the places (WGS-84 degrees, shape ``(n,)``)."""
    if not len(lat):
        return Grid(0.0, 0.0, 1.0, 1, 1)
    south, west = float(lat.min()), float(lon.min())
    height, width = max(float(lat.max()) - south, 1e-3), max(float(lon.max()) - west, 1e-3)
    step = max(math.sqrt(height * width / max(cells, 1)), 1e-3)
    return Grid(south, west, step, int(height / step) + 1, int(width / step) + 1)


def cells_of(grid: Grid, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """The cell of each place, row by row from the south-west, shape ``(n,)``."""
    row = np.clip(np.floor((lat - grid.south) / grid.step), 0, grid.rows - 1).astype(np.int64)
    column = np.clip(np.floor((lon - grid.west) / grid.step), 0, grid.columns - 1).astype(np.int64)
    return row * grid.columns + column


@njit(cache=True, nogil=True, error_model="numpy")
def _clamped(position: float, last: int) -> int:
    if not position > 0.0:
        return 0
    return last if position >= last else int(position)


@njit(cache=True, nogil=True, error_model="numpy")
def window(grid: Grid, lat: float, lon: float, angle: float) -> tuple[int, int, int, int]:
    """First and last row, first and last column (inclusive) that hold all places within ``angle`` radians."""
    bottom, top = 0, grid.rows - 1
    left, right = 0, grid.columns - 1
    if not angle < math.pi / 2:
        return bottom, top, left, right
    reach = math.degrees(angle) + _HAIR
    bottom = _clamped(math.floor((lat - reach - grid.south) / grid.step), top)
    top = _clamped(math.floor((lat + reach - grid.south) / grid.step), top)
    steepest = math.radians(min(abs(lat) + reach, 90.0))
    # A circle that holds a pole meets every meridian; elsewhere its widest parts lie where it touches two of them.
    if steepest < math.pi / 2 - 1e-6:
        wide = math.degrees(math.asin(min(math.sin(math.radians(reach)) / math.cos(math.radians(lat)), 1.0))) + _HAIR
        # One that crosses the date line has places on both ends of the scale: every column is looked at.
        if lon - wide >= -180.0 and lon + wide <= 180.0:
            left = _clamped(math.floor((lon - wide - grid.west) / grid.step), grid.columns - 1)
            right = _clamped(math.floor((lon + wide - grid.west) / grid.step), grid.columns - 1)
    return bottom, top, left, right


@njit(cache=True, nogil=True, error_model="numpy")
def row_window(grid: Grid, row: int, lat: float, lon: float, angle: float, left: int, right: int) -> tuple[int, int]:
    """The columns from ``left`` to ``right`` that a circle can touch in one row: a circle fills its box to pi / 4.

    Rows at the grid's border hold places beyond it and keep the whole width.
    """
    if row == 0 or row == grid.rows - 1 or not angle < 1.0:
        return left, right
    south = grid.south + row * grid.step
    nearest = min(max(lat, south), south + grid.step)
    apart = min(math.radians(abs(lat - nearest)), angle)
    # The haversine formula, solved for the longitude with the least latitude apart and the flattest parallel.
    flattest = math.cos(math.radians(min(max(abs(south), abs(south + grid.step)), 89.0)))
    half = (math.sin(angle / 2.0) ** 2 - math.sin(apart / 2.0) ** 2) / (math.cos(math.radians(lat)) * flattest)
    wide = math.degrees(2.0 * math.asin(min(math.sqrt(max(half, 0.0)), 1.0))) + _HAIR
    if lon - wide < -180.0 or lon + wide > 180.0:
        return left, right
    return (
        max(left, _clamped(math.floor((lon - wide - grid.west) / grid.step), grid.columns - 1)),
        min(right, _clamped(math.floor((lon + wide - grid.west) / grid.step), grid.columns - 1)),
    )

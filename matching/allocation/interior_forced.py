"""Columns that no plan can use: those of a row that allows nothing and in which nothing makes up for them.

Without them every row has room, which an interior point needs.  Their prices cost nothing, for the row's right-hand
side is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# An entry below this is too little to force a column by.
_LEAST_ENTRY = 1e-7


@dataclass(frozen=True, slots=True)
class Forced:
    """Entries that force columns, one each: ``row``, ``column`` and ``value``; ``wave`` counts the rounds in which they
    were found.
    """

    row: np.ndarray
    column: np.ndarray
    value: np.ndarray
    wave: np.ndarray


def find_forced(matrix, upper: np.ndarray) -> Forced:
    """The columns that ``matrix x <= upper``, ``x >= 0`` leave no tonne; ``matrix`` is scipy CSC."""
    column = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    row, value = matrix.indices.astype(np.int64), matrix.data
    near = upper[row] <= 0.0
    column, row, value = column[near], row[near], value[near]
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
    while len(row):
        helps = np.zeros(len(upper), bool)
        helps[row[value < 0.0]] = True
        forces = np.flatnonzero(~helps[row] & (value > _LEAST_ENTRY))
        if not len(forces):
            break
        gone, first = np.unique(column[forces], return_index=True)
        at = forces[first]
        found.append((row[at], column[at], value[at], np.full(len(at), len(found))))
        is_gone = np.zeros(matrix.shape[1], bool)
        is_gone[gone] = True
        kept = ~is_gone[column]
        column, row, value = column[kept], row[kept], value[kept]
    parts = [np.concatenate(part) for part in zip(*found, strict=True)] if found else [np.zeros(0, np.int64)] * 4
    return Forced(*parts)


def price_forced(forced: Forced, matrix, cost: np.ndarray, prices: np.ndarray) -> None:
    """Raise ``prices`` of forcing rows until no forced column pays; those found last first, for the rows of these may
    make the earlier ones dearer still.
    """
    for wave in range(int(forced.wave.max(initial=-1)), -1, -1):
        at = np.flatnonzero(forced.wave == wave)
        columns = forced.column[at]
        beyond = cost[columns] - matrix[:, columns].T @ prices
        np.maximum.at(raised := np.zeros(len(prices)), forced.row[at], beyond / forced.value[at])
        prices += raised

"""`Each` specs and missing assays as small whole numbers, so that a run of demands is filtered eight or more at a time.

A limit of a property is written as its rank among all limits of that property, and an assay as the number of limits
it reaches: ``value > limit`` becomes a comparison of two whole numbers and stays exact.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from matching.problem import NO_WASTE

_BITS = 64


class Filters(NamedTuple):
    """What is asked of an entry (a demand and a waste type it accepts) and what a supply answers.

    A supply fails an entry where ``answer[i, c] > limit[c, entry]`` for any of the columns c, one for each property
    and side that some demand limits; an answer of -1 (not assayed) fails nowhere.  A property is asked and not
    assayed where ``unknown[i, k] & asked[k, entry]`` holds a bit for any of the words k.
    """

    limit: np.ndarray
    answer: np.ndarray
    asked: np.ndarray
    unknown: np.ndarray


def filters_of(
    specs: np.ndarray, values: np.ndarray, demand: np.ndarray, waste: np.ndarray, start: np.ndarray, count: np.ndarray,
    *, threads: int = 1,
) -> Filters:
    """Lay out the ``SPEC`` records for entries of ``demand`` and ``waste``, both of shape ``(entries,)``.

    ``start`` and ``count`` give each demand's rows of ``specs``; ``values`` are the assays, ``(supplies,
    properties)``.
    """
    row, entry = _bound(specs, demand, waste, start, count)
    key, each = specs["property"][row], specs["each"][row]
    asked_each = np.flatnonzero(specs["each"])

    def of_property(wanted: int) -> list[tuple[np.ndarray, np.ndarray]]:
        rows = asked_each[specs["property"][asked_each] == wanted]
        at = np.flatnonzero(each & (key == wanted))
        # Seen from the other side of zero, a lower limit is an upper one.
        sides = ((sign, *_ranks(sign * specs[side], rows)) for sign, side in ((1.0, "high"), (-1.0, "low")))
        return [
            (_tightest(rank[row[at]], entry[at], len(levels), len(demand)), _reached(levels, sign * values[:, wanted]))
            for sign, levels, rank in sides if len(levels)
        ]  # fmt: skip

    # NumPy sorts and searches without holding the interpreter's lock.
    with ThreadPoolExecutor(threads) as pool:
        columns = [pair for part in pool.map(of_property, np.unique(specs["property"][asked_each])) for pair in part]
    widest = max((int(limit.max(initial=0)) for limit, _ in columns), default=0)
    kind = np.int16 if widest < 2**15 else np.int32
    limit = np.array([column[0] for column in columns], kind).reshape(len(columns), len(demand))
    answer = np.array([column[1] for column in columns], kind).reshape(len(columns), len(values)).T.copy()
    words = max(1, -(-values.shape[1] // _BITS))
    asked, unknown = np.zeros((words, len(demand)), np.uint64), np.zeros((len(values), words), np.uint64)
    np.bitwise_or.at(asked, (key // _BITS, entry), np.uint64(1) << (key % _BITS).astype(np.uint64))
    for key in range(values.shape[1]):
        unknown[:, key // _BITS] |= np.isnan(values[:, key]).astype(np.uint64) << np.uint64(key % _BITS)
    return Filters(limit, answer, asked, unknown)


def _bound(
    specs: np.ndarray, demand: np.ndarray, waste: np.ndarray, start: np.ndarray, count: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Every spec with every entry that it binds: two parallel arrays of rows and entries."""
    length = count[demand].astype(np.int64)
    entry = np.repeat(np.arange(len(demand)), length)
    row = start[demand][entry] + np.arange(len(entry)) - np.repeat(np.cumsum(length) - length, length)
    binds = (specs["waste"][row] == NO_WASTE) | (specs["waste"][row] == waste[entry])
    return row[binds], entry[binds]


def _ranks(limits: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct finite limits at ``rows``, in order, and the rank of each row's limit among them.

    A value is above the limit of rank r where more than r limits lie below it, and never above the one that no row
    has: the rank of rows without a limit is the number of limits there are.
    """
    finite = rows[np.isfinite(limits[rows])]
    levels, inverse = np.unique(limits[finite], return_inverse=True)
    rank = np.full(len(limits), len(levels), np.int64)
    rank[finite] = inverse
    return levels, rank


def _tightest(rank: np.ndarray, entry: np.ndarray, none: int, entries: int) -> np.ndarray:
    """The lowest rank of each entry; ``none`` where it has no limit."""
    limit = np.full(entries, none, np.int64)
    np.minimum.at(limit, entry, rank)
    return limit


def _reached(levels: np.ndarray, value: np.ndarray) -> np.ndarray:
    """How many levels lie below each value, -1 where it is not assayed."""
    return np.where(np.isnan(value), -1, np.searchsorted(levels, value, side="left"))

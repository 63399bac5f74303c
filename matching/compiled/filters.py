"""`Each` specs and missing assays as small whole numbers, so that a run of demands is filtered eight or more at a time.

A limit of a property is written as its rank among all limits of that property, and an assay as the number of limits
it reaches: ``value > limit`` becomes a comparison of two whole numbers and stays exact.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numba import njit

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
    properties = values.shape[1]
    # Seen from the other side of zero, a lower limit is an upper one.
    sides = (specs["high"], -specs["low"])
    each = np.flatnonzero(specs["each"])
    rank, column = np.empty((2, len(specs)), np.int32), np.full((2, properties), -1, np.int32)

    def ranked(side: int, wanted: int) -> np.ndarray:
        rows = each[(specs["property"][each] == wanted) & np.isfinite(sides[side][each])]
        levels, rank[side, rows] = np.unique(sides[side][rows], return_inverse=True)
        return levels

    # NumPy sorts and searches without holding the interpreter's lock.
    with ThreadPoolExecutor(threads) as pool:
        kinds = [(side, int(key)) for side in (0, 1) for key in np.unique(specs["property"][each])]
        found = [(kind, levels) for kind, levels in zip(kinds, pool.map(ranked, *zip(*kinds, strict=True)), strict=True)
                 if len(levels)] if kinds else []  # fmt: skip
        whole = np.int16 if max((len(levels) for _, levels in found), default=0) < 2**15 else np.int32
        limit = np.empty((len(found), len(demand)), whole)
        answer = np.empty((len(values), len(found)), whole)

        def answered(at: int) -> None:
            (side, wanted), levels = found[at]
            column[side, wanted], limit[at] = at, len(levels)
            value = values[:, wanted] if side == 0 else -values[:, wanted]
            # A value is above the limit of rank r where more than r limits lie below it.
            answer[:, at] = np.where(np.isnan(value), -1, np.searchsorted(levels, value, side="left"))

        list(pool.map(answered, range(len(found))))
    words = max(1, -(-properties // _BITS))
    asked, unknown = np.zeros((words, len(demand)), np.uint64), np.zeros((len(values), words), np.uint64)
    _lay_limits(specs, demand, waste, start, count, rank, column, limit, asked)
    for key in range(properties):
        unknown[:, key // _BITS] |= np.isnan(values[:, key]).astype(np.uint64) << np.uint64(key % _BITS)
    return Filters(limit, answer, asked, unknown)


@njit(cache=True, nogil=True)
def _lay_limits(specs, demand, waste, start, count, rank, column, limit, asked):
    """Write each entry's tightest limits and the properties it asks for."""
    for entry in range(len(demand)):
        j = demand[entry]
        for row in range(start[j], start[j] + count[j]):
            spec = specs[row]
            if spec.waste != NO_WASTE and spec.waste != waste[entry]:
                continue
            asked[spec.property // _BITS, entry] |= np.uint64(1) << np.uint64(spec.property % _BITS)
            if not spec.each:
                continue
            if spec.high < np.inf:
                at = column[0, spec.property]
                limit[at, entry] = min(limit[at, entry], rank[0, row])
            if spec.low > -np.inf:
                at = column[1, spec.property]
                limit[at, entry] = min(limit[at, entry], rank[1, row])

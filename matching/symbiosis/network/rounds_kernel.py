"""Cycles of few links in compiled code.

Each cycle is found once, from its first node: a walk from that node goes through later nodes only, and closes at one
that leads back to it.  Which nodes those are is marked beforehand, so the last link costs one look.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def walk_cycles(starts, target, in_starts, in_source, longest, rows):
    """Cycles by their number of links, int64 ``(longest + 1,)``; while there is room they are put into ``rows``.

    ``rows`` has shape ``(any, longest)``.  Node v's links lead to ``target[starts[v] : starts[v + 1]]``; those into
    it come from ``in_source[in_starts[v] : in_starts[v + 1]]``; both ascending.
    """
    nodes = len(starts) - 1
    count = np.zeros(longest + 1, np.int64)
    closes = np.full(nodes, -1, np.int64)
    path = np.empty(longest, np.int64)
    at = np.empty(longest, np.int64)
    put = 0
    for first in range(nodes):
        back = False
        for k in range(in_starts[first], in_starts[first + 1]):
            if in_source[k] > first:
                closes[in_source[k]] = first
                back = True
        if not back:
            continue
        path[0] = first
        at[0] = _after(first, first, starts, target)
        depth = 0
        while depth >= 0:
            v = path[depth]
            if at[depth] == starts[v + 1]:
                depth -= 1
                continue
            w = target[at[depth]]
            at[depth] += 1
            if _passed(w, path, depth):
                continue
            if closes[w] == first:
                count[depth + 2] += 1
                if put < len(rows):
                    rows[put, : depth + 1] = path[: depth + 1]
                    rows[put, depth + 1] = w
                    put += 1
            if depth + 2 < longest:
                depth += 1
                path[depth] = w
                at[depth] = _after(w, first, starts, target)
    return count


@njit(cache=True, nogil=True)
def _after(v, first, starts, target):
    """The first of v's links that leads beyond ``first``, by halving."""
    low, high = starts[v], starts[v + 1]
    while low < high:
        middle = (low + high) // 2
        if target[middle] <= first:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def _passed(w, path, depth):
    """Whether the walk has been at ``w`` already."""
    k = depth
    while k > 0 and path[k] != w:
        k -= 1
    return k > 0

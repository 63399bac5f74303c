"""The interior point's equations, one element at a time, in compiled code.

An element is a demand's month with the columns that lead there, or a column of carried tonnes alone.  It has ``p``
rows that it shares with others (supplies' months) and ``q`` of its own (room, shares, mixes).  With weights theta of
its columns and psi of its own rows it brings

    [ T  C ]     T = sum theta u u',  C = sum theta u v',  M = sum theta v v' + diag psi
    [ C' M ]

where u and v are a column's entries in shared and in own rows.  Its own rows leave at once: M = L L', W' = L^-1 C',
and T - W W' is what a front of the tree takes in.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit


class Elements(NamedTuple):
    """Columns stand element by element: those of e at ``column[e]`` to ``column[e + 1]``; ``own`` counts its own
    rows and ``node`` the rows it shares in the same way.

    ``value`` holds a column's entries in all own rows of its element, from ``value_at[e]`` on; ``shared[k]`` to
    ``shared[k + 1]`` are column k's entries ``shared_value`` in the element's shared rows ``shared_at``, whose
    numbers are ``row``.  ``corner[e]`` and ``side[e]`` are where its q x q and q x p blocks begin.
    """

    column: np.ndarray
    own: np.ndarray
    node: np.ndarray
    row: np.ndarray
    value_at: np.ndarray
    value: np.ndarray
    shared: np.ndarray
    shared_at: np.ndarray
    shared_value: np.ndarray
    corner: np.ndarray
    side: np.ndarray


@njit(cache=True, nogil=True)
def absorb(el, first, end, theta, psi, corners, sides):
    """Leave L and W' of elements ``first`` to ``end`` in ``corners``, ``sides``; False where an M is not positive."""
    for e in range(first, end):
        q, p = el.own[e + 1] - el.own[e], el.node[e + 1] - el.node[e]
        big = corners[el.corner[e] : el.corner[e] + q * q].reshape((q, q))
        wide = sides[el.side[e] : el.side[e] + q * p].reshape((q, p))
        big[:], wide[:] = 0.0, 0.0
        for i in range(q):
            big[i, i] = psi[el.own[e] + i]
        at = el.value_at[e]
        for k in range(el.column[e], el.column[e + 1]):
            weight = theta[k]
            for i in range(q):
                here = weight * el.value[at + i]
                for j in range(i + 1):
                    big[i, j] += here * el.value[at + j]
                for s in range(el.shared[k], el.shared[k + 1]):
                    wide[i, el.shared_at[s]] += here * el.shared_value[s]
            at += q
        for i in range(q):
            for j in range(i):
                for m in range(j):
                    big[i, j] -= big[i, m] * big[j, m]
                big[i, j] /= big[j, j]
                wide[i] -= big[i, j] * wide[j]
                big[i, i] -= big[i, j] * big[i, j]
            if not big[i, i] > 0.0:
                return False
            big[i, i] = np.sqrt(big[i, i])
            wide[i] /= big[i, i]
    return True


@njit(cache=True, nogil=True)
def own_forward(el, first_element, end, corners, sides, own, shared):
    """Take the own rows out of a right-hand side: ``own`` becomes L^-1 own, ``shared`` loses W times that."""
    for e in range(first_element, end):
        q, first, p = el.own[e + 1] - el.own[e], el.node[e], el.node[e + 1] - el.node[e]
        for i in range(q):
            at = el.corner[e] + i * q
            here = own[el.own[e] + i]
            for j in range(i):
                here -= corners[at + j] * own[el.own[e] + j]
            here /= corners[at + i]
            own[el.own[e] + i] = here
            side = el.side[e] + i * p
            for a in range(p):
                shared[el.row[first + a]] -= sides[side + a] * here


@njit(cache=True, nogil=True)
def own_backward(el, first_element, end, corners, sides, own, shared):
    """The own rows' part of the answer from the shared rows' part: ``own`` becomes L'^-1 (own - W' shared)."""
    for e in range(first_element, end):
        q, first, p = el.own[e + 1] - el.own[e], el.node[e], el.node[e + 1] - el.node[e]
        for i in range(q - 1, -1, -1):
            here = own[el.own[e] + i]
            side = el.side[e] + i * p
            for a in range(p):
                here -= sides[side + a] * shared[el.row[first + a]]
            own[el.own[e] + i] = here
        for i in range(q - 1, -1, -1):
            here = own[el.own[e] + i]
            for j in range(i + 1, q):
                here -= corners[el.corner[e] + j * q + i] * own[el.own[e] + j]
            own[el.own[e] + i] = here / corners[el.corner[e] + i * q + i]


@njit(cache=True, nogil=True)
def priced(el, first_element, end, own, shared, out):
    """What each column costs at prices of the own and shared rows, into ``out``."""
    for e in range(first_element, end):
        q, at = el.own[e + 1] - el.own[e], el.value_at[e]
        for k in range(el.column[e], el.column[e + 1]):
            here = 0.0
            for i in range(q):
                here += el.value[at + i] * own[el.own[e] + i]
            at += q
            for s in range(el.shared[k], el.shared[k + 1]):
                here += el.shared_value[s] * shared[el.row[el.node[e] + el.shared_at[s]]]
            out[k] = here


@njit(cache=True, nogil=True)
def used(el, first_element, end, x, own, shared):
    """What tonnes ``x`` of the columns use of each own and shared row, into ``own`` and ``shared``."""
    own[el.own[first_element] : el.own[end]], shared[:] = 0.0, 0.0
    for e in range(first_element, end):
        q, at = el.own[e + 1] - el.own[e], el.value_at[e]
        for k in range(el.column[e], el.column[e + 1]):
            for i in range(q):
                own[el.own[e] + i] += el.value[at + i] * x[k]
            at += q
            for s in range(el.shared[k], el.shared[k + 1]):
                shared[el.row[el.node[e] + el.shared_at[s]]] += el.shared_value[s] * x[k]

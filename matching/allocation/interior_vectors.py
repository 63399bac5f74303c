"""The interior point's long vectors, each pass once through memory, in compiled code.

The same passes serve both kinds of pairs that must meet at nothing: tonnes x with what their column falls short z,
and room to spare s with the row's price y.  Here they are called ``a`` and ``b``, and ``db`` is known before ``da``.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def first_look(a, b, weight, db, da):
    """The direction that aims at nothing: ``da``, how far either may go, and what the products would be.

    Returns the longest steps of a and b and the sums of a b, da b, a db and da db.
    """
    far_a = far_b = np.inf
    ab = dab = adb = dadb = 0.0
    for k in range(len(a)):
        step = -a[k] - weight[k] * db[k]
        da[k] = step
        if step < 0.0:
            far_a = min(far_a, -a[k] / step)
        if db[k] < 0.0:
            far_b = min(far_b, -b[k] / db[k])
        ab += a[k] * b[k]
        dab += step * b[k]
        adb += a[k] * db[k]
        dadb += step * db[k]
    return far_a, far_b, ab, dab, adb, dadb


@njit(cache=True, nogil=True)
def aim(a, b, da, db, target, wanted, right):
    """``wanted`` products so that after a full step all are ``target``, second order and all; ``right`` over b."""
    for k in range(len(a)):
        wanted[k] = target - a[k] * b[k] - da[k] * db[k]
        right[k] = wanted[k] / b[k]


@njit(cache=True, nogil=True)
def follow(a, b, weight, right, db, da):
    """``da`` for a ``db``, and how far either may go."""
    far_a = far_b = np.inf
    for k in range(len(a)):
        step = right[k] - weight[k] * db[k]
        da[k] = step
        if step < 0.0:
            far_a = min(far_a, -a[k] / step)
        if db[k] < 0.0:
            far_b = min(far_b, -b[k] / db[k])
    return far_a, far_b


@njit(cache=True, nogil=True)
def straighten(a, b, da, db, step_a, step_b, target, wanted, wanted_now, right):
    """Ask products that a longer step would carry out of [0.1, 10] times ``target`` to come back (Gondzio)."""
    low, high = 0.1 * target, 10.0 * target
    for k in range(len(a)):
        there = (a[k] + step_a * da[k]) * (b[k] + step_b * db[k])
        more = 0.0
        if there < low:
            more = low - there
        elif there > high:
            more = max(high - there, -high)
        wanted_now[k] = wanted[k] + more
        right[k] = wanted_now[k] / b[k]


@njit(cache=True, nogil=True)
def longest(a, da):
    """How far ``a`` may go along ``da``."""
    far = np.inf
    for k in range(len(a)):
        if da[k] < 0.0:
            far = min(far, -a[k] / da[k])
    return far


@njit(cache=True, nogil=True)
def walk(a, da, step):
    """Add ``step`` times ``da`` to ``a``."""
    for k in range(len(a)):
        a[k] += step * da[k]


@njit(cache=True, nogil=True)
def least_of_each(z, column, out):
    """The least ``z`` of each element's columns."""
    for e in range(len(column) - 1):
        least = np.inf
        for k in range(column[e], column[e + 1]):
            least = min(least, z[k])
        out[e] = least

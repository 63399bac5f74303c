"""A front of the interior point's equations as a lower triangle of square tiles, in compiled code.

A tile is small enough that the library multiplies it on one thread (64 x 64 x 64 is where OpenBLAS begins to use more,
and on a busy machine its threads wait for each other a hundred times longer than they work).  So halves of the tree go
side by side instead, and the answer does not depend on the number of processors.

Tiles stand column by column of the triangle, and each by its own columns.  The first ``own`` columns of tiles are
those of rows that leave, ``beyond`` more those of the rows that stay; rows are padded to whole tiles, so that row r of
the front is in tile r // SIDE.
"""

from __future__ import annotations

import numpy as np
from numba import njit

SIDE = 64
# Row r is in tile r >> _BITS, there at r & _REST: quicker than to divide.
_BITS, _REST = 6, 63


@njit(cache=True, nogil=True)
def begin_front(keep, rest, own, beyond, rows, psi):
    """Nothing but ``psi`` of the front's own ``rows`` on the diagonal, and ones where rows fill up the last tile."""
    keep[:], rest[:] = 0.0, 0.0
    across = own + beyond
    for r in range(own * SIDE):
        over = r >> _BITS
        at = over * across - over * (over - 1) // 2
        keep[at, r & _REST, r & _REST] = psi[rows[r]] if r < len(rows) else 1.0


@njit(cache=True, nogil=True)
def take_in(el, chosen, theta, sides, place, keep, rest, own, beyond):
    """Add T - W W' of the ``chosen`` elements, whose rows stand at ``place`` in the front."""
    flat_keep, flat_rest = keep.reshape(-1), rest.reshape(-1)
    for e in chosen:
        q, first, p = el.own[e + 1] - el.own[e], el.node[e], el.node[e + 1] - el.node[e]
        wide = sides[el.side[e] : el.side[e] + q * p].reshape((q, p))
        where = place[first : first + p]
        along, column = _along(where), np.empty(1)
        # By eights of columns, so that the library stays on one thread here as well.
        for b in range(0, p if q else 0, 8):
            square = np.dot(wide[:, b : b + 8].T.copy(), wide)
            for c in range(b, min(b + 8, p)):
                _add(flat_keep, flat_rest, own, beyond, where[c], along[c:], square[c - b, c:], -1.0)
        for k in range(el.column[e], el.column[e + 1]):
            for t in range(el.shared[k], el.shared[k + 1]):
                b = el.shared_at[t]
                for s in range(el.shared[k], el.shared[k + 1]):
                    a = el.shared_at[s]
                    if a >= b:
                        column[0] = theta[k] * el.shared_value[s] * el.shared_value[t]
                        _add(flat_keep, flat_rest, own, beyond, where[b], along[a : a + 1], column, 1.0)


@njit(cache=True, nogil=True)
def _along(where):
    """How far into a column of the triangle rows ``where`` stand."""
    along = np.empty(len(where), np.int64)
    for a in range(len(where)):
        along[a] = ((where[a] >> _BITS) << (2 * _BITS)) + (where[a] & _REST)
    return along


@njit(cache=True, nogil=True)
def _add(keep, rest, own, beyond, row, along, column, sign):
    """Add ``sign`` times ``column`` at ``along`` to the column of ``row``."""
    j, across, tiles, off = row >> _BITS, own + beyond, keep, 0
    if j >= own:
        j, across, tiles, off = j - own, beyond, rest, own
    start = (j * across - j * (j - 1) // 2 - j - off) * SIDE * SIDE + (row & _REST) * SIDE
    for a in range(len(along)):
        tiles[start + along[a]] += sign * column[a]


@njit(cache=True, nogil=True)
def join(update, below, into, keep, rest, own, beyond):
    """Add what a front below hands up, a triangle of ``below`` tiles across, at the places ``into``, which rise."""
    flat_keep, flat_rest, flat = keep.reshape(-1), rest.reshape(-1), update.reshape(-1)
    along, here, column = _along(into), _along(np.arange(len(into))), np.empty(len(into))
    for b in range(len(into)):
        j = b >> _BITS
        start = (j * below - j * (j - 1) // 2 - j) * SIDE * SIDE + (b & _REST) * SIDE
        for a in range(b, len(into)):
            column[a] = flat[start + here[a]]
        _add(flat_keep, flat_rest, own, beyond, into[b], along[b:], column[b:], 1.0)


@njit(cache=True, nogil=True)
def _invert(tile, inverse):
    """Cholesky factor of one tile in place, and its ``inverse``; False where it is not positive."""
    for c in range(SIDE):
        if not tile[c, c] > 0.0:
            return False
        root = np.sqrt(tile[c, c])
        tile[c, c:] /= root
        for d in range(c + 1, SIDE):
            factor = tile[c, d]
            for r in range(d, SIDE):
                tile[d, r] -= factor * tile[c, r]
    # Column by column of the inverse's transpose: inverse[r, c] of the lower factor, rows r.
    inverse[:] = 0.0
    for r in range(SIDE):
        inverse[r, r] = 1.0
        for c in range(r):
            factor = tile[c, r]
            for k in range(c + 1):
                inverse[r, k] -= factor * inverse[c, k]
        for k in range(r + 1):
            inverse[r, k] /= tile[r, r]
    return True


@njit(cache=True, nogil=True)
def eliminate(keep, rest, own, beyond):
    """Take the first ``own`` columns of tiles out: ``keep`` becomes their factor, with the inverses on the diagonal,
    and ``rest`` what remains for the rows beyond.  False where a pivot is not positive.
    """
    across = own + beyond
    inverse, product = np.empty((SIDE, SIDE)), np.empty((SIDE, SIDE))
    for k in range(own):
        begin = k * across - k * (k - 1) // 2 - k
        if not _invert(keep[begin + k], inverse):
            return False
        keep[begin + k] = inverse
        for i in range(k + 1, across):
            np.dot(inverse, keep[begin + i], product)
            keep[begin + i] = product
        for j in range(k + 1, own):
            target = j * across - j * (j - 1) // 2 - j
            for i in range(j, across):
                np.dot(keep[begin + j].T, keep[begin + i], product)
                keep[target + i] -= product
    for j in range(beyond):
        target = j * beyond - j * (j - 1) // 2 - j
        for i in range(j, beyond):
            for k in range(own):
                begin = k * across - k * (k - 1) // 2 - k + own
                np.dot(keep[begin + j].T, keep[begin + i], product)
                rest[target + i] -= product
    return True


@njit(cache=True, nogil=True)
def forward(keep, own, beyond, rows, after, right):
    """Solve with the lower factor: rows of the front are ``rows`` (its own) and ``after`` in ``right``."""
    across = own + beyond
    work = np.zeros(across * SIDE)
    for n in range(len(rows)):
        work[n] = right[rows[n]]
    part = np.empty(SIDE)
    for k in range(own):
        begin = k * across - k * (k - 1) // 2 - k
        np.dot(keep[begin + k], work[k * SIDE : (k + 1) * SIDE], part)
        work[k * SIDE : (k + 1) * SIDE] = part
        for i in range(k + 1, across):
            target = work[i * SIDE : (i + 1) * SIDE]
            for c in range(SIDE):
                here = part[c]
                for r in range(SIDE):
                    target[r] -= keep[begin + i, c, r] * here
    for n in range(len(rows)):
        right[rows[n]] = work[n]
    for n in range(len(after)):
        right[after[n]] += work[own * SIDE + n]


@njit(cache=True, nogil=True)
def backward(keep, own, beyond, rows, after, right):
    """Solve with the upper factor, the rows beyond being known."""
    across = own + beyond
    work = np.zeros(across * SIDE)
    for n in range(len(rows)):
        work[n] = right[rows[n]]
    for n in range(len(after)):
        work[own * SIDE + n] = right[after[n]]
    part = np.empty(SIDE)
    for k in range(own - 1, -1, -1):
        begin = k * across - k * (k - 1) // 2 - k
        here = work[k * SIDE : (k + 1) * SIDE]
        for i in range(k + 1, across):
            known = work[i * SIDE : (i + 1) * SIDE]
            np.dot(keep[begin + i], known, part)
            here -= part
        part[:] = 0.0
        for r in range(SIDE):
            for c in range(r + 1):
                part[c] += keep[begin + k, r, c] * here[r]
        here[:] = part
    for n in range(len(rows)):
        right[rows[n]] = work[n]

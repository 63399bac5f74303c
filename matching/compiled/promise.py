"""What a listing can promise another at most, sixteen entries at a time: which of those in range are worth a look.

The bound is computed in small numbers with a margin for their rounding: it is never below the score that
:mod:`matching.compiled.rules` gives the pair, and a pair that passes is never left out.  Its quality is what it would
be if all that is assayed were perfect.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from matching import score
from matching.compiled.buckets import (
    FIELDS,
    FIRST,
    LANES,
    LAST,
    LOT,
    MASK,
    NOTHING,
    PRICE,
    REACH,
    SLOT,
    SPECS,
    TONNES,
    X,
    Y,
    Z,
)
from matching.compiled.grid import row_window, window
from matching.distance.great_circle import EARTH_RADIUS_KM

# A question is the entry of the listing that asks, and after it the terms.
_KM, _RATE, _DISTANCE, _QUALITY, _CAPACITY, _TRADE, _TIMING = range(FIELDS, FIELDS + 7)
ASKED = FIELDS + 7
# What may be feasible promises this much more than its score, and so comes before what surely is not.
FEASIBLE = 128
# Rules surely failed are counted up to this.
MOST_BROKEN = 6
# Points of the score that the rounding of small numbers cannot reach.
_MARGIN = np.float32(0.01)
# Places are rounded to 2 ** -25 and less: no chord (in radii of the earth) is longer by more than this.
_SHORTER, _HAIR = np.float32(1.0 - 1e-6), np.float32(3e-7)
_WIDER = np.float32(1.0 + 1e-5)
_ZERO, _QUARTER, _HALF, _ONE, _HUNDRED = (np.float32(number) for number in (0.0, 0.25, 0.5, 1.0, 100.0))
_HALF_KM, _HALF_T = np.float32(score.HALF_DISTANCE_KM), np.float32(score.HALF_CAPACITY_T)
_PRICE_SCALE, _STEEPEST = np.float32(-1.0 / score.PRICE_SCALE_YUAN_PER_T), np.float32(30.0)
_INVERSE_LN2, _LN2 = np.float32(1.0 / math.log(2.0)), np.float32(math.log(2.0))
_F2, _F3, _F4, _F5 = (np.float32(1.0 / number) for number in (2, 6, 24, 120))


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _exponential(x):
    """exp x for |x| <= 30, to five digits."""
    power = np.float32(math.floor(x * _INVERSE_LN2 + _HALF))
    r = x - power * _LN2
    series = _ONE + r * (_ONE + r * (_F2 + r * (_F3 + r * (_F4 + r * _F5))))
    return series * np.int32((np.int32(power) + np.int32(127)) << np.int32(23)).view(np.float32)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _ones(word):
    """How many bits of a 32-bit word are set (Warren, *Hacker's Delight*, 5-1)."""
    word = np.uint32(word - (np.uint32(word >> np.uint32(1)) & np.uint32(0x55555555)))
    word = np.uint32((word & np.uint32(0x33333333)) + (np.uint32(word >> np.uint32(2)) & np.uint32(0x33333333)))
    word = np.uint32(word + np.uint32(word >> np.uint32(4))) & np.uint32(0x0F0F0F0F)
    return np.uint32(np.uint32(word * np.uint32(0x01010101)) >> np.uint32(24))


@njit(cache=True, nogil=True, error_model="numpy")
def question_of(row, price, terms, question):
    """Fill ``question``, float32 of shape ``(ASKED,)``, from a listing's record and the terms.

    ``price`` is its bid or minus ask, less the freight's fixed part.
    """
    question[X], question[Y], question[Z] = row.x, row.y, row.z
    question[REACH], question[TONNES], question[LOT] = row.reach, row.t_per_month, row.lot_t
    question[FIRST], question[LAST], question[SPECS] = row.first, row.last, 0.0
    question[PRICE] = price + abs(price) * 2e-7
    question[_KM], question[_RATE] = EARTH_RADIUS_KM * terms.circuity, terms.rate
    # The constants of the parts' formulas are multiplied in.
    question[_DISTANCE], question[_QUALITY] = 100.0 * terms.distance * score.HALF_DISTANCE_KM, 100.0 * terms.quality
    question[_CAPACITY], question[_TRADE] = 100.0 * terms.capacity, 100.0 * terms.price
    question[_TIMING] = 100.0 * terms.timing / terms.months


@njit(cache=True, nogil=True, error_model="numpy")
def _promises(pool, whole, block, question, mask, promise, broken):
    """Fill ``promise`` for one block: the bound of each entry, ``FEASIBLE`` more without an assay known to lack.

    ``broken`` receives how many rules each surely fails.  A loop without branches: the compiler turns it into vector
    instructions.
    """
    x, y, z, reach, tonnes, lot = (
        question[X], question[Y], question[Z], question[REACH] * _WIDER, question[TONNES] * _WIDER, question[LOT]
    )
    price, first, last, specs = question[PRICE], question[FIRST] - _ONE, question[LAST], question[SPECS]
    kilometres, rate, timing = question[_KM], question[_RATE], question[_TIMING]
    near, good, large, dear = question[_DISTANCE], question[_QUALITY], question[_CAPACITY], question[_TRADE]
    for n in range(LANES):
        dx, dy, dz = pool[block, X, n] - x, pool[block, Y, n] - y, pool[block, Z, n] - z
        chord = max(np.float32(math.sqrt(dx * dx + dy * dy + dz * dz)) * _SHORTER - _HAIR, _ZERO)
        # An arc is longer than its chord.
        km = chord * kilometres
        common = min(tonnes, pool[block, TONNES, n] * _WIDER)
        shared = max(min(last, pool[block, LAST, n]) - max(first, pool[block, FIRST, n] - _ONE), _ZERO)
        broken[n] = (
            np.int32(chord * chord * _QUARTER > min(reach, pool[block, REACH, n] * _WIDER))
            + np.int32(shared < _HALF) + np.int32(common < lot) + np.int32(common < pool[block, LOT, n])
        )
        lacking = np.float32(_ones(np.uint32(whole[block, MASK, n] & mask)))
        surplus = (price + pool[block, PRICE, n]) - rate * km
        # Three divisions in one: distance, capacity and price, each with its weight.
        far, some = km + _HALF_KM, common + _HALF_T
        loss = _ONE + _exponential(min(max(surplus * _PRICE_SCALE, -_STEEPEST), _STEEPEST))
        parts = (near * some * loss + large * common * far * loss + dear * far * some) / (far * some * loss)
        bound = parts + good * (_ONE - lacking * max(specs, pool[block, SPECS, n])) + timing * shared + _MARGIN
        promise[n] = min(bound, _HUNDRED) + (np.float32(FEASIBLE) if lacking == _ZERO else _ZERO)


@njit(cache=True, nogil=True, error_model="numpy")
def entries_near(place, angle, grid, waste, counts):
    """How many entries stand in the cells that a circle can touch."""
    bottom, top, left, right = window(grid, place[0], place[1], angle)
    found = 0
    for row in range(bottom, top + 1):
        west, east = row_window(grid, row, place[0], place[1], angle, left, right)
        base = (waste * grid.rows + row) * grid.columns
        for bucket in range(base + west, base + east + 1):
            found += counts[bucket]
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def gather(place, angle, grid, waste, chains, question, mask, slots, promise, count):
    """Add the entries of one waste type that may be partners: their slots and promises; how many there are then.

    Both arrays have ``LANES`` places more than there are entries.
    """
    heads, after, pool, whole = chains
    here, broken = np.empty(LANES, np.float32), np.empty(LANES, np.int32)
    bottom, top, left, right = window(grid, place[0], place[1], angle)
    for row in range(bottom, top + 1):
        west, east = row_window(grid, row, place[0], place[1], angle, left, right)
        base = (waste * grid.rows + row) * grid.columns
        for bucket in range(base + west, base + east + 1):
            block = heads[bucket]
            while block >= 0:
                _promises(pool, whole, block, question, mask, here, broken)
                for n in range(LANES):
                    # Written in any case: a branch that is taken every other time costs more.
                    slots[count], promise[count] = whole[block, SLOT, n], here[n]
                    count += broken[n] == 0
                block = after[block]
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def gather_misses(waste, grid, chains, question, mask, besides, slots, promise, count):
    """Add all entries of one waste type, with ``FEASIBLE`` more for each rule fewer that they surely fail.

    ``besides`` is how many rules each of them fails that are not looked at here.
    """
    heads, after, pool, whole = chains
    here, broken = np.empty(LANES, np.float32), np.empty(LANES, np.int32)
    for bucket in range(waste * grid.rows * grid.columns, (waste + 1) * grid.rows * grid.columns):
        block = heads[bucket]
        while block >= 0:
            _promises(pool, whole, block, question, mask, here, broken)
            for n in range(LANES):
                level = min(max(broken[n] + besides, 1), MOST_BROKEN)
                bound = here[n] - FEASIBLE if here[n] >= FEASIBLE else here[n]
                slots[count], promise[count] = whole[block, SLOT, n], bound + FEASIBLE * (MOST_BROKEN - level)
                count += pool[block, REACH, n] != NOTHING
            block = after[block]
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def by_promise(promise, order):
    """Fill ``order`` with the entries by whole points of promise, highest first: a sort that costs next to nothing."""
    bins = FEASIBLE * MOST_BROKEN
    ends = np.zeros(bins + 1, np.int64)
    for n in range(len(promise)):
        ends[bins - int(promise[n])] += 1
    for point in range(bins):
        ends[point + 1] += ends[point]
    for n in range(len(promise)):
        point = bins - 1 - int(promise[n])
        order[ends[point]] = n
        ends[point] += 1

"""The rules of one pair as compiled functions: the same arithmetic, in the same order, as :mod:`matching.pairs`.

Each function takes the columns of both sides and the two positions, ``i`` of the supply and ``j`` of the demand.
"""

from __future__ import annotations

import math

from numba import njit

from matching import arithmetic, score
from matching.arithmetic import HALF_PI, INVERSE_LN2, LN2_HIGH, LN2_LOW, POWER_ZERO, POWERS
from matching.compiled.columns import Offers, SpecRows, Terms, Wants
from matching.distance.great_circle import EARTH_RADIUS_KM
from matching.problem import NO_WASTE

_excess = njit(cache=True, nogil=True, inline="always")(arithmetic.arcsine_excess)
_series = njit(cache=True, nogil=True, inline="always")(arithmetic.exponential_series)
_HALF_DISTANCE, _HALF_CAPACITY = score.HALF_DISTANCE_KM, score.HALF_CAPACITY_T
_PRICE_SCALE = score.PRICE_SCALE_YUAN_PER_T
# Squared half chords closer to a limit than this (relative) are settled by the kilometres themselves.
NEAR_LIMIT = 1e-11


@njit(cache=True, nogil=True)
def arcsine(x):
    """:func:`matching.arithmetic.arcsine` of one number."""
    if x > 0.5:
        t = (1.0 - x) * 0.5
        root = math.sqrt(t)
        return HALF_PI - 2.0 * (root + root * _excess(t))
    return x + x * _excess(x * x)


@njit(cache=True, nogil=True)
def exponential(x):
    """:func:`matching.arithmetic.exponential` of one number."""
    power = math.floor(x * INVERSE_LN2 + 0.5)
    r = (x - power * LN2_HIGH) - power * LN2_LOW
    return _series(r) * POWERS[int(power) + POWER_ZERO]


@njit(cache=True, nogil=True, inline="always")
def squared_half_chord(x1, y1, z1, x2, y2, z2):
    """As in :func:`matching.distance.great_circle.great_circle_km`."""
    dx, dy, dz = x1 - x2, y1 - y2, z1 - z2
    return (dx * dx + dy * dy + dz * dz) * 0.25


@njit(cache=True, nogil=True)
def travelled_km(squared, circuity):
    """Travelled kilometres of a squared half chord."""
    return 2.0 * EARTH_RADIUS_KM * arcsine(min(math.sqrt(squared), 1.0)) * circuity


@njit(cache=True, nogil=True, inline="always")
def in_range(offers: Offers, i, wants: Wants, j, squared, circuity):
    """Whether the distance is within both limits, given the squared half chord."""
    reach = min(offers.reach[i], wants.reach[j])
    if squared > reach * (1.0 + NEAR_LIMIT):
        return False
    if squared < reach * (1.0 - NEAR_LIMIT):
        return True
    return travelled_km(squared, circuity) <= min(offers.limit_km[i], wants.limit_km[j])


@njit(cache=True, nogil=True, inline="always")
def shared_months(offers: Offers, i, wants: Wants, j):
    """Months that both windows hold."""
    return max(min(offers.last[i], wants.last[j]) - max(offers.first[i], wants.first[j]) + 1, 0)


@njit(cache=True, nogil=True, inline="always")
def unassayed(offers: Offers, i, wants: Wants, j, specs: SpecRows):
    """How many specs that bind the pair name a property not assayed; -1 where an `each` spec fails."""
    missing = 0
    start = wants.spec_start[j]
    for row in range(start, start + wants.spec_count[j]):
        if specs.waste[row] != NO_WASTE and specs.waste[row] != offers.waste[i]:
            continue
        value = offers.value[i, specs.property[row]]
        if specs.each[row] and (value < specs.limits[row, 0] or value > specs.limits[row, 1]):
            return -1
        if math.isnan(value):
            missing += 1
    return missing


@njit(cache=True, nogil=True)
def spec_outcome(offers: Offers, i, wants: Wants, j, specs: SpecRows):
    """As :func:`matching.specs.check_specs`: `each` specs failed, properties not assayed, quality."""
    failed = missing = bound = 0
    margins = 0.0
    start = wants.spec_start[j]
    for row in range(start, start + wants.spec_count[j]):
        if specs.waste[row] != NO_WASTE and specs.waste[row] != offers.waste[i]:
            continue
        bound += 1
        value = offers.value[i, specs.property[row]]
        if math.isnan(value):
            missing += 1
            continue
        low, high = specs.limits[row, 0], specs.limits[row, 1]
        if specs.each[row] and (value < low or value > high):
            failed += 1
        if low == high:
            margin = 1.0 if value == low else 0.0
        else:
            margin = min((value - low) / specs.limits[row, 2], (high - value) / specs.limits[row, 3])
            margin = min(max(margin, 0.0), 1.0)
        margins += margin
    return failed, missing, (margins / bound if bound > 0 else 1.0)


@njit(cache=True, nogil=True)
def scored(common, shared, surplus, quality, km, terms: Terms):
    """The four parts beside ``quality`` and the score: as :mod:`matching.score`."""
    distance = 1.0 / (1.0 + km / _HALF_DISTANCE)
    capacity = common / (common + _HALF_CAPACITY)
    price = 1.0 / (1.0 + exponential(min(max(-surplus / _PRICE_SCALE, -500.0), 500.0)))
    timing = shared / terms.months
    total = 0.0
    total += terms.weights[0] * distance
    total += terms.weights[1] * quality
    total += terms.weights[2] * capacity
    total += terms.weights[3] * price
    total += terms.weights[4] * timing
    return distance, capacity, price, timing, min(total * 100.0, 100.0)

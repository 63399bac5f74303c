"""The rules of one pair as compiled functions: the same arithmetic, in the same order, as :mod:`matching.pairs`.

``offer``, ``want`` and ``specs`` are records of :mod:`matching.compiled.columns`; ``values[i]`` are the assays of the
supply at position ``i``.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from matching import arithmetic, score
from matching.arithmetic import EXPONENT_SHIFT, EXPONENT_ZERO, HALF_PI, INVERSE_LN2, LN2_HIGH, LN2_LOW
from matching.distance.great_circle import EARTH_RADIUS_KM
from matching.problem import NO_WASTE

_excess = njit(cache=True, nogil=True, error_model="numpy", inline="always")(arithmetic.arcsine_excess)
_series = njit(cache=True, nogil=True, error_model="numpy", inline="always")(arithmetic.exponential_series)
_HALF_DISTANCE, _HALF_CAPACITY = score.HALF_DISTANCE_KM, score.HALF_CAPACITY_T
_PRICE_SCALE = score.PRICE_SCALE_YUAN_PER_T
# Squared half chords closer to a limit than this (relative) are settled by the kilometres themselves.
NEAR_LIMIT = 1e-11


@njit(cache=True, nogil=True, error_model="numpy")
def arcsine(x):
    """:func:`matching.arithmetic.arcsine` of one number."""
    far = x > 0.5
    t = (1.0 - x) * 0.5 if far else x * x
    root = math.sqrt(t) if far else x
    value = root + root * _excess(t)
    return HALF_PI - 2.0 * value if far else value


@njit(cache=True, nogil=True, error_model="numpy")
def exponential(x):
    """:func:`matching.arithmetic.exponential` of one number."""
    power = np.floor(x * INVERSE_LN2 + 0.5)
    r = (x - power * LN2_HIGH) - power * LN2_LOW
    bits = np.int64(np.int64(power + EXPONENT_ZERO) << EXPONENT_SHIFT)
    return _series(r) * bits.view(np.float64)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def squared_half_chord(x1, y1, z1, x2, y2, z2):
    """As in :func:`matching.distance.great_circle.great_circle_km`."""
    dx, dy, dz = x1 - x2, y1 - y2, z1 - z2
    return (dx * dx + dy * dy + dz * dz) * 0.25


@njit(cache=True, nogil=True, error_model="numpy")
def travelled_km(squared, circuity):
    """Travelled kilometres of a squared half chord."""
    return 2.0 * EARTH_RADIUS_KM * arcsine(min(math.sqrt(squared), 1.0)) * circuity


@njit(cache=True, nogil=True, error_model="numpy")
def in_range(offer, want, squared, circuity):
    """Whether the distance is within both limits, given the squared half chord."""
    reach = min(offer.reach, want.reach)
    if squared > reach * (1.0 + NEAR_LIMIT):
        return False
    if squared < reach * (1.0 - NEAR_LIMIT):
        return True
    return travelled_km(squared, circuity) <= min(offer.limit_km, want.limit_km)


@njit(cache=True, nogil=True, error_model="numpy")
def shared_months(offer, want):
    """Months that both windows hold."""
    return max(min(offer.last, want.last) - max(offer.first, want.first) + 1, 0)


@njit(cache=True, nogil=True, error_model="numpy")
def common_tonnes(offer, want):
    """Tonnes per month that both could move."""
    return min(offer.t_per_month, want.t_per_month)


@njit(cache=True, nogil=True, error_model="numpy")
def spec_outcome(offer, values, i, want, specs):
    """As :func:`matching.specs.check_specs`: `each` specs failed, properties not assayed, quality."""
    failed = missing = bound = 0
    margins = 0.0
    for row in range(want.spec_start, want.spec_start + want.spec_count):
        spec = specs[row]
        if spec.waste != NO_WASTE and spec.waste != offer.waste:
            continue
        bound += 1
        value = values[i, spec.property]
        if math.isnan(value):
            missing += 1
            continue
        if spec.each and (value < spec.low or value > spec.high):
            failed += 1
        if spec.low == spec.high:
            margin = 1.0 if value == spec.low else 0.0
        else:
            # Divisions are dear, and most specs have one side only.
            below = (spec.high - value) / spec.high_scale if spec.high < math.inf else math.inf
            above = (value - spec.low) / spec.low_scale if spec.low > -math.inf else math.inf
            margin = min(max(min(above, below), 0.0), 1.0)
        margins += margin
    return failed, missing, margins / bound if bound > 0 else 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def parts_of(km, common, surplus, shared, terms):
    """The parts of distance, capacity, price and timing: as :mod:`matching.score`."""
    price = 1.0 / (1.0 + exponential(min(max(-surplus / _PRICE_SCALE, -500.0), 500.0)))
    return 1.0 / (1.0 + km / _HALF_DISTANCE), common / (common + _HALF_CAPACITY), price, shared / terms.months


@njit(cache=True, nogil=True, error_model="numpy")
def weighed(distance, quality, capacity, price, timing, terms):
    """The score of five parts: as :func:`matching.score.total`."""
    total = 0.0
    total += terms.distance * distance
    total += terms.quality * quality
    total += terms.capacity * capacity
    total += terms.price * price
    total += terms.timing * timing
    return min(total * 100.0, 100.0)

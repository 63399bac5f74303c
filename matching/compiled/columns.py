"""A market's rows as compiled code wants them: one record per listing and per spec, side by side in memory.

Records are read by position without counting references, and all that is asked of one listing stands in one or two
lines of the processor's cache.  ``reach`` is the squared half chord at a listing's distance limit (infinite without
one): most pairs are judged near or far by it, without an arc sine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.distance.great_circle import EARTH_RADIUS_KM, unit_vectors
from matching.pairs import Evaluator
from matching.problem import EACH
from matching.specs import margin_scales

_PLACE = [("x", "f8"), ("y", "f8"), ("z", "f8"), ("reach", "f8"), ("limit_km", "f8")]
_AMOUNT = [("t_per_month", "f8"), ("lot_t", "f8"), ("price", "f8"), ("first", "i4"), ("last", "i4")]
# ``price`` is the ask, ``waste`` the waste type offered.
OFFER = np.dtype([*_PLACE, *_AMOUNT, ("waste", "i4")], align=True)
# ``price`` is the bid; the specs are rows ``spec_start`` to ``spec_start + spec_count``.
WANT = np.dtype([*_PLACE, *_AMOUNT, ("spec_count", "i4"), ("qualified", "?"), ("spec_start", "i8")], align=True)
# Limits and the scales over which a margin grows from 0 to 1 (:func:`matching.specs.margin_scales`).
SPEC = np.dtype(
    [("low", "f8"), ("high", "f8"), ("low_scale", "f8"), ("high_scale", "f8"), ("property", "i4"), ("waste", "i4"),
     ("each", "?")], align=True,
)  # fmt: skip


class Terms(NamedTuple):
    """What all pairs share; the last five are the shares of the score, adding up to 1."""

    circuity: float
    handling: float
    rate: float
    months: float
    distance: float
    quality: float
    capacity: float
    price: float
    timing: float


def reach_of(limit_km: np.ndarray, circuity: float) -> np.ndarray:
    """Squared half chord at ``limit_km`` travelled kilometres, infinite beyond the far side of the earth."""
    angle = limit_km / (2.0 * EARTH_RADIUS_KM * circuity)
    return np.where(angle < np.pi / 2, np.sin(np.minimum(angle, np.pi / 2)) ** 2, np.inf)


def offers_of(evaluator: Evaluator, circuity: float) -> np.ndarray:
    """The supplies of a problem in their order, as ``OFFER`` records."""
    s = evaluator.problem.supplies
    offers = np.zeros(len(s.ids), OFFER)
    _lay_out(offers, s, s.ask_yuan_per_t, circuity)
    offers["waste"] = s.waste_type
    return offers


def wants_of(evaluator: Evaluator, circuity: float) -> np.ndarray:
    """The demands of a problem in their order, as ``WANT`` records."""
    d, specs = evaluator.problem.demands, evaluator.problem.specs
    wants = np.zeros(len(d.ids), WANT)
    _lay_out(wants, d, d.bid_yuan_per_t, circuity)
    wants["qualified"] = evaluator.problem.enterprises.qualified[d.enterprise]
    wants["spec_count"] = np.bincount(specs.demand, minlength=len(wants))
    wants["spec_start"] = np.cumsum(wants["spec_count"], dtype=np.int64) - wants["spec_count"]
    return wants


def _lay_out(rows: np.ndarray, listings, price: np.ndarray, circuity: float) -> None:  # type: ignore[no-untyped-def]
    """What supplies and demands have alike."""
    rows["x"], rows["y"], rows["z"] = unit_vectors(listings.lat, listings.lon)
    rows["limit_km"] = listings.max_distance_km
    rows["reach"] = reach_of(rows["limit_km"], circuity)
    rows["t_per_month"], rows["lot_t"], rows["price"] = listings.t_per_month, listings.min_lot_t, price
    rows["first"], rows["last"] = listings.first_month, listings.last_month


def values_of(evaluator: Evaluator) -> np.ndarray:
    """Assays, shape ``(supplies, properties)``, NaN where there is none."""
    return np.ascontiguousarray(evaluator.problem.supplies.property_value, dtype=np.float64)


def specs_of(evaluator: Evaluator) -> np.ndarray:
    """The specs of a problem in their order (by demand), as ``SPEC`` records."""
    specs = evaluator.problem.specs
    rows = np.zeros(len(specs.property), SPEC)
    rows["property"], rows["waste"], rows["each"] = specs.property, specs.waste_type, specs.basis == EACH
    rows["low"], rows["high"] = specs.minimum, specs.maximum
    rows["low_scale"], rows["high_scale"] = margin_scales(rows["low"], rows["high"])
    return rows


def terms_of(evaluator: Evaluator, circuity: float) -> Terms:
    """The terms of a problem and its parameters."""
    problem = evaluator.problem
    return Terms(
        float(circuity), float(problem.freight.handling_yuan_per_t), float(problem.freight.rate_yuan_per_t_km),
        float(len(problem.months)), *evaluator.params.weights.shares().tolist(),
    )  # fmt: skip

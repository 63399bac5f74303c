"""A market's columns as compiled code wants them: named tuples of flat arrays, one entry per listing.

``reach`` is the squared half chord at a listing's distance limit (infinite without one): most pairs are judged near
or far by it, without an arc sine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.distance.great_circle import EARTH_RADIUS_KM, unit_vectors
from matching.pairs import Evaluator
from matching.problem import EACH
from matching.specs import margin_scales


class Offers(NamedTuple):
    """Supplies, shape ``(supplies,)``; ``value`` is ``(supplies, properties)``, NaN where not assayed."""

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    reach: np.ndarray
    limit_km: np.ndarray
    t_per_month: np.ndarray
    lot_t: np.ndarray
    ask: np.ndarray
    first: np.ndarray
    last: np.ndarray
    waste: np.ndarray
    value: np.ndarray


class Wants(NamedTuple):
    """Demands, shape ``(demands,)``; their specs are rows ``spec_start`` to ``spec_start + spec_count``."""

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    reach: np.ndarray
    limit_km: np.ndarray
    t_per_month: np.ndarray
    lot_t: np.ndarray
    bid: np.ndarray
    first: np.ndarray
    last: np.ndarray
    qualified: np.ndarray
    spec_start: np.ndarray
    spec_count: np.ndarray


class SpecRows(NamedTuple):
    """Acceptance specs: ``limits`` is ``(specs, 4)``, lower limit, upper limit and the scales of their margins."""

    property: np.ndarray
    waste: np.ndarray
    each: np.ndarray
    limits: np.ndarray


class Terms(NamedTuple):
    """What all pairs share; ``weights`` are the five shares of the score, adding up to 1."""

    circuity: float
    handling: float
    rate: float
    months: int
    weights: np.ndarray


def reach_of(limit_km: np.ndarray, circuity: float) -> np.ndarray:
    """Squared half chord at ``limit_km`` travelled kilometres, infinite beyond the far side of the earth."""
    angle = limit_km / (2.0 * EARTH_RADIUS_KM * circuity)
    return np.where(angle < np.pi / 2, np.sin(np.minimum(angle, np.pi / 2)) ** 2, np.inf)


def offers_of(evaluator: Evaluator, circuity: float) -> Offers:
    """The supplies of a problem, in their order."""
    s = evaluator.problem.supplies
    x, y, z = unit_vectors(s.lat, s.lon)
    return Offers(
        x, y, z, reach_of(s.max_distance_km, circuity), _floats(s.max_distance_km), _floats(s.t_per_month),
        _floats(s.min_lot_t), _floats(s.ask_yuan_per_t), _ints(s.first_month), _ints(s.last_month),
        _ints(s.waste_type), np.ascontiguousarray(s.property_value, dtype=np.float64),
    )  # fmt: skip


def wants_of(evaluator: Evaluator, circuity: float) -> Wants:
    """The demands of a problem, in their order."""
    d, specs = evaluator.problem.demands, evaluator.problem.specs
    x, y, z = unit_vectors(d.lat, d.lon)
    count = np.bincount(specs.demand, minlength=len(d.ids)).astype(np.int32)
    qualified = evaluator.problem.enterprises.qualified[d.enterprise].astype(np.bool_)
    return Wants(
        x, y, z, reach_of(d.max_distance_km, circuity), _floats(d.max_distance_km), _floats(d.t_per_month),
        _floats(d.min_lot_t), _floats(d.bid_yuan_per_t), _ints(d.first_month), _ints(d.last_month), qualified,
        (np.cumsum(count) - count).astype(np.int64), count,
    )  # fmt: skip


def spec_rows_of(evaluator: Evaluator) -> SpecRows:
    """The specs of a problem, in their order: by demand."""
    specs = evaluator.problem.specs
    return spec_rows(specs.property, specs.waste_type, specs.basis == EACH, specs.minimum, specs.maximum)


def spec_rows(
    key: np.ndarray, waste: np.ndarray, each: np.ndarray, minimum: np.ndarray, maximum: np.ndarray
) -> SpecRows:
    """Specs given column by column, each of shape ``(specs,)``."""
    limits = np.column_stack([minimum, maximum, *margin_scales(minimum, maximum)])
    return SpecRows(_ints(key), _ints(waste), np.ascontiguousarray(each, dtype=np.bool_), limits.reshape(-1, 4))


def terms_of(evaluator: Evaluator, circuity: float) -> Terms:
    """The terms of a problem and its parameters."""
    problem = evaluator.problem
    return Terms(
        circuity, problem.freight.handling_yuan_per_t, problem.freight.rate_yuan_per_t_km, len(problem.months),
        evaluator.params.weights.shares(),
    )  # fmt: skip


def _floats(column: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(column, dtype=np.float64)


def _ints(column: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(column, dtype=np.int32)

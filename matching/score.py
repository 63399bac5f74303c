"""The five parts of a score, each in [0, 1]; docs/engine.md gives the formulas with their reasons."""

from __future__ import annotations

import numpy as np

from matching.arithmetic import exponential
from matching.params import Weights

# At this many kilometres the distance part is one half.
HALF_DISTANCE_KM = 100.0
# At this many common tonnes per month, about one 33-tonne lorry a day, the capacity part is one half.
HALF_CAPACITY_T = 1000.0
# A surplus of this many yuan per tonne lifts the price part from one half to about 0.73.
PRICE_SCALE_YUAN_PER_T = 20.0
PARTS = ("distance", "quality", "capacity", "price", "timing")


def distance_part(km: np.ndarray) -> np.ndarray:
    """1 at the door, one half at 100 km, falling ever more slowly: 1 / (1 + km / 100)."""
    return 1.0 / (1.0 + km / HALF_DISTANCE_KM)


def capacity_part(common_t: np.ndarray) -> np.ndarray:
    """One half where 1,000 t a month can move, towards 1 for more: t / (t + 1000).

    It grows with the common tonnes alone, so neither a larger taker nor a larger supplier can ever count for
    less; a share of either side's tonnes would hold its size against one of the two.
    """
    return common_t / (common_t + HALF_CAPACITY_T)


def price_part(surplus_yuan_per_t: np.ndarray) -> np.ndarray:
    """A logistic curve of bid - ask - freight: one half where the trade just pays for itself."""
    return 1.0 / (1.0 + exponential(np.clip(-surplus_yuan_per_t / PRICE_SCALE_YUAN_PER_T, -500, 500)))


def timing_part(shared: np.ndarray, months: int) -> np.ndarray:
    """The share of the horizon's months in which both sides are there."""
    return shared / months


def total(parts: np.ndarray, weights: Weights) -> np.ndarray:
    """``parts`` of shape (5, n) to scores in [0, 100]: their weighted mean times 100.

    Raises ``ValueError`` where a weight is negative or all are zero.
    """
    # Added up part by part, in one fixed order, so that equal pairs get equal scores to the last bit.
    score = np.zeros(parts.shape[1])
    for share, part in zip(weights.shares(), parts, strict=True):
        score += share * part
    return np.minimum(score * 100.0, 100.0)

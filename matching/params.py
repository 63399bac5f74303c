"""How a match is to be made: the weights of the five parts, how many partners to keep, how distance is
measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

# Told how many supplies are done, and of how many.
Progress = Callable[[int, int], None]


class DistanceModel(Protocol):
    """Travelled kilometres between points; ``method`` is kept beside every number it gives."""

    method: str

    def pairs_km(self, lat1: np.ndarray, lon1: np.ndarray, lat2: np.ndarray, lon2: np.ndarray) -> np.ndarray:
        """Kilometres between ``n`` pairs of WGS-84 points: four arrays of shape ``(n,)`` to one of shape
        ``(n,)``.
        """


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the five parts of a score, each >= 0; the score is their weighted mean times 100."""

    distance: float = 0.30
    quality: float = 0.20
    capacity: float = 0.20
    price: float = 0.20
    timing: float = 0.10

    def shares(self) -> np.ndarray:
        """The weights in the order of ``score.PARTS``, adding up to 1, shape ``(5,)``.

        Raises ``ValueError`` where a weight is negative or all are zero.
        """
        weight = np.array([self.distance, self.quality, self.capacity, self.price, self.timing])
        if (weight < 0).any() or weight.sum() <= 0:
            raise ValueError(f"weights must be 0 or more and not all 0, found {self}")
        return weight / weight.sum()


@dataclass(frozen=True, slots=True)
class MatchParams:
    """``top_k`` partners are kept per supply (0: all).  ``distance`` None: great circle x circuity."""

    weights: Weights = field(default_factory=Weights)
    top_k: int = 20
    distance: DistanceModel | None = None
    seed: int = 0

"""Great-circle distance, and the distance model that stretches it by a flat factor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Mean Earth radius (2 a + b) / 3 of the WGS-84 ellipsoid, IUGG.
EARTH_RADIUS_KM = 6371.0088
DEFAULT_CIRCUITY = 1.35


def great_circle_km(lat1: np.ndarray, lon1: np.ndarray, lat2: np.ndarray, lon2: np.ndarray) -> np.ndarray:
    """Great-circle kilometres between points in WGS-84 degrees, elementwise; the four arguments broadcast.

    The haversine form keeps its digits for neighbours a few metres apart; the arc cosine form loses them.
    """
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half_dlat = (phi2 - phi1) / 2.0
    half_dlon = np.radians(np.subtract(lon2, lon1)) / 2.0
    chord = np.sin(half_dlat) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(half_dlon) ** 2
    # Rounding can lift the chord of antipodes a hair above one, where the arc sine would be NaN.
    return 2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))


@dataclass(frozen=True, slots=True)
class GreatCircle:
    """Travelled kilometres as great circle times a flat ``circuity`` (>= 1; ``ValueError`` otherwise)."""

    circuity: float = DEFAULT_CIRCUITY
    method: str = "great-circle"

    def __post_init__(self) -> None:
        if not self.circuity >= 1.0:
            raise ValueError(f"circuity {self.circuity} is below 1: no road is shorter than the great circle")

    def pairs_km(
        self, lat1: np.ndarray, lon1: np.ndarray, lat2: np.ndarray, lon2: np.ndarray
    ) -> np.ndarray:
        """Kilometres of ``n`` pairs: four arrays of shape ``(n,)`` in degrees to one of shape ``(n,)``."""
        return great_circle_km(lat1, lon1, lat2, lon2) * self.circuity

"""Great-circle distance, and the distance model that stretches it by a flat factor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.arithmetic import arcsine

# Mean Earth radius (2 a + b) / 3 of the WGS-84 ellipsoid, IUGG.
EARTH_RADIUS_KM = 6371.0088
DEFAULT_CIRCUITY = 1.35


def unit_vectors(lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points in WGS-84 degrees as x, y, z on the unit sphere, elementwise."""
    phi, lam = np.radians(lat), np.radians(lon)
    across = np.cos(phi)
    return across * np.cos(lam), across * np.sin(lam), np.sin(phi)


def great_circle_km(lat1: np.ndarray, lon1: np.ndarray, lat2: np.ndarray, lon2: np.ndarray) -> np.ndarray:
    """Great-circle kilometres between points in WGS-84 degrees, elementwise; the four arguments broadcast.

    Half the chord between the two points on the unit sphere is the sine of half the angle, as in the haversine
    form: it keeps its digits for neighbours a few metres apart, where the arc cosine form loses them.  Sine and
    cosine are taken of each place alone, so that they need not be taken again for every pair.
    """
    x1, y1, z1 = unit_vectors(lat1, lon1)
    x2, y2, z2 = unit_vectors(lat2, lon2)
    dx, dy, dz = x1 - x2, y1 - y2, z1 - z2
    squared = (dx * dx + dy * dy + dz * dz) * 0.25
    # Rounding can lift the half chord of antipodes a hair above one, where there is no arc sine.
    return 2.0 * EARTH_RADIUS_KM * arcsine(np.minimum(np.sqrt(squared), 1.0))


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

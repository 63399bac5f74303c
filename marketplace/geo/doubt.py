"""Does a point said to be WGS-84 look as if it had been read off a Chinese map?

A point alone cannot tell: the shift is smooth.  But where an enterprise's places are already known, a point
that lies a map's shift away from one of them, and close to it once the shift is undone, most likely was.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from marketplace.geo.systems import BD09, GCJ02, Place, to_wgs84

EARTH_RADIUS_M = 6371008.8
# The shift in China runs from about 100 m to 700 m, with Baidu's own to about 1.5 km.
NEAREST_M, FARTHEST_M = 150.0, 1600.0
# Undoing the shift must bring the point at least this many times nearer to the known place.
TIMES_NEARER = 3.0


def metres_between(one: Place, other: Place) -> float:
    """Great-circle metres between two points."""
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    half_lat, half_lon = (lat2 - lat1) / 2, math.radians(other.lon - one.lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def likely_system(place: Place, known: Iterable[Place]) -> str | None:
    """``gcj02`` or ``bd09`` where ``place``, offered as WGS-84, looks like that beside a known place."""
    best: tuple[float, str] | None = None
    for site in known:
        offset = metres_between(place, site)
        if not NEAREST_M <= offset <= FARTHEST_M:
            continue
        for system in (GCJ02, BD09):
            mended = metres_between(to_wgs84(place, system), site)
            if mended * TIMES_NEARER <= offset and (best is None or mended < best[0]):
                best = (mended, system)
    return best[1] if best else None

"""From the coordinate systems of Chinese maps to WGS-84 and back.

GCJ-02 (Amap, Tencent) shifts WGS-84 by a smooth field of some 100-700 m; BD-09 (Baidu) shifts GCJ-02 again.
The shift has been published many times as open formulas (evil-transform, coordtransform); there is no closed
inverse, so the way back is found by fixed-point iteration.  Outside the formulas' own box nothing is shifted.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

WGS84, GCJ02, BD09 = "wgs84", "gcj02", "bd09"
SYSTEMS = (WGS84, GCJ02, BD09)

# Krasovsky 1940, the ellipsoid of the published shift.
_SEMI_MAJOR_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BAIDU = math.pi * 3000.0 / 180.0
_BAIDU_LAT, _BAIDU_LON = 0.006, 0.0065
_ITERATIONS = 12


class Place(NamedTuple):
    """A point in degrees."""

    lat: float
    lon: float


def wgs84_to_gcj02(place: Place) -> Place:
    """The point as Amap and Tencent would show it."""
    if not _shifted_here(place):
        return place
    north, east = _shift(place)
    return Place(place.lat + north, place.lon + east)


def gcj02_to_wgs84(place: Place) -> Place:
    """The true point behind one read off Amap or Tencent; there and back closes to a millimetre."""
    return _inverse(wgs84_to_gcj02, place) if _shifted_here(place) else place


def gcj02_to_bd09(place: Place) -> Place:
    """The point as Baidu would show it."""
    radius = math.hypot(place.lon, place.lat) + 0.00002 * math.sin(place.lat * _BAIDU)
    angle = math.atan2(place.lat, place.lon) + 0.000003 * math.cos(place.lon * _BAIDU)
    return Place(radius * math.sin(angle) + _BAIDU_LAT, radius * math.cos(angle) + _BAIDU_LON)


def bd09_to_gcj02(place: Place) -> Place:
    """The inverse of :func:`gcj02_to_bd09`."""
    return _inverse(gcj02_to_bd09, place)


def wgs84_to_bd09(place: Place) -> Place:
    """The true point as Baidu would show it."""
    return gcj02_to_bd09(wgs84_to_gcj02(place)) if _shifted_here(place) else place


def bd09_to_wgs84(place: Place) -> Place:
    """The true point behind one read off Baidu."""
    return gcj02_to_wgs84(bd09_to_gcj02(place)) if _shifted_here(place) else place


def to_wgs84(place: Place, system: str) -> Place:
    """``place`` given in ``system``, in WGS-84.  Raises ``ValueError`` for an unknown system."""
    if system == WGS84:
        return place
    if system == GCJ02:
        return gcj02_to_wgs84(place)
    if system == BD09:
        return bd09_to_wgs84(place)
    raise ValueError(f"unknown coordinate system {system!r}, expected one of {SYSTEMS}")


def _shifted_here(place: Place) -> bool:
    return 0.8293 <= place.lat <= 55.8271 and 72.004 <= place.lon <= 137.8347


def _inverse(forward: Callable[[Place], Place], target: Place) -> Place:
    # Over its own length the shift changes by less than a thousandth, so each round gains three digits.
    lat, lon = target
    for _round in range(_ITERATIONS):
        there = forward(Place(lat, lon))
        lat, lon = lat + target.lat - there.lat, lon + target.lon - there.lon
    return Place(lat, lon)


def _shift(place: Place) -> tuple[float, float]:
    """How far GCJ-02 lies north and east of WGS-84 here, in degrees."""
    north_m, east_m = _waves(place.lon - 105.0, place.lat - 35.0)
    latitude = math.radians(place.lat)
    magic = 1 - _ECCENTRICITY_SQUARED * math.sin(latitude) ** 2
    meridian = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / (magic * math.sqrt(magic))
    parallel = _SEMI_MAJOR_M / math.sqrt(magic) * math.cos(latitude)
    return math.degrees(north_m / meridian), math.degrees(east_m / parallel)


def _waves(x: float, y: float) -> tuple[float, float]:
    """The shift in metres (north, east) at ``x``, ``y`` degrees from 105 E, 35 N: published sums of sines."""
    pi, sin = math.pi, math.sin
    root = math.sqrt(abs(x))
    short = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + short
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + short
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    return north, east

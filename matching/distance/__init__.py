"""How far two points are apart for a lorry: by great circle, by road graph, or by a router over HTTP."""

from matching.distance.choose import METHODS, DistanceUnavailable, choose_distance
from matching.distance.great_circle import DEFAULT_CIRCUITY, EARTH_RADIUS_KM, GreatCircle, great_circle_km
from matching.distance.road import RoadGraph
from matching.distance.router import Router, RouterError

__all__ = [
    "DEFAULT_CIRCUITY",
    "EARTH_RADIUS_KM",
    "METHODS",
    "DistanceUnavailable",
    "GreatCircle",
    "RoadGraph",
    "Router",
    "RouterError",
    "choose_distance",
    "great_circle_km",
]

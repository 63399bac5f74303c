"""How far two points are apart for a lorry: by great circle, by road graph, or by a router over HTTP."""

from matching.distance.great_circle import EARTH_RADIUS_KM, GreatCircle, great_circle_km

__all__ = ["EARTH_RADIUS_KM", "GreatCircle", "great_circle_km"]

"""Distance inside a query: the great circle as one SQL expression that both databases work out alike."""

from __future__ import annotations

import math
from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

# Mean Earth radius (2 a + b) / 3 of the WGS-84 ellipsoid, IUGG.
EARTH_RADIUS_KM = 6371.0088


class great_circle_km(GenericFunction[float]):
    """Great-circle kilometres between (lat, lon) and (lat, lon) in WGS-84 degrees, haversine form.

    It is named as the SQL function it is.
    """

    type = Float()
    inherit_cache = True


@compiles(great_circle_km, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    lat1, lon1, lat2, lon2 = (f"({compiler.process(clause, **options)})" for clause in element.clauses)
    chord = (
        f"power(sin(radians({lat2} - {lat1}) / 2), 2)"
        f" + cos(radians({lat1})) * cos(radians({lat2})) * power(sin(radians({lon2} - {lon1}) / 2), 2)"
    )
    return f"({2 * EARTH_RADIUS_KM!r} * asin(sqrt(least(1.0, {chord}))))"


def _haversine_km(lat1: float | None, lon1: float | None, lat2: float | None, lon2: float | None) -> float | None:
    if lat1 is None or lon1 is None or lat2 is None or lon2 is None:
        return None
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_dlat, half_dlon = (phi2 - phi1) / 2, math.radians(lon2 - lon1) / 2
    chord = math.sin(half_dlat) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_dlon) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))


def add_functions(sqlite_connection: Any) -> None:
    """Teach one SQLite connection ``great_circle_km``; not every build of SQLite brings sine and cosine."""
    sqlite_connection.create_function("great_circle_km", 4, _haversine_km, deterministic=True)

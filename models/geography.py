"""Distance inside a query: the great circle as one SQL expression that both databases work out alike."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
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
    return _haversine("least", element, compiler, options)


@compiles(great_circle_km, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return _haversine("min", element, compiler, options)


def _haversine(least: str, element: Any, compiler: Any, options: dict[str, Any]) -> str:
    # Rounding can lift the chord of antipodes a hair above one, where the arc sine is not defined.
    lat1, lon1, lat2, lon2 = (f"({compiler.process(clause, **options)})" for clause in element.clauses)
    chord = (
        f"power(sin(radians({lat2} - {lat1}) / 2), 2)"
        f" + cos(radians({lat1})) * cos(radians({lat2})) * power(sin(radians({lon2} - {lon1}) / 2), 2)"
    )
    return f"({2 * EARTH_RADIUS_KM!r} * asin(sqrt({least}(1.0, {chord}))))"


_NEEDED = {
    "radians": (1, math.radians),
    "sin": (1, math.sin),
    "cos": (1, math.cos),
    "asin": (1, math.asin),
    "sqrt": (1, math.sqrt),
    "power": (2, math.pow),
}


def add_functions(sqlite_connection: Any) -> None:
    """Teach one SQLite connection the functions it lacks; not every build brings sine and cosine."""
    for name, (arguments, function) in _NEEDED.items():
        try:
            sqlite_connection.execute(f"SELECT {name}({', '.join(['0.5'] * arguments)})").close()
        except sqlite3.OperationalError:
            sqlite_connection.create_function(name, arguments, _of_numbers(function), deterministic=True)


def _of_numbers(function: Callable[..., float]) -> Callable[..., float | None]:
    return lambda *values: None if None in values else function(*values)

"""Which distance model a run uses: the one asked for by name, else the best one there is."""

from __future__ import annotations

from pathlib import Path

from matching.distance.great_circle import DEFAULT_CIRCUITY, GreatCircle
from matching.distance.road import RoadGraph
from matching.distance.router import Router

GREAT_CIRCLE, ROAD, ROUTER = "great-circle", "road", "router"
METHODS = (GREAT_CIRCLE, ROAD, ROUTER)


class DistanceUnavailable(ValueError):
    """The distance model asked for cannot be had; the message says why and what to do."""


def choose_distance(
    name: str | None = None,
    *,
    circuity: float = DEFAULT_CIRCUITY,
    roads: Path | str | None = None,
    router_url: str | None = None,
) -> GreatCircle | RoadGraph | Router:
    """The model called ``name`` (one of ``METHODS``), or with None: router, else roads, else great circle.

    ``roads`` is the road graph's file and ``router_url`` the routing service's address, None or empty where
    there is none.  Raises :class:`DistanceUnavailable` where the model wanted lacks its file or address.
    """
    if name is None:
        name = ROUTER if router_url else ROAD if roads else GREAT_CIRCLE
    if name == GREAT_CIRCLE:
        return GreatCircle(circuity)
    if name == ROAD:
        return _road(roads, circuity)
    if name == ROUTER:
        return _router(router_url, circuity)
    raise DistanceUnavailable(f"distance {name!r}: expected one of {', '.join(METHODS)}")


def _road(roads: Path | str | None, circuity: float) -> RoadGraph:
    if not roads:
        raise DistanceUnavailable(
            "distance road: no road graph is loaded; build one with `gongsheng assets build` "
            "and name it by --roads or GONGSHENG_ROADS"
        )
    try:
        return RoadGraph.load(roads, circuity)
    except OSError as error:
        reason = error.strerror or error
        raise DistanceUnavailable(f"distance road: {roads} cannot be read: {reason}") from error
    except ValueError as error:
        raise DistanceUnavailable(f"distance road: {error}") from error


def _router(router_url: str | None, circuity: float) -> Router:
    if not router_url:
        raise DistanceUnavailable("distance router: no address is configured; set GONGSHENG_ROUTER_URL")
    try:
        return Router(router_url, circuity=circuity)
    except ValueError as error:
        raise DistanceUnavailable(f"distance router: {error}") from error

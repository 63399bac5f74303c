"""What the scripts draw: the ground of every map, a page's arcs and Sankey; no hidden figure is in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace import formatting
from marketplace.i18n import named
from marketplace.market.kept import Kept
from marketplace.palette import FLOW_COLOUR, NEUTRAL_COLOUR
from marketplace.symbiosis.flows import PARK, Place
from marketplace.symbiosis.presenters import (
    arc_colour,
    arc_id,
    arc_name,
    place_name,
    place_url,
    short_park_name,
    waste_name,
)
from marketplace.symbiosis.presenters_network import export_words
from marketplace.symbiosis.selection import Sight
from marketplace.symbiosis.totals import Arc

# Beyond these a map is a skein that nobody reads.
MOST_ARCS = 150
_by_month: Kept[dict[str, list[float]]] = Kept(8)


def map_words() -> dict[str, str]:
    """Everything the map says, in the language of the request."""
    return {
        "legend": _("Legend"),
        "legend_note": _(
            "Areas of dots grow with tonnes, widths of arcs with their square root. "
            "An entry switches its layer."
        ),
        "controls": _("Move the map; arrow keys shift it"),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "reset": _("Whole map"),
        "supplies": _("Supplies"),
        "demands": _("Demands"),
        "enterprises": _("Enterprises"),
        "parks": _("Parks"),
        "roads": _("Roads"),
        "rail": _("Railways"),
        "areas": _("Names of banners"),
        "flows": _("Flows"),
        "point_tonnes": _("%(tonnes)s a month", tonnes="%(tonnes)s"),
        "flow_tonnes": "%(tonnes)s",
        "cluster": _("%(count)s listings close together", count="%(count)s"),
        "failed": _("The map cannot be drawn: its data is not installed. The tables hold the same facts."),
        **export_words(),
    }


def map_ground(parks: Iterable[Place]) -> dict[str, object]:
    """Words and parks, as every map needs them."""
    return {"words": map_words(), "parks": [park_point(park) for park in parks]}


def park_point(park: Place, **more: object) -> dict[str, object]:
    return {
        "id": park.key,
        "kind": "park",
        "name": named(park),
        "short": short_park_name(park),
        "lat": park.lat,
        "lon": park.lon,
        "url": place_url(park),
        "tonnes": None,
        **more,
    }


def drawn_and_left(arcs: Iterable[tuple[Arc, bool]]) -> tuple[list[Arc], list[Arc]]:
    """The largest arcs that may be shown, as many as the eye can take, and the smaller ones."""
    shown = [arc for arc, visible in arcs if visible and arc.source is not None and arc.target is not None]
    return shown[:MOST_ARCS], shown[MOST_ARCS:]


def listed(arcs: Iterable[tuple[Arc, bool]]) -> list[tuple[Arc, bool]]:
    """What the page's table lists: the arcs that are drawn, and the hidden ones by name."""
    pairs = list(arcs)
    drawn, _left = drawn_and_left(pairs)
    return [*((arc, True) for arc in drawn), *((arc, False) for arc, shown in pairs if not shown)]


def left_out(arcs: Iterable[tuple[Arc, bool]]) -> str:
    """What the map does not draw, in words; blank where it draws all."""
    _drawn, left = drawn_and_left(arcs)
    if not left:
        return ""
    return ngettext(
        "The map shows the largest flows; %(num)s smaller flow (%(tonnes)s) stands in the workbook alone.",
        "The map shows the largest flows; %(num)s smaller flows (%(tonnes)s) stand in the workbook alone.",
        len(left),
        tonnes=formatting.tonnes_text(sum(arc.tonnes for arc in left)),
    )


def months_data(sight: Sight, arcs: Iterable[tuple[Arc, bool]]) -> dict[str, object]:
    """Tonnes by month of the arcs this visitor sees enterprise by enterprise; nothing for the public."""
    months = [month for month in sight.book.months if sight.wanted.holds(month)]
    if not sight.detailed or len(months) < 2:
        return {}
    by_arc = _by_month.get(sight.key, lambda: _add_up(sight, months))
    drawn = {arc_id(arc) for arc in drawn_and_left(arcs)[0]}
    return {
        "names": [formatting.month(month) for month in months],
        "tonnes": {key: [_short(one) for one in row] for key, row in by_arc.items() if key in drawn},
        "words": {
            "all": _("All months"),
            "said": _(
                "%(month)s: %(tonnes)s in %(count)s flows", month="%(month)s", tonnes="%(tonnes)s", count="%(count)s"
            ),
        },
    }


def _short(tonnes: float) -> float:
    """Whole tonnes, where there are ten or more: a page carries many of them."""
    return round(tonnes) if tonnes >= 10 else round(tonnes, 1)


def _add_up(sight: Sight, months: Sequence[str]) -> dict[str, list[float]]:
    at = {month: number for number, month in enumerate(months)}
    by_arc: dict[str, list[float]] = {}
    for flow in sight.monthly():
        key = "|".join((sight.place_of(flow.sender).key, sight.place_of(flow.taker).key, flow.waste_type))
        if flow.month in at:
            by_arc.setdefault(key, [0.0] * len(months))[at[flow.month]] += flow.tonnes
    return by_arc


def map_data(arcs: Iterable[tuple[Arc, bool]]) -> dict[str, object]:
    """Arcs that may be shown, and the places outside parks where they begin or end, dots by their tonnes."""
    shown, _left = drawn_and_left(arcs)
    outside: dict[str, float] = defaultdict(float)
    places: dict[str, Place] = {}
    for arc in shown:
        for place in (arc.source, arc.target):
            if place is not None and place.kind != PARK:
                outside[place.key] += arc.tonnes
                places[place.key] = place
    points = [
        {
            "id": key,
            "kind": "enterprise",
            "name": place_name(places[key]),
            "lat": places[key].lat,
            "lon": places[key].lon,
            "tonnes": tonnes,
            "colour": NEUTRAL_COLOUR,
            "url": place_url(places[key]),
            "text": _("%(tonnes)s in and out", tonnes=formatting.tonnes_text(tonnes)),
        }
        for key, tonnes in sorted(outside.items())
    ]
    regions = all(place.kind == "region" for place in places.values())
    words = {"enterprises": _("Outside parks, by banner") if regions else _("Enterprises")}
    return {"points": points, "flows": [_flow(arc) for arc in shown], "words": words}


def _flow(arc: Arc) -> dict[str, object]:
    source, target = arc.source, arc.target
    if source is None or target is None:
        raise ValueError("an arc on the map needs both its ends")
    return {
        "id": arc_id(arc),
        "from": [source.lon, source.lat],
        "to": [target.lon, target.lat],
        "tonnes": arc.tonnes,
        "colour": arc_colour(arc),
        "group": waste_name(arc.waste_type) if arc.waste_type else _("Flows"),
        "name": arc_name(arc),
        "text": _(
            "%(waste)s: %(tonnes)s, %(km)s on average",
            waste=waste_name(arc.waste_type),
            tonnes=formatting.tonnes_text(arc.tonnes),
            km=formatting.kilometres(arc.km),
        ),
    }


def park_map(park: Place, arcs: Iterable[tuple[Arc, bool]]) -> dict[str, object]:
    """The arcs of one park, with the park itself marked."""
    data = map_data(arcs)
    return {**data, "points": [*data["points"], park_point(park, colour=FLOW_COLOUR)]}  # type: ignore[misc]

"""What the scripts draw: the ground of every map, a page's arcs and Sankey; no hidden figure is in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from flask_babel import gettext as _

from marketplace import formatting
from marketplace.i18n import named
from marketplace.palette import FLOW_COLOUR, NEUTRAL_COLOUR
from marketplace.symbiosis.flows import PARK, Place
from marketplace.symbiosis.presenters import (
    UseLine,
    arc_colour,
    arc_id,
    place_name,
    place_url,
    short_park_name,
    waste_name,
)
from marketplace.symbiosis.totals import Arc


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


def map_data(arcs: Iterable[tuple[Arc, bool]]) -> dict[str, object]:
    """Arcs that may be shown, and the places outside parks where they begin or end, dots by their tonnes."""
    shown = [arc for arc, visible in arcs if visible and arc.source is not None and arc.target is not None]
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
    name = (
        _("Within %(place)s", place=place_name(source))
        if source.key == target.key
        else _("%(source)s → %(target)s", source=place_name(source), target=place_name(target))
    )
    return {
        "id": arc_id(arc),
        "from": [source.lon, source.lat],
        "to": [target.lon, target.lat],
        "tonnes": arc.tonnes,
        "colour": arc_colour(arc),
        "group": waste_name(arc.waste_type) if arc.waste_type else _("Flows"),
        "name": name,
        "text": _(
            "%(waste)s: %(tonnes)s, %(km)s on average",
            waste=waste_name(arc.waste_type),
            tonnes=formatting.tonnes_text(arc.tonnes),
            km=formatting.kilometres(arc.km),
        ),
    }


def sankey_data(lines: Iterable[UseLine]) -> dict[str, object]:
    """Waste types on the left, uses on the right; the script groups the small ones."""
    shown = [line for line in lines if line.tonnes is not None]
    wastes = {line.waste_id: (line.waste, line.colour) for line in shown}
    uses = {line.use_id: line.use for line in shown}
    nodes = [
        {"id": f"w:{key}", "name": name, "colour": colour, "side": 0}
        for key, (name, colour) in wastes.items()
    ]
    nodes += [{"id": f"u:{key}", "name": name, "colour": NEUTRAL_COLOUR, "side": 1} for key, name in uses.items()]
    links = [
        {"source": f"w:{line.waste_id}", "target": f"u:{line.use_id}", "tonnes": line.tonnes}
        for line in shown
    ]
    words = {
        "others_waste": _("Other waste types"),
        "others_use": _("Other uses"),
        "open": _("Click to show each of them"),
        "failed": _("The picture cannot be drawn now. The table below holds the same facts."),
    }
    return {"nodes": nodes, "links": links, "words": words}


def park_map(park: Place, arcs: Iterable[tuple[Arc, bool]]) -> dict[str, object]:
    """The arcs of one park, with the park itself marked."""
    data = map_data(arcs)
    return {**data, "points": [*data["points"], park_point(park, colour=FLOW_COLOUR)]}  # type: ignore[misc]

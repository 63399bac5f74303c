"""The way from source to product in words, as a table and as the script draws it; and the rounds that were found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from marketplace import formatting
from marketplace.palette import NEUTRAL_COLOUR, waste_colour
from marketplace.symbiosis.flows import Cycle, End, Hop
from marketplace.symbiosis.presenters import place_name, use_name, waste_name
from marketplace.symbiosis.presenters_network import export_words
from marketplace.symbiosis.products import product_name
from marketplace.symbiosis.selection import Sight, Wanted
from marketplace.symbiosis.walk import UNSTATED, USE, WASTE, Leg, Stop, through, walk

PRODUCT_COLOUR = "#1f2933"


@dataclass(frozen=True, slots=True)
class LegLine:
    """One leg; the addresses show the paths through either end.  ``tonnes`` is None where it is hidden."""

    step: int
    source: str
    source_url: str
    target: str
    target_url: str
    colour: str
    tonnes: float | None


@dataclass(frozen=True, slots=True)
class CycleLine:
    """A round: its name, its hops in words, and its tonnes, None where they are hidden."""

    name: str
    hops: list[str]
    tonnes: float | None


@dataclass(frozen=True, slots=True)
class WalkView:
    """``chosen`` names the stop whose paths are shown; ``all_url`` takes that filter away."""

    lines: list[LegLine]
    data: dict[str, object]
    chosen: str
    all_url: str
    steps: int


def walk_view(sight: Sight) -> WalkView:
    """Everything the page says of the way from source to product."""
    wanted, every = sight.wanted, walk(sight)
    stops = {stop.id: stop for leg in every for stop in (leg.source, leg.target)}
    chosen = stops.get(wanted.through)
    legs = through(every, wanted.through)
    lines = [_line(leg, wanted) for leg in legs]
    if chosen is None:
        lines += _hidden_lines(sight, wanted)
    return WalkView(
        lines,
        _data(legs, wanted),
        stop_name(chosen) if chosen else "",
        _url(wanted, ""),
        max((leg.target.step for leg in legs), default=0) + 1,
    )


def stop_name(stop: Stop) -> str:
    if stop.kind == WASTE:
        return _("%(waste)s, residue", waste=waste_name(stop.name)) if stop.step else waste_name(stop.name)
    if stop.kind == USE:
        return use_name("" if stop.name == UNSTATED else stop.name)
    return product_name(stop.name)


def _colour(stop: Stop) -> str:
    if stop.kind == WASTE:
        return waste_colour(stop.name)
    return NEUTRAL_COLOUR if stop.kind == USE else PRODUCT_COLOUR


def _url(wanted: Wanted, stop_id: str) -> str:
    return url_for("symbiosis.overview", **wanted.query(through=stop_id), _anchor="walk")


def _line(leg: Leg, wanted: Wanted) -> LegLine:
    return LegLine(
        leg.source.column // 2 + 1,
        stop_name(leg.source),
        _url(wanted, leg.source.id),
        stop_name(leg.target),
        _url(wanted, leg.target.id),
        _colour(leg.source),
        leg.tonnes,
    )


def _hidden_lines(sight: Sight, wanted: Wanted) -> list[LegLine]:
    """Pairs of waste type and use whose tonnes are not public, by name alone."""
    hidden = [
        (Stop(WASTE, 0, waste), Stop(USE, 0, use or UNSTATED))
        for waste, use, _sum, shown in sight.uses() if not shown
    ]
    return [
        LegLine(
            1, stop_name(waste), _url(wanted, waste.id), stop_name(use), _url(wanted, use.id), _colour(waste), None
        )
        for waste, use in hidden
    ]


def _data(legs: Sequence[Leg], wanted: Wanted) -> dict[str, object]:
    """Marks by column and legs between them; the script gathers the small ones of a column."""
    stops = {stop.id: stop for leg in legs for stop in (leg.source, leg.target)}
    return {
        "nodes": [
            {
                "id": key,
                "name": stop_name(stop),
                "colour": _colour(stop),
                "column": stop.column,
                "url": _url(wanted, key),
            }
            for key, stop in stops.items()
        ],
        "links": [
            {"source": leg.source.id, "target": leg.target.id, "tonnes": round(leg.tonnes, 3)} for leg in legs
        ],
        "words": {
            "others_waste": _("Other waste types"),
            "others_use": _("Other uses"),
            "others_product": _("Other products"),
            "open": _("Click to show each of them"),
            "follow": _("Click to see the paths through it"),
            "failed": _("The picture cannot be drawn now. The table below holds the same facts."),
            **export_words(),
        },
    }


def cycle_lines(sight: Sight) -> list[CycleLine]:
    """The rounds of the plan, the largest first; who may not see a hop's enterprises reads its park."""
    lines = [_cycle_line(sight, cycle) for cycle in sight.book.cycles if _touches(cycle, sight.wanted.waste)]
    return sorted(lines, key=lambda line: (-(line.tonnes if line.tonnes is not None else -1), line.name))


def _touches(cycle: Cycle, waste: str) -> bool:
    return not waste or any(hop.waste_type == waste for hop in cycle.hops)


def _cycle_line(sight: Sight, cycle: Cycle) -> CycleLine:
    wastes = formatting.listed(dict.fromkeys(waste_name(hop.waste_type) for hop in cycle.hops))
    ends = list(dict.fromkeys(_end_name(sight, hop.sender) for hop in cycle.hops))
    # What goes round is the least of its hops: the tonnes of one sender and one taker.
    known = all(sight.sees(hop.sender.place) or sight.sees(hop.taker.place) for hop in cycle.hops)
    return CycleLine(
        _("Round of %(wastes)s: %(places)s", wastes=wastes, places=" → ".join([*ends, ends[0]])),
        _hop_words(sight, cycle.hops),
        cycle.tonnes if known else None,
    )


def _hop_words(sight: Sight, hops: Iterable[Hop]) -> list[str]:
    return [
        _(
            "%(source)s → %(target)s: %(waste)s for %(use)s",
            source=_end_name(sight, hop.sender),
            target=_end_name(sight, hop.taker),
            waste=waste_name(hop.waste_type),
            use=use_name(hop.use),
        )
        for hop in hops
    ]


def _end_name(sight: Sight, end: End) -> str:
    return place_name(end.enterprise if sight.sees(end.place) else end.place)

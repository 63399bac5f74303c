"""The symbiosis in words and figures; a hidden figure is None and reads "fewer than three enterprises"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting
from marketplace.i18n import named
from marketplace.palette import FLOW_COLOUR, waste_colour
from marketplace.symbiosis.flows import ENTERPRISE, PARK, PLAN, POTENTIAL, REGION, TRADES, Chain, Place
from marketplace.symbiosis.partners import PartnerCount
from marketplace.symbiosis.queries import NOWHERE
from marketplace.symbiosis.selection import ENTERPRISES, PARKS, Sight, Wanted
from marketplace.symbiosis.totals import Arc, Sum, total
from models.catalogue.reference import catalogue

VIEW_WORDS = {PLAN: _l("Best plan"), TRADES: _l("Actual"), POTENTIAL: _l("Potential")}
VIEW_NOTES = {
    PLAN: _l("What the market could do at best: the plan of greatest value to both sides, over all months."),
    TRADES: _l(
        "What contracts move: tonnes weighed out where a contract has any in the period, agreed tonnes where it"
        " has none yet."
    ),
    POTENTIAL: _l(
        "The best-ranked partner of every supply alone. Room is not shared out: several may lean on one demand."
    ),
}
LEVEL_WORDS = {PARKS: _l("Parks and banners"), ENTERPRISES: _l("Enterprises")}
_PARK_WORDS = re.compile(r"(经济开发区|工业园区?|产业园区?| Economic Development Zone| Industrial Park)")
_IN_BRACKETS = re.compile(r"[((](.+?)[))]")


def place_name(place: Place) -> str:
    """The full name; a banner stands for its enterprises outside parks."""
    if place.kind != REGION:
        return named(place)
    if place.code == NOWHERE or not place.name:
        return _("Outside parks")
    return _("%(banner)s, outside parks", banner=named(place))


def short_park_name(place: Place) -> str:
    """The name as it fits on a map: of a zone with several parks the one in brackets; no usual words."""
    name = named(place)
    inside = _IN_BRACKETS.search(name)
    if inside and _PARK_WORDS.search(name):
        name = inside[1]
    return _PARK_WORDS.sub("", _IN_BRACKETS.sub("", name)).strip() or named(place)


def place_url(place: Place) -> str | None:
    if place.kind == PARK:
        return url_for("parks.park", code=place.code)
    return url_for("organisations.enterprise", code=place.code) if place.kind == ENTERPRISE else None


def waste_name(waste_type: str) -> str:
    if not waste_type:
        return _("All waste types")
    entry = catalogue().waste_types.get(waste_type)
    return named(entry) if entry else waste_type


def arc_colour(arc: Arc) -> str:
    """The colour of the waste type; flow blue for a sum over all of them."""
    return waste_colour(arc.waste_type) if arc.waste_type else FLOW_COLOUR


def use_name(use: str) -> str:
    entry = catalogue().uses.get(use)
    return named(entry) if entry else use or _("Use not stated")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the top row; ``text`` is None where it is hidden."""

    label: str
    text: str | None
    title: str = ""
    estimate: str = ""


def figures(sight: Sight) -> list[Figure]:
    """Tonnes placed, left over, value, freight, CO2e and chains of what is selected."""
    whole = total(sight.flows)
    hidden = sight.hidden_whole
    said = _("Computed from listings, many of which are estimates.")
    freight = _("Handling plus rate times kilometres, as in the market's settings.")
    carbon = _(
        "Factors by use and waste type, less the lorries. Tonnes without a factor count with their lorries only: "
        "what they save is not known."
    )
    value = {
        PLAN: _("Gain of both sides"),
        TRADES: _("Paid by takers"),
        POTENTIAL: _("Gain of both sides, at most"),
    }[sight.wanted.view]
    rows = [
        _tonnes_figure(_("Tonnes placed"), whole.tonnes, hidden, said if sight.wanted.view != TRADES else "")
    ]
    if sight.wanted.view == TRADES and sight.everything:
        rows.append(_tonnes_figure(_("Of these weighed out"), whole.weighed_t, False, ""))
        rows.append(_tonnes_figure(_("Agreed by contracts"), sight.agreed_t, False, ""))
    if sight.book.left_over:
        left = sum(rest.tonnes for rest in sight.left_over_rows())
        rows.append(_tonnes_figure(_("Left over in the whole period"), left, hidden, said))
    rows.append(_money_figure(value, whole.value_yuan, hidden, said if sight.wanted.view != TRADES else ""))
    rows.append(_money_figure(_("Freight"), whole.freight_yuan, hidden, freight))
    text = None if hidden else formatting.carbon_text(whole.carbon_kg)
    exact = _("%(number)s kg CO₂e", number=formatting.number(whole.carbon_kg))
    rows.append(Figure(_("Emissions avoided, where known"), text, "" if hidden else exact, carbon))
    if sight.wanted.view == PLAN:
        rows.append(Figure(_("Chains across parks"), formatting.number(len(across_parks(sight.chains())))))
    return rows


def _tonnes_figure(label: str, tonnes: float, hidden: bool, note: str) -> Figure:
    if hidden:
        return Figure(label, None, "", note)
    return Figure(
        label,
        formatting.tonnes_text(tonnes),
        _("%(tonnes)s tonnes", tonnes=formatting.number(tonnes, 1)),
        note,
    )


def _money_figure(label: str, yuan: float, hidden: bool, note: str) -> Figure:
    if hidden:
        return Figure(label, None, "", note)
    return Figure(label, formatting.money_text(yuan), _("%(number)s yuan", number=formatting.yuan(yuan)), note)


@dataclass(frozen=True, slots=True)
class ArcLine:
    """One line of the table of flows; figures are None where they are hidden.

    ``basis`` says of trades whether the tonnes were weighed or are only agreed.
    """

    key: str
    source: str
    source_url: str | None
    target: str
    target_url: str | None
    waste: str
    colour: str
    tonnes: float | None
    km: float | None
    enterprises: int | None
    basis: str = ""


def arc_lines(arcs: Iterable[tuple[Arc, bool]], *, trades: bool = False) -> list[ArcLine]:
    return [
        ArcLine(
            arc_id(arc),
            place_name(arc.source),
            place_url(arc.source),
            place_name(arc.target),
            place_url(arc.target),
            waste_name(arc.waste_type),
            arc_colour(arc),
            arc.tonnes if shown else None,
            arc.km if shown else None,
            len(arc.enterprises) if shown else None,
            basis_words(arc) if shown and trades else "",
        )
        for arc, shown in arcs
        if arc.source is not None and arc.target is not None
    ]


def basis_words(one: Sum) -> str:
    """How the tonnes of a trade are known; how much is which would be a figure of its own."""
    if one.weighed_t <= 0:
        return _("agreed")
    return _("weighed") if one.weighed_t >= one.tonnes * (1 - 1e-9) else _("partly weighed")


def arc_name(arc: Arc) -> str:
    """From where to where, in words."""
    source, target = arc.source, arc.target
    if source is None or target is None:
        raise ValueError("an arc on the map needs both its ends")
    if source.key == target.key:
        return _("Within %(place)s", place=place_name(source))
    return _("%(source)s → %(target)s", source=place_name(source), target=place_name(target))


def arc_id(arc: Arc) -> str:
    return "|".join(
        (arc.source.key if arc.source else "", arc.target.key if arc.target else "", arc.waste_type)
    )


@dataclass(frozen=True, slots=True)
class UseLine:
    """What a waste type is used for."""

    waste_id: str
    waste: str
    colour: str
    use_id: str
    use: str
    tonnes: float | None


def use_lines(rows: Iterable[tuple[str, str, Sum, bool]]) -> list[UseLine]:
    return [
        UseLine(
            waste,
            waste_name(waste),
            waste_colour(waste),
            use or "unstated",
            use_name(use),
            one.tonnes if shown else None,
        )
        for waste, use, one, shown in rows
    ]


@dataclass(frozen=True, slots=True)
class LeftLine:
    """Tonnes of a waste type without a taker, and the supplies to look at."""

    waste: str
    colour: str
    tonnes: float | None
    url: str


def left_lines(rows: Iterable[tuple[str, float, bool]]) -> list[LeftLine]:
    return [
        LeftLine(
            waste_name(waste),
            waste_colour(waste),
            tonnes if shown else None,
            url_for("listings.supplies", waste=waste),
        )
        for waste, tonnes, shown in rows
    ]


@dataclass(frozen=True, slots=True)
class PartnerLine:
    waste: str
    colour: str
    count: PartnerCount


def partner_lines(counts: Iterable[PartnerCount]) -> list[PartnerLine]:
    return [PartnerLine(waste_name(one.waste_type), waste_colour(one.waste_type), one) for one in counts]


def across_parks(chains: Iterable[Chain]) -> list[Chain]:
    """Chains that touch two or more parks, as `gongsheng symbiosis` counts them: a banner is no park."""
    return [
        chain
        for chain in chains
        if len({
            end.place.key for hop in chain.hops for end in (hop.sender, hop.taker) if end.place.kind == PARK
        }) > 1
    ]


def waste_options(sight: Sight) -> list[tuple[str, str]]:
    """Waste types that flow in this view, by name."""
    return sorted(
        ((waste, waste_name(waste)) for waste in {flow.waste_type for flow in sight.book.flows}),
        key=lambda one: one[1],
    )


def switches(wanted: Wanted, endpoint: str, **values: str) -> list[dict[str, object]]:
    """Links to the other views that keep the filters."""
    return [
        {
            "url": url_for(
                endpoint,
                **values,
                **wanted.query(
                    view="" if view == PLAN else view, compare="" if view == wanted.compare else wanted.compare
                ),
            ),
            "label": words,
            "current": view == wanted.view,
        }
        for view, words in VIEW_WORDS.items()
    ]

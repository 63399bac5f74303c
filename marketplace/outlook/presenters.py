"""Failures and prices in words, as this visitor may see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from marketplace import formatting
from marketplace.i18n import language
from marketplace.palette import waste_colour
from marketplace.security.actor import Actor
from marketplace.symbiosis.flows import End
from marketplace.symbiosis.presenters import place_name, place_url, use_name, waste_name
from marketplace.symbiosis.queries import Atlas
from marketplace.symbiosis.rules import sees_enterprises
from marketplace.tables import NUMBER, TONNES, Cell, Column, Table, money, tonnes, words
from models.catalogue.regions import REGIONS

# Less than half a fen a tonne is nothing.
NOTHING_YUAN = 0.005
ROOM = "room"


@dataclass(frozen=True, slots=True)
class Failures:
    """``others`` counts enterprises of other parks that are not named to this visitor."""

    table: Table
    others: int


def failures_of(rows: Iterable[dict[str, Any]], atlas: Atlas, actor: Actor) -> Failures:
    """Single failures by lost tonnes, each with the ways that would take over."""
    ends = {end.enterprise.code: end for end in atlas.enterprises.values()}
    columns = [
        Column(_("If this stands still")), Column(_("Place")), Column(_("Lost"), kind=TONNES),
        Column(_("Gain of both sides lost"), kind=NUMBER), Column(_("Touched"), kind=TONNES),
        Column(_("Goes another way"), kind=TONNES), Column(_("Second-best ways")),
    ]
    lines, others = [], 0
    for row in rows:
        end = ends.get(row["enterprise"])
        if end is None:
            continue
        if not sees_enterprises(actor, end.place):
            others += 1
            continue
        lines.append([
            words(place_name(end.enterprise), place_url(end.enterprise)),
            words(place_name(end.place), place_url(end.place)),
            tonnes(row["lost_t"]), money(row["lost_yuan"]), tonnes(row["touched_t"]), tonnes(row["rerouted_t"]),
            words(_ways(row["instead"], atlas, actor)),
        ])
    return Failures(Table("failures", _("Single failures, by the tonnes lost"), columns, lines, stated=False), others)


def _ways(instead: list[dict[str, Any]], atlas: Atlas, actor: Actor) -> str:
    """The ways that take over; an end in another park goes by its park, as everywhere else."""
    offers, wants = atlas.offers_by_code(), atlas.wants_by_code()
    said = []
    for way in instead:
        offer, want = offers.get(way["supply"]), wants.get(way["demand"])
        if offer is None or want is None:
            continue
        if not any(sees_enterprises(actor, one.end.place) for one in (offer, want)):
            continue
        said.append(_(
            "%(source)s → %(target)s, %(waste)s: +%(tonnes)s", source=_end_name(offer.end, actor),
            target=_end_name(want.end, actor), waste=waste_name(offer.waste_type),
            tonnes=formatting.tonnes_text(way["after_t"] - way["before_t"]),
        ))
    return _("; ").join(said) if said else _("none")


def _end_name(end: End, actor: Actor) -> str:
    return place_name(end.enterprise if sees_enterprises(actor, end.place) else end.place)


@dataclass(frozen=True, slots=True)
class Prices:
    """``sentences`` are the dearest rooms, ``nothing`` what is worth nothing wherever it came up."""

    sentences: list[str]
    nothing: list[str]
    tables: list[Table]


def prices_of(rows: list[dict[str, Any]], atlas: Atlas) -> Prices:
    """The plan's prices in sentences one can say in a meeting, and all of them as tables."""
    parks = {place.code: place_name(place) for place in atlas.parks.values()}
    # The engine's enterprises bear the Chinese name of their banner.
    regions = {chinese: chinese if language() == "zh" else english for _key, chinese, english in REGIONS}

    def place(row: dict[str, Any]) -> str:
        if row["park"]:
            return parks.get(row["park"], row["park"])
        banner = regions.get(row["region"], row["region"])
        return _("%(banner)s, outside parks", banner=banner) if banner else _("Outside parks")

    rooms = [row for row in rows if row["kind"] == ROOM]
    wastes = [row for row in rows if row["kind"] != ROOM]
    worth = [row for row in rooms if row["yuan_per_t"] >= NOTHING_YUAN]
    sentences = [
        _("One more tonne a month of room for %(use)s at %(place)s is worth %(price)s.", use=use_name(row["what"]),
          place=place(row), price=formatting.yuan_per_t(row["yuan_per_t"]))
        for row in worth[:5]
    ]
    sentences += [
        _("One more tonne a month of %(waste)s at %(place)s would bring %(price)s.", waste=waste_name(row["what"]),
          place=place(row), price=formatting.yuan_per_t(row["yuan_per_t"]))
        for row in [row for row in wastes if row["yuan_per_t"] >= NOTHING_YUAN][:3]
    ]
    nothing = [
        _("One more tonne of %(waste)s anywhere is worth nothing: there is more of it than room.",
          waste=waste_name(what))
        for what in _worthless(wastes)
    ]
    nothing += [
        _("More room for %(use)s anywhere is worth nothing: what is there is not filled.", use=use_name(what))
        for what in _worthless(rooms)
    ]
    return Prices(sentences, nothing, [
        _price_table("rooms", _("More room"), _("Use"), [
            (use_name(row["what"]), "", place(row), row) for row in rooms
        ]),
        _price_table("supply", _("More waste"), _("Waste type"), [
            (waste_name(row["what"]), waste_colour(row["what"]), place(row), row) for row in wastes
        ]),
    ])


def _worthless(rows: list[dict[str, Any]]) -> list[str]:
    most: dict[str, float] = {}
    for row in rows:
        most[row["what"]] = max(most.get(row["what"], 0.0), row["yuan_per_t"])
    return sorted(what for what, price in most.items() if price < NOTHING_YUAN)


def _price_table(key: str, title: str, what: str, rows: list[tuple[str, str, str, dict[str, Any]]]) -> Table:
    columns = [
        Column(what), Column(_("Place")), Column(_("Worth of one more tonne a month"), _("yuan/t"), NUMBER),
        Column(_("Listings"), kind=NUMBER),
    ]
    return Table(key, title, columns, [
        [
            words(name, colour=colour), words(where),
            Cell(formatting.number(row["yuan_per_t"], 2), round(row["yuan_per_t"], 4)),
            Cell(formatting.number(row["listings"]), row["listings"]),
        ]
        for name, colour, where, row in rows
    ], stated=False)

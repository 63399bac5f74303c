"""The search form in words: choices with their counts, ready-made ranges, orders, months, pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting
from marketplace.i18n import named
from marketplace.listings.bands import BANDS
from marketplace.listings.filters import (
    DISTANCE,
    MAX_RANGES,
    NEWEST,
    PRICE,
    SUPPLY,
    TONNES,
    SearchFilter,
)
from marketplace.listings.presenters_filters import address, place_name
from marketplace.listings.queries_options import Options
from marketplace.listings.queries_search import PAGE_ROWS, Counts
from marketplace.months import month_after, months_between
from marketplace.palette import waste_colour

# As many as can be read at a glance; the others open.
SHOWN_CHOICES = 8
MONTHS_AHEAD = 35
SORT_WORDS = {NEWEST: _l("newest"), TONNES: _l("tonnes"), PRICE: _l("price"), DISTANCE: _l("distance")}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet; ``colour`` only for waste types; ``url`` where a click is the whole choice."""

    value: str
    label: str
    count: int
    chosen: bool
    colour: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """A group of boxes to tick: the first few, and the others behind "more"."""

    name: str
    label: str
    shown: list[Choice]
    hidden: list[Choice]


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """The inputs of one property range; ``number`` counts from 1."""

    number: int
    property_id: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Pager:
    page: int
    pages: int
    previous_url: str
    next_url: str
    first: int
    last: int


def facets(search: SearchFilter, counts: Counts, options: Options) -> list[Facet]:
    """Waste type, use and banner, each value with what choosing it would find."""
    waste_label = _("Waste type") if search.kind == SUPPLY else _("Accepted waste types")
    found = [_facet("waste", waste_label, search.wastes, options.wastes, counts)]
    if search.kind != SUPPLY:
        found.insert(0, _facet("use", _("Use"), search.uses, options.uses, counts))
    found.append(_facet("region", _("Banner"), search.regions, options.regions, counts))
    return found


def _facet(
    name: str, label: str, chosen: tuple[str, ...], entries: Mapping[str, Any], counts: Counts
) -> Facet:
    numbers = counts.facets.get(name, {})
    keys = [key for key in entries if numbers.get(key) or key in chosen]
    keys.sort(key=lambda key: (key not in chosen, -numbers.get(key, 0), key))
    choices = [
        Choice(
            key,
            named(entries[key]),
            numbers.get(key, 0),
            key in chosen,
            waste_colour(key) if name == "waste" else "",
        )
        for key in keys
    ]
    shown = max(SHOWN_CHOICES, len(chosen))
    # One value more costs no more room than the line that would hide it.
    shown = len(choices) if len(choices) <= shown + 1 else shown
    return Facet(name, label, choices[:shown], choices[shown:])


def bands(search: SearchFilter, counts: Counts, part: str) -> list[Choice]:
    """The ready-made ranges of ``part`` that find something; a click on the chosen one takes it away."""
    found = []
    for band in BANDS:
        number = counts.bands.get(part, {}).get(band.key, 0)
        if band.part != part:
            continue
        if part == "distance":
            chosen, wanted = search.within_km == band.bounds.high, {"within_km": band.bounds.high}
        else:
            chosen, wanted = getattr(search, part) == band.bounds, {part: band.bounds}
        if number or chosen:
            label = str(band.supply_label if search.kind == SUPPLY else band.demand_label)
            target = search.without(part) if chosen else replace(search, page=1, **wanted)  # type: ignore[arg-type]
            found.append(Choice(band.key, label, number, chosen, url=address(target)))
    return found


def sorts(search: SearchFilter) -> list[Choice]:
    """The orders of the list; distance needs a place to measure from."""
    return [
        Choice(key, str(label), 0, key == search.sort, url=address(replace(search, sort=key, page=1)))
        for key, label in SORT_WORDS.items()
        if key != DISTANCE or search.near
    ]


def months_on_offer(search: SearchFilter, now: str) -> list[tuple[str, str]]:
    """Three years of months from ``now`` on, and those already chosen."""
    months = {*months_between(now, month_after(now, MONTHS_AHEAD)), search.first_month, search.last_month} - {
        ""
    }
    return [(month, formatting.month(month)) for month in sorted(months)]


def property_rows(search: SearchFilter, typed: Mapping[str, str] | None) -> list[PropertyRow]:
    """The ranges in use and an empty one; after a fault all rows as they were typed."""
    if typed is not None:
        return [
            PropertyRow(n, *(typed.get(f"p{n}{end}", "")[:40] for end in ("", "_min", "_max")))
            for n in range(1, MAX_RANGES + 1)
        ]
    pairs = dict(search.params())
    count = min(MAX_RANGES, len(search.ranges) + 1)
    return [
        PropertyRow(n, *(pairs.get(f"p{n}{end}", "") for end in ("", "_min", "_max")))
        for n in range(1, count + 1)
    ]


def property_choices(search: SearchFilter, options: Options) -> list[tuple[str, str]]:
    """Properties that were assayed, or are asked for, with their unit, in the order of their names."""
    offered = options.assayed | {wanted.property_id for wanted in search.ranges}
    words = [
        (key, f"{named(row)} ({unit})" if (unit := formatting.unit(row.unit)) else named(row))
        for key, row in options.properties.items()
        if key in offered
    ]
    return sorted(words, key=lambda pair: pair[1].casefold())


def place_choices(options: Options) -> dict[str, list[tuple[str, str]]]:
    """Places to measure from: own sites, then parks."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, origin in options.places.items():
        label = _("My sites") if origin.own else _("Parks")
        groups.setdefault(label, []).append((key, place_name(origin)))
    return groups


def pager(search: SearchFilter, total: int) -> Pager:
    """Where one stands among the pages, with the addresses to either side."""
    pages = page_count(total)
    first = (search.page - 1) * PAGE_ROWS
    return Pager(
        page=search.page,
        pages=pages,
        previous_url=address(replace(search, page=search.page - 1)) if search.page > 1 else "",
        next_url=address(replace(search, page=search.page + 1)) if search.page < pages else "",
        first=first + 1,
        last=min(first + PAGE_ROWS, total),
    )


def page_count(total: int) -> int:
    return max(1, -(-total // PAGE_ROWS))

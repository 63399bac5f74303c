"""Searches in words: refusals of bad values, chips of active filters, what an empty result should loosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from marketplace import formatting
from marketplace.i18n import named
from marketplace.listings.bands import BANDS
from marketplace.listings.filters import SUPPLY, Bounds, PropertyRange, SearchFilter
from marketplace.listings.queries_conditions import Origin
from marketplace.listings.queries_options import Options
from marketplace.listings.queries_search import Counts
from marketplace.reasons import declare

declare(
    {
        "search:unknown": _l(
            "“%(value)s” is not one of the choices; it was left out. Pick one from the list."
        ),
        "search:place_unknown": _l(
            "“%(value)s” is not one of your sites and not a park; choose a place from the list."
        ),
        "search:not_number": _l("“%(value)s” is not a number. Write digits only, for example 5000 or 8.5."),
        "search:below": _l("%(value)s is below %(least)s, the least that is possible; it was left out."),
        "search:too_large": _l("%(value)s is too large a number to search with; it was left out."),
        "search:min_above_max": _l(
            "The lower limit %(low)s is above the upper limit %(high)s; both were left out."
        ),
        "search:radius": _l("A distance lies above 0 and up to %(most)s km; %(value)s was left out."),
        "search:radius_without_place": _l(
            "Choose the site or park from which the distance is to be measured."
        ),
        "search:sort_without_place": _l("To sort by distance, choose the site or park to measure from."),
        "search:month_unknown": _l("“%(value)s” is not a month; pick one from the list."),
        "search:months_turned": _l(
            "The first month %(first)s is after the last month %(last)s; both were left out."
        ),
        "search:property_missing": _l("Choose the property that these limits are for."),
        "search:no_words": _l(
            "There is no word to look for in “%(value)s”. Write letters, digits or characters."
        ),
        "search:words_long": _l("At most %(most)s characters can be searched for; the rest was cut off."),
        "search:page_unknown": _l("“%(value)s” is not a page number; this is the first page."),
        "search:page_beyond": _l("There is no page %(page)s; this is the last one, page %(pages)s."),
    }
)

# How the catalogue writes that a property is a bare number.

FIELD_WORDS = {
    "q": _l("Words"),
    "waste": _l("Waste type"),
    "use": _l("Use"),
    "region": _l("Banner"),
    "near": _l("Measured from"),
    "km": _l("Distance"),
    "t": _l("Tonnes per month"),
    "price": _l("Price"),
    "from": _l("First month"),
    "to": _l("Last month"),
    "p": _l("Property"),
    "sort": _l("Order"),
    "page": _l("Page"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter, and the address of the same search without it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Loosening:
    """What one would find without one filter."""

    sentence: str
    url: str


def address(search: SearchFilter) -> str:
    """The page of a search."""
    page = url_for("listings.supplies" if search.kind == SUPPLY else "listings.demands")
    query = urlencode(search.params())
    return f"{page}?{query}" if query else page


def field_word(name: str) -> str:
    """The label of a query parameter: ``t_min`` and ``p2_max`` are found under ``t`` and ``p``."""
    stem = name.removesuffix("_min").removesuffix("_max")
    return str(FIELD_WORDS["p" if stem[:1] == "p" and stem[1:].isdigit() else stem])


def place_name(origin: Origin) -> str:
    if origin.own:
        return origin.name or _(
            "My site (%(lat)s, %(lon)s)", lat=f"{origin.lat:.2f}", lon=f"{origin.lon:.2f}"
        )
    return named(origin)


def chips(search: SearchFilter, options: Options) -> list[Chip]:
    """One chip for each thing that can be taken away by itself."""
    first = replace(search, page=1)
    found: list[Chip] = []
    if search.q:
        found.append(Chip(_("Words: %(words)s", words=search.q), address(first.without("q"))))
    for name, chosen, entries in (
        ("wastes", search.wastes, options.wastes),
        ("uses", search.uses, options.uses),
        ("regions", search.regions, options.regions),
    ):
        for key in chosen:
            rest = replace(first, **{name: tuple(other for other in chosen if other != key)})  # type: ignore[arg-type]
            found.append(Chip(named(entries[key]), address(rest)))
    active = search.active()
    for part in ("distance", "tonnes", "price", "months"):
        if part in active:
            found.append(Chip(part_words(search, part, options), address(first.without(part))))
    for wanted in search.ranges:
        rest = replace(first, ranges=tuple(other for other in search.ranges if other != wanted))
        found.append(Chip(range_words(wanted, options), address(rest)))
    if search.verified:
        found.append(Chip(_("Verified only"), address(first.without("verified"))))
    return found


def loosenings(search: SearchFilter, counts: Counts, options: Options) -> list[Loosening]:
    """Which single filters stand in the way, the one that frees most first."""
    active = search.active()
    helping = [part for part in active if counts.without.get(part)]
    helping.sort(key=lambda part: (-counts.without[part], active.index(part)))
    return [
        Loosening(
            ngettext(
                "Without “%(filter)s” there is %(num)s.",
                "Without “%(filter)s” there are %(num)s.",
                counts.without[part],
                filter=part_words(search, part, options),
            ),
            address(search.without(part)),
        )
        for part in helping
    ]


def part_words(search: SearchFilter, part: str, options: Options) -> str:
    """One part of a search in words, such as ``1,000 to 5,000 t/month``."""
    if part in ("waste", "use", "region"):
        chosen, entries = {
            "waste": (search.wastes, options.wastes),
            "use": (search.uses, options.uses),
            "region": (search.regions, options.regions),
        }[part]
        return formatting.listed(named(entries[key]) for key in chosen)
    if part == "distance":
        place = place_name(options.places[search.near])
        return _("within %(km)s km of %(place)s", km=formatting.number(search.within_km, 3), place=place)
    if part in ("tonnes", "price"):
        return _bounds_words(search, part)
    if part == "months":
        return _months_words(search.first_month, search.last_month)
    if part == "assay":
        return formatting.listed(range_words(wanted, options) for wanted in search.ranges)
    return _("Words: %(words)s", words=search.q) if part == "q" else _("Verified only")


def range_words(wanted: PropertyRange, options: Options) -> str:
    """``LOI ≤ 8 %``; without limits it is enough that the property was assayed."""
    entry = options.properties[wanted.property_id]
    if wanted.bounds:
        limits = formatting.limits(wanted.bounds.low, wanted.bounds.high)
        return f"{named(entry)} {limits} {formatting.unit(entry.unit)}".rstrip()
    return _("%(property)s assayed", property=named(entry))


def _bounds_words(search: SearchFilter, part: str) -> str:
    bounds: Bounds = getattr(search, part)
    for band in BANDS:
        if band.part == part == "price" and band.bounds == bounds:
            return str(band.supply_label if search.kind == SUPPLY else band.demand_label)
    low, high = _figure(bounds.low), _figure(bounds.high)
    if bounds.low is None:
        span = f"≤ {high}"
    else:
        span = f"≥ {low}" if bounds.high is None else _("%(low)s to %(high)s", low=low, high=high)
    if part == "tonnes":
        return _("%(span)s t/month", span=span)
    return _("%(span)s yuan/t", span=span)


def _months_words(first: str, last: str) -> str:
    if first and last:
        return _("%(first)s to %(last)s", first=first, last=last)
    return _("from %(month)s on", month=first) if first else _("until %(month)s", month=last)


def _figure(value: Decimal | None) -> str:
    return "" if value is None else formatting.number(value, 6).replace("-", "−")


def input_values(search: SearchFilter) -> dict[str, str]:
    """What stands in the fields of the form, by their names."""
    return {name: value for name, value in search.params() if name not in ("waste", "use", "region")}

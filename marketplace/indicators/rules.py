"""Who sees which figure, which totals stay hidden, and what may be entered: pure functions.

A figure with one or two enterprises behind it is secret, and so are figures from which it could be worked out (see
marketplace.symbiosis.rules, whose lists with a total are used here: the parks of a banner, the banners of a city).

The figures of one place are bound to each other: what was produced is what was used, stored and disposed of, but for
what is on the road.  So a place is hidden as a whole where any of its figures is, and nobody outside sees it by month.
What the reader sees in full anyway protects nobody and is left out when this is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from marketplace.errors import Refusal
from marketplace.indicators.facts import DISPOSED, PRODUCED, STORED, SiteMonth
from marketplace.indicators.places import CITY, PARK, REGION, Place
from marketplace.months import month_after
from marketplace.symbiosis.rules import ALL, Cell, suppress_lines, too_few

ZERO = Decimal(0)
# The kinds of figures, each decided upon by itself; the last is who took what was handed over.
_KINDS = ("produced", "used", "kept", "takers")


def hidden_places(places: Sequence[Place], rows: Iterable[SiteMonth]) -> frozenset[str]:
    """The keys of the places whose figures would give one or two enterprises away; ``rows`` are the unknown ones."""
    known = list(rows)
    hidden: frozenset[str] = frozenset()
    while True:
        found = hidden
        for kind in _KINDS:
            found |= _hidden_for(kind, places, known, hidden)
        if found == hidden:
            return hidden
        hidden = found


def _hidden_for(kind: str, places: Sequence[Place], rows: Sequence[SiteMonth], forced: frozenset[str]) -> set[str]:
    hidden: set[str] = set()
    cities: dict[str, dict[str, Cell]] = {}
    for place in places:
        if place.kind == PARK and place.region_id is None and too_few(_cell(kind, place, rows).contributors):
            hidden.add(place.key)
        if place.kind != REGION:
            continue
        parks = [one for one in places if one.kind == PARK and one.region_id == place.region_id]
        lines = {one.key: _cell(kind, one, rows) for one in parks}
        # Nowhere shown, and yet the banner less its parks.
        lines[f"{place.key}/outside"] = _cell(kind, place, [row for row in rows if row.spot.park_id is None])
        secret = suppress_lines(lines, forced)
        hidden |= {line for line in secret if line in {one.key for one in parks}}
        if ALL in secret:
            hidden.add(place.key)
        if place.city is not None:
            cities.setdefault(place.city, {})[place.key] = _cell(kind, place, rows)
    for place in places:
        if place.kind == CITY:
            secret = suppress_lines(cities.get(place.code, {}), hidden | forced)
            hidden |= {place.key if line is ALL else line for line in secret}
    # With its parks shown, a banner could be put together from them.
    banners = {place.region_id for place in places if place.kind == REGION and place.key in hidden}
    return hidden | {place.key for place in places if place.kind == PARK and place.region_id in banners}


def _cell(kind: str, place: Place, rows: Iterable[SiteMonth]) -> Cell:
    tonnes, behind = ZERO, set()
    for row in rows:
        if not place.holds(row.spot):
            continue
        if kind == "takers":
            tonnes, behind = tonnes + row.used, behind | row.takers
        elif amount := _amount(kind, row):
            tonnes += amount
            behind.add(row.enterprise_id)
    return Cell(float(tonnes), frozenset(behind))


def _amount(kind: str, row: SiteMonth) -> Decimal:
    if kind == "produced":
        return row.of(PRODUCED)
    if kind == "used":
        return row.used
    # Storage that grew by nothing while tonnes were disposed of is a figure too.
    return abs(row.of(STORED)) + abs(row.of(DISPOSED))


def months_of_period(period: str) -> list[str]:
    """The months of ``2027``, ``2027-Q2`` or ``2027-05``."""
    if len(period) == 4:
        first, count = f"{period}-01", 12
    elif period[5] == "Q":
        first, count = f"{period[:4]}-{int(period[6]) * 3 - 2:02d}", 3
    else:
        first, count = period, 1
    return [month_after(first, nth) for nth in range(count)]


def period_possible(period: str, this_month: str) -> list[Refusal]:
    """Value added is told of what has begun: no period that starts after the present month."""
    if months_of_period(period)[0] > this_month:
        return [Refusal("indicator:period_ahead", {"month": this_month}, "period")]
    return []


def weights_possible(weights: Mapping[str, Decimal]) -> list[Refusal]:
    """Some criterion must count, or no scorecard could be worked out."""
    return [] if any(weights.values()) else [Refusal("indicator:no_weight")]

"""The board and the desk in words and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row

from marketplace import formatting
from marketplace.i18n import named
from marketplace.listings.presenters import listing_title, listing_url, map_point
from marketplace.listings.presenters_lines import price_words
from marketplace.pages.queries import Side
from marketplace.palette import DEMAND_COLOUR, SUPPLY_COLOUR, waste_colour
from models.catalogue.reference import catalogue
from models.listings import Listing, ListingStatus, Supply, kind_of
from models.organisations import Region

NOTHING = Side()
STATUS_WORDS = {
    ListingStatus.DRAFT: _l("Draft"),
    ListingStatus.PUBLISHED: _l("Published"),
    ListingStatus.WITHDRAWN: _l("Withdrawn"),
}


@dataclass(frozen=True, slots=True)
class Balance:
    """One line of a table: what is offered and what is wanted; the bars are 0-100 of the largest line."""

    name: str
    colour: str
    supplies_url: str
    demands_url: str
    offered: Side
    wanted: Side
    offered_bar: float
    wanted_bar: float


def balances_by_waste(offered: Mapping[str, Side], wanted: Mapping[str, Side]) -> list[Balance]:
    """A line per waste type that is offered or wanted, the largest offer first."""
    entries = catalogue().waste_types
    keys = sorted({*offered, *wanted}, key=lambda key: (-offered.get(key, NOTHING).t_per_month, key))
    return _balances(
        [
            (
                named(entries[key]), waste_colour(key), {"waste": key},
                offered.get(key, NOTHING), wanted.get(key, NOTHING),
            )
            for key in keys
        ]
    )


def balances_by_region(
    offered: Mapping[str | None, Side], wanted: Mapping[str | None, Side], regions: Mapping[str, Region]
) -> list[Balance]:
    """A line per banner, the largest offer first."""
    keys = sorted({*offered, *wanted}, key=lambda key: (-offered.get(key, NOTHING).t_per_month, key or ""))
    return _balances(
        [
            (
                named(regions[key]) if key else _("No banner given"), "", {"region": key},
                offered.get(key, NOTHING), wanted.get(key, NOTHING),
            )
            for key in keys
        ]
    )


def _balances(lines: list[tuple[str, str, dict[str, str | None], Side, Side]]) -> list[Balance]:
    largest = max((max(line[3].t_per_month, line[4].t_per_month) for line in lines), default=Decimal(0)) or Decimal(1)
    return [
        Balance(
            name, colour, url_for("listings.supplies", **query), url_for("listings.demands", **query),
            offered, wanted, float(offered.t_per_month / largest * 100), float(wanted.t_per_month / largest * 100),
        )
        for name, colour, query, offered, wanted in lines
    ]


@dataclass(frozen=True, slots=True)
class ListingLine:
    """A listing in two short lines."""

    kind: str
    code: str
    title: str
    url: str
    tonnes: Decimal
    estimate: bool
    estimate_note: str
    second: str
    money: str
    status: str
    status_word: str
    edit_url: str
    bids_url: str
    open_bids: int


def listing_lines(
    listings: Iterable[Listing], open_bids: Mapping[int, int] | None = None
) -> list[ListingLine]:
    """Lines of ``listings``; ``open_bids`` by listing id, for the enterprise that owns them."""
    return [_line(listing, (open_bids or {}).get(listing.id, 0)) for listing in listings]


def _line(listing: Listing, open_bids: int) -> ListingLine:
    kind = kind_of(listing)
    region = listing.enterprise.region
    price = listing.ask_yuan_per_t if isinstance(listing, Supply) else listing.bid_yuan_per_t
    parts = [named(listing.enterprise), named(region) if region else "", formatting.day(listing.published_at)]
    return ListingLine(
        kind=kind, code=listing.code,
        title=listing_title(listing), url=listing_url(listing), tonnes=listing.t_per_month,
        estimate=listing.quantity_quality == "estimate", estimate_note=listing.note,
        second=" · ".join(part for part in parts if part and part != formatting.MISSING),
        money=price_words(price, kind == "supply"),
        status=listing.status, status_word=str(STATUS_WORDS[ListingStatus(listing.status)]),
        edit_url=url_for(f"listings.edit_{kind}", code=listing.code),
        bids_url=url_for(f"tenders.bids_on_{kind}", code=listing.code), open_bids=open_bids,
    )


def map_points(supplies: Sequence[Row], demands: Sequence[Row]) -> list[dict[str, object]]:
    """Points for the market map: area by tonnes, colour by side."""
    reference = catalogue()
    points = []
    for kind, rows, names, colour in (
        ("supply", supplies, reference.waste_types, SUPPLY_COLOUR),
        ("demand", demands, reference.uses, DEMAND_COLOUR),
    ):
        points += [
            map_point(kind, row, title=named(names[row.kind]), owner=named(row), place=row, colour=colour)
            for row in rows
        ]
    return points

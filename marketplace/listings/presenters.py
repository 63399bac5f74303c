"""A listing in a few words, wherever it is named: its title, its address, its months, its point on a map."""

from __future__ import annotations

from typing import Any

from flask import url_for

from marketplace import formatting
from marketplace.i18n import named
from models.listings import Listing, Supply, kind_of


def listing_title(listing: Listing) -> str:
    """What is offered or what it is wanted for: the waste type of a supply, the use of a demand."""
    return named(listing.waste_type if isinstance(listing, Supply) else listing.use)


def listing_url(listing: Listing) -> str:
    return url_for(f"listings.{kind_of(listing)}", code=listing.code)


def month_span(first: str, last: str | None) -> str:
    """``2027 年 1 月 – 2027 年 6 月``."""
    if last == first:
        return formatting.month(first)
    return f"{formatting.month(first)} – {formatting.month(last)}"


def map_point(kind: str, row: Any, *, title: str, owner: str, place: Any, colour: str) -> dict[str, object]:
    """A listing as a point of the market map; ``row`` has its code and tonnes, ``place`` its coordinates."""
    return {
        "id": f"{kind}-{row.code}", "kind": kind, "name": f"{title} · {owner}", "lat": place.lat, "lon": place.lon,
        "tonnes": float(row.t_per_month), "colour": colour, "url": url_for(f"listings.{kind}", code=row.code),
    }

"""Listings found, in words: rows of two lines, and the same as points of the map."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Row

from marketplace import formatting
from marketplace.i18n import language, named
from marketplace.listings.filters import SUPPLY, SearchFilter
from marketplace.listings.presenters import map_point
from marketplace.listings.queries_options import Options
from marketplace.palette import FALLBACK, waste_colour
from models.listings import QuantityQuality

DOTS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One listing in two lines."""

    code: str
    url: str
    title: str
    beside: str
    dots: list[str]
    tonnes: Decimal
    estimate: bool
    estimate_note: str
    enterprise: str
    banner: str
    months: str
    money: str


def lines(
    rows: Sequence[Row[Any]], search: SearchFilter, options: Options, accepted: Mapping[int, Sequence[str]]
) -> list[Line]:
    """The listings of one page."""
    return [_line(row, search, options, accepted.get(row.id, ())) for row in rows]


def _line(row: Row[Any], search: SearchFilter, options: Options, accepted: Sequence[str]) -> Line:
    supply = search.kind == SUPPLY
    entries = options.wastes if supply else options.uses
    place = named(options.regions[row.region]) if row.region in options.regions else ""
    estimate = row.quantity_quality == QuantityQuality.ESTIMATE
    money = [price_words(row.price_yuan_per_t, supply)]
    if row.distance_km is not None:
        money.append(formatting.kilometres(row.distance_km))
    return Line(
        code=row.code,
        url=url_for(f"listings.{search.kind}", code=row.code),
        title=named(entries[row.kind]),
        beside="" if supply else formatting.listed(named(options.wastes[waste]) for waste in accepted),
        dots=[waste_colour(row.kind)] if supply else [waste_colour(waste) for waste in accepted[:DOTS]],
        tonnes=row.t_per_month,
        estimate=estimate,
        estimate_note=row.note or _("Estimated; the listing says how."),
        enterprise=_owner(row),
        banner=place,
        months=window_words(row.start_month, row.end_month),
        money=" · ".join(money),
    )


def window_words(first: str, last: str | None) -> str:
    """The months of a listing, as short as they can be said; no last month means no end."""
    if last is None:
        return _("from %(month)s on", month=formatting.month(first))
    if first == last:
        return formatting.month(first)
    if first[:4] != last[:4]:
        return _("%(first)s to %(last)s", first=first, last=last)
    year, months = first[:4], (dt.date(2000, int(month[5:]), 1) for month in (first, last))
    start, end = ((f"{month:%b}", str(month.month))[language() == "zh"] for month in months)
    return _("%(start)s–%(end)s %(year)s", start=start, end=end, year=year)


def price_words(price: Decimal | None, supply: bool) -> str:
    """Who pays whom: a supply's price below zero pays the taker, a demand's is a gate fee."""
    if price is None:
        return _("price open")
    figure = formatting.yuan(abs(price), 2)
    if price == 0:
        return _("free") if supply else _("unpaid")
    if supply:
        return _("asks %(yuan)s yuan/t", yuan=figure) if price > 0 else _("pays the taker %(yuan)s yuan/t", yuan=figure)
    return _("pays %(yuan)s yuan/t", yuan=figure) if price > 0 else _("gate fee %(yuan)s yuan/t", yuan=figure)


def map_data(
    rows: Sequence[Row[Any]], search: SearchFilter, options: Options, accepted: Mapping[int, Sequence[str]]
) -> dict[str, object]:
    """Points for the map component, the listings of ``rows`` in their order."""
    supply = search.kind == SUPPLY
    entries = options.wastes if supply else options.uses
    points = []
    for row in rows:
        wastes = [row.kind] if supply else accepted.get(row.id, ())
        points.append(map_point(
            search.kind, row, title=named(entries[row.kind]), owner=_owner(row), place=row,
            colour=waste_colour(wastes[0]) if wastes else FALLBACK,
        ))
    return {"points": points, "flows": []}


def _owner(row: Row[Any]) -> str:
    return row.enterprise if language() == "zh" else row.enterprise_en or row.enterprise

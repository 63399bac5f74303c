"""The page of one listing: facts, quality, what is free, partners, near misses."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.i18n import named
from marketplace.listings import presenters_detail
from marketplace.listings.presenters import listing_title, map_point, month_span
from marketplace.matches import presenters, queries
from marketplace.matches.presenters_headline import headline
from marketplace.palette import DEMAND_COLOUR, FLOW_COLOUR, SUPPLY_COLOUR, waste_colour
from marketplace.reasons import refusal_text
from marketplace.security.permissions import may
from marketplace.session import current_actor, db_session
from marketplace.tenders import queries as bids
from marketplace.tenders import rules
from marketplace.tenders.presenters import room_by_month
from marketplace.tenders.queries_tender import running_on
from marketplace.tenders.standing import room_of, standing_of
from models.listings import Demand, Listing, ListingStatus, Supply, kind_of

# More arcs than this hide each other; the table has every partner.
ON_MAP = 10


def supply(code: str) -> ResponseReturnValue:
    session = db_session()
    listing = _visible(queries.supply_by_code(session, code), code)
    assays, open_limits = presenters_detail.assay_views(listing)
    return render_template(
        "listings/supply.html", **_common(listing), assays=assays, open_limits=open_limits,
        grades=presenters_detail.grade_views(listing),
    )


def demand(code: str) -> ResponseReturnValue:
    listing = _visible(queries.demand_by_code(db_session(), code), code)
    return render_template(
        "listings/demand.html", **_common(listing), specs=presenters_detail.spec_views(listing),
    )


def _visible(listing: Listing | None, code: str) -> Listing:
    """A draft is there for its own enterprise only; others are not told that it exists."""
    draft = listing is not None and listing.status == ListingStatus.DRAFT
    if listing is None or (draft and not may(current_actor(), "listing.view_draft", listing)):
        raise NotFound(code)
    return listing


def _common(listing: Listing) -> dict[str, object]:
    session, actor = db_session(), current_actor()
    offers = isinstance(listing, Supply)
    other, model = ("demand", Demand) if offers else ("supply", Supply)
    answer = queries.answer_for(session, listing)
    codes = {getattr(match, other) for match in answer.partners}
    codes |= {getattr(miss.match, other) for miss in answer.near_misses}
    rows = queries.listings_by_code(session, model, codes)
    room = room_of(session, listing)
    return {
        "listing": listing, "kind": kind_of(listing),
        "title": listing_title(listing),
        "colour": waste_colour(listing.waste_type_id) if offers else DEMAND_COLOUR,
        "span": month_span(listing.start_month, room.last),
        "months": room_by_month(room),
        "partners": presenters.partner_views(answer.partners, rows, other=other),
        "near_misses": presenters.near_miss_views(answer.near_misses, rows, other=other),
        "headline": headline(answer, rows, other=other),
        "method": presenters.method_text(answer.distance_method),
        "map_data": _map(listing, answer, rows, other),
        "bid_barred": _bid_barred(listing), "tender": running_on(session, listing),
        "open_bids": len(bids.open_on(session, listing)) if may(actor, "bid.view_all", listing) else 0,
    }


def _bid_barred(listing: Listing) -> list[str]:
    """Why the reader may not bid here, in words; empty where they may or where bidding is not theirs at all."""
    actor = current_actor()
    if not may(actor, "bid.place"):
        return []
    wastes = [listing.waste_type_id] if isinstance(listing, Supply) else [a.waste_type_id for a in listing.accepts]
    # On a demand that takes several wastes a bid is possible as long as one of them is.
    tried = [rules.may_bid(standing_of(db_session(), listing, actor.enterprise_id, waste)) for waste in wastes]
    return [] if not all(tried) else [refusal_text(reason) for reason in tried[0]]


def _map(listing: Listing, answer: queries.Answer, rows: dict[str, Listing], other: str) -> dict[str, object]:
    points, flows = [_point(listing)], []
    here = [listing.site.lon, listing.site.lat]
    for match in answer.partners[:ON_MAP]:
        row = rows[getattr(match, other)]
        points.append(_point(row))
        there = [row.site.lon, row.site.lat]
        if there != here:
            ends = (here, there) if other == "demand" else (there, here)
            flows.append({
                "from": ends[0], "to": ends[1], "tonnes": match.tonnes_per_month, "colour": FLOW_COLOUR,
                "name": named(row.enterprise),
            })
    return {"points": points, "flows": flows}


def _point(row: Listing) -> dict[str, object]:
    colour = SUPPLY_COLOUR if isinstance(row, Supply) else DEMAND_COLOUR
    return map_point(
        kind_of(row), row, title=listing_title(row), owner=named(row.enterprise), place=row.site, colour=colour
    )

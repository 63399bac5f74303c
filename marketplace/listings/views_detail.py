"""The page of one listing: facts, quality, what is free, partners, near misses."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.i18n import named
from marketplace.listings import presenters_detail
from marketplace.matches import presenters, queries
from marketplace.palette import waste_colour
from marketplace.reasons import refusal_text
from marketplace.security.permissions import may
from marketplace.session import current_actor, db_session
from marketplace.tenders import queries as bids
from marketplace.tenders import rules
from marketplace.tenders.presenters import month_span, room_by_month
from marketplace.tenders.standing import room_of, standing_of
from models.listings import Demand, ListingStatus, Supply

SUPPLY_COLOUR, DEMAND_COLOUR = "#1f7a5c", "#b8560f"


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


def _visible(listing: Supply | Demand | None, code: str) -> Supply | Demand:
    """A draft is there for its own enterprise only; others are not told that it exists."""
    draft = listing is not None and listing.status == ListingStatus.DRAFT
    if listing is None or (draft and not may(current_actor(), "listing.view_draft", listing)):
        raise NotFound(code)
    return listing


def _common(listing: Supply | Demand) -> dict[str, object]:
    session, actor = db_session(), current_actor()
    offers = isinstance(listing, Supply)
    other, model = ("demand", Demand) if offers else ("supply", Supply)
    answer = queries.answer_for(session, listing)
    codes = {getattr(match, other) for match in answer.partners}
    codes |= {getattr(miss.match, other) for miss in answer.near_misses}
    rows = queries.listings_by_code(session, model, codes)
    room = room_of(session, listing)
    return {
        "listing": listing, "kind": "supply" if offers else "demand",
        "title": named(listing.waste_type if offers else listing.use),
        "colour": waste_colour(listing.waste_type_id) if offers else DEMAND_COLOUR,
        "span": month_span(listing.start_month, room.last),
        "months": room_by_month(room),
        "partners": presenters.partner_views(answer.partners, rows, other=other),
        "near_misses": presenters.near_miss_views(answer.near_misses, rows, other=other),
        "method": presenters.method_text(answer.distance_method),
        "map_data": _map(listing, answer, rows, other),
        "bid_barred": _bid_barred(listing),
        "open_bids": len(bids.open_on(session, listing)) if may(actor, "bid.view_all", listing) else 0,
    }


def _bid_barred(listing: Supply | Demand) -> list[str]:
    """Why the reader may not bid here, in words; empty where they may or where bidding is not theirs at all."""
    actor = current_actor()
    if not may(actor, "bid.place"):
        return []
    wastes = [listing.waste_type_id] if isinstance(listing, Supply) else [a.waste_type_id for a in listing.accepts]
    # On a demand that takes several wastes a bid is possible as long as one of them is.
    tried = [rules.may_bid(standing_of(db_session(), listing, actor.enterprise_id, waste)) for waste in wastes]
    return [] if not all(tried) else [refusal_text(reason) for reason in tried[0]]


def _map(
    listing: Supply | Demand, answer: queries.Answer, rows: dict[str, Supply | Demand], other: str
) -> dict[str, object]:
    own_kind = "supply" if other == "demand" else "demand"
    colours = {"supply": SUPPLY_COLOUR, "demand": DEMAND_COLOUR}
    here = [listing.site.lon, listing.site.lat]
    points = [_point(listing, own_kind, colours[own_kind])]
    flows = []
    for match in answer.partners:
        row = rows[getattr(match, other)]
        points.append(_point(row, other, colours[other]))
        there = [row.site.lon, row.site.lat]
        if there != here:
            ends = (here, there) if own_kind == "supply" else (there, here)
            flows.append({
                "from": ends[0], "to": ends[1], "tonnes": match.tonnes_per_month, "colour": "#2b5c8a",
                "name": named(row.enterprise),
            })
    return {"points": points, "flows": flows}


def _point(row: Supply | Demand, kind: str, colour: str) -> dict[str, object]:
    what = named(row.waste_type if isinstance(row, Supply) else row.use)
    return {
        "id": f"{kind}-{row.code}", "kind": kind, "name": f"{what} · {named(row.enterprise)}", "lat": row.site.lat,
        "lon": row.site.lon, "tonnes": float(row.t_per_month), "colour": colour,
        "url": url_for(f"listings.{kind}", code=row.code),
    }

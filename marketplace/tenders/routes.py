"""Bidding on a listing, comparing the bids on one's own, deciding."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.errors import NotFound, NotPossible
from marketplace.i18n import named
from marketplace.listings.presenters import listing_title, listing_url
from marketplace.reasons import refusal_text
from marketplace.security.actor import Actor
from marketplace.security.permissions import may, require
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.tenders import presenters, queries, queries_tender, rules, service
from marketplace.tenders.bidding import BidOffer
from marketplace.tenders.forms import BidForm
from marketplace.tenders.journeys import journeys
from marketplace.tenders.standing import room_of, standing_of
from marketplace.tenders.views_award import award
from marketplace.tenders.views_bid import beside_fields, bid_page, counter
from marketplace.tenders.views_tender import (
    answer,
    ask,
    bid_in,
    cancel_tender,
    new_tender_on_demand,
    new_tender_on_supply,
    tender_page,
    tenders,
    withdraw_sealed,
)
from marketplace.urls import Url
from models.bids import Bid, BidStatus
from models.listings import Listing, ListingStatus, Supply, kind_of


def new_bid_on_supply(code: str) -> ResponseReturnValue:
    return _new_bid("supply", code)


def new_bid_on_demand(code: str) -> ResponseReturnValue:
    return _new_bid("demand", code)


def bids_on_supply(code: str) -> ResponseReturnValue:
    return _bids_on("supply", code)


def bids_on_demand(code: str) -> ResponseReturnValue:
    return _bids_on("demand", code)


def my_bids() -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    bids = queries.bids_of(session, actor.enterprise_id)
    return render_template("tenders/my_bids.html", bids=presenters.bid_views(bids, journeys(session, bids)))


def accept(bid_id: int, version: int) -> ResponseReturnValue:
    with unit_of_work() as uow:
        bid = service.accept_bid(uow=uow, actor=current_actor(), bid_id=bid_id, version=version)
    flash(_("The bid is accepted. Its tonnes are promised from now on, and the other side has been told."), "done")
    return _after(bid)


def decline(bid_id: int, version: int) -> ResponseReturnValue:
    with unit_of_work() as uow:
        bid = service.decline_bid(uow=uow, actor=current_actor(), bid_id=bid_id, version=version)
    flash(_("The bid is declined, and the other side has been told."), "done")
    return _after(bid)


def withdraw(bid_id: int) -> ResponseReturnValue:
    with unit_of_work() as uow:
        service.withdraw_bid(uow=uow, actor=current_actor(), bid_id=bid_id)
    flash(_("Your bid is withdrawn."), "done")
    return redirect(url_for("tenders.my_bids"))


def _listing(kind: str, code: str) -> Listing:
    listing = queries.listing_by_code(db_session(), kind, code)
    if listing is None or listing.status == ListingStatus.DRAFT:
        raise NotFound(code)
    return listing


def _new_bid(kind: str, code: str) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    listing = _listing(kind, code)
    form = BidForm(submission_key=uuid.uuid4().hex)
    room = _offer_choices(form, listing, actor)
    waste = form.waste_type_id.data or form.waste_type_id.choices[0][0]
    barred = rules.may_bid(standing_of(session, listing, actor.enterprise_id, waste))
    if form.validate_on_submit():
        offer = BidOffer(
            terms=form.terms(), waste_type_id=form.waste_type_id.data, own_listing=form.own_listing.data or "",
            message=form.message.data or "", submission_key=form.submission_key.data or None,
        )
        try:
            with unit_of_work() as uow:
                bid = service.place_bid(uow=uow, actor=actor, kind=kind, code=code, offer=offer)
        except NotPossible as refused:
            beside_fields(form, refused)
        else:
            flash(_placed(bid), "done")
            return redirect(url_for("tenders.my_bids"))
    return render_template(
        "tenders/new_bid.html", form=form, listing=listing, kind=kind,
        title=listing_title(listing), listing_url=listing_url(listing),
        barred=[] if form.errors else [refusal_text(reason) for reason in barred],
        months=presenters.room_by_month(room), tender=queries_tender.running_on(session, listing),
    ), 422 if form.errors else 200


def _offer_choices(form: BidForm, listing: Listing, actor: Actor) -> object:
    session = db_session()
    room = room_of(session, listing)
    form.start_month.offer(room.first, room.last)
    form.end_month.offer(room.first, room.last)
    if not form.is_submitted():
        form.end_month.data = room.last
    wastes = [listing.waste_type] if isinstance(listing, Supply) else [row.waste_type for row in listing.accepts]
    form.waste_type_id.choices = [(waste.id, named(waste)) for waste in wastes]
    own = queries.own_listings(session, actor.enterprise_id, listing)
    form.own_listing.choices = [("", _("None"))] + [
        (mine.code, f"{mine.code} · {listing_title(mine)}") for mine in own
    ]
    if not form.is_submitted() and own:
        form.own_listing.data = own[0].code
    return room


def _placed(bid: Bid) -> str:
    if bid.status == BidStatus.ACCEPTED:
        return _("Your bid met the price and is accepted: its tonnes are yours once both sides confirm the contract.")
    return _("Your bid is placed, and the other side has been told.")


def _bids_on(kind: str, code: str) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    listing = _listing(kind, code)
    require(actor, "bid.view_all", listing)
    bids = queries.bids_on(session, listing)
    decidable = rules.may_decide(open_bid=True, published=listing.status == ListingStatus.PUBLISHED)
    return render_template(
        "tenders/bids.html", listing=listing, kind=kind, title=listing_title(listing),
        listing_url=listing_url(listing),
        bids=presenters.bid_views(bids, journeys(session, bids)),
        months=presenters.room_by_month(room_of(session, listing)),
        may_decide=may(actor, "bid.decide", listing), tender=queries_tender.running_on(session, listing),
        barred=[refusal_text(reason) for reason in decidable],
    )


def _after(bid: Bid) -> ResponseReturnValue:
    """Back to where one answers: the owner to the bids of the listing, the bidder to its own."""
    listing = bid.listing
    if may(current_actor(), "bid.view_all", listing):
        return redirect(url_for(f"tenders.bids_on_{kind_of(listing)}", code=listing.code))
    return redirect(url_for("tenders.my_bids"))


URLS = [
    Url("/supplies/<code>/bids/new", new_bid_on_supply, "bid.place", ("GET", "POST")),
    Url("/demands/<code>/bids/new", new_bid_on_demand, "bid.place", ("GET", "POST")),
    Url("/supplies/<code>/bids", bids_on_supply, "bid.view_all"),
    Url("/demands/<code>/bids", bids_on_demand, "bid.view_all"),
    Url("/bids", my_bids, "bid.place"),
    Url("/bids/<int:bid_id>", bid_page, "bid.view"),
    Url("/bids/<int:bid_id>/counter", counter, "bid.view", ("POST",)),
    Url("/bids/<int:bid_id>/accept/<int:version>", accept, "bid.decide", ("POST",)),
    Url("/bids/<int:bid_id>/decline/<int:version>", decline, "bid.decide", ("POST",)),
    Url("/bids/<int:bid_id>/withdraw", withdraw, "bid.withdraw", ("POST",)),
    Url("/tenders", tenders, "tender.bid"),
    Url("/supplies/<code>/tenders/new", new_tender_on_supply, "tender.manage", ("GET", "POST")),
    Url("/demands/<code>/tenders/new", new_tender_on_demand, "tender.manage", ("GET", "POST")),
    Url("/tenders/<int:tender_id>", tender_page, "tender.view"),
    Url("/tenders/<int:tender_id>/bids", bid_in, "tender.bid", ("POST",)),
    Url("/tenders/<int:tender_id>/bids/withdraw", withdraw_sealed, "tender.bid", ("POST",)),
    Url("/tenders/<int:tender_id>/questions", ask, "tender.bid", ("POST",)),
    Url("/tenders/<int:tender_id>/questions/<int:question_id>", answer, "tender.manage", ("POST",)),
    Url("/tenders/<int:tender_id>/cancel", cancel_tender, "tender.manage", ("POST",)),
    Url("/tenders/<int:tender_id>/award", award, "tender.manage", ("POST",)),
]

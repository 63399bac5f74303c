"""One bid: what both sides have said so far, and the answer of the side whose turn it is."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.errors import NotFound, NotPossible
from marketplace.listings.presenters import listing_title, listing_url
from marketplace.reasons import refusal_text
from marketplace.security.permissions import may, require
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.tenders import presenters, queries, rules, service
from marketplace.tenders.forms import CounterForm, TermsForm
from marketplace.tenders.journeys import journeys
from marketplace.tenders.standing import room_of
from models.bids import Bid, BidStatus, Party
from models.listings import ListingStatus, kind_of


def bid_page(bid_id: int) -> ResponseReturnValue:
    bid = _readable(bid_id)
    form = CounterForm(
        formdata=None, version=str(bid.version), t_per_month=bid.t_per_month, price_yuan_per_t=bid.price_yuan_per_t,
        start_month=bid.start_month, end_month=bid.end_month,
    )
    return _page(bid, form)


def counter(bid_id: int) -> ResponseReturnValue:
    form = CounterForm()
    bid = _readable(bid_id)
    _offer_months(form, bid)
    if form.validate_on_submit():
        version = form.version.data or ""
        try:
            with unit_of_work() as uow:
                service.counter_bid(
                    uow=uow, actor=current_actor(), bid_id=bid_id, version=int(version) if version.isdigit() else 0,
                    terms=form.terms(), message=form.message.data or "",
                )
        except NotPossible as refused:
            beside_fields(form, refused)
        else:
            flash(_("Your terms are sent, and the other side has been told."), "done")
            return redirect(url_for("tenders.bid_page", bid_id=bid_id))
    # What is shown from here on is what stands now; a second look decides on that.
    bid = _readable(bid_id)
    form.version.data = str(bid.version)
    form.version.raw_data = None
    return _page(bid, form)


def beside_fields(form: TermsForm, refused: NotPossible) -> None:
    """Put every reason beside the field it belongs to; one of no field stands by the tonnes."""
    for reason in refused.reasons:
        field = form._fields.get(reason.field, form.t_per_month)
        field.errors = [*field.errors, refusal_text(reason)]


def _readable(bid_id: int) -> Bid:
    bid = queries.bid_with_names(db_session(), bid_id)
    if bid is None:
        raise NotFound(str(bid_id))
    if not may(current_actor(), "bid.view_all", bid.listing):
        require(current_actor(), "bid.withdraw", bid)
    return bid


def _offer_months(form: CounterForm, bid: Bid) -> object:
    room = room_of(db_session(), bid.listing)
    form.start_month.offer(room.first, room.last)
    form.end_month.offer(room.first, room.last)
    return room


def _page(bid: Bid, form: CounterForm) -> ResponseReturnValue:
    session, actor, listing = db_session(), current_actor(), bid.listing
    room = _offer_months(form, bid)
    party = Party.OWNER if may(actor, "bid.view_all", listing) else Party.BIDDER
    open_bid = bid.status == BidStatus.OPEN and bid.tender_id is None
    mine = may(actor, "bid.decide", listing) or may(actor, "bid.withdraw", bid)
    barred = rules.may_decide(open_bid=True, published=listing.status == ListingStatus.PUBLISHED)
    [view] = presenters.bid_views([bid], journeys(session, [bid]))
    return render_template(
        "tenders/bid.html", bid=view, form=form, kind=kind_of(listing), listing=listing,
        title=listing_title(listing), listing_url=listing_url(listing), rounds=presenters.round_views(bid),
        months=presenters.room_by_month(room), party=party, my_turn=open_bid and mine and bid.awaits == party,
        may_decline=open_bid and mine and (party == Party.OWNER or bid.awaits == party), open_bid=open_bid,
        barred=[refusal_text(reason) for reason in barred],
    ), 422 if form.errors else 200

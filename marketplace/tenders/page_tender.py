"""The page of one tender as each side sees it: the owner, a bidder, somebody who may not bid, the administrator."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import formatting
from marketplace.i18n import named
from marketplace.listings.presenters import listing_title
from marketplace.reasons import refusal_text
from marketplace.security.permissions import may
from marketplace.session import current_actor, db_session
from marketplace.tenders import presenters, presenters_tender, queries, queries_tender, rules_tender
from marketplace.tenders.forms import BidForm
from marketplace.tenders.forms_tender import AnswerForm, CancelForm, QuestionForm, award_form
from marketplace.tenders.journeys import journeys
from marketplace.tenders.provisional import provisional
from marketplace.tenders.recommending import recommend
from marketplace.tenders.sealing import SealedOffer, Sealer, Unreadable
from marketplace.tenders.service_bids import own_sealed
from marketplace.tenders.standing import room_of
from marketplace.tenders.tendering import entrance_of
from models.base import utc_now
from models.bids import Bid, BidStatus
from models.listings import Supply
from models.tenders import Tender, TenderMode, TenderStatus


def tender_bid_form(tender: Tender, mine: Bid | SealedOffer | None) -> BidForm:
    """The bid form with the choices of this tender, filled with the bid that stands where there is one."""
    session, actor, listing = db_session(), current_actor(), tender.listing
    form = BidForm(submission_key=uuid.uuid4().hex)
    room = room_of(session, listing)
    form.start_month.offer(room.first, room.last)
    form.end_month.offer(room.first, room.last)
    wastes = [listing.waste_type] if isinstance(listing, Supply) else [row.waste_type for row in listing.accepts]
    form.waste_type_id.choices = [(waste.id, named(waste)) for waste in wastes]
    own = queries.own_listings(session, actor.enterprise_id, listing)
    form.own_listing.choices = [("", _("None")), *((row.code, f"{row.code} · {listing_title(row)}") for row in own)]
    if form.is_submitted():
        return form
    form.end_month.data = room.last
    form.own_listing.data = own[0].code if own else ""
    if mine is not None:
        _fill(form, mine)
    return form


def show_tender(
    tender: Tender, sealer: Sealer, *, bid_form: BidForm | None = None, question_form: QuestionForm | None = None,
    answer_form: AnswerForm | None = None, answering: int = 0, cancel_form: CancelForm | None = None,
    award: Any = None,
) -> ResponseReturnValue:
    """The page, with the form that was refused in place of a fresh one."""
    actor, now = current_actor(), utc_now()
    owns = may(actor, "tender.manage", tender.listing)
    forms = (bid_form, question_form, answer_form, cancel_form, award)
    refused = any(form is not None and form.errors for form in forms)
    sides = _owner(tender, award) if owns else _bidder(tender, sealer, bid_form)
    return render_template(
        "tenders/tender.html", tender=presenters_tender.tender_view(tender), owns=owns,
        open_now=tender.status == TenderStatus.OPEN and now < tender.deadline,
        server_time=formatting.exact_moment(now), listing=tender.listing,
        questions=presenters_tender.question_views(tender.questions), answering=answering,
        question_form=question_form or QuestionForm(formdata=None),
        answer_form=answer_form or AnswerForm(formdata=None),
        cancel_form=cancel_form or CancelForm(formdata=None), open_bids=_open_bids(tender),
        months=presenters.room_by_month(room_of(db_session(), tender.listing)), **sides,
        invited=[named(row.enterprise) for row in tender.invitations] if owns else [],
    ), 422 if refused else 200


def _bidder(tender: Tender, sealer: Sealer, form: BidForm | None) -> dict[str, Any]:
    session, actor = db_session(), current_actor()
    if not may(actor, "tender.bid"):
        return {"barred": [], "bid_form": None, "mine": None, "result": None, "unreadable": False}
    mine, unreadable = _mine(tender, sealer)
    waste = queries_tender.some_waste(tender.listing)
    barred = rules_tender.may_enter(entrance_of(session, tender, actor.enterprise_id, waste, now=utc_now()))
    result = None
    if tender.status != TenderStatus.OPEN and isinstance(mine, Bid):
        [result] = presenters.bid_views([mine], journeys(session, [mine]))
    return {
        "barred": [refusal_text(reason) for reason in barred], "bid_form": form or tender_bid_form(tender, mine),
        "mine": _said(mine), "result": result, "unreadable": unreadable,
    }


def _mine(tender: Tender, sealer: Sealer) -> tuple[Bid | SealedOffer | None, bool]:
    """The reader's own bid, and whether it is sealed and can no longer be read."""
    session, own = db_session(), current_actor().enterprise_id
    if tender.mode == TenderMode.SEALED and tender.status == TenderStatus.OPEN:
        try:
            return own_sealed(session, sealer, tender.id, own), False
        except Unreadable:
            return None, True
    return queries_tender.bid_of(session, tender.id, own), False


def _said(mine: Bid | SealedOffer | None) -> dict[str, str] | None:
    if mine is None:
        return None
    terms = mine.terms if isinstance(mine, SealedOffer) else mine
    return {
        "tonnes": formatting.number(terms.t_per_month, 3), "price": formatting.yuan(terms.price_yuan_per_t, 2),
        "months": presenters.month_span(terms.start_month, terms.end_month), "message": mine.message,
    }


def _fill(form: BidForm, mine: Bid | SealedOffer) -> None:
    terms = mine.terms if isinstance(mine, SealedOffer) else mine
    form.t_per_month.data, form.price_yuan_per_t.data = terms.t_per_month, terms.price_yuan_per_t
    form.start_month.data, form.end_month.data = terms.start_month, terms.end_month
    form.waste_type_id.data, form.message.data = mine.waste_type_id, mine.message
    if isinstance(mine, SealedOffer):
        form.own_listing.data = mine.own_listing


def _owner(tender: Tender, award: Any) -> dict[str, Any]:
    if tender.status not in (TenderStatus.CLOSED, TenderStatus.AWARDED):
        return {"compared": [], "plan": None, "award_form": None, "results": [], "faults": []}
    session = db_session()
    bids = queries_tender.bids_in(session, tender.id)
    faults = presenters_tender.fault_words(queries_tender.faults_of(session, tender.id))
    travelled = journeys(session, bids)
    if tender.status == TenderStatus.AWARDED:
        return {"compared": [], "plan": None, "award_form": None, "faults": faults,
                "results": presenters.bid_views(bids, travelled)}
    waiting = [bid for bid in bids if bid.status == BidStatus.OPEN]
    recommendation = recommend(session, tender, waiting, room_of(session, tender.listing)) if waiting else None
    form = award or award_form(waiting)(formdata=None, version=str(tender.version))
    return {
        "award_form": form, "results": [], "faults": faults, "version": tender.version,
        "compared": presenters_tender.compared(recommendation, travelled, _own_room(waiting)) if recommendation else [],
        "plan": presenters_tender.plan_view(recommendation) if recommendation else None,
    }


def _own_room(bids: list[Bid]) -> dict[int, Decimal]:
    """What each bidder's own listing still has room for in the months of its bid; absent where it names none."""
    found = {}
    for bid in bids:
        own = bid.own_demand or bid.own_supply
        if own is not None:
            room = room_of(db_session(), own)
            first, last = max(room.first, bid.start_month), min(room.last, bid.end_month)
            found[bid.id] = room.free_per_month(first, last)
    return found


def _open_bids(tender: Tender) -> list[presenters_tender.OpenBid]:
    """The bids of an open tender while it runs, best first, without names."""
    if tender.mode != TenderMode.ASCENDING or tender.status != TenderStatus.OPEN:
        return []
    session = db_session()
    bids = queries_tender.bids_in(session, tender.id)
    given = provisional(bids, room_of(session, tender.listing))
    return presenters_tender.open_bids(bids, given, current_actor().enterprise_id)

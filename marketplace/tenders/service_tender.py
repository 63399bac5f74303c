"""A tender is opened, asked about, answered and called off here; bids and awards have files of their own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from marketplace.errors import NotFound, NotPossible, Refusal, refuse
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.tenders import bidding, queries, queries_tender
from marketplace.tenders import rules_tender as rules
from marketplace.tenders.tendering import (
    close_at_deadline,
    entrance_of,
    facts,
    locked_tender,
    tell,
    tell_followers,
)
from marketplace.unit_of_work import UnitOfWork
from models.bids import BidStatus
from models.constraints import refused_by
from models.listings import ListingStatus, Supply
from models.tenders import Tender, TenderInvitation, TenderQuestion, TenderStatus

_ONE_RUNNING = ("uq_tenders_running_on_supply", "uq_tenders_running_on_demand")


def open_tender(
    *, uow: UnitOfWork, actor: Actor, kind: str, code: str, plan: rules.Plan, invited: Sequence[int],
    submission_key: str | None = None,
) -> Tender:
    """Put the listing ``code`` out to tender; the same ``submission_key`` again returns the one made first."""
    listing = queries.listing_by_code(uow.session, kind, code)
    if listing is None or listing.status == ListingStatus.DRAFT:
        raise NotFound(code)
    bidding.lock_listings(uow, listing)
    require(actor, "tender.manage", listing)
    if submission_key and (earlier := queries_tender.by_submission(uow.session, submission_key)):
        require(actor, "tender.manage", earlier.listing)
        return earlier
    chosen = sorted(set(invited) - {listing.enterprise_id})
    refuse(rules.may_open(
        plan, now=uow.now, published=listing.status == ListingStatus.PUBLISHED,
        running=queries_tender.running_on(uow.session, listing) is not None,
        open_bids=queries_tender.open_bids_on(uow.session, listing), invited=len(chosen),
    ))
    tender = Tender(
        mode=plan.mode, opened_at=uow.now, deadline=plan.deadline, extension_s=plan.extension_s,
        step_yuan_per_t=plan.step_yuan_per_t, reserve_yuan_per_t=plan.reserve_yuan_per_t,
        invited_only=plan.invited_only, terms=plan.terms, created_by=actor.user_id, submission_key=submission_key,
        supply_id=listing.id if isinstance(listing, Supply) else None,
        demand_id=None if isinstance(listing, Supply) else listing.id,
        invitations=[TenderInvitation(enterprise_id=one) for one in chosen],
    )
    uow.session.add(tender)
    try:
        uow.session.flush()
    except IntegrityError as error:
        # The guard is the partial unique index "one running tender per listing".
        if refused_by(error) not in _ONE_RUNNING:
            raise
        raise NotPossible([Refusal("tender:runs_already")]) from error
    event = uow.record(
        actor.user_id, "tender.opened", tender, **facts(tender), mode=tender.mode, deadline=tender.deadline,
        invited=chosen,
    )
    tell(uow, chosen, event)
    close_at_deadline(uow, tender)
    return tender


def cancel_tender(*, uow: UnitOfWork, actor: Actor, tender_id: int, reason: str) -> Tender:
    """Call a tender off before its award, and say why; its bids are declined, what is sealed stays sealed."""
    tender = locked_tender(uow, tender_id)
    require(actor, "tender.manage", tender.listing)
    refuse(rules.may_cancel(TenderStatus(tender.status), reason))
    tender.status, tender.award_reason = TenderStatus.CANCELLED, reason.strip()
    for bid in queries_tender.bids_in(uow.session, tender.id):
        if bid.status == BidStatus.OPEN:
            bidding.decide(uow, actor, bid, BidStatus.DECLINED, reason.strip())
    event = uow.record(actor.user_id, "tender.cancelled", tender, **facts(tender), reason=reason.strip())
    tell_followers(uow, tender, event)
    return tender


def ask(*, uow: UnitOfWork, actor: Actor, tender_id: int, question: str) -> TenderQuestion:
    """Ask the owner something that all bidders will read; nobody is told who asked."""
    tender = locked_tender(uow, tender_id)
    require(actor, "tender.bid")
    waste = queries_tender.some_waste(tender.listing)
    entrance = entrance_of(uow.session, tender, actor.enterprise_id, waste, now=uow.now)
    refuse([
        *rules.may_ask(TenderStatus(tender.status), now=uow.now, deadline=tender.deadline),
        *[reason for reason in rules.may_enter(entrance) if reason.code in ("tender:own", "tender:not_invited")],
    ])
    if not question.strip():
        refuse([Refusal("tender:question_missing", field="question")])
    same = [one for one in tender.questions if one.question == question.strip() and not one.answer]
    if same:
        # The same words again while they wait for an answer: a second click.
        return same[0]
    row = TenderQuestion(enterprise_id=actor.enterprise_id, question=question.strip(), asked_at=uow.now)
    tender.questions.append(row)
    event = uow.record(None, "tender.question", tender, **facts(tender))
    tell(uow, [tender.listing.enterprise_id], event)
    return row


def answer(*, uow: UnitOfWork, actor: Actor, tender_id: int, question_id: int, words: str) -> TenderQuestion:
    """Answer a question as the owner; all bidders read both."""
    tender = locked_tender(uow, tender_id)
    require(actor, "tender.manage", tender.listing)
    refuse(rules.may_ask(TenderStatus(tender.status), now=uow.now, deadline=tender.deadline))
    row = next((one for one in tender.questions if one.id == question_id), None)
    if row is None:
        raise NotFound(str(question_id))
    if not words.strip():
        refuse([Refusal("tender:answer_missing", field="answer")])
    if row.answer == words.strip():
        return row
    row.answer, row.answered_at = words.strip(), uow.now
    event = uow.record(actor.user_id, "tender.answered", tender, **facts(tender))
    tell_followers(uow, tender, event, row.enterprise_id)
    return row

"""Bids in tenders: sealed ones that nobody reads before the deadline, open ones that may only get better."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.errors import refuse
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.tenders import bidding, queries_tender, rules
from marketplace.tenders import rules_tender as tender_rules
from marketplace.tenders.bidding import BidOffer
from marketplace.tenders.provisional import provisional
from marketplace.tenders.sealing import SealedOffer, Sealer, digest_of
from marketplace.tenders.standing import room_of
from marketplace.tenders.tendering import close_at_deadline, entrance_of, facts, locked_tender, tell, tell_followers
from marketplace.unit_of_work import UnitOfWork
from models.bids import Bid, BidStatus, Party
from models.listings import Supply
from models.tenders import SealedBid, Tender, TenderMode, TenderStatus


def place_sealed(*, uow: UnitOfWork, actor: Actor, sealer: Sealer, tender_id: int, offer: BidOffer) -> SealedBid:
    """Seal a bid, or replace one's own; the event names no person, and no notice is sent: either would tell."""
    tender = _enter(uow, actor, tender_id, TenderMode.SEALED, offer)
    bidding.own_listing(uow, actor, tender.listing, offer.own_listing)
    enterprise_id = actor.enterprise_id or 0
    tag = sealer.tag(tender.id, enterprise_id)
    sealed = sealer.seal(tender.id, SealedOffer(
        enterprise_id=enterprise_id, user_id=actor.user_id, terms=offer.terms, waste_type_id=offer.waste_type_id,
        own_listing=offer.own_listing, message=offer.message,
    ))
    row = queries_tender.sealed_by_tag(uow.session, tender.id, tag)
    if row is None:
        row = SealedBid(tender_id=tender.id, bidder_tag=tag)
        uow.session.add(row)
    row.sealed, row.digest, row.sealed_at = sealed, digest_of(sealed), uow.now
    uow.record(None, "sealed_bid.placed", row, tender=tender.id, digest=row.digest)
    return row


def withdraw_sealed(*, uow: UnitOfWork, actor: Actor, sealer: Sealer, tender_id: int) -> None:
    """Take back one's own sealed bid before the deadline; without one, nothing happens."""
    tender = locked_tender(uow, tender_id)
    require(actor, "tender.bid")
    refuse(tender_rules.may_withdraw(TenderStatus(tender.status), now=uow.now, deadline=tender.deadline))
    row = queries_tender.sealed_by_tag(uow.session, tender.id, sealer.tag(tender.id, actor.enterprise_id or 0))
    if row is None:
        return
    uow.record(None, "sealed_bid.withdrawn", row, tender=tender.id, digest=row.digest)
    uow.session.delete(row)


def own_sealed(session: Session, sealer: Sealer, tender_id: int, enterprise_id: int | None) -> SealedOffer | None:
    """The actor's own sealed bid, opened for it alone; None where it has none."""
    if enterprise_id is None:
        return None
    tag = sealer.tag(tender_id, enterprise_id)
    row = queries_tender.sealed_by_tag(session, tender_id, tag)
    return None if row is None else sealer.open(tender_id, tag, row.sealed)


def place_ascending(*, uow: UnitOfWork, actor: Actor, tender_id: int, offer: BidOffer) -> Bid:
    """Bid in the open, or better one's own bid; who drops out of the provisional allocation is told.

    A bid in the last seconds moves the deadline, so that the others can answer it.
    """
    tender = _enter(uow, actor, tender_id, TenderMode.ASCENDING, offer)
    own = bidding.own_listing(uow, actor, tender.listing, offer.own_listing)
    supply = isinstance(tender.listing, Supply)
    before = _allocated(uow, tender)
    bid = queries_tender.bid_of(uow.session, tender.id, actor.enterprise_id)
    if bid is None:
        bid = bidding.add_bid(uow=uow, actor=actor, listing=tender.listing, own=own, offer=offer)
        bid.tender_id = tender.id
    elif bid.submission_key and bid.submission_key == offer.submission_key:
        return bid
    else:
        refuse(tender_rules.improves(bidding.terms_of(bid), offer.terms, tender.step_yuan_per_t, supply=supply))
        _better(uow, actor, bid, offer)
    uow.session.flush()
    _recorded(uow, actor, tender, bid)
    _tell_outbid(uow, tender, bid, before)
    moved = tender_rules.moved_deadline(tender.deadline, uow.now, tender.extension_s)
    if moved != tender.deadline:
        tender.deadline = moved
        event = uow.record(None, "tender.extended", tender, **facts(tender), deadline=moved)
        tell_followers(uow, tender, event, tender.listing.enterprise_id)
        close_at_deadline(uow, tender)
    return bid


def _enter(uow: UnitOfWork, actor: Actor, tender_id: int, mode: TenderMode, offer: BidOffer) -> Tender:
    tender = locked_tender(uow, tender_id)
    require(actor, "tender.bid")
    listing = tender.listing
    entrance = entrance_of(uow.session, tender, actor.enterprise_id, offer.waste_type_id, now=uow.now)
    refuse(tender_rules.may_enter(entrance) + tender_rules.of_mode(TenderMode(tender.mode), mode))
    supply = isinstance(listing, Supply)
    refuse([
        *rules.terms_possible(room_of(uow.session, listing), offer.terms, min_lot_t=listing.min_lot_t),
        *tender_rules.meets_reserve(offer.terms.price_yuan_per_t, tender.reserve_yuan_per_t, supply=supply),
        *bidding.waste_accepted(listing, offer.waste_type_id),
    ])
    return tender


def _recorded(uow: UnitOfWork, actor: Actor, tender: Tender, bid: Bid) -> None:
    """The event of an open bid; the others see the bid on the tender's page, without its name."""
    uow.record(
        actor.user_id, "tender.bid_placed", bid, **facts(tender), bidder=bid.bidder_enterprise_id,
        t_per_month=bid.t_per_month, price_yuan_per_t=bid.price_yuan_per_t,
    )


def _better(uow: UnitOfWork, actor: Actor, bid: Bid, offer: BidOffer) -> None:
    terms = offer.terms
    bid.t_per_month, bid.price_yuan_per_t = terms.t_per_month, terms.price_yuan_per_t
    bid.start_month, bid.end_month, bid.message = terms.start_month, terms.end_month, offer.message
    bid.submission_key = offer.submission_key
    bidding.add_round(uow, bid, Party.BIDDER, actor.user_id, message=offer.message)


def _allocated(uow: UnitOfWork, tender: Tender) -> dict[int, Decimal]:
    bids = [bid for bid in queries_tender.bids_in(uow.session, tender.id) if bid.status == BidStatus.OPEN]
    return provisional(bids, room_of(uow.session, tender.listing))


def _tell_outbid(uow: UnitOfWork, tender: Tender, newest: Bid, before: dict[int, Decimal]) -> None:
    after = _allocated(uow, tender)
    for bid in queries_tender.bids_in(uow.session, tender.id):
        kept = after.get(bid.id, Decimal(0))
        if bid.id == newest.id or bid.id not in before or kept >= before[bid.id]:
            continue
        event = uow.record(
            None, "bid.outbid", bid, **facts(tender), bidder=bid.bidder_enterprise_id, kept_t=str(kept)
        )
        tell(uow, [bid.bidder_enterprise_id], event)

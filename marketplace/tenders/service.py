"""Bids change here and nowhere else.

The listing's row is locked before anything is decided, so two acceptances of the same tonnes cannot both pass;
the partial unique index "one open bid per listing and bidder" has the last word on placing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from marketplace.accounts.queries import staff_of
from marketplace.contracts.making import make_contract
from marketplace.errors import NotFound, NotPossible, Refusal, refuse
from marketplace.market.changed import market_changed
from marketplace.months import months_between
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.tenders import queries, rules
from marketplace.tenders.standing import room_of, standing_of
from marketplace.unit_of_work import UnitOfWork
from models.bids import Bid, BidStatus
from models.constraints import refused_by
from models.listings import Demand, Listing, ListingStatus, Supply, kind_of

_ONE_OPEN_BID = ("uq_bids_open_on_supply", "uq_bids_open_on_demand")


@dataclass(frozen=True, slots=True)
class BidOffer:
    """What a bidder enters; ``own_listing`` is the code of the listing of theirs it would serve, or empty."""

    terms: rules.Terms
    waste_type_id: str
    own_listing: str = ""
    message: str = ""
    submission_key: str | None = None


def place_bid(*, uow: UnitOfWork, actor: Actor, kind: str, code: str, offer: BidOffer) -> Bid:
    """Bid on the listing ``code``; the same ``submission_key`` again returns the bid it made the first time."""
    listing = _locked(uow, kind, code)
    require(actor, "bid.place")
    # Asked behind the lock, so that of two clicks at one moment the later one finds what the earlier one made.
    if offer.submission_key and (earlier := queries.by_submission(uow.session, offer.submission_key)):
        require(actor, "bid.withdraw", earlier)
        return earlier
    own = _own_listing(uow, actor, listing, offer.own_listing)
    refuse(rules.may_bid(standing_of(uow.session, listing, actor.enterprise_id, offer.waste_type_id)))
    room = room_of(uow.session, listing)
    refuse([
        *rules.terms_possible(room, offer.terms, min_lot_t=listing.min_lot_t),
        *_waste_accepted(listing, offer.waste_type_id),
    ])
    bid = _new_bid(actor, listing, own, offer)
    uow.session.add(bid)
    try:
        uow.session.flush()
    except IntegrityError as error:
        # The guard is the partial unique index; a second bid that came at the same moment ends here.
        if refused_by(error) not in _ONE_OPEN_BID:
            raise
        raise NotPossible([Refusal("bid:already_open")]) from error
    event = uow.record(actor.user_id, "bid.placed", bid, **_facts(bid, listing))
    uow.notify(staff_of(uow.session, [listing.enterprise_id]), event)
    return bid


def accept_bid(*, uow: UnitOfWork, actor: Actor, bid_id: int, version: int, note: str = "") -> Bid:
    """Accept a bid as the owner of the listing: a contract reserves its tonnes now, and all bidders are told."""
    bid, listing = _bid_and_locked_listing(uow, bid_id)
    require(actor, "bid.decide", listing)
    refuse(_still_as_seen(bid, version))
    own = bid.own_demand or bid.own_supply
    terms = rules.Terms(bid.t_per_month, bid.price_yuan_per_t, bid.start_month, bid.end_month)
    reasons = rules.may_decide(
        open_bid=bid.status == BidStatus.OPEN, published=listing.status == ListingStatus.PUBLISHED
    )
    reasons += rules.terms_possible(room_of(uow.session, listing), terms, min_lot_t=None)
    if own is not None and own.status == ListingStatus.PUBLISHED and not reasons:
        reasons += _bidder_has_room(uow, own, terms)
    refuse(reasons)
    _decide(uow, actor, bid, BidStatus.ACCEPTED, note)
    event = uow.record(actor.user_id, "bid.accepted", bid, **_facts(bid, listing))
    months = dict.fromkeys(months_between(terms.start_month, terms.end_month), terms.t_per_month)
    contract = make_contract(uow=uow, actor_id=actor.user_id, bid=bid, months=months)
    uow.record(
        actor.user_id, "contract.made", contract, contract=contract.code, producer=contract.producer_id,
        taker=contract.taker_id, listing=kind_of(listing), listing_code=listing.code, tonnes=sum(months.values()),
    )
    others = [other.bidder_enterprise_id for other in queries.bids_on(uow.session, listing)
              if other.status == BidStatus.OPEN]
    told = {bid.bidder_enterprise_id, listing.enterprise_id, *others}
    uow.notify(staff_of(uow.session, told), event)
    market_changed(uow)
    return bid


def decline_bid(*, uow: UnitOfWork, actor: Actor, bid_id: int, version: int, note: str = "") -> Bid:
    """Decline a bid as the owner of the listing; the bidder is told with the note."""
    bid, listing = _bid_and_locked_listing(uow, bid_id)
    require(actor, "bid.decide", listing)
    refuse(_still_as_seen(bid, version))
    refuse(rules.may_decide(open_bid=bid.status == BidStatus.OPEN, published=True))
    _decide(uow, actor, bid, BidStatus.DECLINED, note)
    event = uow.record(actor.user_id, "bid.declined", bid, **_facts(bid, listing))
    uow.notify(staff_of(uow.session, [bid.bidder_enterprise_id, listing.enterprise_id]), event)
    return bid


def withdraw_bid(*, uow: UnitOfWork, actor: Actor, bid_id: int) -> Bid:
    """Take back an open bid; the owner of the listing is told."""
    bid, listing = _bid_and_locked_listing(uow, bid_id)
    require(actor, "bid.withdraw", bid)
    refuse(rules.may_withdraw(open_bid=bid.status == BidStatus.OPEN))
    bid.status = BidStatus.WITHDRAWN
    event = uow.record(actor.user_id, "bid.withdrawn", bid, **_facts(bid, listing))
    uow.notify(staff_of(uow.session, [listing.enterprise_id]), event)
    return bid


def _locked(uow: UnitOfWork, kind: str, code: str) -> Listing:
    listing = queries.listing_by_code(uow.session, kind, code)
    if listing is None or listing.status == ListingStatus.DRAFT:
        raise NotFound(code)
    uow.lock(type(listing), listing.id)
    return listing


def _bid_and_locked_listing(uow: UnitOfWork, bid_id: int) -> tuple[Bid, Listing]:
    bid = uow.session.get(Bid, bid_id)
    if bid is None:
        raise NotFound(str(bid_id))
    # A supply is locked before a demand, always: two decisions on the same listings queue up instead of crossing.
    rows = [bid.supply or bid.own_supply, bid.demand or bid.own_demand]
    for row in rows:
        if row is not None:
            uow.lock(type(row), row.id)
    listing = bid.listing
    uow.session.refresh(bid)
    return bid, listing


def _own_listing(uow: UnitOfWork, actor: Actor, listing: Listing, code: str) -> Listing | None:
    if not code:
        return None
    for own in queries.own_listings(uow.session, actor.enterprise_id, listing):
        if own.code == code:
            return own
    raise NotPossible([Refusal("bid:own_listing_unsuitable", field="own_listing")])


def _new_bid(actor: Actor, listing: Listing, own: Listing | None, offer: BidOffer) -> Bid:
    terms = offer.terms
    bid = Bid(
        bidder_enterprise_id=actor.enterprise_id, waste_type_id=offer.waste_type_id,
        t_per_month=terms.t_per_month, price_yuan_per_t=terms.price_yuan_per_t,
        start_month=terms.start_month, end_month=terms.end_month, message=offer.message,
        status=BidStatus.OPEN, created_by=actor.user_id, submission_key=offer.submission_key,
    )
    if isinstance(listing, Supply):
        bid.supply, bid.own_demand = listing, own if isinstance(own, Demand) else None
    else:
        bid.demand, bid.own_supply = listing, own if isinstance(own, Supply) else None
    return bid


def _waste_accepted(listing: Listing, waste_type_id: str) -> list[Refusal]:
    if isinstance(listing, Supply):
        accepted = waste_type_id == listing.waste_type_id
    else:
        accepted = any(row.waste_type_id == waste_type_id for row in listing.accepts)
    return [] if accepted else [Refusal("bid:waste_not_accepted", field="waste_type_id")]


def _bidder_has_room(uow: UnitOfWork, own: Listing, terms: rules.Terms) -> list[Refusal]:
    """The bidder's own listing must still have room too; its months may be wider or narrower than the bid's."""
    room = room_of(uow.session, own)
    first, last = max(room.first, terms.start_month), min(room.last, terms.end_month)
    if first > last:
        return []
    free = room.free_per_month(first, last)
    if terms.t_per_month <= free:
        return []
    return [Refusal("bid:bidder_has_no_room", {"tonnes": terms.t_per_month, "free": free})]


def _still_as_seen(bid: Bid, version: int) -> list[Refusal]:
    """A decision is on what the owner saw; if the bid changed meanwhile, it is shown again first."""
    return [] if bid.version == version or bid.status != BidStatus.OPEN else [Refusal("bid:changed")]


def _decide(uow: UnitOfWork, actor: Actor, bid: Bid, status: BidStatus, note: str) -> None:
    bid.status, bid.decided_by, bid.decided_at, bid.decision_note = status, actor.user_id, uow.now, note


def _facts(bid: Bid, listing: Listing) -> dict[str, object]:
    return {
        "listing": kind_of(listing),
        "listing_code": listing.code,
        "owner": listing.enterprise_id,
        "bidder": bid.bidder_enterprise_id,
        "t_per_month": str(bid.t_per_month),
        "price_yuan_per_t": str(bid.price_yuan_per_t),
    }

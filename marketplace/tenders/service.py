"""Bids change here and nowhere else.

The listing's row is locked before anything is decided, so two acceptances of the same tonnes cannot both pass;
the partial unique index "one open bid per listing and bidder" has the last word on placing.
"""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from marketplace.accounts.queries import staff_of
from marketplace.errors import Forbidden, NotPossible, Refusal, refuse
from marketplace.security.actor import Actor
from marketplace.security.permissions import may, require
from marketplace.tenders import bidding, queries, rules
from marketplace.tenders.bidding import BidOffer
from marketplace.tenders.standing import room_of, standing_of
from marketplace.unit_of_work import UnitOfWork
from models.bids import Bid, BidStatus, Party
from models.constraints import refused_by
from models.listings import ListingStatus, SaleMode, Supply

__all__ = ["BidOffer", "accept_bid", "counter_bid", "decline_bid", "place_bid", "withdraw_bid"]

_ONE_OPEN_BID = ("uq_bids_open_on_supply", "uq_bids_open_on_demand")


def place_bid(*, uow: UnitOfWork, actor: Actor, kind: str, code: str, offer: BidOffer) -> Bid:
    """Bid on the listing ``code``; the same ``submission_key`` again returns the bid it made the first time.

    On a listing that is sold first come, a bid that meets its price is accepted with the same commit.
    """
    listing, own = bidding.listing_and_own(uow, actor, kind, code, offer.own_listing)
    require(actor, "bid.place")
    # Asked behind the lock, so that of two clicks at one moment the later one finds what the earlier one made.
    if offer.submission_key and (earlier := queries.by_submission(uow.session, offer.submission_key)):
        require(actor, "bid.withdraw", earlier)
        return earlier
    refuse(rules.may_bid(standing_of(uow.session, listing, actor.enterprise_id, offer.waste_type_id)))
    room = room_of(uow.session, listing)
    refuse([
        *rules.terms_possible(room, offer.terms, min_lot_t=listing.min_lot_t),
        *bidding.waste_accepted(listing, offer.waste_type_id),
    ])
    bid = bidding.add_bid(uow=uow, actor=actor, listing=listing, own=own, offer=offer)
    _flushed(uow)
    event = uow.record(actor.user_id, "bid.placed", bid, **bidding.facts(bid, listing))
    if _taken_at_once(uow, bid):
        accepted, _contract = bidding.settle(uow=uow, actor=actor, bid=bid, note="")
        bidding.tell_of_acceptance(uow, bid, accepted)
    else:
        uow.notify(staff_of(uow.session, [listing.enterprise_id]), event)
    return bid


def accept_bid(*, uow: UnitOfWork, actor: Actor, bid_id: int, version: int, note: str = "") -> Bid:
    """Accept the terms that stand, as the side whose answer is awaited: a contract reserves the tonnes now."""
    bid, listing = bidding.locked_bid(uow, bid_id)
    _answering(actor, bid)
    refuse(_still_as_seen(bid, version))
    refuse(rules.may_decide(
        open_bid=bid.status == BidStatus.OPEN, published=listing.status == ListingStatus.PUBLISHED
    ))
    refuse(bidding.may_still(uow, bid) + bidding.both_have_room(uow, bid, bidding.terms_of(bid)))
    event, _contract = bidding.settle(uow=uow, actor=actor, bid=bid, note=note)
    bidding.tell_of_acceptance(uow, bid, event)
    return bid


def decline_bid(*, uow: UnitOfWork, actor: Actor, bid_id: int, version: int, note: str = "") -> Bid:
    """End the talk, as the side whose answer is awaited; the owner may do so too while its own offer waits."""
    bid, listing = bidding.locked_bid(uow, bid_id)
    if not may(actor, "bid.decide", listing):
        _answering(actor, bid)
    refuse(rules.not_in_tender(bid))
    refuse(_still_as_seen(bid, version))
    refuse(rules.may_decide(open_bid=bid.status == BidStatus.OPEN, published=True))
    bidding.decide(uow, actor, bid, BidStatus.DECLINED, note)
    event = uow.record(actor.user_id, "bid.declined", bid, **bidding.facts(bid, listing))
    uow.notify(staff_of(uow.session, [bid.bidder_enterprise_id, listing.enterprise_id]), event)
    return bid


def counter_bid(
    *, uow: UnitOfWork, actor: Actor, bid_id: int, version: int, terms: rules.Terms, message: str = ""
) -> Bid:
    """Answer with other terms: they stand in the bid from now on, and the other side's answer is awaited."""
    bid, listing = bidding.locked_bid(uow, bid_id)
    party = _answering(actor, bid)
    refuse(_still_as_seen(bid, version))
    refuse(rules.may_decide(
        open_bid=bid.status == BidStatus.OPEN, published=listing.status == ListingStatus.PUBLISHED
    ))
    refuse([
        *rules.terms_possible(room_of(uow.session, listing), terms, min_lot_t=listing.min_lot_t),
        *rules.says_something_new(bidding.terms_of(bid), terms),
    ])
    if not bid.rounds:
        # A bid from before rounds were kept: what stood until now is the first one.
        bidding.add_round(uow, bid, Party.BIDDER, bid.created_by, message=bid.message)
    bid.t_per_month, bid.price_yuan_per_t = terms.t_per_month, terms.price_yuan_per_t
    bid.start_month, bid.end_month, bid.message = terms.start_month, terms.end_month, message
    bid.awaits = Party.BIDDER if party == Party.OWNER else Party.OWNER
    bidding.add_round(uow, bid, party, actor.user_id, message=message)
    event = uow.record(actor.user_id, "bid.countered", bid, **bidding.facts(bid, listing), by=party)
    other = bid.bidder_enterprise_id if party == Party.OWNER else listing.enterprise_id
    uow.notify(staff_of(uow.session, [other]), event)
    return bid


def withdraw_bid(*, uow: UnitOfWork, actor: Actor, bid_id: int) -> Bid:
    """Take back an open bid; the owner of the listing is told."""
    bid, listing = bidding.locked_bid(uow, bid_id)
    require(actor, "bid.withdraw", bid)
    refuse(rules.not_in_tender(bid))
    refuse(rules.may_withdraw(open_bid=bid.status == BidStatus.OPEN))
    bid.status = BidStatus.WITHDRAWN
    event = uow.record(actor.user_id, "bid.withdrawn", bid, **bidding.facts(bid, listing))
    uow.notify(staff_of(uow.session, [listing.enterprise_id]), event)
    return bid


def _answering(actor: Actor, bid: Bid) -> Party:
    """The actor's side of the bid: Forbidden for a stranger and for a bidder whose bid awaits the owner."""
    if may(actor, "bid.decide", bid.listing):
        party = Party.OWNER
    elif may(actor, "bid.withdraw", bid) and bid.awaits == Party.BIDDER:
        party = Party.BIDDER
    else:
        raise Forbidden("bid.decide")
    refuse(rules.not_in_tender(bid))
    if bid.status == BidStatus.OPEN:
        refuse(rules.is_awaited(party, Party(bid.awaits)))
    return party


def _taken_at_once(uow: UnitOfWork, bid: Bid) -> bool:
    """First come: the price is met and both sides have the room; what fails of it is left to be answered."""
    listing = bid.listing
    supply = isinstance(listing, Supply)
    wanted = listing.ask_yuan_per_t if supply else listing.bid_yuan_per_t
    if listing.sale_mode != SaleMode.FIRST_COME or not rules.meets_price(bid.price_yuan_per_t, wanted, supply=supply):
        return False
    own = bid.own_demand or bid.own_supply
    has_place = own is not None or bid.bidder.main_site is not None
    return has_place and not bidding.both_have_room(uow, bid, bidding.terms_of(bid))


def _flushed(uow: UnitOfWork) -> None:
    try:
        uow.session.flush()
    except IntegrityError as error:
        # The guard is the partial unique index; a second bid that came at the same moment ends here.
        if refused_by(error) not in _ONE_OPEN_BID:
            raise
        raise NotPossible([Refusal("bid:already_open")]) from error


def _still_as_seen(bid: Bid, version: int) -> list[Refusal]:
    """A decision is on what was seen; if the bid changed meanwhile, it is shown again first."""
    return [] if bid.version == version or bid.status != BidStatus.OPEN else [Refusal("bid:changed")]

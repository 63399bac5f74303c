"""What every verb on bids shares: listings locked in the one order, rounds kept, an agreed bid made a contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from marketplace.accounts.queries import staff_of
from marketplace.contracts.making import make_contract
from marketplace.errors import NotFound, NotPossible, Refusal
from marketplace.market.changed import market_changed
from marketplace.months import months_between
from marketplace.security.actor import Actor
from marketplace.tenders import queries, rules
from marketplace.tenders.standing import room_of, standing_of
from marketplace.unit_of_work import UnitOfWork
from models.bids import Bid, BidRound, BidStatus, Party
from models.contracts import Contract
from models.events import Event
from models.listings import Demand, Listing, ListingStatus, Supply, kind_of


@dataclass(frozen=True, slots=True)
class BidOffer:
    """What a bidder enters; ``own_listing`` is the code of the listing of theirs it would serve, or empty."""

    terms: rules.Terms
    waste_type_id: str
    own_listing: str = ""
    message: str = ""
    submission_key: str | None = None


def lock_listings(uow: UnitOfWork, *rows: Listing | None) -> None:
    """Lock the rows, every supply before any demand and each kind by id: two who want the same ones queue up."""
    wanted = {(isinstance(row, Demand), row.id): row for row in rows if row is not None}
    for _key, row in sorted(wanted.items(), key=lambda item: item[0]):
        uow.lock(type(row), row.id)


def listing_and_own(
    uow: UnitOfWork, actor: Actor, kind: str, code: str, own_code: str
) -> tuple[Listing, Listing | None]:
    """The listing a bid is on and the bidder's own that it names, both locked."""
    listing = queries.listing_by_code(uow.session, kind, code)
    if listing is None or listing.status == ListingStatus.DRAFT:
        raise NotFound(code)
    own = own_listing(uow, actor, listing, own_code)
    lock_listings(uow, listing, own)
    return listing, own


def own_listing(uow: UnitOfWork, actor: Actor, listing: Listing, code: str) -> Listing | None:
    """The bidder's own listing of that code, None where none is named; refuses one that does not suit."""
    if not code:
        return None
    for own in queries.own_listings(uow.session, actor.enterprise_id, listing):
        if own.code == code:
            return own
    raise NotPossible([Refusal("bid:own_listing_unsuitable", field="own_listing")])


def locked_bid(uow: UnitOfWork, bid_id: int) -> tuple[Bid, Listing]:
    """The bid as it is now and its listing, the listings of both sides locked."""
    bid = uow.session.get(Bid, bid_id)
    if bid is None:
        raise NotFound(str(bid_id))
    lock_listings(uow, bid.supply, bid.own_supply, bid.demand, bid.own_demand)
    uow.session.refresh(bid)
    return bid, bid.listing


def terms_of(bid: Bid) -> rules.Terms:
    """The terms that stand in the bid's columns: the latest ones."""
    return rules.Terms(bid.t_per_month, bid.price_yuan_per_t, bid.start_month, bid.end_month)


def add_bid(*, uow: UnitOfWork, actor: Actor, listing: Listing, own: Listing | None, offer: BidOffer) -> Bid:
    """A new bid with its first round, not flushed."""
    terms = offer.terms
    bid = Bid(
        bidder_enterprise_id=actor.enterprise_id, waste_type_id=offer.waste_type_id,
        t_per_month=terms.t_per_month, price_yuan_per_t=terms.price_yuan_per_t,
        start_month=terms.start_month, end_month=terms.end_month, message=offer.message,
        status=BidStatus.OPEN, created_by=actor.user_id, created_at=uow.now, submission_key=offer.submission_key,
    )
    if isinstance(listing, Supply):
        bid.supply, bid.own_demand = listing, own if isinstance(own, Demand) else None
    else:
        bid.demand, bid.own_supply = listing, own if isinstance(own, Supply) else None
    add_round(uow, bid, Party.BIDDER, actor.user_id, message=offer.message)
    uow.session.add(bid)
    return bid


def add_round(uow: UnitOfWork, bid: Bid, party: Party, user_id: int | None, *, message: str) -> None:
    """Keep the terms that now stand in the bid as one more round by ``party``."""
    bid.rounds.append(BidRound(
        number=len(bid.rounds) + 1, by_party=party, t_per_month=bid.t_per_month,
        price_yuan_per_t=bid.price_yuan_per_t, start_month=bid.start_month, end_month=bid.end_month,
        message=message, made_by=user_id, made_at=uow.now,
    ))


def waste_accepted(listing: Listing, waste_type_id: str) -> list[Refusal]:
    """Why the listing does not take this waste."""
    if isinstance(listing, Supply):
        accepted = waste_type_id == listing.waste_type_id
    else:
        accepted = any(row.waste_type_id == waste_type_id for row in listing.accepts)
    return [] if accepted else [Refusal("bid:waste_not_accepted", field="waste_type_id")]


def may_still(uow: UnitOfWork, bid: Bid) -> list[Refusal]:
    """What was true when the bid was placed is asked again: the listing stands, the taker is checked and licensed."""
    standing = standing_of(uow.session, bid.listing, bid.bidder_enterprise_id, bid.waste_type_id)
    # The bid itself, and the tender it is in, are no obstacles here.
    return rules.may_bid(replace(standing, already_open=False, under_tender=False))


def both_have_room(uow: UnitOfWork, bid: Bid, terms: rules.Terms) -> list[Refusal]:
    """Why the listing, or the bidder's own one, cannot take these terms now; the caller holds both locks."""
    reasons = rules.terms_possible(room_of(uow.session, bid.listing), terms, min_lot_t=None)
    return reasons or bidder_has_room(uow, bid, terms)


def bidder_has_room(uow: UnitOfWork, bid: Bid, terms: rules.Terms) -> list[Refusal]:
    """The bidder's own listing must still have room too; its months may be wider or narrower than the bid's."""
    own = bid.own_demand or bid.own_supply
    if own is None or own.status != ListingStatus.PUBLISHED:
        return []
    room = room_of(uow.session, own)
    first, last = max(room.first, terms.start_month), min(room.last, terms.end_month)
    if first > last:
        return []
    free = room.free_per_month(first, last)
    if terms.t_per_month <= free:
        return []
    return [Refusal("bid:bidder_has_no_room", {"tonnes": terms.t_per_month, "free": free}, "t_per_month")]


def settle(*, uow: UnitOfWork, actor: Actor, bid: Bid, note: str) -> tuple[Event, Contract]:
    """Accept a bid whose rules were asked: the event, and the contract that reserves its tonnes from now on."""
    listing = bid.listing
    decide(uow, actor, bid, BidStatus.ACCEPTED, note)
    event = uow.record(actor.user_id, "bid.accepted", bid, **facts(bid, listing))
    months: Mapping[str, Decimal] = dict.fromkeys(months_between(bid.start_month, bid.end_month), bid.t_per_month)
    contract = make_contract(uow=uow, actor_id=actor.user_id, bid=bid, months=months)
    uow.record(
        actor.user_id, "contract.made", contract, contract=contract.code, producer=contract.producer_id,
        taker=contract.taker_id, listing=kind_of(listing), listing_code=listing.code, tonnes=sum(months.values()),
    )
    market_changed(uow, contract.supply, contract.demand)
    return event, contract


def tell_of_acceptance(uow: UnitOfWork, bid: Bid, event: Event) -> None:
    """Both sides are told, and whoever still has an open bid there: tonnes are gone."""
    others = [other.bidder_enterprise_id for other in queries.bids_on(uow.session, bid.listing)
              if other.status == BidStatus.OPEN]
    uow.notify(staff_of(uow.session, {bid.bidder_enterprise_id, bid.listing.enterprise_id, *others}), event)


def decide(uow: UnitOfWork, actor: Actor, bid: Bid, status: BidStatus, note: str) -> None:
    """Write who answered the bid, when and how."""
    bid.status, bid.decided_by, bid.decided_at, bid.decision_note = status, actor.user_id, uow.now, note


def facts(bid: Bid, listing: Listing) -> dict[str, object]:
    """What every event of a bid carries."""
    return {
        "listing": kind_of(listing),
        "listing_code": listing.code,
        "owner": listing.enterprise_id,
        "bidder": bid.bidder_enterprise_id,
        "t_per_month": str(bid.t_per_month),
        "price_yuan_per_t": str(bid.price_yuan_per_t),
    }

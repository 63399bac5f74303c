"""May this enterprise bid here, are these terms possible, may this bid be accepted: pure functions with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from marketplace.errors import Refusal
from marketplace.months import months_between
from marketplace.tenders.room import Room
from models.bids import Bid, Party


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules need to know of a listing and of the enterprise that wants to bid on it.

    ``taker_*`` describe whoever would receive the waste: the bidder on a supply, the owner of a demand.
    ``hw_codes`` is empty for waste that is not hazardous.
    """

    published: bool
    own_listing: bool
    already_open: bool
    taker_qualified: bool
    under_tender: bool = False
    hazardous: bool = False
    taker_licensed: bool = True


@dataclass(frozen=True, slots=True)
class Terms:
    """Tonnes per month, yuan per tonne and months (inclusive) of one bid."""

    t_per_month: Decimal
    price_yuan_per_t: Decimal
    start_month: str
    end_month: str


def may_bid(standing: Standing) -> list[Refusal]:
    """Why this enterprise may not bid on this listing now; empty where it may."""
    reasons = []
    if not standing.published:
        reasons.append(Refusal("bid:not_published"))
    if standing.own_listing:
        reasons.append(Refusal("bid:own_listing"))
    if standing.under_tender:
        reasons.append(Refusal("bid:under_tender"))
    if standing.already_open:
        reasons.append(Refusal("bid:already_open"))
    return reasons + taker_fit(standing)


def taker_fit(standing: Standing) -> list[Refusal]:
    """Why the taker may not be handed the waste: asked at the bid, at the award and when a contract is confirmed.

    Ecological and Environmental Code, articles 490 and 534: no contract with a receiver that was not checked.
    """
    reasons = []
    if not standing.taker_qualified:
        reasons.append(Refusal("bid:taker_not_qualified"))
    if standing.hazardous and not standing.taker_licensed:
        reasons.append(Refusal("bid:taker_not_licensed"))
    return reasons


def terms_possible(room: Room, terms: Terms, *, min_lot_t: Decimal | None) -> list[Refusal]:
    """Why these terms cannot be met by the listing, each with the field it belongs to."""
    if terms.end_month < terms.start_month:
        return [Refusal("bid:months_reversed", field="end_month")]
    outside = [m for m in months_between(terms.start_month, terms.end_month) if not room.first <= m <= room.last]
    if outside:
        values = {"first": room.first, "last": room.last}
        return [Refusal("bid:months_outside", values, "start_month" if outside[0] < room.first else "end_month")]
    reasons = []
    if min_lot_t and terms.t_per_month < min_lot_t:
        values = {"tonnes": terms.t_per_month, "lot": min_lot_t}
        reasons.append(Refusal("bid:below_lot", values, "t_per_month"))
    free = room.free_per_month(terms.start_month, terms.end_month)
    if terms.t_per_month > free:
        values = {"tonnes": terms.t_per_month, "free": free}
        reasons.append(Refusal("bid:too_many_tonnes", values, "t_per_month"))
    return reasons


def may_decide(*, open_bid: bool, published: bool) -> list[Refusal]:
    """Why the owner may not accept or decline now."""
    reasons = []
    if not open_bid:
        reasons.append(Refusal("bid:not_open"))
    if not published:
        reasons.append(Refusal("bid:not_published"))
    return reasons


def may_withdraw(*, open_bid: bool) -> list[Refusal]:
    """Why the bidder may not withdraw: only an open bid can be taken back."""
    return [] if open_bid else [Refusal("bid:not_open")]


def is_awaited(party: Party, awaits: Party) -> list[Refusal]:
    """Why ``party`` may not answer: its own terms stand, and the other side has not answered them yet."""
    if party == awaits:
        return []
    return [Refusal("bid:awaits_bidder")] if awaits == Party.BIDDER else [Refusal("bid:awaits_owner")]


def says_something_new(stand: Terms, wanted: Terms) -> list[Refusal]:
    """A counter-offer differs from what stands; whoever agrees with that accepts it."""
    return [Refusal("bid:same_terms", field="price_yuan_per_t")] if stand == wanted else []


def meets_price(price: Decimal, wanted: Decimal | None, *, supply: bool) -> bool:
    """Whether a bid meets the listing's price: at least the ask of a supply, at most the bid of a demand."""
    if wanted is None:
        return False
    return price >= wanted if supply else price <= wanted


def not_in_tender(bid: Bid) -> list[Refusal]:
    """A bid in a tender is binding, and answered by the award alone."""
    return [Refusal("bid:in_tender")] if bid.tender_id is not None else []

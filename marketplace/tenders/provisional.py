"""Who would get the tonnes if an open tender ended now: the best prices first, until the tonnes are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from marketplace.tenders.room import Promise, Room
from models.bids import Bid


def provisional(bids: Sequence[Bid], room: Room) -> dict[int, Decimal]:
    """Tonnes per month by bid id; of two at one price the one that came first goes first."""
    given: dict[int, Decimal] = {}
    for bid in sorted(bids, key=rank):
        tonnes = min(bid.t_per_month, room.free_per_month(bid.start_month, bid.end_month))
        given[bid.id] = tonnes
        if tonnes > 0:
            room = taking(room, bid, tonnes)
    return given


def rank(bid: Bid) -> tuple[Decimal, object, int]:
    """The order of bids: the highest price for a supply, the lowest for a demand; then who said so first."""
    price = -bid.price_yuan_per_t if bid.supply_id is not None else bid.price_yuan_per_t
    since = min((row.made_at for row in bid.rounds if row.price_yuan_per_t == bid.price_yuan_per_t),
                default=bid.created_at)
    return price, since, bid.id


def taking(room: Room, bid: Bid, tonnes: Decimal) -> Room:
    """The room that is left once ``tonnes`` a month are promised to the bid."""
    return replace(room, promises=(*room.promises, Promise(bid.start_month, bid.end_month, tonnes)))

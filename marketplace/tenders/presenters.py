"""Bids in words and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for
from flask_babel import lazy_gettext as _l

from marketplace import formatting
from marketplace.i18n import named
from marketplace.listings.presenters import listing_title, listing_url, month_span
from marketplace.months import months_between
from marketplace.reasons import declare
from marketplace.tenders.room import Room
from models.bids import Bid, BidStatus, Party
from models.listings import kind_of

STATUS_WORDS = {
    BidStatus.OPEN: _l("Open"),
    BidStatus.ACCEPTED: _l("Accepted"),
    BidStatus.DECLINED: _l("Declined"),
    BidStatus.WITHDRAWN: _l("Withdrawn"),
}

declare(
    {
        "bid:not_published": _l("The listing is not published now, so it takes no bids."),
        "bid:own_listing": _l("This is your own enterprise's listing; others bid on it."),
        "bid:already_open": _l("Your enterprise has an open bid here. Withdraw it first to bid anew."),
        "bid:taker_not_qualified": _l(
            "The permits and capacity of the receiving enterprise have not been checked yet. The law requires this"
            " before waste is handed over; the administrator of the platform can do it."
        ),
        "bid:taker_not_licensed": _l(
            "This waste is hazardous and the receiving enterprise holds no licence for its code."
        ),
        "bid:months_reversed": _l("The last month is before the first month."),
        "bid:months_outside": _l("The listing runs from %(first)s to %(last)s; choose months within it."),
        "bid:below_lot": _l("The listing's smallest lot is %(lot)s t a month; you wrote %(tonnes)s."),
        "bid:too_many_tonnes": _l(
            "Only %(free)s t a month are still free in these months; the bid asks for %(tonnes)s."
        ),
        "bid:bidder_has_no_room": _l(
            "The bidder's own listing has only %(free)s t a month left in these months; the bid is for %(tonnes)s."
        ),
        "bid:own_listing_unsuitable": _l("This listing of yours does not fit here. Pick one from the list."),
        "bid:waste_not_accepted": _l("The listing does not take this waste type. Pick one from the list."),
        "bid:not_open": _l("This bid is no longer open."),
        "bid:under_tender": _l(
            "This listing is out to tender. Bids are placed in the tender until its deadline."
        ),
        "bid:in_tender": _l("This bid belongs to a tender: it is binding, and the award answers it."),
        "bid:awaits_bidder": _l("Your own terms stand, and the bidder has not answered them yet."),
        "bid:awaits_owner": _l("Your own terms stand, and the other side has not answered them yet."),
        "bid:same_terms": _l("These are the terms that stand already. Accept them, or write others."),
        "bid:changed": _l("The bid was changed since you saw it. It is shown again below; please decide once more."),
    }
)


@dataclass(frozen=True, slots=True)
class Journey:
    """Kilometres and yuan per tonne between the two places of a bid, with the method that measured them."""

    km: float
    freight_yuan_per_t: float
    method: str


@dataclass(frozen=True, slots=True)
class BidView:
    """One bid as a row; prices are given at the gate and delivered, so that offers can be compared."""

    id: int
    version: int
    listing_code: str
    listing_kind: str
    listing_title: str
    listing_url: str
    bidder: str
    bidder_url: str
    other_side: str
    waste: str
    tonnes: str
    months: str
    total_t: Decimal
    gate_price: str
    delivered_price: str
    distance: str
    message: str
    status: str
    status_word: str
    decision_note: str
    when: str
    url: str = ""
    awaits: str = ""
    tender_id: int | None = None
    rounds: tuple[RoundView, ...] = ()
    contract_code: str = ""
    contract_url: str = ""


@dataclass(frozen=True, slots=True)
class RoundView:
    """The terms one side put forward; ``party`` is owner or bidder."""

    number: int
    party: str
    who: str
    tonnes: str
    price: str
    months: str
    message: str
    when: str


def round_views(bid: Bid) -> tuple[RoundView, ...]:
    """What the two sides have said so far, the first bid first."""
    names = {Party.OWNER: named(bid.listing.enterprise), Party.BIDDER: named(bid.bidder)}
    return tuple(
        RoundView(
            row.number, row.by_party, names[Party(row.by_party)], formatting.number(row.t_per_month, 1),
            formatting.yuan(row.price_yuan_per_t, 2), month_span(row.start_month, row.end_month), row.message,
            formatting.moment(row.made_at),
        )
        for row in bid.rounds
    )


def bid_views(bids: Sequence[Bid], journeys: dict[int, Journey]) -> list[BidView]:
    """Views of ``bids``; ``journeys`` by bid id, absent where a place is unknown."""
    return [_view(bid, journeys.get(bid.id)) for bid in bids]


def _view(bid: Bid, journey: Journey | None) -> BidView:
    listing = bid.listing
    gate, delivered = _prices(bid, journey)
    return BidView(
        id=bid.id, version=bid.version, listing_code=listing.code, listing_kind=kind_of(listing),
        listing_title=listing_title(listing), listing_url=listing_url(listing),
        bidder=named(bid.bidder),
        bidder_url=url_for("organisations.enterprise", code=bid.bidder.code),
        other_side=named(listing.enterprise), waste=named(bid.waste_type),
        tonnes=formatting.number(bid.t_per_month, 1),
        months=month_span(bid.start_month, bid.end_month),
        total_t=bid.t_per_month * len(months_between(bid.start_month, bid.end_month)),
        gate_price=formatting.yuan(gate, 2), delivered_price=formatting.yuan(delivered, 2),
        distance=formatting.kilometres(journey.km) if journey else formatting.MISSING,
        message=bid.message, status=bid.status, status_word=str(STATUS_WORDS[BidStatus(bid.status)]),
        decision_note=bid.decision_note, when=formatting.moment(bid.created_at),
        url=url_for("tenders.bid_page", bid_id=bid.id), awaits=bid.awaits, tender_id=bid.tender_id,
        rounds=round_views(bid) if len(bid.rounds) > 1 else (), **_contract(bid),
    )


def _contract(bid: Bid) -> dict[str, str]:
    """Where an accepted bid leads."""
    contract = bid.contract if bid.status == BidStatus.ACCEPTED else None
    if contract is None:
        return {}
    return {
        "contract_code": contract.code, "contract_url": url_for("contracts.contract", code=contract.code),
    }


def _prices(bid: Bid, journey: Journey | None) -> tuple[Decimal | None, Decimal | None]:
    """Yuan per tonne at the producer's gate and delivered; a bid on a supply is at the gate, on a demand delivered."""
    price = bid.price_yuan_per_t
    freight = Decimal(str(journey.freight_yuan_per_t)) if journey else None
    if bid.supply_id is not None:
        return price, None if freight is None else price + freight
    return (None if freight is None else price - freight), price


@dataclass(frozen=True, slots=True)
class MonthRoom:
    """What is promised and free of a listing in one month, in tonnes; ``bar`` is the promised share 0-100."""

    month: str
    promised: str
    free: str
    bar: float


def room_by_month(room: Room) -> list[MonthRoom]:
    """The listing's months with what is promised and what could still be added in that month alone."""
    rows = []
    for month in months_between(room.first, room.last):
        promised = sum(
            (p.t_per_month for p in room.promises if p.first <= month <= p.last), start=Decimal(0)
        )
        free = room.free_per_month(month, month)
        whole = promised + free
        rows.append(
            MonthRoom(
                formatting.month(month), formatting.number(promised, 1), formatting.number(free, 1),
                float(promised / whole * 100) if whole else 0.0,
            )
        )
    return rows

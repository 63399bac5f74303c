"""A closed tender is awarded: to several bidders, to one or to none, each award a contract of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from marketplace.accounts.queries import staff_of
from marketplace.errors import NotFound, Refusal, refuse
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.tenders import bidding, queries_tender, rules_tender
from marketplace.tenders.bidding import terms_of
from marketplace.tenders.provisional import rank, taking
from marketplace.tenders.rules import terms_possible
from marketplace.tenders.standing import room_of
from marketplace.tenders.tendering import facts, locked_tender
from marketplace.unit_of_work import UnitOfWork
from models.base import round_tonnes
from models.bids import Bid, BidStatus, Party
from models.tenders import Tender, TenderStatus


def award_tender(
    *, uow: UnitOfWork, actor: Actor, tender_id: int, version: int, tonnes: Mapping[int, Decimal], reason: str
) -> Tender:
    """Award ``tonnes`` per month by bid id; a bid that is not named, or gets 0, is declined.

    Everything is asked of every bid before anything is written; each award becomes a contract under the locks of
    both sides' listings.  Losing bidders learn the result, not who won nor at what price.
    """
    seen = uow.session.get(Tender, tender_id)
    if seen is None:
        raise NotFound(str(tender_id))
    owns = [bid.own_demand or bid.own_supply for bid in queries_tender.bids_in(uow.session, tender_id)]
    tender = locked_tender(uow, tender_id, *owns)
    require(actor, "tender.manage", tender.listing)
    refuse(rules_tender.may_award(TenderStatus(tender.status), version=tender.version, seen=version))
    bids = [bid for bid in queries_tender.bids_in(uow.session, tender_id) if bid.status == BidStatus.OPEN]
    given = {bid.id: round_tonnes(tonnes.get(bid.id, Decimal(0))) for bid in bids}
    refuse([*_award_possible(uow, tender, bids, given), *_reason_given(reason)])
    codes = {}
    for bid in sorted(bids, key=rank):
        if given[bid.id] > 0:
            codes[bid.id] = _award(uow, actor, bid, given[bid.id], reason)
        else:
            bidding.decide(uow, actor, bid, BidStatus.DECLINED, "")
            uow.record(actor.user_id, "bid.declined", bid, **bidding.facts(bid, tender.listing))
    tender.status, tender.award_reason = TenderStatus.AWARDED, reason.strip()
    event = uow.record(actor.user_id, "tender.awarded", tender, **facts(tender), awards=len(codes))
    for bid in bids:
        won = {"awarded_t": given[bid.id], "contract": codes[bid.id]} if bid.id in codes else {"awarded_t": 0}
        uow.notify(staff_of(uow.session, [bid.bidder_enterprise_id]), event, bidder=bid.bidder_enterprise_id, **won)
    return tender


def _award(uow: UnitOfWork, actor: Actor, bid: Bid, tonnes: Decimal, reason: str) -> str:
    if tonnes != bid.t_per_month:
        # The bid's columns hold what was agreed; what was bid stays in its rounds.
        bid.t_per_month = tonnes
        bidding.add_round(uow, bid, Party.OWNER, actor.user_id, message="")
    _event, contract = bidding.settle(uow=uow, actor=actor, bid=bid, note="")
    return contract.code


def _award_possible(
    uow: UnitOfWork, tender: Tender, bids: list[Bid], given: Mapping[int, Decimal]
) -> list[Refusal]:
    """Every reason against the awards together, each beside the bid it concerns."""
    room, reasons = room_of(uow.session, tender.listing), []
    for bid in sorted(bids, key=rank):
        tonnes, field = given[bid.id], f"award_{bid.id}"
        wrong = rules_tender.award_within_bid(tonnes, bid.t_per_month, field)
        if tonnes > 0 and not wrong:
            wrong = bidding.may_still(uow, bid)
        if tonnes > 0 and not wrong:
            terms = replace(terms_of(bid), t_per_month=tonnes)
            wrong = terms_possible(room, terms, min_lot_t=None)
            if not wrong:
                wrong = bidding.bidder_has_room(uow, bid, terms)
            if bid.own_demand is None and bid.own_supply is None and bid.bidder.main_site is None:
                wrong.append(Refusal("contract:no_place"))
            room = taking(room, bid, tonnes)
        reasons += [replace(one, field=field) for one in wrong]
    return reasons


def _reason_given(reason: str) -> list[Refusal]:
    return [] if reason.strip() else [Refusal("tender:award_reason_missing", field="reason")]

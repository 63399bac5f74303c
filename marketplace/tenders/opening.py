"""At the deadline the worker closes a tender and opens what was sealed; nothing opens before, by the server's time."""

from __future__ import annotations

from sqlalchemy.orm import Session

from marketplace.accounts.queries import staff_of
from marketplace.errors import NotPossible, Refusal
from marketplace.tenders import queries, queries_tender
from marketplace.tenders.bidding import add_round
from marketplace.tenders.sealing import SealedOffer, Sealer, Unreadable, digest_of
from marketplace.tenders.tendering import close_at_deadline, facts, locked_tender, tell
from marketplace.unit_of_work import UnitOfWork
from models.bids import Bid, BidStatus, Party
from models.listings import Demand, Supply
from models.tenders import SealedBid, Tender, TenderMode, TenderStatus


def close_tender(session: Session, *, tender_id: int, secret: str) -> bool:
    """The worker's job: close the tender if its deadline has passed, else come back when it has.

    Whether it closed now.  Doing it again changes nothing.
    """
    with UnitOfWork(session) as uow:
        tender = locked_tender(uow, tender_id)
        if tender.status == TenderStatus.CANCELLED and uow.now >= tender.deadline:
            _tell_called_off(uow, tender, Sealer(secret))
        if tender.status != TenderStatus.OPEN:
            return False
        if uow.now < tender.deadline:
            close_at_deadline(uow, tender)
            return False
        if tender.mode == TenderMode.SEALED:
            open_bids(uow=uow, tender=tender, sealer=Sealer(secret))
        tender.status, tender.closed_at = TenderStatus.CLOSED, uow.now
        count = len(queries_tender.bids_in(session, tender.id))
        event = uow.record(None, "tender.closed", tender, **facts(tender), bids=count)
        tell(uow, [tender.listing.enterprise_id], event)
        return True


def _tell_called_off(uow: UnitOfWork, tender: Tender, sealer: Sealer) -> None:
    """Tell who had sealed a bid that the tender was called off: at the deadline, when it no longer betrays them."""
    event = queries_tender.calling_off(uow.session, tender.id)
    told = queries_tender.told_of(uow.session, event.id) if event is not None else set()
    for row in queries_tender.sealed_in(uow.session, tender.id):
        try:
            bidder = sealer.open(tender.id, row.bidder_tag, row.sealed).enterprise_id
        except Unreadable:
            continue
        if event is not None:
            uow.notify(set(staff_of(uow.session, [bidder])) - told, event)


def open_bids(*, uow: UnitOfWork, tender: Tender, sealer: Sealer) -> list[Bid]:
    """Turn the sealed bids of a locked tender into ordinary ones, checked against the digests in the event log.

    Raises :class:`NotPossible` before the deadline.  A row that was altered, that does not open, or that the log knows
    and the table has lost is reported by an event and stays as it is.
    """
    if uow.now < tender.deadline:
        raise NotPossible([Refusal("tender:still_sealed", {"now": uow.now, "deadline": tender.deadline})])
    log = queries_tender.sealing_log(uow.session, tender.id)
    opened = []
    for row in queries_tender.sealed_in(uow.session, tender.id):
        logged = log.pop(str(row.id), None)
        try:
            offer = _opened(row, logged, sealer)
        except Unreadable as fault:
            uow.record(None, "sealed_bid.faulty", tender, tender=tender.id, digest=row.digest, why=str(fault))
            continue
        bid = _as_bid(uow, tender, offer, row)
        uow.record(None, "sealed_bid.opened", row, tender=tender.id, digest=row.digest, bid=bid.id)
        opened.append(bid)
    for digest in log.values():
        uow.record(None, "sealed_bid.faulty", tender, tender=tender.id, digest=digest, why="missing")
    return opened


def _opened(row: SealedBid, logged: str | None, sealer: Sealer) -> SealedOffer:
    if logged is None:
        raise Unreadable("not_logged")
    if not row.digest == logged == digest_of(row.sealed):
        raise Unreadable("digest")
    offer = sealer.open(row.tender_id, row.bidder_tag, row.sealed)
    if sealer.tag(row.tender_id, offer.enterprise_id) != row.bidder_tag:
        raise Unreadable("bidder")
    return offer


def _as_bid(uow: UnitOfWork, tender: Tender, offer: SealedOffer, row: SealedBid) -> Bid:
    terms, listing = offer.terms, tender.listing
    bid = Bid(
        tender_id=tender.id, bidder_enterprise_id=offer.enterprise_id, waste_type_id=offer.waste_type_id,
        t_per_month=terms.t_per_month, price_yuan_per_t=terms.price_yuan_per_t, start_month=terms.start_month,
        end_month=terms.end_month, message=offer.message, status=BidStatus.OPEN, created_by=offer.user_id,
        created_at=row.sealed_at,
    )
    other = "demand" if isinstance(listing, Supply) else "supply"
    own = queries.listing_by_code(uow.session, other, offer.own_listing) if offer.own_listing else None
    if isinstance(listing, Supply):
        bid.supply_id, bid.own_demand_id = listing.id, own.id if isinstance(own, Demand) else None
    else:
        bid.demand_id, bid.own_supply_id = listing.id, own.id if isinstance(own, Supply) else None
    add_round(uow, bid, Party.BIDDER, offer.user_id, message=offer.message)
    uow.session.add(bid)
    uow.session.flush()
    return bid

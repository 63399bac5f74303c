"""What awaits an enterprise: small reads over the tables of every feature, each with its deadline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from marketplace.months import SHANGHAI
from models.bids import Bid, BidStatus, Party
from models.contracts import Amendment, AmendmentStatus, Contract, ContractStatus, Side
from models.listings import Demand, Supply, kind_of
from models.tenders import Tender, TenderStatus
from models.transfers import Dispute, DisputeStatus, Transfer, TransferStatus

# Of each kind so many are listed; nobody answers more in a day, and the pages of each feature have them all.
MOST = 50


@dataclass(frozen=True, slots=True)
class Awaiting:
    """One thing to do: ``kind`` names its words, ``deadline`` is None where nothing presses."""

    kind: str
    deadline: datetime | None
    path: tuple[str, ...]
    about: dict[str, Any]


def awaiting(session: Session, enterprise_id: int, now: datetime) -> list[Awaiting]:
    """Everything that awaits an enterprise, what ends first before what ends later, without a deadline last."""
    found: list[Awaiting] = []
    for read in (_bids, _tenders, _contracts, _amendments, _gate, _deliveries, _disputes):
        found += read(session, enterprise_id, now)
    return sorted(found, key=lambda one: (one.deadline is None, one.deadline or now, one.kind, one.path))


def end_of_day(now: datetime) -> datetime:
    """Midnight in Shanghai that ends the day of ``now``."""
    local = now.astimezone(SHANGHAI)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _bids(session: Session, own: int, now: datetime) -> Iterable[Awaiting]:
    """Offers on one's own listings, outside tenders, and counter-offers to one's own bids."""
    ours = or_(
        Bid.supply_id.in_(select(Supply.id).where(Supply.enterprise_id == own)),
        Bid.demand_id.in_(select(Demand.id).where(Demand.enterprise_id == own)),
    )
    turn = or_(
        and_(ours, Bid.awaits == Party.OWNER), and_(Bid.bidder_enterprise_id == own, Bid.awaits == Party.BIDDER)
    )
    query = select(Bid).where(Bid.status == BidStatus.OPEN, Bid.tender_id.is_(None), turn)
    query = query.options(
        joinedload(Bid.bidder), joinedload(Bid.supply).joinedload(Supply.waste_type),
        joinedload(Bid.supply).joinedload(Supply.enterprise), joinedload(Bid.demand).joinedload(Demand.use),
        joinedload(Bid.demand).joinedload(Demand.enterprise),
    )
    for bid in session.scalars(query.order_by(Bid.id).limit(MOST)):
        if bid.awaits == Party.OWNER:
            folder = "supplies" if kind_of(bid.listing) == "supply" else "demands"
            yield Awaiting("bid", None, (folder, bid.listing.code, "bids"), {"who": bid.bidder, "listing": bid.listing})
        else:
            about = {"who": bid.listing.enterprise, "listing": bid.listing}
            yield Awaiting("counter", None, ("bids", str(bid.id)), about)


def _tenders(session: Session, own: int, now: datetime) -> Iterable[Awaiting]:
    """One's own tenders that are to be awarded, or that close before the day ends."""
    ours = or_(
        Tender.supply_id.in_(select(Supply.id).where(Supply.enterprise_id == own)),
        Tender.demand_id.in_(select(Demand.id).where(Demand.enterprise_id == own)),
    )
    closing = and_(Tender.status == TenderStatus.OPEN, Tender.deadline < end_of_day(now))
    query = select(Tender).where(ours, or_(Tender.status == TenderStatus.CLOSED, closing)).options(
        joinedload(Tender.supply).joinedload(Supply.waste_type), joinedload(Tender.demand).joinedload(Demand.use)
    )
    for tender in session.scalars(query.order_by(Tender.id).limit(MOST)):
        closed = tender.status == TenderStatus.CLOSED
        yield Awaiting(
            "award" if closed else "closing", None if closed else tender.deadline, ("tenders", str(tender.id)),
            {"listing": tender.listing},
        )


def _contracts(session: Session, own: int, now: datetime) -> Iterable[Awaiting]:
    """Contracts one's own side has not confirmed."""
    query = select(Contract).where(Contract.status == ContractStatus.PROPOSED, or_(
        and_(Contract.producer_id == own, Contract.producer_confirmed_at.is_(None)),
        and_(Contract.taker_id == own, Contract.taker_confirmed_at.is_(None)),
    ))
    query = query.options(*_parties())
    for row in session.scalars(query.order_by(Contract.id).limit(MOST)):
        yield Awaiting("contract", row.confirm_by, ("contracts", row.code), _sides(row, own))


def _amendments(session: Session, own: int, now: datetime) -> Iterable[Awaiting]:
    """Changes the other side proposes."""
    query = select(Amendment).join(Contract).where(Amendment.status == AmendmentStatus.PROPOSED, or_(
        and_(Contract.producer_id == own, Amendment.proposed_by_side == Side.TAKER),
        and_(Contract.taker_id == own, Amendment.proposed_by_side == Side.PRODUCER),
    ))
    query = query.options(*_parties(Amendment.contract))
    for row in session.scalars(query.order_by(Amendment.id).limit(MOST)):
        yield Awaiting("amendment", None, ("contracts", row.contract.code), _sides(row.contract, own))


def _gate(session: Session, own: int, now: datetime) -> Iterable[Awaiting]:
    """Vehicles that leave or come today, or were due before."""
    out = and_(
        Contract.producer_id == own, Transfer.status == TransferStatus.PLANNED,
        Transfer.planned_for < end_of_day(now),
    )
    coming = and_(Contract.taker_id == own, Transfer.status == TransferStatus.LOADED)
    query = select(Transfer).join(Contract).where(or_(out, coming))
    query = query.options(*_parties(Transfer.contract))
    for row in session.scalars(query.order_by(Transfer.id).limit(MOST)):
        leaving = row.status == TransferStatus.PLANNED
        about = _sides(row.contract, own) | {"transfer": row.code, "vehicle": row.vehicle}
        yield Awaiting("leaving" if leaving else "coming", row.planned_for, ("gate", row.code), about)


def _deliveries(session: Session, own: int, now: datetime) -> Iterable[Awaiting]:
    """Consignments weighed in and neither accepted nor disputed."""
    query = select(Transfer).join(Contract).where(
        Contract.taker_id == own, Transfer.status == TransferStatus.RECEIVED
    )
    query = query.options(*_parties(Transfer.contract))
    for row in session.scalars(query.order_by(Transfer.id).limit(MOST)):
        about = _sides(row.contract, own) | {"transfer": row.code}
        yield Awaiting("delivery", row.confirm_by, ("transfers", row.code), about)


def _disputes(session: Session, own: int, now: datetime) -> Iterable[Awaiting]:
    query = select(Dispute).join(Transfer).join(Contract).where(
        Dispute.status == DisputeStatus.OPEN, or_(Contract.producer_id == own, Contract.taker_id == own)
    )
    query = query.options(*_parties(Dispute.transfer, Transfer.contract))
    for row in session.scalars(query.order_by(Dispute.id).limit(MOST)):
        about = _sides(row.transfer.contract, own) | {"transfer": row.transfer.code}
        yield Awaiting("dispute", row.deadline, ("transfers", row.transfer.code), about)


def _parties(*way: Any) -> list[Any]:
    """Read both enterprises of the contract at the end of ``way`` with the row itself."""
    loads = []
    for end in (Contract.producer, Contract.taker):
        first, *rest = (*way, end)
        load = joinedload(first)
        for step in rest:
            load = load.joinedload(step)
        loads.append(load)
    return loads


def _sides(contract: Contract, own: int) -> dict[str, Any]:
    return {
        "contract": contract.code, "who": contract.taker if contract.producer_id == own else contract.producer,
    }

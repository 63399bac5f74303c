"""A day before something ends, those it concerns are told: once per subject and deadline.

The worker looks every few minutes.  What was told stands in the event log, so a second look, a second worker or one
that died in the middle tells nobody twice.  A deadline that moves a little, as an open tender's does with a late bid,
is the same deadline; one that moves by half a day or more is told anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace.accounts.queries import staff_of
from marketplace.unit_of_work import UnitOfWork
from models.base import Base, utc_now
from models.bids import Bid, BidStatus
from models.contracts import Contract, ContractStatus
from models.events import Event
from models.jobs import Job, JobStatus
from models.listings import kind_of
from models.tenders import Tender, TenderStatus
from models.transfers import Dispute, DisputeStatus, Transfer, TransferStatus

AHEAD = timedelta(hours=24)
_SAME = timedelta(hours=12)
# Finished jobs and rounds are kept this long for whoever looks at the queue.
_KEPT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Due:
    """What ends soon, whom it concerns, and what the event says of it."""

    subject: Base
    kind: str
    deadline: datetime
    enterprises: frozenset[int]
    facts: dict[str, Any]


def tell_of_deadlines(session: Session, *, now: datetime | None = None) -> int:
    """Tell of every deadline within a day that was not told of; how many there were."""
    now = now or utc_now()
    with UnitOfWork(session, now=now):
        _forget_old_jobs(session, now)
        found = [(type(due.subject), due.subject.id) for due in _all(session, now)]
    return sum(_tell(session, model, row_id, now) for model, row_id in found)


def _tell(session: Session, model: type[Base], row_id: int, now: datetime) -> bool:
    """Decide on the locked row: two workers at once, or a deadline moved meanwhile, end in one notice."""
    with UnitOfWork(session, now=now) as uow:
        row = uow.lock(model, row_id)
        due = next(_due(session, row, now), None) if row is not None else None
        if due is None or _told_already(session, due):
            return False
        event = uow.record(None, due.kind, due.subject, **due.facts, deadline=due.deadline)
        uow.notify(staff_of(session, due.enterprises), event)
        return True


def _told_already(session: Session, due: Due) -> bool:
    rows = session.scalars(select(Event.data).where(
        Event.subject_type == type(due.subject).__name__.lower(), Event.subject_id == str(due.subject.id),
        Event.kind == due.kind,
    ))
    return any(abs(datetime.fromisoformat(data["deadline"]) - due.deadline) < _SAME for data in rows)


def _all(session: Session, now: datetime) -> Iterator[Due]:
    soon = now + AHEAD
    queries = (
        select(Tender).where(Tender.status == TenderStatus.OPEN, Tender.deadline.between(now, soon)),
        select(Contract).where(Contract.status == ContractStatus.PROPOSED, Contract.confirm_by.between(now, soon)),
        select(Transfer).where(Transfer.status == TransferStatus.RECEIVED, Transfer.confirm_by.between(now, soon)),
        select(Dispute).where(Dispute.status == DisputeStatus.OPEN, Dispute.deadline.between(now, soon)),
    )
    for query in queries:
        for row in session.scalars(query).all():
            yield from _due(session, row, now)


def _due(session: Session, row: Base, now: datetime) -> Iterator[Due]:
    """The row's deadline, where it still has one within a day."""
    due = None
    if isinstance(row, Tender) and row.status == TenderStatus.OPEN:
        due = _of_tender(session, row)
    elif isinstance(row, Contract) and row.status == ContractStatus.PROPOSED and row.confirm_by is not None:
        due = _of_contract(row)
    elif isinstance(row, Transfer) and row.status == TransferStatus.RECEIVED and row.confirm_by is not None:
        due = Due(
            row, "transfer.deadline_near", row.confirm_by, frozenset({row.contract.taker_id}), _consignment(row)
        )
    elif isinstance(row, Dispute) and row.status == DisputeStatus.OPEN:
        contract = row.transfer.contract
        due = Due(
            row, "dispute.deadline_near", row.deadline, frozenset({contract.producer_id, contract.taker_id}),
            _consignment(row.transfer),
        )
    if due is not None and now <= due.deadline <= now + AHEAD:
        yield due


def _of_tender(session: Session, tender: Tender) -> Due:
    """The owner, who was invited, who asked, and who bids openly; whoever has sealed a bid is known to nobody."""
    listing = tender.listing
    bidders = session.scalars(
        select(Bid.bidder_enterprise_id).where(Bid.tender_id == tender.id, Bid.status == BidStatus.OPEN)
    )
    told = {
        listing.enterprise_id, *bidders, *(one.enterprise_id for one in tender.invitations),
        *(one.enterprise_id for one in tender.questions),
    }
    facts = {
        "tender": tender.id, "listing": kind_of(listing), "listing_code": listing.code,
        "owner": listing.enterprise_id,
    }
    return Due(tender, "tender.deadline_near", tender.deadline, frozenset(told), facts)


def _of_contract(contract: Contract) -> Due:
    """The sides that have not confirmed."""
    waiting = {
        enterprise for enterprise, at in (
            (contract.producer_id, contract.producer_confirmed_at), (contract.taker_id, contract.taker_confirmed_at)
        ) if at is None
    }
    facts = {"contract": contract.code, "producer": contract.producer_id, "taker": contract.taker_id}
    return Due(contract, "contract.deadline_near", contract.confirm_by, frozenset(waiting), facts)


def _consignment(transfer: Transfer) -> dict[str, Any]:
    contract = transfer.contract
    return {
        "transfer": transfer.code, "contract": contract.code, "producer": contract.producer_id,
        "taker": contract.taker_id,
    }


def _forget_old_jobs(session: Session, now: datetime) -> None:
    session.execute(delete(Job).where(
        Job.status == JobStatus.DONE, Job.finished_at < now - _KEPT
    ))

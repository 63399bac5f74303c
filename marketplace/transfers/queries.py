"""Reads of consignments, slips and their disputes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.queries import staff_of
from models.contracts import Contract, ContractSpec, ContractStatus, Side
from models.events import Event
from models.ledger import LedgerEntry, LedgerPosting
from models.transfers import (
    AcceptanceResult,
    Dispute,
    DisputeStatus,
    Gate,
    Transfer,
    TransferFile,
    TransferStatus,
    Weighing,
)

OPEN = (TransferStatus.PLANNED, TransferStatus.LOADED, TransferStatus.RECEIVED, TransferStatus.DISPUTED)


def waiting_t(session: Session, contract_id: int, month: str, *, beside: Transfer | None = None) -> Decimal:
    """Tonnes of the consignments of a month that are planned and have not left."""
    query = select(Transfer.planned_t).where(
        Transfer.contract_id == contract_id, Transfer.month == month, Transfer.status == TransferStatus.PLANNED
    )
    if beside is not None:
        query = query.where(Transfer.id != beside.id)
    return sum(session.scalars(query), Decimal(0))


def count_of_contract(session: Session, contract_id: int) -> int:
    """How many consignments a contract has ever had, cancelled ones included."""
    return session.scalar(select(func.count()).where(Transfer.contract_id == contract_id)) or 0


def by_submission(session: Session, key: str) -> Transfer | None:
    return session.scalar(select(Transfer).where(Transfer.submission_key == key))


def slip(session: Session, site_id: int, slip_no: str) -> Weighing | None:
    """The weighing that a site knows under a slip number."""
    return session.scalar(select(Weighing).where(Weighing.site_id == site_id, Weighing.slip_no == slip_no))


def contract_by_code(session: Session, code: str) -> Contract | None:
    return session.scalar(select(Contract).where(Contract.code == code).options(
        joinedload(Contract.producer), joinedload(Contract.taker), joinedload(Contract.waste_type),
        selectinload(Contract.months),
    ))


def active_contracts(session: Session, enterprise_id: int | None) -> Sequence[Contract]:
    """Contracts in force of one enterprise, either side, by code."""
    query = _parties(select(Contract)).where(
        Contract.status == ContractStatus.ACTIVE,
        or_(Contract.producer_id == enterprise_id, Contract.taker_id == enterprise_id),
    )
    return session.scalars(query.order_by(Contract.code)).all()


def _parties(query: Select[tuple[Contract]]) -> Select[tuple[Contract]]:
    return query.options(
        joinedload(Contract.producer), joinedload(Contract.taker), joinedload(Contract.waste_type)
    )


def _rows() -> Select[tuple[Transfer]]:
    contract = joinedload(Transfer.contract)
    return select(Transfer).join(Contract, Contract.id == Transfer.contract_id).options(
        contract.joinedload(Contract.producer), contract.joinedload(Contract.taker),
        contract.joinedload(Contract.waste_type), contract.joinedload(Contract.from_site),
        contract.joinedload(Contract.to_site), selectinload(Transfer.weighings), selectinload(Transfer.disputes),
    )


def transfer_by_code(session: Session, code: str) -> Transfer | None:
    """One consignment with all that its page shows."""
    return session.scalar(_rows().where(Transfer.code == code).options(
        selectinload(Transfer.files), selectinload(Transfer.results).joinedload(AcceptanceResult.property),
        joinedload(Transfer.contract).selectinload(Contract.specs).joinedload(ContractSpec.property),
    ))


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; empty means all.  ``side`` is ``producer`` or ``taker`` as seen by the reader."""

    status: str = ""
    side: str = ""
    month: str = ""
    contract: str = ""


def _own(enterprise_id: int | None, side: str = "") -> object:
    sides = {"producer": [Contract.producer_id], "taker": [Contract.taker_id]}.get(
        side, [Contract.producer_id, Contract.taker_id]
    )
    return or_(*(column == enterprise_id for column in sides))


def transfers_of(
    session: Session, enterprise_id: int | None, wanted: Filter, *, limit: int, offset: int = 0
) -> tuple[Sequence[Transfer], int]:
    """Consignments of an enterprise, those that wait first, then newest first; and how many there are in all."""
    conditions = [_own(enterprise_id, wanted.side)]
    if wanted.status == "open":
        conditions.append(Transfer.status.in_(OPEN))
    elif wanted.status:
        conditions.append(Transfer.status == wanted.status)
    if wanted.month:
        conditions.append(Transfer.month == wanted.month)
    if wanted.contract:
        conditions.append(Contract.code == wanted.contract)
    total = session.scalar(
        select(func.count(Transfer.id)).join(Contract, Contract.id == Transfer.contract_id).where(*conditions)
    ) or 0
    query = _rows().where(*conditions).order_by(Transfer.status.not_in(OPEN), Transfer.id.desc())
    return session.scalars(query.limit(limit).offset(offset)).all(), total


def of_contract(session: Session, contract_id: int, *, limit: int) -> Sequence[Transfer]:
    """The newest consignments of one contract."""
    query = _rows().where(Transfer.contract_id == contract_id).order_by(Transfer.id.desc())
    return session.scalars(query.limit(limit)).all()


def months_and_contracts(session: Session, enterprise_id: int | None) -> Sequence[tuple[str, str]]:
    """Month and contract of the consignments an enterprise has, for the choices of the list."""
    query = select(Transfer.month, Contract.code).join(Contract, Contract.id == Transfer.contract_id)
    return [tuple(row) for row in session.execute(query.where(_own(enterprise_id)).distinct())]


def at_gate(session: Session, enterprise_id: int | None, *, limit: int) -> Sequence[Transfer]:
    """What waits for a weighing at the gates of an enterprise: to weigh out what is planned under contracts in force,
    to weigh in what is under way.  By planned time, what has none first, then oldest first.
    """
    query = _rows().where(
        or_(
            and_(Contract.producer_id == enterprise_id, Contract.status == ContractStatus.ACTIVE,
                 Transfer.status == TransferStatus.PLANNED),
            and_(Contract.taker_id == enterprise_id, Transfer.status == TransferStatus.LOADED),
        )
    )
    in_order = query.order_by(Transfer.planned_for.is_not(None), Transfer.planned_for, Transfer.id)
    return session.scalars(in_order.limit(limit)).all()


def events_of(session: Session, transfer: Transfer) -> Sequence[Event]:
    """What happened to a consignment, in order."""
    return session.scalars(
        select(Event).where(Event.subject_type == "transfer", Event.subject_id == str(transfer.id))
        .options(joinedload(Event.actor)).order_by(Event.id)
    ).all()


def entries_of(session: Session, transfer: Transfer) -> Sequence[LedgerEntry]:
    """The ledger's entries of a consignment with their lines, in order."""
    return session.scalars(
        select(LedgerEntry).where(LedgerEntry.transfer_id == transfer.id).order_by(LedgerEntry.seq)
        .options(selectinload(LedgerEntry.postings).joinedload(LedgerPosting.site))
    ).all()


def file_of(session: Session, transfer_id: int, file_id: int) -> TransferFile | None:
    return session.scalar(select(TransferFile).where(
        TransferFile.id == file_id, TransferFile.transfer_id == transfer_id
    ))


def overdue_disputes(session: Session, now: dt.datetime) -> Sequence[int]:
    """The ids of open disputes whose deadline has passed."""
    return session.scalars(
        select(Dispute.id).where(Dispute.status == DisputeStatus.OPEN, Dispute.deadline < now).order_by(Dispute.id)
    ).all()


def weighed(transfer: Transfer, gate: Gate) -> Weighing:
    """The weighing at ``gate``; ``LookupError`` where the status says there is one and there is none."""
    found = transfer.weighing(gate)
    if found is None:
        raise LookupError(f"{transfer.code} has no weighing {gate}")
    return found


def people_of(session: Session, transfer: Transfer, side: Side) -> Sequence[int]:
    """The ids of the active people of one side."""
    contract = transfer.contract
    return staff_of(session, [contract.producer_id if side == Side.PRODUCER else contract.taker_id])

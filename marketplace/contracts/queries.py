"""Reads of contracts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import String, and_, cast, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.contracts import Contract, ContractSpec
from models.events import Event
from models.listings import Demand
from models.organisations import Site
from models.transfers import Transfer


def contract_by_code(session: Session, code: str) -> Contract | None:
    """The contract with everything its page and its document show."""
    query = select(Contract).where(Contract.code == code).options(
        joinedload(Contract.producer), joinedload(Contract.taker), joinedload(Contract.waste_type),
        joinedload(Contract.from_site).joinedload(Site.park), joinedload(Contract.to_site).joinedload(Site.park),
        joinedload(Contract.supply), joinedload(Contract.demand).joinedload(Demand.use),
        selectinload(Contract.months), selectinload(Contract.amendments),
        selectinload(Contract.specs).joinedload(ContractSpec.property),
    )
    return session.scalar(query)


def contracts_of(
    session: Session, enterprise_id: int | None, *, status: str = "", limit: int = 200
) -> Sequence[Contract]:
    """Contracts of an enterprise (of everybody where None), newest first, with what a row of the list shows."""
    query = select(Contract).options(
        joinedload(Contract.producer), joinedload(Contract.taker), joinedload(Contract.waste_type),
        selectinload(Contract.months), selectinload(Contract.amendments),
    )
    if enterprise_id is not None:
        query = query.where(or_(Contract.producer_id == enterprise_id, Contract.taker_id == enterprise_id))
    if status:
        query = query.where(Contract.status == status)
    return session.scalars(query.order_by(Contract.id.desc()).limit(limit)).all()


def events_of(session: Session, contract: Contract, kinds: Collection[str]) -> Sequence[Event]:
    """What happened to a contract and to its consignments, in order, of the kinds that its story tells."""
    own = and_(Event.subject_type == "contract", Event.subject_id == str(contract.id))
    transfers = select(cast(Transfer.id, String)).where(Transfer.contract_id == contract.id)
    its = and_(Event.subject_type == "transfer", Event.subject_id.in_(transfers))
    return session.scalars(
        select(Event).where(or_(own, its), Event.kind.in_(kinds)).order_by(Event.id)
    ).all()

"""Reads of contracts."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.contracts import Contract, ContractSpec
from models.listings import Demand
from models.organisations import Site


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

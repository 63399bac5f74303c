"""A consignment with its contract: locked in the one order, told to both sides."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from marketplace.contracts.parties import locked_contract, side_for, tell_both
from marketplace.errors import NotFound
from marketplace.security.actor import Actor
from marketplace.transfers import queries
from marketplace.unit_of_work import UnitOfWork
from models.contracts import Contract, Side
from models.events import Event
from models.listings import Demand, Supply
from models.transfers import Dispute, DisputeStatus, Transfer


def locked_transfer(uow: UnitOfWork, code: str) -> Transfer:
    """The consignment, locked after its listings and its contract."""
    found = uow.session.execute(
        select(Transfer.id, Transfer.contract_id).where(Transfer.code == code)
    ).one_or_none()
    if found is None:
        raise NotFound(code)
    locked_contract(uow, found.contract_id)
    transfer = uow.lock(Transfer, found.id)
    if transfer is None:
        raise NotFound(code)
    # What hangs on it may have been read before the lock was held.
    uow.session.expire(transfer, ["weighings", "files", "disputes", "results"])
    return transfer


def lock_all(uow: UnitOfWork, codes: Collection[str]) -> None:
    """Lock everything that ``codes`` touch before the first is changed: two files at once queue up and cannot cross."""
    session = uow.session
    contracts = session.scalars(
        select(Contract).join(Transfer, Transfer.contract_id == Contract.id).where(Transfer.code.in_(codes)).distinct()
    ).all()
    ids = {
        Supply: {one.supply_id for one in contracts}, Demand: {one.demand_id for one in contracts},
        Contract: {one.id for one in contracts},
        Transfer: set(session.scalars(select(Transfer.id).where(Transfer.code.in_(codes)))),
    }
    for model, rows in ids.items():
        for row_id in sorted(row for row in rows if row is not None):
            uow.lock(model, row_id)


def side_of(actor: Actor, transfer: Transfer, permission: str) -> Side:
    """The actor's side; :class:`Forbidden` for whoever is on neither."""
    return side_for(actor, transfer.contract, permission)


def open_dispute_of(transfer: Transfer) -> Dispute | None:
    """The dispute that is open; None where none is."""
    return next((one for one in transfer.disputes if one.status == DisputeStatus.OPEN), None)


def facts(transfer: Transfer) -> dict[str, object]:
    """What every event of a consignment carries."""
    contract = transfer.contract
    return {
        "transfer": transfer.code, "contract": contract.code, "producer": contract.producer_id,
        "taker": contract.taker_id,
    }


def tell(uow: UnitOfWork, transfer: Transfer, event: Event) -> None:
    """A notice of ``event`` for the people of both sides."""
    tell_both(uow, transfer.contract, event)


def tell_other(uow: UnitOfWork, transfer: Transfer, event: Event, side: Side) -> None:
    """A notice of ``event`` for the people of the side that is not ``side``: dozens of vehicles leave in a day, and
    nobody needs to be told what their own gate did.
    """
    other = Side.TAKER if side == Side.PRODUCER else Side.PRODUCER
    uow.notify(queries.people_of(uow.session, transfer, other), event)

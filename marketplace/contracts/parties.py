"""A contract with its two sides: locked in the one order, seen from the actor's side, told to both."""

from __future__ import annotations

from marketplace.accounts.queries import staff_of
from marketplace.errors import Forbidden, NotFound
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.unit_of_work import UnitOfWork
from models.contracts import Amendment, AmendmentStatus, Contract, Side
from models.events import Event
from models.listings import Demand, Supply


def locked_contract(uow: UnitOfWork, contract_id: int) -> Contract:
    """The contract with its listings, locked in the order that everybody locks in."""
    contract = uow.session.get(Contract, contract_id)
    if contract is None:
        raise NotFound(str(contract_id))
    for model, row_id in ((Supply, contract.supply_id), (Demand, contract.demand_id)):
        if row_id is not None:
            uow.lock(model, row_id)
    locked = uow.lock(Contract, contract_id)
    if locked is None:
        raise NotFound(str(contract_id))
    return locked


def side_for(actor: Actor, contract: Contract, permission: str) -> Side:
    """The actor's side of the contract; :class:`Forbidden` for whoever is on neither."""
    require(actor, permission, contract)
    side = contract.side_of(actor.enterprise_id)
    if side is None:
        raise Forbidden(permission)
    return side


def waiting_amendment(contract: Contract) -> Amendment | None:
    """The amendment that waits for the other side; None where none does."""
    return next((one for one in contract.amendments if one.status == AmendmentStatus.PROPOSED), None)


def tell_both(uow: UnitOfWork, contract: Contract, event: Event) -> None:
    """A notice of ``event`` for the people of both sides."""
    uow.notify(staff_of(uow.session, [contract.producer_id, contract.taker_id]), event)


def facts(contract: Contract) -> dict[str, object]:
    """What every event of a contract carries."""
    return {"contract": contract.code, "producer": contract.producer_id, "taker": contract.taker_id}

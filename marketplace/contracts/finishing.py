"""How a contract comes to its end, whoever or whatever ends it: its status, its reason, and its tonnes given back."""

from __future__ import annotations

from decimal import Decimal

from marketplace.contracts.making import both_sides
from marketplace.ledger.posting import post
from marketplace.ledger.queries import contract_months
from marketplace.market.changed import market_changed
from marketplace.unit_of_work import UnitOfWork
from models.contracts import Contract, ContractStatus
from models.ledger import Account


def finish(
    *, uow: UnitOfWork, actor_id: int | None, contract: Contract, status: ContractStatus, reason: str
) -> Decimal:
    """End ``contract`` as ``status`` for ``reason``; the tonnes that are free again."""
    contract.status, contract.ended_at, contract.end_reason = status, uow.now, reason
    market_changed(uow, contract.supply, contract.demand)
    return release(uow=uow, actor_id=actor_id, contract=contract, note=reason)


def release(*, uow: UnitOfWork, actor_id: int | None, contract: Contract, note: str) -> Decimal:
    """Give back what the contract holds and has not sent; how many tonnes that was."""
    held = contract_months(uow.session, contract)
    lines, freed = [], Decimal(0)
    for account, tonnes in (
        (Account.RESERVED, {month: row.reserved for month, row in held.items()}),
        (Account.CONTRACTED, {month: row.contracted for month, row in held.items()}),
    ):
        lines += both_sides(contract, tonnes, account, Account.UNCOMMITTED)
        freed += sum(tonnes.values(), Decimal(0))
    if lines:
        post(
            uow=uow, actor_id=actor_id, kind="contract.released", contract_id=contract.id, lines=lines, note=note
        )
    return freed

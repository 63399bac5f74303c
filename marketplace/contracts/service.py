"""Contracts change here and nowhere else.

Locks are taken in one order everywhere: supply, demand, contract, then the ledger's head.
"""

from __future__ import annotations

from marketplace.contracts import rules
from marketplace.contracts.document_keeping import keep_document
from marketplace.contracts.due import watch_end
from marketplace.contracts.finishing import finish
from marketplace.contracts.making import both_sides
from marketplace.contracts.parties import facts, locked_contract, side_for, tell_both, waiting_amendment
from marketplace.errors import refuse
from marketplace.ledger.posting import post
from marketplace.ledger.queries import contract_months
from marketplace.security.actor import Actor
from marketplace.tenders.rules import taker_fit
from marketplace.tenders.standing import standing_of
from marketplace.unit_of_work import UnitOfWork
from models.contracts import Contract, ContractStatus, Side
from models.ledger import Account


def confirm_contract(*, uow: UnitOfWork, actor: Actor, contract_id: int, version: int) -> Contract:
    """Confirm for one's own side what one has seen; the second confirmation makes the contract active."""
    contract = locked_contract(uow, contract_id)
    side = side_for(actor, contract, "contract.confirm")
    refuse(rules.may_confirm(
        contract, side, version=version, amendment_waits=waiting_amendment(contract) is not None
    ))
    refuse(taker_fit(standing_of(
        uow.session, contract.bid.listing, contract.bid.bidder_enterprise_id, contract.waste_type_id
    )))
    if side == Side.PRODUCER:
        contract.producer_confirmed_by, contract.producer_confirmed_at = actor.user_id, uow.now
    else:
        contract.taker_confirmed_by, contract.taker_confirmed_at = actor.user_id, uow.now
    event = uow.record(actor.user_id, "contract.confirmed", contract, **facts(contract), side=side.value)
    if contract.producer_confirmed_at and contract.taker_confirmed_at:
        contract.status = ContractStatus.ACTIVE
        digest = keep_document(uow, contract)
        watch_end(uow, contract)
        held = contract_months(uow.session, contract)
        post(
            uow=uow, actor_id=actor.user_id, kind="contract.confirmed", contract_id=contract.id,
            lines=both_sides(
                contract, {month: row.reserved for month, row in held.items()}, Account.RESERVED, Account.CONTRACTED
            ),
        )
        event = uow.record(actor.user_id, "contract.active", contract, **facts(contract), document_sha256=digest)
    tell_both(uow, contract, event)
    return contract


def decline_contract(*, uow: UnitOfWork, actor: Actor, contract_id: int, reason: str) -> Contract:
    """Refuse to confirm, and say why; the reserved tonnes are free again."""
    contract = locked_contract(uow, contract_id)
    side = side_for(actor, contract, "contract.confirm")
    refuse([*rules.may_move(contract, ContractStatus.DECLINED), *rules.needs_reason(reason)])
    finish(
        uow=uow, actor_id=actor.user_id, contract=contract, status=ContractStatus.DECLINED, reason=reason.strip()
    )
    event = uow.record(actor.user_id, "contract.declined", contract, **facts(contract), side=side.value, reason=reason)
    tell_both(uow, contract, event)
    return contract


def end_contract(*, uow: UnitOfWork, actor: Actor, contract_id: int, reason: str) -> Contract:
    """End an active contract early, and say why; what was not sent is free again, what is on the road still counts."""
    contract = locked_contract(uow, contract_id)
    side = side_for(actor, contract, "contract.end")
    refuse([*rules.may_move(contract, ContractStatus.ENDED), *rules.needs_reason(reason)])
    freed = finish(
        uow=uow, actor_id=actor.user_id, contract=contract, status=ContractStatus.ENDED, reason=reason.strip()
    )
    event = uow.record(
        actor.user_id, "contract.ended", contract, **facts(contract), side=side.value, reason=reason, freed_t=freed
    )
    tell_both(uow, contract, event)
    return contract

"""A contract is changed by what one side proposes and the other agrees to, and in no other way."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from marketplace.contracts import rules_amendments
from marketplace.contracts.document_keeping import keep_document
from marketplace.contracts.making import both_sides
from marketplace.contracts.parties import facts, locked_contract, side_for, tell_both, waiting_amendment
from marketplace.errors import NotFound, NotPossible, Refusal, refuse
from marketplace.ledger.posting import Line, post
from marketplace.ledger.queries import MonthTonnes, contract_months
from marketplace.market.changed import market_changed
from marketplace.security.actor import Actor
from marketplace.tenders.standing import room_of
from marketplace.unit_of_work import UnitOfWork, plain
from models.base import round_tonnes
from models.constraints import refused_by
from models.contracts import Amendment, AmendmentStatus, Contract, ContractMonth, ContractStatus
from models.ledger import Account

# What may change beside the tonnes by month, and how a change that JSON kept becomes a value again.
READ = {
    "price_yuan_per_t": Decimal, "tolerance": Decimal, "weighing_tolerance": Decimal, "freight_payer": str,
    "sampling": str, "off_spec": str, "clauses": str, "cross_province_ref": str,
}
ZERO = Decimal(0)


def propose_amendment(
    *, uow: UnitOfWork, actor: Actor, contract_id: int, version: int, changes: Mapping[str, Any], reason: str
) -> Amendment:
    """Propose ``changes`` (only what changes; tonnes under ``months``); the other side is told and answers."""
    contract = locked_contract(uow, contract_id)
    side = side_for(actor, contract, "contract.amend")
    refuse(rules_amendments.may_propose(
        contract, version=version, waits=waiting_amendment(contract) is not None
    ))
    changes = _differing(contract, changes)
    refuse(rules_amendments.says_something(changes, reason))
    refuse(_tonnes_possible(uow, contract, _months(changes)))
    amendment = Amendment(
        number=len(contract.amendments) + 1, proposed_by_side=side, proposed_by=actor.user_id, proposed_at=uow.now,
        changes=plain(changes), reason=reason.strip(), status=AmendmentStatus.PROPOSED,
    )
    contract.amendments.append(amendment)
    try:
        uow.session.flush()
    except IntegrityError as error:
        # The guard is the partial unique index "one waits at a time"; the rule above says it first.
        if refused_by(error) != "uq_amendments_waiting":
            raise
        raise NotPossible([Refusal("amendment:one_waits")]) from error
    event = uow.record(
        actor.user_id, "amendment.proposed", contract, **facts(contract), side=side.value, number=amendment.number,
        reason=amendment.reason,
    )
    tell_both(uow, contract, event)
    return amendment


def agree_amendment(*, uow: UnitOfWork, actor: Actor, contract_id: int, number: int) -> Contract:
    """Agree to the other side's proposal: it holds from now on; a contract not in force is confirmed anew."""
    contract, amendment = _locked(uow, contract_id, number)
    side = side_for(actor, contract, "contract.amend")
    refuse(rules_amendments.may_answer(amendment, side, agree=True))
    months = _months(amendment.changes)
    refuse(_tonnes_possible(uow, contract, months))
    held = contract_months(uow.session, contract)
    _decide(uow, actor, amendment, AmendmentStatus.AGREED)
    _apply(contract, amendment.changes, months)
    digest = ""
    if contract.status == ContractStatus.ACTIVE:
        digest = keep_document(uow, contract)
    else:
        contract.producer_confirmed_at = contract.producer_confirmed_by = None
        contract.taker_confirmed_at = contract.taker_confirmed_by = None
    event = uow.record(
        actor.user_id, "amendment.agreed", contract, **facts(contract), side=side.value, number=number,
        document_sha256=digest,
    )
    tell_both(uow, contract, event)
    lines = _lines(contract, months, held)
    if lines:
        market_changed(uow, contract.supply, contract.demand)
        post(
            uow=uow, actor_id=actor.user_id, kind="contract.amended", contract_id=contract.id, lines=lines,
            note=amendment.reason, data={"amendment": number},
        )
    return contract


def refuse_amendment(*, uow: UnitOfWork, actor: Actor, contract_id: int, number: int) -> Contract:
    """Refuse the other side's proposal, or take back one's own; the contract stays as it is."""
    contract, amendment = _locked(uow, contract_id, number)
    side = side_for(actor, contract, "contract.amend")
    refuse(rules_amendments.may_answer(amendment, side, agree=False))
    own = amendment.proposed_by_side == side
    _decide(uow, actor, amendment, AmendmentStatus.WITHDRAWN if own else AmendmentStatus.REFUSED)
    values = {**facts(contract), "side": side.value, "number": number}
    if own:
        event = uow.record(actor.user_id, "amendment.withdrawn", contract, **values)
    else:
        event = uow.record(actor.user_id, "amendment.refused", contract, **values)
    tell_both(uow, contract, event)
    return contract


def _locked(uow: UnitOfWork, contract_id: int, number: int) -> tuple[Contract, Amendment]:
    contract = locked_contract(uow, contract_id)
    amendment = next((one for one in contract.amendments if one.number == number), None)
    if amendment is None:
        raise NotFound(str(number))
    uow.session.refresh(amendment)
    return contract, amendment


def _decide(uow: UnitOfWork, actor: Actor, amendment: Amendment, status: AmendmentStatus) -> None:
    amendment.status, amendment.decided_by, amendment.decided_at = status, actor.user_id, uow.now


def _differing(contract: Contract, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Only what is not so already."""
    planned = {row.month: row.planned_t for row in contract.months}
    months = {
        month: round_tonnes(tonnes) for month, tonnes in changes.get("months", {}).items()
        if round_tonnes(tonnes) != planned.get(month, ZERO)
    }
    found = {
        name: value for name, value in changes.items() if name in READ and READ[name](value) != getattr(contract, name)
    }
    return {**found, **({"months": months} if months else {})}


def _months(changes: Mapping[str, Any]) -> dict[str, Decimal]:
    return {month: Decimal(tonnes) for month, tonnes in sorted(changes.get("months", {}).items())}


def _tonnes_possible(uow: UnitOfWork, contract: Contract, months: Mapping[str, Decimal]) -> list[Refusal]:
    """Asked when it is proposed, and again, behind the locks, when it is agreed to."""
    if not months:
        return []
    held = contract_months(uow.session, contract)
    reasons = rules_amendments.not_below_sent(months, held)
    planned = {row.month: row.planned_t for row in contract.months} | dict(months)
    if not any(planned.values()):
        reasons.append(Refusal("amendment:no_tonnes", field="reason"))
    more = _more(months, held)
    for listing in (contract.supply, contract.demand):
        if listing is not None and not reasons:
            reasons += rules_amendments.within_room(room_of(uow.session, listing), more)
    return reasons


def _more(months: Mapping[str, Decimal], held: Mapping[str, MonthTonnes]) -> dict[str, Decimal]:
    return {month: tonnes - held.get(month, MonthTonnes()).promised for month, tonnes in months.items()}


def _lines(contract: Contract, months: Mapping[str, Decimal], held: Mapping[str, MonthTonnes]) -> list[Line]:
    """What the contract holds goes up or down to what is agreed now, at both sites."""
    account = Account.CONTRACTED if contract.status == ContractStatus.ACTIVE else Account.RESERVED
    more = _more(months, held)
    up = {month: tonnes for month, tonnes in more.items() if tonnes > 0}
    down = {month: -tonnes for month, tonnes in more.items() if tonnes < 0}
    return [
        *both_sides(contract, up, Account.UNCOMMITTED, account),
        *both_sides(contract, down, account, Account.UNCOMMITTED),
    ]


def _apply(contract: Contract, changes: Mapping[str, Any], months: Mapping[str, Decimal]) -> None:
    for name, read in READ.items():
        if name in changes:
            setattr(contract, name, read(changes[name]))
    rows = {row.month: row for row in contract.months}
    for month, tonnes in months.items():
        if month in rows:
            rows[month].planned_t = tonnes
        else:
            contract.months.append(ContractMonth(month=month, planned_t=tonnes))
    used = [row.month for row in contract.months if row.planned_t]
    contract.start_month = min(contract.start_month, *used)
    contract.end_month = max(used)
    # Months are rows of their own: the contract's version moves with them, or somebody would confirm unseen months.
    flag_modified(contract, "end_month")

"""Planning a consignment, and deciding on one that has arrived.  Weighing is in ``weighing.py``.

Locks are taken in one order everywhere: supply, demand, contract, transfer, then the ledger's head.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.exc import IntegrityError

from marketplace.contracts.parties import locked_contract, side_for
from marketplace.errors import NotPossible, Refusal, refuse
from marketplace.market import engine_catalogue
from marketplace.market.changed import market_changed
from marketplace.security.actor import Actor
from marketplace.transfers import booking, queries, rules
from marketplace.transfers.disputes import close_dispute, open_dispute
from marketplace.transfers.parties import facts, locked_transfer, open_dispute_of, side_of, tell, tell_other
from marketplace.transfers.readings import plate
from marketplace.transfers.results import keep_results
from marketplace.unit_of_work import UnitOfWork
from models.base import round_tonnes
from models.constraints import refused_by
from models.contracts import Contract, ContractStatus, Side
from models.transfers import Gate, Transfer, TransferStatus

_MANIFEST = "uq_transfers_manifest_no"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known before a vehicle comes: tonnes, month of the contract, and as much of the vehicle as there is."""

    month: str
    planned_t: Decimal
    planned_for: dt.datetime | None = None
    vehicle: str = ""
    driver: str = ""
    driver_phone: str = ""
    carrier: str = ""
    manifest_no: str = ""
    submission_key: str | None = None


def plan_transfer(*, uow: UnitOfWork, actor: Actor, contract_id: int, plan: Plan) -> Transfer:
    """Announce a consignment, from either side; the same ``submission_key`` again gives the one it made."""
    contract = locked_contract(uow, contract_id)
    side = side_for(actor, contract, "transfer.plan")
    if plan.submission_key and (earlier := queries.by_submission(uow.session, plan.submission_key)):
        side_of(actor, earlier, "transfer.plan")
        return earlier
    refuse(_plan_refusals(uow, contract, plan))
    number = queries.count_of_contract(uow.session, contract.id) + 1
    transfer = Transfer(
        code=f"{contract.code.replace('HT', 'ZY', 1)}-{number:03d}", contract=contract, month=plan.month,
        planned_t=round_tonnes(plan.planned_t), planned_for=plan.planned_for, vehicle=plate(plan.vehicle),
        driver=plan.driver, driver_phone=plan.driver_phone, carrier=plan.carrier,
        manifest_no=plan.manifest_no or None, created_by=actor.user_id, created_at=uow.now,
        submission_key=plan.submission_key,
    )
    uow.session.add(transfer)
    try:
        uow.session.flush()
    except IntegrityError as error:
        # The guard is the unique index over manifests that are in use: one vehicle, one manifest.
        if refused_by(error) != _MANIFEST:
            raise
        raise NotPossible([Refusal("transfer:manifest_known", field="manifest_no")]) from error
    event = uow.record(
        actor.user_id, "transfer.planned", transfer, **facts(transfer), month=transfer.month,
        tonnes=transfer.planned_t, vehicle=transfer.vehicle,
    )
    tell_other(uow, transfer, event, side)
    return transfer


def cancel_transfer(*, uow: UnitOfWork, actor: Actor, code: str, reason: str) -> Transfer:
    """Take back a consignment that has not left; either side may, and says why."""
    transfer = locked_transfer(uow, code)
    side = side_of(actor, transfer, "transfer.plan")
    refuse([*rules.may_move(transfer, TransferStatus.CANCELLED), *rules.says_why(reason)])
    _decide(uow, transfer, TransferStatus.CANCELLED, reason)
    event = uow.record(
        actor.user_id, "transfer.cancelled", transfer, **facts(transfer), side=side.value, reason=reason.strip()
    )
    tell_other(uow, transfer, event, side)
    return transfer


def record_results(*, uow: UnitOfWork, actor: Actor, code: str, results: dict[str, float | None]) -> Transfer:
    """Keep what the taker's laboratory found, by property; None takes a value back.  Possible until it is decided."""
    transfer = locked_transfer(uow, code)
    side = side_of(actor, transfer, "transfer.decide")
    refuse([*rules.taker_decides(side), *rules.undecided(transfer)])
    keep_results(transfer, results)
    uow.record(actor.user_id, "transfer.assayed", transfer, **facts(transfer), results=dict(results))
    return transfer


def accept_transfer(*, uow: UnitOfWork, actor: Actor, code: str, version: int) -> Transfer:
    """The taker takes the consignment as weighed in; that many tonnes count."""
    transfer = locked_transfer(uow, code)
    side = side_of(actor, transfer, "transfer.decide")
    refuse([
        *rules.taker_decides(side), *rules.as_seen(transfer, version), *rules.undisputed(transfer),
        *rules.may_move(transfer, TransferStatus.ACCEPTED),
    ])
    transfer.accepted_t = queries.weighed(transfer, Gate.IN).net_t
    _decide(uow, transfer, TransferStatus.ACCEPTED, "")
    event = uow.record(
        actor.user_id, "transfer.accepted", transfer, **facts(transfer), tonnes=transfer.accepted_t
    )
    tell(uow, transfer, event)
    return transfer


def reject_transfer(*, uow: UnitOfWork, actor: Actor, code: str, version: int, reason: str) -> Transfer:
    """The taker sends the lot back and says why; its tonnes are the producer's again, its promise open again."""
    transfer = locked_transfer(uow, code)
    side = side_of(actor, transfer, "transfer.decide")
    refuse([
        *rules.taker_decides(side), *rules.as_seen(transfer, version),
        *rules.may_move(transfer, TransferStatus.REJECTED), *rules.says_why(reason),
    ])
    out, came = queries.weighed(transfer, Gate.OUT), queries.weighed(transfer, Gate.IN)
    dispute = open_dispute_of(transfer)
    if dispute is not None:
        refuse(rules.still_open(dispute, uow.now))
        close_dispute(uow, dispute, "rejected")
    _decide(uow, transfer, TransferStatus.REJECTED, reason)
    event = uow.record(
        actor.user_id, "transfer.rejected", transfer, **facts(transfer), tonnes=came.net_t, reason=reason.strip()
    )
    tell(uow, transfer, event)
    booking.post_returned(uow, actor.user_id, transfer, out, came, reason.strip())
    if transfer.contract.status != ContractStatus.ACTIVE:
        market_changed(uow, transfer.contract.supply, transfer.contract.demand)
    return transfer


def dispute_quality(*, uow: UnitOfWork, actor: Actor, code: str, version: int, reason: str) -> Transfer:
    """The taker doubts the quality and says what it found; a deadline runs."""
    transfer = locked_transfer(uow, code)
    side = side_of(actor, transfer, "transfer.decide")
    refuse([
        *rules.taker_decides(side), *rules.as_seen(transfer, version), *rules.undisputed(transfer),
        *rules.may_move(transfer, TransferStatus.DISPUTED), *rules.says_why(reason),
    ])
    open_dispute(uow, actor.user_id, transfer, about="quality", side=Side.TAKER, statement=reason.strip())
    return transfer


def _plan_refusals(uow: UnitOfWork, contract: Contract, plan: Plan) -> list[Refusal]:
    reasons = rules.contract_open(contract) or rules.month_within(contract, plan.month)
    if not reasons:
        reasons = rules.plan_possible(booking.month_left(uow, contract, plan.month), plan.planned_t)
    waste = engine_catalogue().waste_types.get(contract.waste_type_id)
    return reasons + rules.vehicle_possible(plate(plan.vehicle)) + rules.manifest_possible(
        plan.manifest_no, hazardous=bool(waste and waste.hazardous), vehicle=plan.vehicle, year=uow.now.year
    )


def _decide(uow: UnitOfWork, transfer: Transfer, status: TransferStatus, note: str) -> None:
    transfer.status, transfer.decided_at, transfer.decision_note = status, uow.now, note.strip()

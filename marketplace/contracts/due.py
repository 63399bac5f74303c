"""What time does to a contract: not confirmed in time it lapses; its months over and its road empty it is completed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.finishing import finish
from marketplace.contracts.making import LAPSE_JOB, watch_confirmation
from marketplace.contracts.parties import facts, locked_contract, tell_both
from marketplace.months import month_after, month_of, month_start
from marketplace.unit_of_work import UnitOfWork
from models.base import utc_now
from models.contracts import Contract, ContractStatus
from models.transfers import Transfer, TransferStatus

__all__ = ["COMPLETE_JOB", "LAPSE_JOB", "complete", "lapse", "watch_end"]
COMPLETE_JOB = "contract_complete"
# A consignment may still be on the road, or in dispute, after the last month: it is looked at again every day.
LOOK_AGAIN = timedelta(days=1)
LAPSED = "逾期未经双方确认，自动失效。"
COMPLETED = "履行期满，未发运的吨数释放。"
_UNFINISHED = (TransferStatus.PLANNED, TransferStatus.LOADED, TransferStatus.RECEIVED, TransferStatus.DISPUTED)


def watch_end(uow: UnitOfWork, contract: Contract) -> None:
    """Leave the worker the first moment after the contract's last month."""
    uow.enqueue(
        COMPLETE_JOB, {"contract_id": contract.id}, f"{COMPLETE_JOB}:{contract.id}",
        run_after=max(month_start(month_after(contract.end_month)), uow.now),
    )


def lapse(session: Session, contract_id: int, *, now: datetime | None = None) -> bool:
    """Decline a contract that was not confirmed in time; False where it was, or where it is not yet due."""
    with UnitOfWork(session, now=now or utc_now()) as uow:
        contract = locked_contract(uow, contract_id)
        if contract.status != ContractStatus.PROPOSED or contract.confirm_by is None:
            return False
        if uow.now < contract.confirm_by:
            watch_confirmation(uow, contract)
            return False
        freed = finish(uow=uow, actor_id=None, contract=contract, status=ContractStatus.DECLINED, reason=LAPSED)
        event = uow.record(None, "contract.lapsed", contract, **facts(contract), freed_t=freed)
        tell_both(uow, contract, event)
    return True


def complete(session: Session, contract_id: int, *, now: datetime | None = None) -> bool:
    """Complete an active contract whose months are over; False while something is on the road or in dispute."""
    with UnitOfWork(session, now=now or utc_now()) as uow:
        contract = locked_contract(uow, contract_id)
        if contract.status != ContractStatus.ACTIVE:
            return False
        if month_of(uow.now) <= contract.end_month:
            # An amendment has moved the end: the job comes back then.
            watch_end(uow, contract)
            return False
        if _unfinished(uow.session, contract):
            uow.enqueue(
                COMPLETE_JOB, {"contract_id": contract.id}, f"{COMPLETE_JOB}:{contract.id}",
                run_after=uow.now + LOOK_AGAIN,
            )
            return False
        freed = finish(uow=uow, actor_id=None, contract=contract, status=ContractStatus.COMPLETED, reason=COMPLETED)
        event = uow.record(None, "contract.completed", contract, **facts(contract), freed_t=freed)
        tell_both(uow, contract, event)
    return True


def _unfinished(session: Session, contract: Contract) -> bool:
    query = select(Transfer.id).where(Transfer.contract_id == contract.id, Transfer.status.in_(_UNFINISHED))
    return session.scalar(query.limit(1)) is not None

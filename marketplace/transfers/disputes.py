"""A difference over a consignment: opened with a deadline, settled by both sides, or by the deadline itself."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.errors import refuse
from marketplace.security.actor import Actor
from marketplace.transfers import booking, queries, rules
from marketplace.transfers.parties import facts, locked_transfer, open_dispute_of, side_of, tell
from marketplace.transfers.working_days import DISPUTE_DAYS, end_of_working_day
from marketplace.unit_of_work import UnitOfWork
from models.base import round_tonnes
from models.contracts import Side
from models.transfers import Dispute, DisputeStatus, Gate, Transfer, TransferStatus

DEADLINE_JOB = "dispute_deadline"


def open_dispute(
    uow: UnitOfWork, actor_id: int | None, transfer: Transfer, *, about: str, side: Side | None = None,
    statement: str = "",
) -> Dispute:
    """Open a dispute ``about`` weight or quality; the worker closes it when its deadline has passed."""
    deadline = end_of_working_day(uow.now, DISPUTE_DAYS)
    dispute = Dispute(
        about=about, opened_at=uow.now, opened_by_side=side, deadline=deadline, statement=statement,
    )
    transfer.disputes.append(dispute)
    transfer.status = TransferStatus.DISPUTED
    uow.session.flush()
    event = uow.record(
        actor_id, "transfer.disputed", transfer, **facts(transfer), about=about, statement=statement,
        out_t=booking.net_t(transfer, Gate.OUT), in_t=booking.net_t(transfer, Gate.IN), deadline=deadline,
    )
    tell(uow, transfer, event)
    uow.enqueue(
        DEADLINE_JOB, {"dispute_id": dispute.id}, dedupe_key=f"{DEADLINE_JOB}:{dispute.id}", run_after=deadline
    )
    return dispute


def close_dispute(uow: UnitOfWork, dispute: Dispute, outcome: str) -> None:
    """End the dispute with how it ended: agreed, deadline, rejected or corrected."""
    dispute.status, dispute.settled_at, dispute.outcome = DisputeStatus.SETTLED, uow.now, outcome


def propose_tonnes(*, uow: UnitOfWork, actor: Actor, code: str, tonnes: Decimal) -> Transfer:
    """Propose how many tonnes count; a new proposal of either side replaces the last one."""
    transfer = locked_transfer(uow, code)
    side = side_of(actor, transfer, "transfer.settle")
    dispute, tonnes = open_dispute_of(transfer), round_tonnes(tonnes)
    weights = {"out_t": booking.net_t(transfer, Gate.OUT), "in_t": booking.net_t(transfer, Gate.IN)}
    refuse(rules.still_open(dispute, uow.now) or rules.proposal_possible(tonnes, **weights))
    dispute.proposed_t, dispute.proposed_by_side = tonnes, side
    event = uow.record(
        actor.user_id, "dispute.proposed", transfer, **facts(transfer), side=side.value, tonnes=tonnes,
        deadline=dispute.deadline,
    )
    tell(uow, transfer, event)
    return transfer


def agree_tonnes(*, uow: UnitOfWork, actor: Actor, code: str, version: int) -> Transfer:
    """Agree to the other side's proposal, as it was seen (``version`` is the dispute's): that many tonnes count."""
    transfer = locked_transfer(uow, code)
    side = side_of(actor, transfer, "transfer.settle")
    dispute = open_dispute_of(transfer)
    refuse(
        rules.still_open(dispute, uow.now) or rules.may_agree(dispute, side, version=version)
        or rules.may_move(transfer, TransferStatus.ACCEPTED)
    )
    agreed_t, came = dispute.proposed_t, queries.weighed(transfer, Gate.IN)
    close_dispute(uow, dispute, "agreed")
    _settle(uow, actor.user_id, transfer, agreed_t, "agreed")
    booking.post_settled(uow, actor.user_id, transfer, came, agreed_t)
    return transfer


def close_overdue(session: Session, dispute_id: int, *, now: dt.datetime | None = None) -> bool:
    """The worker's: where nobody agreed until the deadline, the in-weight counts.  False where nothing is to do."""
    with UnitOfWork(session, now=now) as uow:
        found = session.get(Dispute, dispute_id)
        if found is None:
            return False
        transfer = locked_transfer(uow, found.transfer.code)
        dispute = open_dispute_of(transfer)
        if dispute is None or dispute.id != dispute_id or dispute.deadline > uow.now:
            return False
        close_dispute(uow, dispute, "deadline")
        _settle(uow, None, transfer, queries.weighed(transfer, Gate.IN).net_t, "deadline")
        return True


def _settle(uow: UnitOfWork, actor_id: int | None, transfer: Transfer, tonnes: Decimal, how: str) -> None:
    transfer.accepted_t, transfer.decided_at = tonnes, uow.now
    transfer.status = TransferStatus.ACCEPTED
    event = uow.record(actor_id, "dispute.settled", transfer, **facts(transfer), tonnes=tonnes, how=how)
    tell(uow, transfer, event)

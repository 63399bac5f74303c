"""The worker lets the in-weight count once the deadline of a dispute has passed, and not before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from marketplace.transfers.disputes import DEADLINE_JOB
from marketplace.worker import drain, handlers
from models import Job, Notice
from models.transfers import TransferStatus
from tests.transfers import consignments
from tests.transfers.consignments import deal, into, out

# A Monday long past: the deadline was the Monday after it.
THEN = datetime(2026, 1, 12, 4, 0, tzinfo=UTC)


def test_the_worker_settles_what_nobody_agreed_on(sessions: sessionmaker[Session], monkeypatch) -> None:
    with sessions() as session:
        agreed = deal(session)
        monkeypatch.setattr(agreed, "uow", lambda: consignments.UnitOfWork(session, now=THEN))
        code = agreed.plan()
        agreed.weigh(code, out(30, at=THEN - timedelta(hours=2)))
        agreed.weigh(code, into(28, at=THEN - timedelta(hours=1)))
        deadline = agreed.transfer(code).disputes[0].deadline
        assert deadline == datetime(2026, 1, 19, 15, 59, 59, tzinfo=UTC)
        session.commit()
        # Mail is left alone here.
        kinds = dict.fromkeys(handlers(), lambda _session, _payload: None) | {DEADLINE_JOB: handlers()[DEADLINE_JOB]}
        drain(sessions, kinds=kinds, now=lambda: deadline - timedelta(seconds=1))
        assert agreed.transfer(code).status == TransferStatus.DISPUTED
        session.commit()
        drain(sessions, kinds=kinds)
        transfer = agreed.transfer(code)
        assert (transfer.status, transfer.accepted_t) == (TransferStatus.ACCEPTED, 28)
        assert session.scalars(select(Job.status).where(Job.kind == DEADLINE_JOB)).all() == ["done"]
        assert session.query(Notice).filter_by(kind="dispute.settled").count() == 2

"""Drain the outbox: each job is claimed, done and marked; what fails is tried again, later each time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from models.base import utc_now
from models.engine import begin_writing
from models.jobs import Job, JobStatus

_log = logging.getLogger(__name__)
Handler = Callable[[Session, dict[str, Any]], object]

# Longer than the longest job: a job whose worker died is taken up again after this.
LOCK = timedelta(minutes=15)
MOST_ATTEMPTS = 6
_FIRST_RETRY_S = 10
_IDLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Claim:
    """One job taken; ``attempts`` counts this one and tells this claim from a later one of the same job."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int


def handlers() -> dict[str, Handler]:
    """What each kind of job does."""
    from marketplace.market.changed import REFRESH_PLAN
    from marketplace.market.plan import refresh_plan
    from marketplace.transfers.disputes import DEADLINE_JOB, close_overdue

    return {
        REFRESH_PLAN: lambda session, payload: refresh_plan(session, **payload),
        DEADLINE_JOB: lambda session, payload: close_overdue(session, **payload),
    }


def work(
    sessions: sessionmaker[Session], *, kinds: Mapping[str, Handler] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Do jobs until ``stop`` says so, waiting a moment whenever none is due."""
    kinds = handlers() if kinds is None else kinds
    while not stop():
        try:
            found = run_next(sessions, kinds=kinds)
        except Exception:
            # A database that is away for a moment must not end the worker.
            _log.exception("the outbox could not be read")
            found = False
        if not found:
            time.sleep(_IDLE_S)


def drain(
    sessions: sessionmaker[Session], *, kinds: Mapping[str, Handler] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> int:
    """Do every job that is due and return how many there were, failed ones included."""
    kinds = handlers() if kinds is None else kinds
    done = 0
    while run_next(sessions, kinds=kinds, now=now):
        done += 1
    return done


def run_next(
    sessions: sessionmaker[Session], *, kinds: Mapping[str, Handler], now: Callable[[], datetime] = utc_now
) -> bool:
    """Claim and do one due job; False where none is due.  A handler's error is kept with the job."""
    with sessions() as session:
        claim = _claim(session, now())
    if claim is None:
        return False
    error = ""
    try:
        handler = kinds.get(claim.kind)
        if handler is None:
            raise LookupError(f"no handler for jobs of kind {claim.kind!r}")
        with sessions() as session:
            handler(session, claim.payload)
            session.commit()
    except Exception as failure:
        _log.exception("job %s (%s) failed", claim.id, claim.kind)
        error = f"{type(failure).__name__}: {failure}"
    with sessions() as session:
        _finish(session, claim, error, now())
    return True


def retry_after(attempts: int) -> timedelta:
    """How long to wait after the ``attempts``-th failure: 10 s, 40 s, 160 s, …"""
    return timedelta(seconds=_FIRST_RETRY_S * 4 ** (attempts - 1))


def _claim(session: Session, now: datetime) -> Claim | None:
    """Mark the first due job as running and commit, so that no other worker takes it.

    Due is what is queued and whose time has come, and what a dead worker left running past its lock.
    """
    begin_writing(session)
    abandoned = and_(Job.status == JobStatus.RUNNING, Job.locked_until < now)
    due = or_(and_(Job.status == JobStatus.QUEUED, Job.run_after <= now), abandoned)
    job = session.scalar(
        select(Job).where(due).order_by(Job.run_after, Job.id).limit(1).with_for_update(skip_locked=True)
    )
    if job is None:
        session.rollback()
        return None
    if job.attempts >= MOST_ATTEMPTS:
        # Its workers died over it every time: it would take down this one as well.
        job.status, job.finished_at, job.locked_until = JobStatus.FAILED, now, None
        job.last_error = "given up: the worker died in every attempt"
        session.commit()
        return _claim(session, now)
    job.status, job.attempts, job.locked_until = JobStatus.RUNNING, job.attempts + 1, now + LOCK
    claim = Claim(job.id, job.kind, dict(job.payload), job.attempts)
    session.commit()
    return claim


def _finish(session: Session, claim: Claim, error: str, now: datetime) -> None:
    begin_writing(session)
    values: dict[str, Any] = {"locked_until": None, "last_error": error[:4000]}
    if not error:
        values |= {"status": JobStatus.DONE, "finished_at": now}
    elif claim.attempts >= MOST_ATTEMPTS:
        values |= {"status": JobStatus.FAILED, "finished_at": now}
    else:
        # The key is given up: a newer job may have been queued under it meanwhile.
        again = now + retry_after(claim.attempts)
        values |= {"status": JobStatus.QUEUED, "run_after": again, "dedupe_key": None}
    # A worker that overran its lock finds another attempt under way and leaves the job to it.
    session.execute(
        update(Job)
        .where(Job.id == claim.id, Job.attempts == claim.attempts, Job.status == JobStatus.RUNNING)
        .values(**values)
    )
    session.commit()

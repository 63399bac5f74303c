"""Drain the outbox: each job is claimed, done and marked; what fails is tried again, later each time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true, update
from sqlalchemy.orm import Session, sessionmaker

from marketplace.unit_of_work import UnitOfWork
from models.base import utc_now
from models.engine import begin_writing
from models.jobs import Job, JobStatus

_log = logging.getLogger(__name__)
DEADLINE_ROUND = "deadline_round"
Handler = Callable[[Session, dict[str, Any]], object]

# A worker that lives renews its lock as long as the job takes; the job of one that died is taken up after this.
LOCK = timedelta(seconds=45)
_BEAT_S = 10.0
MOST_ATTEMPTS = 6
_FIRST_RETRY_S = 10
# What is to be looked at now and then, whatever people do.
_ROUND_S = 300.0
_IDLE_S = 0.5
_SHORTEST_WAIT_S = 0.02
# Kinds of jobs that are due at a moment people were told.
URGENT = frozenset({"close_tender"})


@dataclass(frozen=True, slots=True)
class Claim:
    """One job taken; ``attempts`` counts this one and tells this claim from a later one of the same job."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int


def handlers() -> dict[str, Handler]:
    """What each kind of job does."""
    from marketplace.alerts.deadlines import tell_of_deadlines
    from marketplace.alerts.matches import MATCH_NOTICES, tell_of_matches
    from marketplace.alerts.outbox import SEND_MAIL
    from marketplace.alerts.sending import send_mail
    from marketplace.contracts.due import COMPLETE_JOB, LAPSE_JOB, complete, lapse
    from marketplace.market.changed import REFRESH_PLAN, SINGLE_FAILURES
    from marketplace.market.failures import work_out_failures
    from marketplace.market.plan import refresh_plan
    from marketplace.tenders.opening import close_tender
    from marketplace.tenders.tendering import CLOSE_TENDER
    from marketplace.transfers.disputes import DEADLINE_JOB, close_overdue

    return {
        LAPSE_JOB: lambda session, payload: lapse(session, **payload),
        COMPLETE_JOB: lambda session, payload: complete(session, **payload),
        REFRESH_PLAN: lambda session, payload: refresh_plan(session, **payload),
        SINGLE_FAILURES: lambda session, payload: work_out_failures(session, **payload),
        DEADLINE_JOB: lambda session, payload: close_overdue(session, **payload),
        DEADLINE_ROUND: lambda session, payload: tell_of_deadlines(session, **payload),
        MATCH_NOTICES: lambda session, payload: tell_of_matches(session, **payload),
        SEND_MAIL: lambda session, payload: send_mail(session, **payload),
        CLOSE_TENDER: lambda session, payload: close_tender(session, secret=sealing_secret(), **payload),
    }


def sealing_secret() -> str:
    """The secret that sealed bids are opened with: the same the web processes seal them with."""
    from marketplace.config import Settings

    return Settings.from_environment().sealing_secret


def next_due(sessions: sessionmaker[Session], now: datetime, only: frozenset[str] | None = None) -> float:
    """Seconds until the next queued job is due, at most the usual wait: a deadline is kept to the second."""
    with sessions() as session:
        due = session.scalar(
            select(Job.run_after).where(Job.status == JobStatus.QUEUED, _of_kinds(only))
            .order_by(Job.run_after).limit(1)
        )
    return _IDLE_S if due is None else min(_IDLE_S, max(_SHORTEST_WAIT_S, (due - now).total_seconds()))


def work(
    sessions: sessionmaker[Session], *, kinds: Mapping[str, Handler] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Do jobs until ``stop`` says so, waiting a moment whenever none is due.

    What must happen to the second has a thread of its own: it does not wait behind a plan that takes minutes.
    """
    kinds = handlers() if kinds is None else kinds
    urgent = threading.Thread(
        target=_loop, args=(sessions, {name: kinds[name] for name in URGENT if name in kinds}, stop),
        kwargs={"only": URGENT}, name="urgent jobs", daemon=True,
    )
    if URGENT & kinds.keys():
        urgent.start()
    _loop(sessions, kinds, stop, rounds=True)
    if urgent.is_alive():
        urgent.join()


def _loop(
    sessions: sessionmaker[Session], kinds: Mapping[str, Handler], stop: Callable[[], bool], *,
    only: frozenset[str] | None = None, rounds: bool = False,
) -> None:
    next_round = 0.0
    while not stop():
        try:
            if rounds and time.monotonic() >= next_round:
                start_round(sessions, kinds)
                next_round = time.monotonic() + _ROUND_S
            found = run_next(sessions, kinds=kinds, only=only)
            wait = 0.0 if found else next_due(sessions, utc_now(), only)
        except Exception:
            # A database that is away for a moment must not end the worker.
            _log.exception("the outbox could not be read")
            wait = _IDLE_S
        if wait:
            time.sleep(wait)


def start_round(sessions: sessionmaker[Session], kinds: Mapping[str, Handler]) -> None:
    """Leave the job that looks for deadlines, once however many workers ask for it."""
    if DEADLINE_ROUND in kinds:
        with sessions() as session, UnitOfWork(session) as uow:
            uow.enqueue(DEADLINE_ROUND, {}, dedupe_key=DEADLINE_ROUND)


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
    sessions: sessionmaker[Session], *, kinds: Mapping[str, Handler], now: Callable[[], datetime] = utc_now,
    only: frozenset[str] | None = None,
) -> bool:
    """Claim and do one due job, of the kinds in ``only`` where given; False where none is due.

    A handler's error is kept with the job.
    """
    with sessions() as session:
        claim = _claim(session, now(), only)
    if claim is None:
        return False
    error = ""
    try:
        handler = kinds.get(claim.kind)
        if handler is None:
            raise LookupError(f"no handler for jobs of kind {claim.kind!r}")
        with _kept_alive(sessions, claim, now), sessions() as session:
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


@contextmanager
def _kept_alive(sessions: sessionmaker[Session], claim: Claim, now: Callable[[], datetime]) -> Iterator[None]:
    """Renew the claim's lock while the block runs, so that a long job is not taken for a dead worker's."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(_BEAT_S):
            try:
                with sessions() as session:
                    begin_writing(session)
                    session.execute(update(Job).where(*_held(claim)).values(locked_until=now() + LOCK))
                    session.commit()
            except Exception:
                # One beat missed does no harm: the lock outlives several.
                _log.warning("job %s: the lock could not be renewed", claim.id, exc_info=True)

    thread = threading.Thread(target=beat, name=f"lock of job {claim.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    """The job as this very claim holds it."""
    return Job.id == claim.id, Job.attempts == claim.attempts, Job.status == JobStatus.RUNNING


def _of_kinds(only: frozenset[str] | None) -> ColumnElement[bool]:
    return Job.kind.in_(only) if only is not None else true()


def _claim(session: Session, now: datetime, only: frozenset[str] | None = None) -> Claim | None:
    """Mark the first due job as running and commit, so that no other worker takes it.

    Due is what is queued and whose time has come, and what a dead worker left running past its lock.
    """
    begin_writing(session)
    abandoned = and_(Job.status == JobStatus.RUNNING, Job.locked_until < now)
    due = or_(and_(Job.status == JobStatus.QUEUED, Job.run_after <= now), abandoned)
    job = session.scalar(
        select(Job).where(due, _of_kinds(only)).order_by(Job.run_after, Job.id).limit(1)
        .with_for_update(skip_locked=True)
    )
    if job is None:
        session.rollback()
        return None
    if job.attempts >= MOST_ATTEMPTS:
        # Its workers died over it every time: it would take down this one as well.
        job.status, job.finished_at, job.locked_until = JobStatus.FAILED, now, None
        job.last_error = "given up: the worker died in every attempt"
        session.commit()
        return _claim(session, now, only)
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
    session.execute(update(Job).where(*_held(claim)).values(**values))
    session.commit()

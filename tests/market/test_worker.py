"""The outbox is drained: nothing is lost with a worker that dies, nothing is done by two at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from marketplace import worker
from marketplace.unit_of_work import UnitOfWork
from models import Job, Park
from tests import factories as make
from tests.conftest import NOW


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, step: timedelta) -> None:
        self.now += step


def _enqueue(sessions: sessionmaker[Session], count: int = 1, **values: Any) -> None:
    with sessions() as session, UnitOfWork(session, now=NOW) as uow:
        for number in range(count):
            uow.enqueue("count", {"number": number}, **values)


def _jobs(sessions: sessionmaker[Session]) -> list[Job]:
    with sessions() as session:
        return list(session.scalars(select(Job).order_by(Job.id)))


def _fail(_session: Session, _payload: dict[str, Any]) -> None:
    raise ValueError("no luck")


def _drain(sessions: sessionmaker[Session], clock: Clock, handler: Callable[..., object]) -> int:
    return worker.drain(sessions, kinds={"count": handler}, now=clock)


def test_every_job_is_done_once(sessions: sessionmaker[Session]) -> None:
    _enqueue(sessions, 3)
    seen: list[int] = []
    assert _drain(sessions, Clock(), lambda _s, payload: seen.append(payload["number"])) == 3
    assert seen == [0, 1, 2]
    assert {job.status for job in _jobs(sessions)} == {"done"}
    assert _drain(sessions, Clock(), _fail) == 0


def test_what_a_handler_wrote_is_kept(sessions: sessionmaker[Session]) -> None:
    _enqueue(sessions)
    _drain(sessions, Clock(), lambda session, _payload: make.park(session, code="by-the-worker"))
    with sessions() as session:
        assert session.scalar(select(Park.code)) == "by-the-worker"


def test_a_job_of_the_future_waits(sessions: sessionmaker[Session]) -> None:
    _enqueue(sessions, run_after=NOW + timedelta(hours=1))
    clock = Clock()
    assert _drain(sessions, clock, _fail) == 0
    clock.forward(timedelta(hours=1))
    assert _drain(sessions, clock, lambda *_: None) == 1


def test_a_failure_is_tried_again_later_each_time_and_given_up(sessions: sessionmaker[Session]) -> None:
    _enqueue(sessions, dedupe_key="k")
    clock = Clock()
    for attempt in range(1, worker.MOST_ATTEMPTS):
        assert _drain(sessions, clock, _fail) == 1
        (job,) = _jobs(sessions)
        assert (job.status, job.attempts, job.last_error) == ("queued", attempt, "ValueError: no luck")
        assert _drain(sessions, clock, _fail) == 0
        assert job.run_after == clock.now + worker.retry_after(attempt)
        clock.forward(worker.retry_after(attempt))
    _drain(sessions, clock, _fail)
    (job,) = _jobs(sessions)
    assert job.status == "failed"
    assert _drain(sessions, clock, _fail) == 0


def test_a_failed_handler_leaves_nothing_behind(sessions: sessionmaker[Session]) -> None:
    def half_done(session: Session, _payload: dict[str, Any]) -> None:
        make.park(session)
        raise ValueError("half done")

    _enqueue(sessions)
    _drain(sessions, Clock(), half_done)
    with sessions() as session:
        assert session.scalar(select(Park.id)) is None


def test_a_newer_job_under_the_same_key_does_not_stop_the_retry(sessions: sessionmaker[Session]) -> None:
    def fail_after_a_newer_one(_session: Session, _payload: dict[str, Any]) -> None:
        _enqueue(sessions, dedupe_key="k")
        raise ValueError("no luck")

    _enqueue(sessions, dedupe_key="k")
    worker.run_next(sessions, kinds={"count": fail_after_a_newer_one}, now=Clock())
    assert [(job.status, job.dedupe_key) for job in _jobs(sessions)] == [("queued", None), ("queued", "k")]


def test_a_job_of_an_unknown_kind_says_so(sessions: sessionmaker[Session]) -> None:
    _enqueue(sessions)
    worker.drain(sessions, kinds={}, now=Clock())
    assert "no handler for jobs of kind 'count'" in _jobs(sessions)[0].last_error


def test_a_dead_worker_gives_its_job_back(sessions: sessionmaker[Session]) -> None:
    _enqueue(sessions)
    clock = Clock()

    class Killed(BaseException):
        """Not an Exception: nothing catches it, as nothing catches a killed process."""

    def die(*_: object) -> None:
        raise Killed

    with pytest.raises(Killed):
        _drain(sessions, clock, die)
    assert _jobs(sessions)[0].status == "running"
    assert _drain(sessions, clock, lambda *_: None) == 0
    clock.forward(worker.LOCK + timedelta(seconds=1))
    assert _drain(sessions, clock, lambda *_: None) == 1
    assert (_jobs(sessions)[0].status, _jobs(sessions)[0].attempts) == ("done", 2)


def test_a_job_that_kills_its_workers_is_given_up(sessions: sessionmaker[Session]) -> None:
    _enqueue(sessions)
    with sessions() as session:
        job = session.scalars(select(Job)).one()
        job.status, job.attempts, job.locked_until = "running", worker.MOST_ATTEMPTS, NOW
        session.commit()
    clock = Clock()
    clock.forward(timedelta(seconds=1))
    assert _drain(sessions, clock, _fail) == 0
    assert _jobs(sessions)[0].status == "failed"


def test_a_worker_that_overran_its_lock_does_not_mark_the_next_attempt(
    sessions: sessionmaker[Session],
) -> None:
    _enqueue(sessions)
    clock = Clock()

    def slow(_session: Session, _payload: dict[str, Any]) -> None:
        clock.forward(worker.LOCK + timedelta(seconds=1))
        worker.run_next(sessions, kinds={"count": lambda *_: None}, now=clock)
        raise ValueError("too late")

    worker.run_next(sessions, kinds={"count": slow}, now=clock)
    (job,) = _jobs(sessions)
    assert (job.status, job.attempts, job.last_error) == ("done", 2, "")


def test_two_workers_share_the_jobs(sessions: sessionmaker[Session]) -> None:
    _enqueue(sessions, 12)
    seen: list[int] = []
    start = threading.Barrier(2)

    def run() -> None:
        start.wait(10)
        worker.drain(sessions, kinds={"count": lambda _s, p: seen.append(p["number"])}, now=Clock())

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(12))
    assert {(job.status, job.attempts) for job in _jobs(sessions)} == {("done", 1)}


def test_work_stops_when_asked_and_outlives_a_broken_database(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_IDLE_S", 0.0)
    turns: list[int] = []

    def broken() -> Session:
        raise OSError("the database is away")

    def stop() -> bool:
        turns.append(1)
        return len(turns) > 3

    worker.work(broken, kinds={}, stop=stop)  # type: ignore[arg-type]
    assert len(turns) == 4

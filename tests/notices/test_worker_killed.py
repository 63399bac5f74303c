"""Workers as processes of their own on PostgreSQL: killed in the middle, several at once, cut off from the database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from marketplace import worker
from marketplace.config import ROOT
from marketplace.unit_of_work import UnitOfWork
from models import Job, utc_now

_WORKER = """
import sys, time
from marketplace import worker
from models.engine import make_engine, make_sessions

url, how, log = sys.argv[1:]
worker._IDLE_S = 0.05

def do(session, payload):
    with open(log, "a") as file:
        file.write(f"{payload['number']}\\n")
    print("at work", flush=True)
    if how == "slow":
        time.sleep(600)

print("ready", flush=True)
worker.work(make_sessions(make_engine(url)), kinds={"count": do})
"""


@pytest.fixture(scope="module", params=["postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """PostgreSQL alone: SQLite is for a single process."""
    return request.param


@contextmanager
def process(url: str, how: str, log: Path) -> Iterator[subprocess.Popen[str]]:
    """A worker of its own, killed in the end whatever happens; one that hangs is killed after a minute."""
    with subprocess.Popen(
        [sys.executable, "-c", _WORKER, url, how, str(log)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, cwd=ROOT, env={**os.environ, "SECRET_KEY": "only for tests"},
    ) as child:
        watch = threading.Timer(60, child.kill)
        watch.start()
        try:
            yield child
        finally:
            watch.cancel()
            child.send_signal(signal.SIGKILL)
            child.wait(30)


def _enqueue(sessions: sessionmaker[Session], count: int, first: int = 0) -> None:
    with sessions() as session, UnitOfWork(session) as uow:
        for number in range(first, first + count):
            uow.enqueue("count", {"number": number})


def _line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline()


def test_the_job_of_a_killed_worker_is_taken_up_within_a_minute(
    sessions: sessionmaker[Session], fresh_database_url: str, tmp_path: Path
) -> None:
    _enqueue(sessions, 1)
    with process(fresh_database_url, "slow", tmp_path / "log") as child:
        assert (_line(child), _line(child)) == ("ready\n", "at work\n")
    with sessions() as session:
        job = session.scalars(select(Job)).one()
        assert job.status == "running" and job.locked_until - utc_now() < timedelta(minutes=1)
        free_at = job.locked_until
    seen: list[int] = []
    kinds = {"count": lambda _session, payload: seen.append(payload["number"])}
    assert worker.drain(sessions, kinds=kinds) == 0
    assert worker.drain(sessions, kinds=kinds, now=lambda: free_at + timedelta(seconds=1)) == 1
    with sessions() as session:
        job = session.scalars(select(Job)).one()
        assert (job.status, job.attempts, seen) == ("done", 2, [0])


def test_several_workers_do_each_job_once_and_outlive_a_cut_connection(
    sessions: sessionmaker[Session], fresh_database_url: str, postgres_server: str, tmp_path: Path
) -> None:
    """All connections are ended in the middle, as a restart of the database ends them; the workers go on."""
    log = tmp_path / "log"
    with process(fresh_database_url, "quick", log) as one, process(fresh_database_url, "quick", log) as two:
        # Whoever is up first may do all there is, so the jobs come when both are up.
        assert _line(one) == _line(two) == "ready\n"
        _enqueue(sessions, 30)
        _wait_for(sessions, 3, one, two)
        _cut_all(postgres_server, fresh_database_url)
        _enqueue(sessions, 30, first=30)
        # Each worker may have been cut off between claiming and marking one job; that one waits for its lock.
        _wait_for(sessions, 58, one, two)
    later = utc_now() + worker.LOCK
    worker.drain(sessions, kinds={"count": lambda _s, payload: _note(log, payload["number"])}, now=lambda: later)
    assert len(_done(sessions)) == 60
    counts = Counter(int(line) for line in log.read_text().split())
    assert set(counts) == set(range(60)) and sum(counts.values()) <= 62


def _wait_for(sessions: sessionmaker[Session], done: int, *workers: subprocess.Popen[str]) -> None:
    """Until so many jobs are done; a worker that dies, or fifty seconds, fail the test."""
    deadline = time.monotonic() + 50
    while len(_done(sessions)) < done:
        assert time.monotonic() < deadline and not [child for child in workers if child.poll() is not None]


def _note(log: Path, number: int) -> None:
    with log.open("a") as file:
        file.write(f"{number}\n")


def _cut_all(server: str, url: str) -> None:
    engine = create_engine(server.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": url.rpartition("/")[2].partition("?")[0]},
        )
    engine.dispose()


def _done(sessions: sessionmaker[Session]) -> list[int]:
    with sessions() as session:
        return list(session.scalars(select(Job.id).where(Job.status == "done")))


def test_a_long_job_keeps_its_lock(sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is renewed while the handler runs, so nobody else takes the job for a dead worker's."""
    monkeypatch.setattr(worker, "_BEAT_S", 0.01)
    _enqueue(sessions, 1)
    renewed = threading.Event()

    def watch(session: Session, _payload: dict[str, object]) -> None:
        first = session.scalars(select(Job.locked_until)).one()
        session.commit()
        while session.scalars(select(Job.locked_until)).one() == first:
            session.commit()
            assert worker.run_next(sessions, kinds={}) is False
        renewed.set()

    assert worker.run_next(sessions, kinds={"count": watch}) is True
    assert renewed.is_set()

"""No failure, race or retry loses or doubles a tonne: 64 clients, killed processes, a killed database."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from models import migrate
from models.engine import make_engine
from tests.faults.client import Client, Tally, own, take
from tests.faults.invariants import violations
from tests.faults.market import Market, lay_out
from tests.faults.processes import Processes
from tests.postgres_server import Server

pytestmark = pytest.mark.slow

OWNERS, TAKERS = 4, 12
# Several people act at once for one enterprise, as in life.
CLIENTS_PER_OWNER, CLIENTS_PER_TAKER = 4, 4
ROUNDS, SECONDS = 5, 40


@pytest.fixture
def postgres() -> Iterator[Server]:
    """A server that keeps what it has confirmed even when it is killed."""
    server = Server(synchronous_commit="on", max_connections="60")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def postgres_market(postgres: Server) -> tuple[str, Market]:
    engine = create_engine(postgres.url.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE market TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"))
    engine.dispose()
    url = postgres.url.format(database="market")
    migrate.upgrade(url)
    return url, lay_out(url, owners=OWNERS, takers=TAKERS)


def test_64_clients_while_processes_and_the_database_are_killed(
    postgres: Server, postgres_market: tuple[str, Market], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, market = postgres_market
    processes, tally, begun = Processes(url, tmp_path, web_workers=3), Tally(), time.monotonic()

    def restart_the_database() -> None:
        postgres.kill()
        time.sleep(1)
        postgres.start()

    faults = [
        processes.kill_a_web_worker, processes.kill_the_job_worker, restart_the_database, processes.kill_a_web_worker,
        processes.kill_the_job_worker, restart_the_database, processes.kill_a_web_worker,
    ]
    try:
        processes.wait_until_ready()
        clients = _clients(market, processes.port, tally)
        killed = _run(clients, faults)
        broken = _broken(url, tally, processes)
        proof = processes.command("ledger", "verify")
    finally:
        processes.stop()
    with capsys.disabled():
        _tell("PostgreSQL", tally, broken, len(clients), killed, time.monotonic() - begun, _totals(url))
    assert tally.faults == []
    assert broken == {name: [] for name in broken}
    assert proof.returncode == 0, proof.stdout + proof.stderr
    assert killed == len(faults) and tally.placed and tally.slips


def test_eight_clients_on_sqlite(
    sqlite_template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQLite is for a single process: the same rules, one gunicorn worker killed now and then."""
    path = tmp_path / "market.sqlite3"
    shutil.copy(sqlite_template, path)
    url = f"sqlite:///{path}"
    market = lay_out(url, owners=2, takers=6)
    processes, tally, begun = Processes(url, tmp_path, web_workers=1), Tally(), time.monotonic()
    try:
        processes.wait_until_ready()
        clients = _clients(market, processes.port, tally, per_owner=1, per_taker=1)
        killed = _run(clients, [processes.kill_a_web_worker, processes.kill_the_job_worker])
        broken = _broken(url, tally, processes)
        proof = processes.command("ledger", "verify")
    finally:
        processes.stop()
    with capsys.disabled():
        _tell("SQLite", tally, broken, len(clients), killed, time.monotonic() - begun, _totals(url))
    assert tally.faults == []
    assert broken == {name: [] for name in broken}
    assert proof.returncode == 0, proof.stdout + proof.stderr


def _clients(
    market: Market, port: int, tally: Tally, *, per_owner: int = CLIENTS_PER_OWNER, per_taker: int = CLIENTS_PER_TAKER
) -> list[threading.Thread]:
    until, threads = time.monotonic() + SECONDS, []
    people = [(person, own) for person in market.owners for _ in range(per_owner)]
    people += [(person, take) for person in market.takers for _ in range(per_taker)]
    for seed, (person, act) in enumerate(people):
        client = Client(port, person, tally, seed, until)
        threads.append(threading.Thread(target=_guarded, args=(act, client, market), daemon=True))
    return threads


def _guarded(act: Callable[[Client, Market, int], None], client: Client, market: Market) -> None:
    try:
        act(client, market, ROUNDS)
    except Exception as error:
        # A thread's own failure must fail the test, not vanish with the thread.
        with client.tally.lock:
            client.tally.faults.append(f"{client.name}: {error!r}")


def _run(threads: list[threading.Thread], faults: list[Callable[[], None]]) -> int:
    """All clients at once, and the faults spread over their time; how many faults there were."""
    for thread in threads:
        thread.start()
    killed = 0
    for fault in faults:
        time.sleep(2.5)
        fault()
        killed += 1
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads), "a client did not come to its end"
    return killed


def _broken(url: str, tally: Tally, processes: Processes) -> dict[str, list[str]]:
    """The invariants once everybody has come to rest and the worker has done what is due.

    A job whose worker was killed is taken up when its lock has run out; the wait is spared by letting it run out now.
    """
    processes.wait_until_ready()
    processes.stop_the_job_worker()
    engine = make_engine(url)
    try:
        with Session(engine) as session:
            session.execute(text("UPDATE jobs SET locked_until = created_at WHERE status = 'running'"))
            session.commit()
        processes.command("worker", "--once")
        with Session(engine) as session:
            return violations(session, tally)
    finally:
        engine.dispose()


def _totals(url: str) -> dict[str, int]:
    engine = make_engine(url)
    try:
        with Session(engine) as session:
            return {
                name: session.scalar(text(f"SELECT COUNT(*) FROM {name}")) or 0
                for name in ("bids", "contracts", "weighings", "ledger_entries", "notices")
            }
    finally:
        engine.dispose()


def _tell(
    database: str, tally: Tally, broken: dict[str, list[str]], clients: int, kills: int, seconds: float,
    totals: dict[str, int],
) -> None:
    answers = ", ".join(f"{status}: {count}" for status, count in sorted(tally.answers.items()))
    print(f"\n{database}: {clients} clients, {tally.requests} requests in {seconds:.0f} s ({answers};"
          f" without an answer: {tally.unanswered}; sent again: {tally.again}), {kills} kills,"
          f" {', '.join(f'{count} {name}' for name, count in totals.items())}; {len(broken)} invariants and the"
          f" ledger's proof, violations: {sum(map(len, broken.values())) + len(tally.faults)}")
    for name, found in broken.items():
        for one in found[:5]:
            print(f"  {name}: {one}")
    for fault in tally.faults[:10]:
        print(f"  {fault}")

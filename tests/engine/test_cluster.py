"""The match on a real Dask scheduler with two workers, one of which is killed halfway; scenarios as Parquet."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from marketplace.cli import main
from matching import cluster
from matching.cluster import ClusterError, match_on_cluster, partition, reachable
from matching.distance import great_circle_km
from matching.pairs import Evaluated
from matching.params import MatchParams
from matching.problem import MatchProblem
from matching.ranking import match
from matching.result import MatchResult
from matching.scenario import ScenarioError, read_scenario
from matching.scenario.schema import TABLES
from matching.scenario.tables import read_table
from tests.engine.random_markets import Shape, catalogue, random_tables, write_tables

SHAPE = Shape(enterprises=12, supplies=150, demands=80, wastes=6)
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario folder of Parquet files."""
    folder = tmp_path_factory.mktemp("cluster")
    source = write_tables(folder / "text", random_tables(3, SHAPE), SHAPE.months)
    ended = CliRunner().invoke(main, ["to-parquet", str(source), str(folder / "parquet")])
    assert ended.exit_code == 0, ended.output
    return folder / "parquet"


class Processes:
    """A scheduler and two workers on loopback, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        port = self.address.rpartition(":")[2]
        self._folder = folder
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
        self.workers = [self._worker(number) for number in range(2)]
        self._wait()

    def _worker(self, number: int) -> subprocess.Popen[bytes]:
        return self._start(
            "dask_worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard",
            "--local-directory", str(self._folder / f"worker-{number}"),
        )  # fmt: skip

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{module}-{time.monotonic_ns()}.log").open("wb")
        environment = {**os.environ, "PYTHONPATH": str(Path(cluster.__file__).parents[1])}
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *arguments], stdout=log, stderr=log, env=environment,
            cwd=self._folder,
        )

    def _wait(self) -> None:
        from distributed import Client

        deadline = time.monotonic() + 60
        while True:
            try:
                with Client(self.address, timeout=5, set_as_default=False) as client:
                    client.wait_for_workers(2, timeout=60)
                    return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait(timeout=30)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    running = Processes(tmp_path)
    try:
        yield running
    finally:
        running.stop()


def same(first: MatchResult, second: MatchResult) -> None:
    for count in ("in_range_count", "feasible_count", "unverified_count"):
        assert getattr(first, count) == getattr(second, count)
    np.testing.assert_array_equal(first.rank, second.rank)
    for column in fields(Evaluated):
        np.testing.assert_array_equal(getattr(first.pairs, column.name), getattr(second.pairs, column.name))


def test_a_worker_killed_halfway_changes_nothing(scenario: Path, processes: Processes) -> None:
    problem = read_scenario(scenario, catalogue())
    lost: list[int] = []

    def progress(done: int, total: int) -> None:
        if not lost:
            # The first part is done and most are not.
            assert done < total / 2
            processes.workers[0].send_signal(signal.SIGKILL)
            processes.workers[0].wait(timeout=30)
            lost.append(done)

    found = match_on_cluster(
        scenario, problem, MatchParams(top_k=7), processes.address, progress=progress, parts=60
    )
    assert lost and processes.workers[0].returncode == -signal.SIGKILL and processes.workers[1].poll() is None
    same(found, match(problem, MatchParams(top_k=7)))


def test_the_command_writes_the_same_bytes(scenario: Path, processes: Processes, tmp_path: Path) -> None:
    for out, more in (("here", ()), ("there", ("--cluster", processes.address))):
        arguments = ["match", str(scenario), "--distance", "great-circle", "--out", str(tmp_path / out), *more]
        ended = CliRunner().invoke(main, arguments)
        assert ended.exit_code == 0, ended.output
    here, there = ((tmp_path / out / "matches.csv").read_bytes() for out in ("here", "there"))
    assert here == there and here.count(b"\n") > 100


def test_a_worker_that_does_not_see_the_scenario_is_named(
    scenario: Path, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path that means another folder where the workers run."""
    monkeypatch.chdir(scenario.parent)
    problem = read_scenario(scenario, catalogue())
    with pytest.raises(ClusterError, match=r"worker tcp://127.0.0.1:\d+ does not see this scenario at parquet"):
        match_on_cluster(Path("parquet"), problem, MatchParams(), processes.address)


def test_without_a_scheduler_it_says_so_and_writes_nothing(scenario: Path, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(cluster, "_CONNECT_S", 1)
    ended = CliRunner().invoke(main, ["match", str(scenario), "--out", str(tmp_path / "out"), "--cluster", "tcp://127.0.0.1:9"])
    assert ended.exit_code == 2
    assert "no scheduler answers at tcp://127.0.0.1:9" in ended.output and not (tmp_path / "out").exists()


def test_the_parts_are_all_supplies_once_and_reach_every_partner(scenario: Path) -> None:
    problem = read_scenario(scenario, catalogue())
    s, d = problem.supplies, problem.demands
    for parts in (1, 7, 60):
        pieces = partition(problem, parts)
        assert sorted(np.concatenate(pieces).tolist()) == list(range(len(s.ids)))
        for piece in pieces:
            assert len(np.unique(s.waste_type[piece])) == 1
            there = np.isin(np.arange(len(d.ids)), reachable(problem, piece, MatchParams()))
            km = great_circle_km(s.lat[piece, None], s.lon[piece, None], d.lat, d.lon) * problem.circuity
            takes = ~np.isnan(d.max_share[:, s.waste_type[piece[0]]])
            assert not ((km <= s.max_distance_km[piece, None]) & takes & ~there).any()
    assert len(partition(problem, 60)) > 20


def test_threads_of_one_worker_read_the_scenario_once_and_digest_it_once(
    scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, called = cluster.fingerprint(str(scenario)), Counter()
    supplies = partition(read_scenario(scenario, catalogue()), 8)

    def counted(name: str, work: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            called[name] += 1
            return work(*arguments)

        return call

    monkeypatch.setattr(cluster, "fingerprint", counted("digest", cluster.fingerprint))
    monkeypatch.setattr("matching.scenario.read_scenario", counted("read", read_scenario))
    monkeypatch.setattr(cluster, "_held", {})
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda part: cluster._part(str(scenario), digest, part, catalogue(), MatchParams()), supplies))
    assert len(supplies) >= 8 and called == {"digest": 1, "read": 1}


def test_a_worker_that_comes_late_and_sees_other_files_says_so(
    scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_held", {})
    with pytest.raises(ClusterError, match=r"a worker does not see this scenario .*here 0123"):
        cluster._part(str(scenario), "0123", np.arange(3), catalogue(), MatchParams())
    assert not cluster._held


def _arrays(problem: MatchProblem) -> list[object]:
    parts = (problem.parks, problem.enterprises, problem.supplies, problem.demands, problem.specs, problem.residues)
    return [getattr(part, column.name) for part in parts for column in fields(part)]


@pytest.mark.parametrize("seed", range(8))
def test_a_scenario_is_the_same_as_text_and_as_parquet(tmp_path: Path, seed: int) -> None:
    tables = random_tables(seed, Shape())
    tables["enterprises.csv"][0]["name"] = "鄂尔多斯，\"电厂\"; 一号"
    text = write_tables(tmp_path / "text", tables)
    ended = CliRunner().invoke(main, ["to-parquet", str(text), str(tmp_path / "parquet")])
    assert ended.exit_code == 0, ended.output
    assert not list((tmp_path / "parquet").glob("*.csv"))
    one, other = (read_scenario(tmp_path / name, catalogue()) for name in ("text", "parquet"))
    assert (one.title, one.months, one.freight, one.carbon) == (other.title, other.months, other.freight, other.carbon)
    for first, second in zip(_arrays(one), _arrays(other), strict=True):
        np.testing.assert_array_equal(first, second)


def test_bad_cells_of_a_parquet_file_are_named_like_those_of_text(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    text = write_tables(tmp_path / "text", random_tables(1, Shape()))
    CliRunner().invoke(main, ["to-parquet", str(text), str(tmp_path / "parquet")])
    file = tmp_path / "parquet" / "supplies.parquet"
    table = parquet.read_table(file)
    column = table.column("t_per_month").to_pylist()
    column[2] = -5.0
    at = table.column_names.index("t_per_month")
    parquet.write_table(table.set_column(at, "t_per_month", pyarrow.array(column)), file)
    (tmp_path / "parquet" / "assays.parquet").write_bytes(b"no such thing")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(tmp_path / "parquet", catalogue())
    said = [str(fault) for fault in caught.value.faults]
    assert any("supplies.parquet" in line and "4" in line and "-5" in line and "0 or more" in line for line in said)
    assert any("assays.parquet" in line and "not a Parquet file" in line for line in said)


def test_to_parquet_reads_once_with_every_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = write_tables(tmp_path / "text", random_tables(1, Shape()))
    read: list[str] = []

    def counted(path: Path, *rest: object) -> object:
        read.append(path.name)
        return read_table(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("matching.scenario.reader.read_table", counted)
    ended = CliRunner().invoke(main, ["to-parquet", str(text), str(tmp_path / "parquet")])
    assert ended.exit_code == 0 and len(read) == len(set(read)) == len(TABLES)
    (text / "scenario.toml").write_text("no settings")
    (text / "suplies.csv").write_text("id\n")
    ended = CliRunner().invoke(main, ["to-parquet", str(text), str(tmp_path / "again")])
    assert ended.exit_code == 2 and not (tmp_path / "again").exists()
    assert "scenario.toml" in ended.output and "suplies.csv" in ended.output


def test_a_table_twice_is_a_fault(tmp_path: Path) -> None:
    text = write_tables(tmp_path / "text", random_tables(1, Shape()))
    CliRunner().invoke(main, ["to-parquet", str(text), str(tmp_path / "parquet")])
    (text / "supplies.parquet").write_bytes((tmp_path / "parquet" / "supplies.parquet").read_bytes())
    with pytest.raises(ScenarioError, match=r"supplies.csv beside it"):
        read_scenario(text, catalogue())

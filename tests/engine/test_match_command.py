"""``gongsheng match``: what it writes, how it ends, and what it leaves alone."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from marketplace.cli import COMMANDS, main
from tests.engine.oracle import judge
from tests.engine.random_markets import Shape, random_tables, write_tables

SHAPE = Shape(supplies=15, demands=12)
HEADER = (
    "supply,demand,rank,score,status,distance_km,freight_yuan_per_t,surplus_yuan_per_t,tonnes_per_month,part_distance,"
    "part_quality,part_capacity,part_price,part_timing,reasons"
)


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["match", *map(str, arguments)])


def _scenario(folder: Path) -> Path:
    return write_tables(folder / "scenario", random_tables(11, SHAPE))


def test_it_writes_every_pair_and_the_summary(tmp_path: Path) -> None:
    result = _run(_scenario(tmp_path), "--top", 0, "--out", tmp_path / "out", "--distance", "great-circle")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["matches.csv", "summary.json"]
    text = (tmp_path / "out" / "matches.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == HEADER
    rows = list(csv.DictReader(text.splitlines()))
    wanted = judge(random_tables(11, SHAPE))
    assert {(row["supply"], row["demand"]): row["status"] for row in rows} == {
        key: pair.status for key, pair in wanted.items() if pair.status != "infeasible"
    }
    for row in rows:
        untested = wanted[row["supply"], row["demand"]].untested
        assert all(f"assay:{key} missing" in row["reasons"] for key in untested)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["listings"] == {"supplies": 15, "demands": 12}
    assert summary["feasible"] == sum(row["status"] == "feasible" for row in rows)
    assert summary["unverified"] == sum(row["status"] == "unverified" for row in rows)
    assert set(summary["seconds"]) == {"load", "match", "write"}
    assert summary["distance"] == "great-circle"


def test_top_keeps_the_best_of_each_supply(tmp_path: Path) -> None:
    assert _run(_scenario(tmp_path), "--top", 1, "--out", tmp_path / "out").exit_code == 0
    with (tmp_path / "out" / "matches.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert rows and len({row["supply"] for row in rows}) == len(rows)
    assert {row["rank"] for row in rows} == {"1"}


def test_same_input_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert _run(_scenario(tmp_path), "--out", tmp_path / name).exit_code == 0
    assert (tmp_path / "one/matches.csv").read_bytes() == (tmp_path / "two/matches.csv").read_bytes()


def test_a_bad_scenario_ends_with_2_and_writes_nothing(tmp_path: Path) -> None:
    folder = _scenario(tmp_path)
    (folder / "supplies.csv").write_text("id,enterprise\nS1,E1\n", encoding="utf-8")
    result = _run(folder, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "supplies.csv:1: t_per_month: found no such column" in result.stderr
    assert "nothing was written" in result.stderr and "Traceback" not in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scenario"]


@pytest.mark.parametrize(
    "arguments",
    [["--out", "OUT", "--distance", "road"], ["--out", "OUT", "--distance", "router"], ["--out", "OUT", "--top", "-1"],
     [], ["--explain", "S000", "nobody"]],
)  # fmt: skip
def test_what_cannot_be_done_ends_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.delenv("GONGSHENG_ROADS", raising=False)
    monkeypatch.delenv("GONGSHENG_ROUTER_URL", raising=False)
    given = [str(tmp_path / "out") if word == "OUT" else word for word in arguments]
    result = _run(_scenario(tmp_path), *given)
    assert result.exit_code == 2 and "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_a_result_is_replaced_and_anything_else_is_left_alone(tmp_path: Path) -> None:
    folder, out = _scenario(tmp_path), tmp_path / "out"
    assert _run(folder, "--out", out).exit_code == 0
    assert _run(folder, "--out", out, "--top", 1).exit_code == 0
    (out / "thesis.txt").write_text("years of work", encoding="utf-8")
    result = _run(folder, "--out", out)
    assert result.exit_code == 2 and "thesis.txt" in result.stderr
    assert (out / "thesis.txt").read_text(encoding="utf-8") == "years of work"
    assert _run(folder, "--out", folder / "supplies.csv").exit_code == 2
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_explaining_tells_the_broken_rules_and_the_remedies(tmp_path: Path) -> None:
    wanted = judge(random_tables(11, SHAPE))
    for (supply, demand), pair in list(wanted.items())[:40]:
        result = _run(_scenario(tmp_path), "--explain", supply, demand)
        assert result.exit_code == 0
        assert result.output.startswith(f"{supply} -> {demand}: {pair.status}")
        crossed = {line.split()[1] for line in result.output.splitlines() if line.startswith("  ✕")}
        assert {code.partition(" ")[0] for code in crossed} >= {
            code for code in pair.broken if code.startswith("spec:")
        }
        assert len(crossed) >= min(len(pair.broken), 1)
        assert ("What would mend it:" in result.output) == (
            pair.status != "feasible" or "  ?" in result.output
        )


def test_every_command_is_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0 and all(name in result.output for name in COMMANDS)
    for name in COMMANDS:
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_matching_does_not_wait_for_the_web() -> None:
    slow = ("flask", "scipy", "sklearn", "networkx", "highspy")
    code = f"import sys, marketplace.cli.match; print([m for m in {slow} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"

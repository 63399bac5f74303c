"""``gongsheng allocate`` and ``gongsheng symbiosis``: the folders they write and how they end."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from marketplace.cli import allocate as command
from marketplace.cli import main
from matching.allocation import sifting
from matching.allocation.planner import Planner
from tests.engine.random_markets import Shape, random_tables, write_tables

SHAPE = Shape(supplies=12, demands=8, wastes=3, months=3, residues=0.7, enterprises=3, limits=0.1)
BUSY = Shape(
    supplies=40, demands=25, wastes=3, months=3, residues=0.5, enterprises=5, limits=0.0, blend=0.7, assayed=1.0,
    spec_count=4,
)  # fmt: skip


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_tables(tmp_path / "scenario", random_tables(10, SHAPE), SHAPE.months)


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def _plan(scenario: Path, out: Path, *arguments: object) -> Result:
    return _run("allocate", scenario, "--distance", "great-circle", "--out", out, *arguments)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize("objective", ["value", "tonnes", "carbon"])
def test_allocate_writes_plan_prices_and_summary(scenario: Path, tmp_path: Path, objective: str) -> None:
    out = tmp_path / "out"
    ended = _plan(scenario, out, "--objective", objective)
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    plan, prices = _rows(out / "allocation.csv"), _rows(out / "prices.csv")

    assert ended.exit_code == 0, ended.output
    assert sorted(path.name for path in out.iterdir()) == [
        "allocation.csv", "blends.csv", "prices.csv", "summary.json",
    ]
    assert summary["status"] == "optimal"
    assert sum(float(row["tonnes"]) for row in plan) == pytest.approx(summary["tonnes"])
    gain = sum(float(row["tonnes"]) * float(row["value_yuan_per_t"]) for row in plan)
    assert gain == pytest.approx(summary["value_yuan"], abs=1e-3)
    assert list(prices[0])[:3] == ["kind", "id", "month"]
    assert {row["kind"] for row in prices} == {"supply", "demand"}
    assert summary["kg_co2e"] == pytest.approx(summary["kg_co2e_avoided"] - summary["kg_co2e_freight"])
    assert set(summary["seconds"]) == {"load", "allocate"}


def test_the_same_input_writes_the_same_plan(scenario: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        _plan(scenario, tmp_path / name, "--objective", "tonnes")
    for file in ("allocation.csv", "prices.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_plan_cut_short_ends_with_1_and_says_so(scenario: Path, tmp_path: Path) -> None:
    ended = _plan(scenario, tmp_path / "out", "--time-limit", 0)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))

    assert ended.exit_code == 1
    assert "not proven best: the time limit" in ended.output
    assert (summary["status"], summary["gap"] > 0) == ("time_limit", True)


def test_a_faulty_scenario_ends_with_2_and_writes_nothing(scenario: Path, tmp_path: Path) -> None:
    (scenario / "accepts.csv").write_text("demand,waste_type\nNOBODY,gangue\n", encoding="utf-8")
    for verb in ("allocate", "symbiosis"):
        ended = _run(verb, scenario, "--out", tmp_path / "out")
        assert ended.exit_code == 2
        assert "accepts.csv" in ended.output
        assert not (tmp_path / "out").exists()
        assert _run(verb, scenario).exit_code == 2


def test_symbiosis_writes_flows_chains_measures_and_graph(scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = _run("symbiosis", scenario, "--objective", "tonnes", "--distance", "great-circle", "--out", out)
    data = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    flows = _rows(out / "flows.csv")

    assert ended.exit_code == 0, ended.output
    assert sorted(path.name for path in out.iterdir()) == [
        "chains.csv", "flows.csv", "graph.graphml", "metrics.json",
    ]
    for level in ("enterprise", "park"):
        for whole in (True, False):
            chosen = [row for row in flows if row["level"] == level and (row["month"] == "") == whole]
            total = sum(float(row["tonnes"]) for row in chosen)
            assert total == pytest.approx(data["metrics"]["flow_t"]["value"])
    chains = {row["chain"] for row in _rows(out / "chains.csv")}
    assert len(chains) == data["metrics"]["chains"]["value"]
    assert data["plan"]["status"] == "optimal"


def test_whole_choices_are_kept_and_told(scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = _plan(scenario, out, "--min-lots", "--single-source", "--objective", "tonnes")
    assert ended.exit_code == 0, ended.output
    summary, plan = json.loads((out / "summary.json").read_text(encoding="utf-8")), _rows(out / "allocation.csv")
    assert summary["choices"]["max_suppliers"] == 1 and summary["choices"]["min_lots"]
    assert summary["objective"] <= summary["choices"]["objective_without"] + 1e-6
    suppliers: dict[str, set[str]] = {}
    for row in plan:
        suppliers.setdefault(row["demand"], set()).add(row["supply"])
    assert plan and max(map(len, suppliers.values())) == 1


def test_a_gap_is_enough_for_a_large_plan_without_choices_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every plan is a large one here, and begins with few columns."""
    scenario = write_tables(tmp_path / "scenario", random_tables(0, BUSY), BUSY.months)
    monkeypatch.setitem(Planner.__init__.__kwdefaults__, "large_columns", 0)
    for name, value in (("DIRECT_COLUMNS", 0), ("STARTERS", 1), ("NEARLY", 0.0)):
        monkeypatch.setattr(sifting, name, value)
    found = []
    for arguments in ((), ("--gap", "0.5")):
        ended = _plan(scenario, tmp_path / "out", *arguments)
        assert ended.exit_code == 0, ended.output
        found.append(json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8")))
    best, near = found
    assert best["status"] == "optimal" and best["gap"] <= 1e-6
    assert near["status"] == "within_gap" and 1e-6 < near["gap"] <= 0.5
    assert near["objective"] < best["objective"] <= near["bound"] * (1 + 1e-9)


@pytest.mark.parametrize(("choices", "gap"), [((), 1e-6), (("--min-lots",), 1e-4)])
def test_without_a_gap_each_kind_of_plan_has_its_own(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, choices: tuple[str, ...], gap: float
) -> None:
    asked = []
    for name in ("allocate", "allocate_whole"):
        solve = getattr(command, name)
        monkeypatch.setattr(
            command, name, lambda *a, solve=solve, **more: (asked.append(more["relative_gap"]), solve(*a, **more))[1]
        )
    assert _plan(scenario, tmp_path / "out", *choices).exit_code == 0
    assert _plan(scenario, tmp_path / "near", "--gap", "0.01", *choices).exit_code == 0
    assert asked == [gap, 0.01]


@pytest.mark.parametrize(("arguments", "said"), [
    (("--single-source", "--max-suppliers", "3"), "--single-source is one supplier, --max-suppliers says 3; give one"),
    (("--max-suppliers", "0"), "0 is not in the range x>=1"),
    (("--gap", "1"), "1.0 is not in the range 0<=x<1"),
    (("--min-lots", "--gap", "-1"), "-1.0 is not in the range 0<=x<1"),
])
def test_choices_that_cannot_be(scenario: Path, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ended = _plan(scenario, tmp_path / "out", *arguments)
    assert ended.exit_code == 2 and said in ended.output
    assert not (tmp_path / "out").exists()

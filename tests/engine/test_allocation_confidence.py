"""Plans with a confidence: the optimum of another program, lots drawn from the model, and what the verifier sees."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from marketplace.cli import main
from matching.allocation import AllocationResult, allocate, verify_allocation, verify_bound
from matching.allocation.blends import blends_of, lots_of
from matching.problem import BLEND, MatchProblem
from tests.engine.allocation_oracle import best_plan
from tests.engine.random_markets import Shape, write_tables
from tests.engine.small_markets import USE, arcs_of, market
from tests.engine.spread_markets import spread_problem, spread_tables

SHAPES = (
    Shape(supplies=14, demands=8, wastes=2, months=2, assayed=1.0, limits=0.0, outside=0.0),
    Shape(supplies=14, demands=6, wastes=3, months=2, assayed=1.0, blend=1.0, spec_count=2, limits=0.0),
)
DRAWS = 20_000
# Five standard errors of a frequency near one half, the widest there is.
ERROR = 5 * np.sqrt(0.25 / DRAWS)


def _three_lots(folder: Path, *, spec: str = "D,gangue,loi,,8,blend") -> MatchProblem:
    """Two lots near the limit and one far below it that costs more."""
    return market(
        folder, supplies="id,enterprise,waste_type,t_per_month,ask_yuan_per_t\n"
        "S1,A,gangue,100,0\nS2,A,gangue,100,0\nS3,C,gangue,300,20",
        demands=f"id,enterprise,use,t_per_month,bid_yuan_per_t\nD,B,{USE},300,60",
        accepts="demand,waste_type\nD,gangue",
        assays="supply,property,value,sd\nS1,loi,7.8,0.5\nS2,loi,7.9,0.5\nS3,loi,5,0.3",
        specs="demand,waste_type,property,min,max,basis\n" + spec,
    )  # fmt: skip


def _frequencies(problem: MatchProblem, plan: AllocationResult, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Draw every lot of the plan many times: how often each mix, and each spec of a lot, keeps its limits."""
    specs, supplies = problem.specs, problem.supplies
    rng = np.random.default_rng(seed)
    mixes, lots = [], []
    dry = np.ones(len(supplies.ids))
    if "moisture" in problem.properties:
        dry = 1.0 - np.nan_to_num(supplies.property_value[:, problem.properties.index("moisture")]) / 100.0
    for spec in range(len(specs.demand)):
        key, low, high = int(specs.property[spec]), specs.minimum[spec], specs.maximum[spec]
        slack = 1e-5 * max(1.0, *(abs(x) for x in (low, high) if np.isfinite(x)))
        is_dry = problem.catalogue.properties[problem.properties[key]].mixing == "linear_dry"
        for month in range(len(problem.months)):
            mine = [
                at for at in range(len(plan.tonnes))
                if (plan.demand[at], plan.month[at]) == (specs.demand[spec], month)
                and specs.waste_type[spec] in (-1, supplies.waste_type[plan.supply[at]])
            ]
            if not mine:
                continue
            supply = plan.supply[mine]
            spread = np.nan_to_num(supplies.property_sd[supply, key])
            drawn = supplies.property_value[supply, key] + spread * rng.standard_normal((DRAWS, len(mine)))
            if specs.basis[spec] == BLEND:
                weight = plan.tonnes[mine] * (dry[supply] if is_dry else 1.0)
                drawn = drawn @ (weight / weight.sum())
                mixes.append(((drawn >= low - slack) & (drawn <= high + slack)).mean())
            else:
                lots += ((drawn >= low - slack) & (drawn <= high + slack)).mean(axis=0).tolist()
    return np.array(mixes), np.array(lots)


@pytest.mark.parametrize("objective", ["value", "tonnes"])
@pytest.mark.parametrize("seed", range(10))
def test_optimum_is_that_of_the_other_program(tmp_path: Path, seed: int, objective: str) -> None:
    shape, blend, confidence = SHAPES[seed % 2], seed % 5 != 4, (0.5, 0.8, 0.95)[seed % 3]
    wanted = best_plan(
        spread_tables(seed, shape), objective, blend=blend, months=shape.months, confidence=confidence
    )
    problem = spread_problem(tmp_path, seed, shape)
    found = allocate(problem, objective=objective, blend=blend, confidence=confidence)

    assert found.report.is_optimal
    assert found.report.objective == pytest.approx(wanted.objective, rel=1e-6, abs=1e-4)
    assert verify_allocation(problem, found) == verify_bound(problem, found) == []


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_drawn_lots_keep_their_specs_as_often_as_asked_and_as_computed(tmp_path: Path, confidence: float) -> None:
    tried = short_without = 0
    for seed in range(12):
        problem = spread_problem(tmp_path / str(seed), seed, SHAPES[seed % 2])
        plan = allocate(problem, objective="tonnes", confidence=confidence)
        mixes, lots = _frequencies(problem, plan)
        computed = blends_of(problem, plan)
        # A mix no lot of which has a spread has no probability: as stated it keeps its limits in every draw.
        wanted = np.where(np.isnan(computed.probability), 1.0, computed.probability)

        assert np.abs(mixes - wanted).max(initial=0.0) <= ERROR
        assert min(mixes.min(initial=1.0), lots.min(initial=1.0)) >= confidence - ERROR
        least, _unknown = lots_of(problem, plan)
        assert least is None or least >= confidence
        tried += len(mixes)
        without = _frequencies(problem, allocate(problem, objective="tonnes"))
        short_without += sum(int((found < confidence - ERROR).sum()) for found in without)
    assert tried >= 10
    # Spreads that nobody looks at are what breaks specs: the same markets, planned without.
    assert short_without >= 10


def test_more_confidence_never_allots_more(tmp_path: Path) -> None:
    for seed in range(8):
        problem = spread_problem(tmp_path / str(seed), seed, SHAPES[seed % 2])
        levels = (None, 0.5, 0.7, 0.9, 0.99)
        plans = [allocate(problem, confidence=level) for level in levels]
        worth = [plan.report.objective for plan in plans]
        assert all(after <= before + 1e-4 for before, after in pairwise(worth))


def test_half_sure_is_the_plan_without_spread_where_limits_are_one_sided(tmp_path: Path) -> None:
    problem = _three_lots(tmp_path)
    assert arcs_of(problem, allocate(problem, confidence=0.5)) == arcs_of(problem, allocate(problem))


def test_the_safe_bound_by_hand(tmp_path: Path) -> None:
    """At 97.725 % each lot counts two spreads worse: 8.8, 8.9 and 5.6 against 8."""
    problem = _three_lots(tmp_path)
    plan = allocate(problem, confidence=0.977249868)
    sent = arcs_of(problem, plan)

    assert (sent["S1", "D", 0], sent["S2", "D", 0]) == (100.0, 100.0)
    mixed = blends_of(problem, plan)
    mean = (7.8 * 100 + 7.9 * 100 + 5 * 100) / 300
    assert (sent["S3", "D", 0], mixed.mean.tolist()) == (100.0, pytest.approx([mean]))
    assert mixed.sd.tolist() == pytest.approx([np.sqrt(2 * 50**2 + 30**2) / 300])


def test_the_network_simplex_keeps_to_the_same_lots(tmp_path: Path) -> None:
    """Without mixes nothing couples the lots, and the gate alone says who may trade."""
    problem = _three_lots(tmp_path, spec="D,gangue,loi,,8,each")
    plans = [allocate(problem, confidence=0.6, network_columns=columns) for columns in (0, 10**9)]
    assert [arcs_of(problem, plan) for plan in plans] == [{("S1", "D", 0): 100.0, ("S3", "D", 0): 200.0}] * 2
    assert "highs" not in plans[0].report.versions


def test_two_limits_share_what_may_go_wrong(tmp_path: Path) -> None:
    problem = _three_lots(tmp_path, spec="D,gangue,loi,4,8,blend")
    plan = allocate(problem, confidence=0.95)
    [sure] = blends_of(problem, plan).probability
    assert sure >= 0.95
    assert verify_allocation(problem, plan) == []


def test_the_verifier_sees_a_mix_and_a_lot_that_are_not_sure_enough(tmp_path: Path) -> None:
    mixed = _three_lots(tmp_path / "mix", spec="D,gangue,loi,,7,blend")
    alone = _three_lots(tmp_path / "each", spec="D,gangue,loi,,8,each")
    for problem, rule in ((mixed, "blend_confidence"), (alone, "spec_confidence:loi")):
        assert verify_allocation(problem, allocate(problem, confidence=0.95)) == []
        loose = replace(allocate(problem), confidence=0.95)
        assert {fault.rule for fault in verify_allocation(problem, loose)} == {rule}
        # Prices of a plan without spread do not bound the plans with one as tightly as stated.
        stated = replace(allocate(problem, confidence=0.95), confidence=0.5)
        assert rule == "spec_confidence:loi" or verify_bound(problem, stated)


@pytest.mark.parametrize("confidence", [1.2, 1.0, 0.4, -1.0, float("nan")])
def test_what_is_no_confidence_is_refused_with_a_remedy(tmp_path: Path, confidence: float) -> None:
    problem = _three_lots(tmp_path)
    with pytest.raises(ValueError, match=r"from 0\.5 to below 1; 95 % sure is written 0\.95"):
        allocate(problem, confidence=confidence)
    ended = CliRunner().invoke(
        main, ["allocate", str(tmp_path), "--confidence", str(confidence), "--out", str(tmp_path / "out")]
    )
    assert ended.exit_code == 2
    assert "95 % sure is written 0.95" in " ".join(ended.output.split())
    assert not (tmp_path / "out").exists()


def test_the_command_writes_how_sure_every_mix_is(tmp_path: Path) -> None:
    shape = SHAPES[1]
    folder = write_tables(tmp_path / "scenario", spread_tables(3, shape), shape.months)
    ended = CliRunner().invoke(
        main, ["allocate", str(folder), "--distance", "great-circle", "--objective", "tonnes", "--confidence", "0.9",
               "--out", str(tmp_path / "out")],
    )  # fmt: skip
    assert ended.exit_code == 0, ended.output
    with (tmp_path / "out" / "blends.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))

    assert len(rows) == summary["blends"] > 0
    sure = [float(row["probability"]) for row in rows if row["probability"]]
    assert min(sure) == pytest.approx(summary["blend_probability_least"], abs=1e-8)
    assert min(sure) >= 0.9
    assert summary["confidence"] == 0.9
    assert "least sure mix: " in ended.output
    unknown = sum(float(row["spread_unknown_t"]) > 0 for row in rows)
    assert unknown == summary["blends_spread_unknown"]

"""The road of large programs, forced on small markets: no crossover, a gap, the flow's prices to begin with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matching.allocation import allocate, sifting
from matching.allocation.feasible import feasible_pairs
from matching.allocation.planner import Planner
from matching.allocation.result import OPTIMAL, TIME_LIMIT, WITHIN_GAP
from matching.allocation.verify_bound import dual_bound
from matching.params import MatchParams
from matching.problem import MatchProblem
from tests.engine.random_markets import Shape, random_problem

BUSY = Shape(
    supplies=40, demands=25, wastes=3, months=3, residues=0.5, enterprises=5, limits=0.0, blend=0.7, assayed=1.0,
    spec_count=4,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _few_to_begin_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns have to be priced in even here."""
    monkeypatch.setattr(sifting, "DIRECT_COLUMNS", 0)
    monkeypatch.setattr(sifting, "STARTERS", 1)
    monkeypatch.setattr(sifting, "NEARLY", 0.0)


def planner(problem: MatchProblem, *, objective: str = "value", **more: object) -> Planner:
    pairs = feasible_pairs(problem, MatchParams())[0]
    return Planner(problem, MatchParams(), pairs, objective=objective, blend=True, large_columns=0, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(12))
def test_the_plan_is_as_good_as_that_of_the_small_road(tmp_path: Path, seed: int) -> None:
    problem = random_problem(tmp_path, seed, BUSY)
    found, wanted = planner(problem).plan(), allocate(problem)
    assert found.report.status == OPTIMAL
    assert found.report.objective == pytest.approx(wanted.report.objective, rel=2e-6, abs=1e-2)
    assert found.report.bound >= wanted.report.objective * (1 - 1e-9) - 1e-6
    assert found.report.gap <= 1e-6


def test_some_of_them_price_columns_in(tmp_path: Path) -> None:
    rounds = [planner(random_problem(tmp_path / str(n), n, BUSY)).plan().report.rounds for n in range(12)]
    assert max(rounds) > 1


@pytest.mark.parametrize("gap", [0.3, 0.01])
def test_a_wide_gap_is_kept_and_never_called_best(tmp_path: Path, gap: float) -> None:
    seen = set()
    for seed in range(8):
        problem = random_problem(tmp_path / str(seed), seed, BUSY)
        plan, best = planner(problem, relative_gap=gap).plan(), allocate(problem).report.objective
        seen.add(plan.report.status)
        assert plan.report.gap <= gap + 1e-12
        assert (plan.report.status == OPTIMAL) == (plan.report.gap <= 1e-6)
        assert plan.report.objective >= best * (1 - gap) - 1e-6
        assert dual_bound(problem, plan) == pytest.approx(plan.report.bound, rel=1e-6, abs=1e-3)
    assert seen <= {OPTIMAL, WITHIN_GAP}


def test_most_tonnes_to_a_gap_have_their_freight_made_least_too(tmp_path: Path) -> None:
    near = 0
    for seed in range(8):
        problem = random_problem(tmp_path / str(seed), seed, BUSY)
        report = planner(problem, objective="tonnes", relative_gap=0.3).plan().report
        assert report.second_objective is not None and report.second_bound is not None
        assert report.second_bound <= report.second_objective
        if report.gap > 1e-6:
            near += 1
            assert report.status == WITHIN_GAP and "proven to be within" in report.stop_reason
    assert near


def test_it_repeats_exactly(tmp_path: Path) -> None:
    problem = random_problem(tmp_path, 3, BUSY)
    one, other = planner(problem).plan(), planner(problem).plan()
    np.testing.assert_array_equal(one.tonnes, other.tonnes)
    np.testing.assert_array_equal(one.supply_price, other.supply_price)


def test_without_time_it_is_empty_and_says_so(tmp_path: Path) -> None:
    plan = planner(random_problem(tmp_path, 3, BUSY)).plan(0.0)
    assert (plan.report.status, plan.total_t) == (TIME_LIMIT, 0.0)

"""The interior point of large programs: its equations, its order of leaving, its plans and bounds, and its ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matching.allocation import allocate, interior, interior_system, interior_tree
from matching.allocation.feasible import feasible_pairs
from matching.allocation.interior_forced import find_forced, price_forced
from matching.allocation.interior_halves import Halves
from matching.allocation.interior_start import places
from matching.allocation.interior_system import Factor, lay_system
from matching.allocation.interior_tidy import tidied
from matching.allocation.model import competing
from matching.allocation.planner import Planner
from matching.allocation.result import OPTIMAL, TIME_LIMIT, WITHIN_GAP, AllocationResult
from matching.allocation.verify_bound import dual_bound
from matching.params import MatchParams
from matching.problem import MatchProblem
from tests.engine.random_markets import Shape, random_problem

BUSY = Shape(
    supplies=40, demands=25, wastes=3, months=3, residues=0.5, enterprises=5, limits=0.0, blend=0.7, assayed=1.0,
    spec_count=4,
)  # fmt: skip


def planner(problem: MatchProblem, objective: str = "value", **more: object) -> Planner:
    pairs = feasible_pairs(problem, MatchParams())[0]
    return Planner(problem, MatchParams(), pairs, objective=objective, blend=True, large_columns=0, **more)  # type: ignore[arg-type]


def inside(problem: MatchProblem, objective: str = "value", **more: object) -> AllocationResult:
    """The plan, after a check that no other solver made it."""
    plan = planner(problem, objective, **more).plan()
    assert "interior_point" in plan.report.versions
    return plan


@pytest.mark.parametrize("leaf", [4, 200])
def test_the_equations_are_solved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leaf: int) -> None:
    monkeypatch.setattr(interior_system, "dissect", lambda *given: interior_tree.dissect(*given, leaf=leaf))
    made = planner(random_problem(tmp_path, 5, replace(BUSY, supplies=90, demands=60)))
    program, rng = made.program, np.random.default_rng(2)
    _row, shared, where = places(made.layout, program)
    system = lay_system(
        program.matrix, np.arange(made.layout.columns), competing(made.layout)[-1], shared,
        where + rng.uniform(0, 1, where.shape),
    )  # fmt: skip
    assert (len(system.tree.fronts) > 3) == (leaf == 4)
    rows = np.concatenate([system.own_row, system.shared_row])
    matrix = program.matrix.toarray()[np.ix_(rows, system.column)]
    theta, psi = rng.uniform(0.1, 3, matrix.shape[1]), rng.uniform(0.1, 3, len(rows))
    own, right = len(system.own_row), rng.normal(size=len(rows))
    halves = Halves()
    factor, found = Factor(system, halves), right.copy()
    assert factor.make(theta, psi[:own], psi[own:])
    factor.solve(found[:own], found[own:])
    halves.close()
    whole = (matrix * theta) @ matrix.T + np.diag(psi)
    np.testing.assert_allclose(found, np.linalg.solve(whole, right), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("objective", ["value", "carbon"])
def test_the_plan_is_as_good_as_that_of_the_library(tmp_path: Path, seed: int, objective: str) -> None:
    problem = random_problem(tmp_path, seed, BUSY)
    found, wanted = inside(problem, objective), allocate(problem, objective=objective)
    assert found.report.status == OPTIMAL
    assert found.report.objective == pytest.approx(wanted.report.objective, rel=2e-6, abs=1e-2)
    assert found.report.bound >= wanted.report.objective * (1 - 1e-9) - 1e-6
    assert dual_bound(problem, found) == pytest.approx(found.report.bound, rel=1e-6, abs=1e-3)


@pytest.mark.parametrize("matter", [0.0, 1e-3, 1e9])
def test_too_few_columns_are_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, matter: float
) -> None:
    monkeypatch.setattr(interior, "MAY_MATTER", matter)
    rounds = []
    for seed in range(6):
        problem = random_problem(tmp_path / str(seed), seed, BUSY)
        found, wanted = inside(problem), allocate(problem)
        rounds.append(found.report.rounds)
        assert found.report.gap <= 1e-6
        assert found.report.objective == pytest.approx(wanted.report.objective, rel=2e-6, abs=1e-2)
    assert (max(rounds) > 2) == (matter < 1)


@pytest.mark.parametrize("gap", [0.2, 1e-3, 1e-5])
def test_it_stops_at_the_gap_asked_for(tmp_path: Path, gap: float) -> None:
    steps = []
    for seed in range(5):
        problem = random_problem(tmp_path / str(seed), seed, BUSY)
        plan, best = inside(problem, relative_gap=gap), allocate(problem).report.objective
        steps.append(plan.report.iterations < inside(problem).report.iterations)
        assert plan.report.gap <= gap
        assert plan.report.status == (OPTIMAL if plan.report.gap <= 1e-6 else WITHIN_GAP)
        assert best * (1 - gap) - 1e-6 <= plan.report.objective <= plan.report.bound
    assert any(steps)


def test_one_thread_gives_the_same_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = random_problem(tmp_path, 3, BUSY)
    one = inside(problem)
    monkeypatch.setattr(Halves, "both", lambda _self, work, first, second: (work(*first), work(*second)))
    other = inside(problem)
    np.testing.assert_array_equal(one.tonnes, other.tonnes)
    np.testing.assert_array_equal(one.supply_price, other.supply_price)
    np.testing.assert_array_equal(one.demand_price, other.demand_price)


def test_listings_without_tonnes(tmp_path: Path) -> None:
    problem = random_problem(tmp_path, 4, BUSY)
    demands, supplies = problem.demands.t_per_month.copy(), problem.supplies.t_per_month.copy()
    demands[::3], supplies[::4] = 0.0, 0.0
    problem = replace(
        problem, demands=replace(problem.demands, t_per_month=demands),
        supplies=replace(problem.supplies, t_per_month=supplies, stock_t=np.zeros(len(supplies))),
    )  # fmt: skip
    found, wanted = inside(problem), allocate(problem)
    assert found.report.objective == pytest.approx(wanted.report.objective, rel=2e-6, abs=1e-2)
    assert found.report.gap <= 1e-6


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_mixes_that_allow_nothing(tmp_path: Path, share: float) -> None:
    problem = random_problem(tmp_path, 6, BUSY)
    hopeless = np.arange(len(problem.specs.demand)) >= share * len(problem.specs.demand)
    specs = replace(
        problem.specs, maximum=np.where(hopeless & np.isfinite(problem.specs.maximum), -1e3, problem.specs.maximum),
        minimum=np.where(hopeless & np.isfinite(problem.specs.minimum), -1e4, problem.specs.minimum),
    )  # fmt: skip
    problem = replace(problem, specs=specs)
    found, wanted = inside(problem), allocate(problem)
    assert found.report.objective == pytest.approx(wanted.report.objective, rel=2e-6, abs=1e-2)
    assert found.report.gap <= 1e-6


def test_where_nothing_pays_the_plan_is_empty(tmp_path: Path) -> None:
    problem = random_problem(tmp_path, 3, BUSY)
    bids = np.full(len(problem.demands.ids), -1e4)
    plan = inside(replace(problem, demands=replace(problem.demands, bid_yuan_per_t=bids)))
    assert (plan.report.status, plan.total_t, plan.report.bound) == (OPTIMAL, 0.0, 0.0)


@pytest.mark.parametrize("looks", [0, 1, 3, 5, 8])
def test_time_that_runs_out_leaves_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looks: int) -> None:
    problem = random_problem(tmp_path, 3, BUSY)
    best, made = allocate(problem).report.objective, planner(problem)
    now = iter(range(10_000))
    monkeypatch.setattr(interior.time, "monotonic", lambda: next(now))
    found = interior.Interior(made.layout, made.program).maximise(float(looks))
    assert found is not None
    assert found.status == TIME_LIMIT
    assert found.objective <= best * (1 + 1e-6)
    assert found.bound >= best * (1 - 1e-9)
    assert (made.program.matrix @ found.x <= made.program.upper + 1e-6 * (1 + made.program.upper)).all()


def test_equations_that_fill_up_are_left_to_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interior, "MOST_GIGAFLOPS", 0.0)
    plan = planner(random_problem(tmp_path, 3, BUSY)).plan()
    assert plan.report.status == OPTIMAL
    assert "highs" in plan.report.versions


def test_a_plan_goes_on_with_other_tonnes(tmp_path: Path) -> None:
    problem = random_problem(tmp_path, 3, BUSY)
    made = planner(problem)
    made.plan()
    more = replace(problem, supplies=replace(problem.supplies, t_per_month=problem.supplies.t_per_month * 2))
    made.with_tonnes(more)
    assert made.plan().report.objective == pytest.approx(allocate(more).report.objective, rel=2e-6, abs=1e-2)


def test_forced_columns_are_found_in_waves_and_priced() -> None:
    from scipy.sparse import csc_array

    # The first row forces column 0; without it nothing makes up for column 1 in the second.
    matrix = csc_array(np.array([[1.0, 0.0, 0.0], [-1.0, 2.0, 0.0], [1.0, 1.0, 1.0]]))
    upper, cost, prices = np.array([0.0, 0.0, 5.0]), np.array([7.0, 4.0, 1.0]), np.array([0.0, 0.0, 1.0])
    forced = find_forced(matrix, upper)
    assert forced.column.tolist() == [0, 1]
    assert forced.wave.tolist() == [0, 1]
    price_forced(forced, matrix, cost, prices)
    assert (cost - matrix.T @ prices <= 1e-12).all()
    assert prices @ upper == 5.0


def test_tidying_keeps_every_row() -> None:
    from scipy.sparse import csc_array

    matrix = csc_array(np.array([[1.0, 1.0, 1.0], [1.0, -1.0, -0.5]]))
    x = np.array([5.0, 4.0, 2.0])
    found = tidied(matrix, np.array([11.0, 0.0]), x, np.array([True, True, False]))
    assert found is not None
    np.testing.assert_allclose(found, [4.0, 4.0, 0.0], rtol=1e-2)
    assert (matrix @ found <= np.array([11.0, 0.0]) + 1e-6).all()

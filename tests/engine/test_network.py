"""The network simplex against other solvers, its proofs against the numbers, and re-planning against starting anew."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from matching.allocation import AllocationResult, Pairs, allocate
from matching.allocation.network_dual import fan, reoptimise
from matching.allocation.network_kernel import optimise, star
from matching.allocation.planner import Planner
from matching.allocation.result import OPTIMAL, TIME_LIMIT
from matching.allocation.sifting import Sifter
from matching.params import MatchParams
from matching.problem import BLEND, MatchProblem
from tests.engine.random_markets import Shape, random_problem

PURE = Shape(supplies=25, demands=20, wastes=2, months=4, residues=0.0, blend=0.0, limits=0.1, windows=0.6)
OBJECTIVES = ("value", "tonnes", "carbon")


def pure_market(folder: Path, seed: int, shape: Shape = PURE) -> MatchProblem:
    """A random market without shares; its shape leaves residues and mixes out."""
    problem = random_problem(folder, seed, shape)
    share = np.where(np.isnan(problem.demands.max_share), np.nan, 1.0)
    return replace(problem, demands=replace(problem.demands, max_share=share))


def both(problem: MatchProblem, objective: str) -> tuple[AllocationResult, AllocationResult]:
    return (
        allocate(problem, objective=objective, network_columns=0),
        allocate(problem, objective=objective, network_columns=10**9),
    )


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_plan_is_as_good_as_the_other_solvers(tmp_path: Path, seed: int, objective: str) -> None:
    network, highs = both(pure_market(tmp_path, seed), objective)
    assert "network_simplex" in network.report.versions and "highs" in highs.report.versions
    assert network.report.status == highs.report.status == OPTIMAL
    assert network.report.objective == pytest.approx(highs.report.objective, rel=1e-8, abs=1e-6)
    assert network.report.gap < 1e-9
    if objective == "tonnes":
        # The other solver gives up a billionth of the tonnes; every gram of it can save freight.
        assert network.report.second_objective == pytest.approx(highs.report.second_objective, rel=1e-5, abs=0.1)
        assert network.report.second_bound == pytest.approx(network.report.second_objective, rel=1e-9, abs=1e-6)


def test_some_of_these_markets_trade(tmp_path: Path) -> None:
    plans = [allocate(pure_market(tmp_path / str(seed), seed), network_columns=0) for seed in range(15)]
    assert sum(plan.total_t > 0 for plan in plans) >= 10
    assert any(len(np.unique(plan.month)) > 1 for plan in plans)


def test_the_same_market_gives_the_same_plan_twice(tmp_path: Path) -> None:
    problem = pure_market(tmp_path, 4)
    for objective in OBJECTIVES:
        one, other = (allocate(problem, objective=objective, network_columns=0) for _ in range(2))
        for column in ("supply", "demand", "month", "tonnes", "supply_price", "demand_price"):
            np.testing.assert_array_equal(getattr(one, column), getattr(other, column))


def test_without_time_the_plan_is_empty_and_says_so(tmp_path: Path) -> None:
    plan = allocate(pure_market(tmp_path, 4), network_columns=0, time_limit_s=0)
    assert (plan.report.status, plan.total_t) == (TIME_LIMIT, 0.0)
    assert plan.report.bound >= allocate(pure_market(tmp_path, 4)).report.objective


@pytest.mark.parametrize("change", ["share", "blend", "residue"])
def test_what_couples_arcs_does_not_go_to_the_network(tmp_path: Path, change: str) -> None:
    shape = replace(PURE, blend=1.0 if change == "blend" else 0.0, residues=1.0 if change == "residue" else 0.0)
    problem = random_problem(tmp_path, 6, replace(shape, spec_count=4))
    if change != "share":
        share = np.where(np.isnan(problem.demands.max_share), np.nan, 1.0)
        problem = replace(problem, demands=replace(problem.demands, max_share=share))
    if change == "blend":
        assert (problem.specs.basis == BLEND).any()
    assert "highs" in allocate(problem, network_columns=0).report.versions


@st.composite
def flows(draw: st.DrawFn) -> tuple[list[int], list[int], list[tuple[int, int, int]]]:
    """Small transportation problems full of ties: tonnes, rooms, and arcs with what a tonne brings."""
    tonnes = draw(st.lists(st.integers(0, 6), min_size=1, max_size=6))
    rooms = draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))
    ends = st.tuples(st.integers(0, len(tonnes) - 1), st.integers(0, len(rooms) - 1), st.integers(1, 5))
    return tonnes, rooms, draw(st.lists(ends, max_size=20, unique_by=lambda arc: arc[:2]))


def _as_network(tonnes: list[int], rooms: list[int], arcs: list[tuple[int, int, int]]):  # type: ignore[no-untyped-def]
    balance = np.array([*tonnes, *(-room for room in rooms)], np.int64)
    nodes = len(balance)
    node, root, comes = np.arange(nodes), np.full(nodes, nodes), balance >= 0
    tail = np.append([arc[0] for arc in arcs], np.where(comes, node, root)).astype(np.int32)
    head = np.append([len(tonnes) + arc[1] for arc in arcs], np.where(comes, root, node)).astype(np.int32)
    cost = np.append([-arc[2] for arc in arcs], np.zeros(nodes)).astype(np.int64)
    return tail, head, cost, balance


def _best(tonnes: list[int], rooms: list[int], arcs: list[tuple[int, int, int]]) -> float:
    if not arcs:
        return 0.0
    rows = np.zeros((len(tonnes) + len(rooms), len(arcs)))
    for at, (i, j, _worth) in enumerate(arcs):
        rows[i, at] = rows[len(tonnes) + j, at] = 1
    return -linprog([-arc[2] for arc in arcs], A_ub=rows, b_ub=[*tonnes, *rooms]).fun


def _judged(tail, head, cost, balance, tree) -> int:  # type: ignore[no-untyped-def]
    """The worth of the tree's flow, after checking that it is a flow and that its prices prove it the best."""
    nodes = len(balance)
    used, flow = tree.arc[:nodes], tree.flow[:nodes]
    assert (flow >= 0).all()
    out, come = np.zeros(nodes + 1, np.int64), np.zeros(nodes + 1, np.int64)
    np.add.at(out, tail[used], flow)
    np.add.at(come, head[used], flow)
    assert (out[:nodes] - come[:nodes] == balance).all()
    reduced = cost + tree.potential[tail] - tree.potential[head]
    assert (reduced >= 0).all() and (reduced[used] == 0).all()
    worth = -int(cost[used] @ flow)
    # Primal and dual meet exactly, for both are whole numbers.
    assert worth == int(tree.potential[:nodes] @ balance)
    return worth


@settings(max_examples=300, deadline=None)
@given(flows())
def test_the_kernel_ends_with_a_proof_and_the_best_flow(case) -> None:  # type: ignore[no-untyped-def]
    tail, head, cost, balance = _as_network(*case)
    tree = star(balance, len(case[2]))
    assert optimise(tail, head, cost, tree, 10_000) >= 0
    assert _judged(tail, head, cost, balance, tree) == pytest.approx(_best(*case))


@settings(max_examples=300, deadline=None)
@given(flows(), st.data())
def test_other_tonnes_from_the_old_tree(case, data: st.DataObject) -> None:  # type: ignore[no-untyped-def]
    tonnes, rooms, arcs = case
    tail, head, cost, balance = _as_network(*case)
    tree = star(balance, len(arcs))
    optimise(tail, head, cost, tree, 10_000)
    changed = [data.draw(st.integers(0, 9)) for _ in tonnes], [data.draw(st.integers(1, 9)) for _ in rooms]
    balance = _as_network(*changed, arcs)[3]
    fans = fan(tail, head, cost, len(balance)), fan(head, tail, cost, len(balance))
    assert reoptimise(tail, head, balance, tree, *fans, 10_000) >= 0
    assert _judged(tail, head, cost, balance, tree) == pytest.approx(_best(*changed, arcs))


BUSY = Shape(
    supplies=30, demands=20, wastes=3, months=3, residues=0.5, enterprises=4, limits=0.0, blend=0.7, assayed=1.0
)


def _with_tonnes(problem: MatchProblem, rng: np.random.Generator) -> MatchProblem:
    def moved(amount: np.ndarray) -> np.ndarray:
        some = rng.random(len(amount)) < 0.3
        return np.where(some, np.round(amount * rng.uniform(0.5, 1.5, len(amount)), 1), amount)

    s, d = problem.supplies, problem.demands
    return replace(
        problem,
        supplies=replace(s, t_per_month=moved(s.t_per_month), stock_t=moved(s.stock_t)),
        demands=replace(d, t_per_month=moved(d.t_per_month)),
    )


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("kind", ["network", "blended"])
def test_planning_again_equals_planning_anew(tmp_path: Path, seed: int, objective: str, kind: str) -> None:
    problem = pure_market(tmp_path, seed) if kind == "network" else random_problem(tmp_path, seed, BUSY)
    problem = replace(
        problem, supplies=replace(problem.supplies, min_lot_t=np.zeros(len(problem.supplies.ids))),
        demands=replace(problem.demands, min_lot_t=np.zeros(len(problem.demands.ids))),
    )  # fmt: skip
    planner = Planner(problem, MatchParams(), _pairs(problem), objective=objective, blend=True, network_columns=0)
    planner.plan()
    rng = np.random.default_rng(seed)
    for _ in range(3):
        problem = _with_tonnes(problem, rng)
        planner.with_tonnes(problem)
        again, anew = planner.plan(), allocate(problem, objective=objective)
        assert again.report.status == OPTIMAL
        assert again.report.objective == pytest.approx(anew.report.objective, rel=1e-7, abs=1e-5)


def _pairs(problem: MatchProblem) -> Pairs:
    from matching.allocation.feasible import feasible_pairs

    return feasible_pairs(problem, MatchParams())[0]


def test_planning_again_is_refused_where_pairs_would_change(tmp_path: Path) -> None:
    problem = pure_market(tmp_path, 2)
    s = problem.supplies
    problem = replace(problem, supplies=replace(s, min_lot_t=np.full(len(s.ids), 50.0)))
    planner = Planner(problem, MatchParams(), _pairs(problem), objective="value", blend=True)
    less = s.t_per_month.copy()
    less[3] = 40.0
    with pytest.raises(ValueError, match=rf"{s.ids[3]} went from .* to 40 t a month, and there are minimum lots"):
        planner.with_tonnes(replace(problem, supplies=replace(problem.supplies, t_per_month=less)))
    with pytest.raises(ValueError, match="supplies: ask_yuan_per_t differs: only tonnes may change"):
        planner.with_tonnes(replace(problem, supplies=replace(problem.supplies, ask_yuan_per_t=less)))
    with pytest.raises(ValueError, match="freight differ: only tonnes may change"):
        planner.with_tonnes(replace(problem, freight=replace(problem.freight)))


def test_most_tonnes_are_planned_again_without_the_row_of_the_stage_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By HiGHS: its program ends with another cost and a floor on the tonnes, so the next one begins anew."""
    def refuse(*_: object) -> None:
        raise AssertionError("right-hand sides were put into a program with a floor row")

    monkeypatch.setattr(Sifter, "change_upper", refuse)
    problem = pure_market(tmp_path, 2)
    without = [replace(side, min_lot_t=np.zeros(len(side.ids))) for side in (problem.supplies, problem.demands)]
    problem = replace(problem, supplies=without[0], demands=without[1])
    planner = Planner(problem, MatchParams(), _pairs(problem), objective="tonnes", blend=True)
    first, again = planner.plan().report, planner.plan().report
    assert (first.objective, first.second_objective) == (again.objective, again.second_objective)
    other = replace(problem, supplies=replace(problem.supplies, t_per_month=problem.supplies.t_per_month / 2))
    planner.with_tonnes(other)
    plan, wanted = planner.plan(), allocate(other, objective="tonnes")
    assert plan.total_t == pytest.approx(wanted.total_t) and plan.total_t < first.objective
    assert plan.total_freight_yuan == pytest.approx(wanted.total_freight_yuan)


def test_a_deadline_in_the_past_begins_nothing(tmp_path: Path) -> None:
    problem = pure_market(tmp_path, 2)
    planner = Planner(problem, MatchParams(), _pairs(problem), objective="value", blend=True, network_columns=0)
    assert planner.plan(time.monotonic() - 1).report.status == TIME_LIMIT
    # A tree that is not the best one is not gone on with.
    assert planner.plan().report.objective == pytest.approx(allocate(problem).report.objective)

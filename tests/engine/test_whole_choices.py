"""Whole choices against all that there are on tiny markets, against a second solver on larger ones, and their judge."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from matching.allocation import allocate, highs_mixed
from matching.allocation.choices import Choices, verify_choices
from matching.allocation.feasible import feasible_pairs
from matching.allocation.planner import Planner
from matching.allocation.result import FAILED, OPTIMAL, TIME_LIMIT, WITHIN_GAP
from matching.allocation.whole import allocate_whole
from matching.params import MatchParams
from matching.problem import MatchProblem
from tests.engine.random_markets import Shape, random_problem

TINY = Shape(
    supplies=5, demands=2, wastes=2, months=1, residues=0.0, limits=0.0, assayed=1.0, spec_count=1, windows=0.0
)
MIDDLE = Shape(
    supplies=20, demands=12, wastes=3, months=3, residues=0.6, enterprises=4, limits=0.1, blend=0.7, assayed=1.0
)
KINDS = (Choices(min_lots=True), Choices(max_suppliers=1), Choices(max_suppliers=2), Choices(True, 1))


def with_lots(problem: MatchProblem, seed: int) -> MatchProblem:
    """Lots so large that they bind: a good part of what the smaller of two sides could move."""
    rng = np.random.default_rng(seed)
    lots = [np.round(rng.uniform(0.2, 0.7, len(s.ids)) * s.t_per_month) for s in (problem.supplies, problem.demands)]
    firms = problem.enterprises
    return replace(
        problem, enterprises=replace(firms, qualified=np.ones(len(firms.ids), bool)),
        supplies=replace(problem.supplies, min_lot_t=lots[0]),
        demands=replace(problem.demands, min_lot_t=lots[1]),
    )  # fmt: skip


def laid_out(problem: MatchProblem) -> tuple[Planner, np.ndarray]:
    planner = Planner(
        problem, MatchParams(), feasible_pairs(problem, MatchParams())[0], objective="value", blend=True,
        network_columns=2**60,
    )  # fmt: skip
    layout = planner.layout
    lots = np.maximum(problem.supplies.min_lot_t[layout.supply], problem.demands.min_lot_t[layout.demand])
    return planner, lots


def best_of_all(problem: MatchProblem, choices: Choices) -> float:
    """The best objective over every choice of open arcs, each a linear program of its own."""
    planner, lots = laid_out(problem)
    layout, program = planner.layout, planner.program
    best = 0.0
    if not layout.trades:
        return best
    for opened in product((False, True), repeat=layout.trades):
        on = np.array(opened, bool)
        if choices.max_suppliers is not None:
            of = np.zeros((len(problem.demands.ids), len(problem.supplies.ids)), bool)
            of[layout.demand[on], layout.supply[on]] = True
            if (of.sum(axis=1) > choices.max_suppliers).any():
                continue
        lower = np.where(on & choices.min_lots, lots, 0.0)
        upper = np.where(on, np.inf, 0.0)
        found = milp(
            -program.cost, constraints=LinearConstraint(program.matrix, -np.inf, program.upper),
            bounds=Bounds(lower, upper),
        )  # fmt: skip
        if found.success:
            best = max(best, -found.fun)
    return best


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("choices", KINDS)
def test_tiny_markets_against_every_choice_there_is(tmp_path: Path, seed: int, choices: Choices) -> None:
    problem = with_lots(random_problem(tmp_path, seed, TINY), seed)
    whole = allocate_whole(problem, choices=choices, relative_gap=0.0)
    assert whole.plan.report.status == OPTIMAL
    assert whole.plan.report.objective == pytest.approx(best_of_all(problem, choices), abs=1e-4)
    assert whole.relaxed >= whole.plan.report.objective - 1e-6


def second_solver(problem: MatchProblem, choices: Choices) -> float:
    """The same model written anew for scipy: one binary per arc, and a row of them per demand and pair."""
    planner, lots = laid_out(problem)
    layout, program = planner.layout, planner.program
    n, t = layout.columns, layout.trades
    pairs = len(layout.pairs)
    size = n + t + pairs
    room = problem.demands.t_per_month[layout.demand]
    rows, low, high = [], [], []

    def add(entries: dict[int, float], lower: float, upper: float) -> None:
        row = np.zeros(size)
        for at, value in entries.items():
            row[at] = value
        rows.append(row)
        low.append(lower)
        high.append(upper)

    dense = program.matrix.toarray()
    for row, upper in zip(dense, program.upper, strict=True):
        add(dict(zip(np.flatnonzero(row).tolist(), row[row != 0].tolist(), strict=True)), -np.inf, upper)
    for a in range(t):
        add({a: 1.0, n + a: -room[a]}, -np.inf, 0.0)
        if choices.min_lots:
            add({a: 1.0, n + a: -lots[a]}, 0.0, np.inf)
        add({n + a: 1.0, n + t + int(layout.pair[a]): -1.0}, -np.inf, 0.0)
    if choices.max_suppliers is not None:
        for demand in np.unique(layout.pairs.demand):
            those = np.flatnonzero(layout.pairs.demand == demand)
            add({n + t + int(p): 1.0 for p in those}, -np.inf, choices.max_suppliers)
    whole = np.concatenate([np.zeros(n), np.ones(t + pairs)])
    found = milp(
        np.concatenate([-program.cost, np.zeros(t + pairs)]), integrality=whole,
        constraints=LinearConstraint(np.array(rows), low, high),
        bounds=Bounds(np.zeros(size), np.concatenate([np.full(n, np.inf), np.ones(t + pairs)])),
        options={"mip_rel_gap": 1e-9},
    )  # fmt: skip
    assert found.success
    return -found.fun


def test_some_of_the_tiny_markets_have_something_to_choose(tmp_path: Path) -> None:
    markets = [with_lots(random_problem(tmp_path / str(seed), seed, TINY), seed) for seed in range(20)]
    assert sum(laid_out(problem)[0].layout.trades >= 3 for problem in markets) >= 6


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("choices", KINDS)
def test_larger_markets_against_a_second_solver(tmp_path: Path, seed: int, choices: Choices) -> None:
    problem = with_lots(random_problem(tmp_path, seed, MIDDLE), seed)
    whole = allocate_whole(problem, choices=choices, relative_gap=1e-7)
    wanted = second_solver(problem, choices)
    assert whole.plan.report.objective == pytest.approx(wanted, rel=1e-6, abs=1e-3)
    assert whole.plan.report.bound >= wanted - 1e-3
    assert whole.relaxed == pytest.approx(allocate(problem).report.objective)


@pytest.mark.parametrize("objective", ["tonnes", "carbon"])
def test_other_objectives_keep_the_choices_too(tmp_path: Path, objective: str) -> None:
    problem = with_lots(random_problem(tmp_path, 1, MIDDLE), 1)
    choices = Choices(True, 2)
    whole = allocate_whole(problem, choices=choices, objective=objective)
    assert verify_choices(problem, whole.plan, choices) == []
    assert whole.plan.report.status in (OPTIMAL, WITHIN_GAP)
    if objective == "tonnes":
        assert whole.plan.total_freight_yuan == pytest.approx(whole.plan.report.second_objective)


def test_the_judge_sees_what_a_linear_plan_breaks(tmp_path: Path) -> None:
    broken = []
    for seed in range(6):
        problem = with_lots(random_problem(tmp_path / str(seed), seed, MIDDLE), seed)
        broken += verify_choices(problem, allocate(problem), Choices(True, 1))
    assert {fault.rule for fault in broken} == {"either_or_lot", "suppliers"}


def test_the_same_market_gives_the_same_plan_twice(tmp_path: Path) -> None:
    problem = with_lots(random_problem(tmp_path, 2, MIDDLE), 2)
    one, other = (allocate_whole(problem, choices=Choices(True, 2)).plan for _ in range(2))
    np.testing.assert_array_equal(one.tonnes, other.tonnes)


def test_without_time_the_first_plan_keeps_the_choices_and_is_not_called_best(tmp_path: Path) -> None:
    problem = with_lots(random_problem(tmp_path, 2, MIDDLE), 2)
    whole = allocate_whole(problem, choices=Choices(True, 1), time_limit_s=0)
    assert whole.plan.report.status == TIME_LIMIT
    assert verify_choices(problem, whole.plan, Choices(True, 1)) == []


def test_a_solver_that_stops_by_itself_is_not_said_to_have_run_out_of_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(highs_mixed.OPTIONS, "mip_max_nodes", 0)
    problem = with_lots(random_problem(tmp_path, 2, MIDDLE), 2)
    report = allocate_whole(problem, choices=Choices(True, 1), relative_gap=0.0).plan.report
    assert report.status == FAILED and report.gap > 1e-6
    assert "time" not in report.stop_reason and "the solver stopped (solution limit reached)" in report.stop_reason


@pytest.mark.parametrize("gap", [0.3, 0.02])
def test_a_wide_gap_is_kept_where_the_objective_is_negative_too(tmp_path: Path, gap: float) -> None:
    """The least freight of `tonnes` is solved with its sign turned."""
    for seed in range(6):
        problem = with_lots(random_problem(tmp_path / str(seed), seed, MIDDLE), seed)
        report = allocate_whole(problem, choices=Choices(True, 1), objective="tonnes", relative_gap=gap).plan.report
        assert report.status in (OPTIMAL, WITHIN_GAP), report.stop_reason
        least, bound = report.second_objective, report.second_bound
        assert least is not None and bound is not None and least - bound <= (gap + 1e-6) * max(1.0, bound)


def test_the_matching_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    problem = random_problem(tmp_path, 2, TINY)
    allocate_whole(problem, choices=Choices(True), progress=lambda done, total: told.append((done, total)))
    assert told and {total for _done, total in told} == {len(problem.supplies.ids)}


def test_what_cannot_be_asked(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at most 0 suppliers: a demand needs 1 or more"):
        Choices(max_suppliers=0)
    problem = random_problem(tmp_path, 2, TINY)
    for asked, said in (
        ({"relative_gap": -1}, "gap -1 is not a share"),
        ({"objective": "profit"}, "objective 'profit' is unknown; choose one of value, tonnes, carbon"),
        ({"time_limit_s": -1}, "time limit -1 s is not a number of seconds >= 0"),
        ({"confidence": 2.0}, "confidence 2.0 is not a probability"),
    ):
        with pytest.raises(ValueError, match=said):
            allocate_whole(problem, choices=Choices(True), **asked)  # type: ignore[arg-type]

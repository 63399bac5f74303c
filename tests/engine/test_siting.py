"""Siting against every set of openings on tiny markets, and what it says of its choice."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matching.allocation import AllocationFault, allocate
from matching.allocation.feasible import feasible_pairs
from matching.allocation.result import OPTIMAL, TIME_LIMIT, WITHIN_GAP
from matching.params import MatchParams
from matching.siting import (
    Candidate,
    NotFoundInTime,
    RequirementsConflict,
    SitingProblem,
    SitingResult,
    place_facilities,
    screening,
    verify_siting,
    with_candidates,
)
from matching.siting import placing as placing_module
from tests.engine.random_markets import Shape, random_problem
from tests.engine.siting_markets import TINY, best_of_all, best_with_tonnes, random_candidates
from tests.engine.small_markets import USE, market

MIDDLE = replace(TINY, supplies=14, demands=5, months=3, residues=0.6)
ASKED = ({}, {"budget_yuan": 12_000.0}, {"most_open": 1}, {"must_open": ("C1",), "budget_yuan": 45_000.0})


def problem_of(folder: Path, seed: int, *, shape: Shape = TINY, count: int = 4, **asked: object) -> SitingProblem:
    return SitingProblem(random_problem(folder, seed, shape), random_candidates(seed, count), **asked)


@pytest.mark.parametrize("seed", range(40))
def test_net_value_against_every_set_there_is(tmp_path: Path, seed: int) -> None:
    blend = seed % 3 != 0
    siting = problem_of(tmp_path, seed, **ASKED[seed % 4])
    result = place_facilities(siting, relative_gap=0.0, blend=blend, explain=0)
    wanted = best_of_all(siting, "net_value", blend=blend)
    assert result.report.status == OPTIMAL
    assert result.report.objective == pytest.approx(wanted.objective, rel=1e-6, abs=1e-3)
    assert result.report.bound >= wanted.objective - 1e-3


@pytest.mark.parametrize("seed", range(100, 110))
def test_more_candidates_against_every_set_there_is(tmp_path: Path, seed: int) -> None:
    siting = problem_of(tmp_path, seed, shape=MIDDLE, count=6, budget_yuan=35_000.0)
    result = place_facilities(siting, relative_gap=0.0, explain=0)
    assert result.report.objective == pytest.approx(best_of_all(siting, "net_value").objective, rel=1e-6, abs=1e-3)


@pytest.mark.parametrize("seed", range(30))
def test_tonnes_against_every_set_there_is(tmp_path: Path, seed: int) -> None:
    siting = problem_of(tmp_path, seed, budget_yuan=[0.0, 12_000.0, 30_000.0][seed % 3])
    result = place_facilities(siting, objective="tonnes", relative_gap=0.0, explain=0)
    wanted = best_of_all(siting, "tonnes")
    assert result.report.status == OPTIMAL
    assert result.report.objective == pytest.approx(wanted.objective, rel=1e-6, abs=1e-3)
    assert result.report.second_objective == pytest.approx(wanted.expense, rel=1e-5, abs=1e-1)


@pytest.mark.parametrize("seed", range(24))
def test_tonnes_that_must_be_placed_against_every_set_there_is(tmp_path: Path, seed: int) -> None:
    """Half of what any set could place at most must be; where the budget forbids it, the conflict is told."""
    free = problem_of(tmp_path, seed)
    most = allocate(with_candidates(free.problem, free.candidates), objective="tonnes")
    waste = free.problem.waste_types[int(free.problem.supplies.waste_type[0])]
    kind = with_candidates(free.problem, free.candidates).supplies.waste_type[most.supply]
    placed = float(most.tonnes[kind == free.problem.supplies.waste_type[0]].sum())
    least = [0.5, 0.9, 1.0][seed % 3] * placed
    siting = replace(free, at_least=((waste, math.floor(least)),), budget_yuan=[None, 12_000.0][seed % 2])
    wanted = best_with_tonnes(siting)
    if wanted is None:
        with pytest.raises(RequirementsConflict):
            place_facilities(siting)
        return
    result = place_facilities(siting, relative_gap=0.0, explain=2)
    assert result.report.objective == pytest.approx(wanted, rel=1e-6, abs=1e-2)


def test_the_random_markets_have_something_to_choose(tmp_path: Path) -> None:
    results = [place_facilities(problem_of(tmp_path / str(seed), seed), explain=0) for seed in range(20)]
    assert sum(0 < len(result.opened) < 4 for result in results) >= 10
    assert sum(len(result.opened) > 1 for result in results) >= 4


def result_of(folder: Path, **options: object) -> tuple[SitingProblem, SitingResult]:
    siting = problem_of(folder, 3, shape=MIDDLE)
    return siting, place_facilities(siting, **options)


def test_the_same_input_gives_the_same_answer_whatever_the_order(tmp_path: Path) -> None:
    siting, one = result_of(tmp_path)
    other = place_facilities(replace(siting, candidates=siting.candidates[::-1]))
    assert one.decisions == other.decisions or str(one.decisions) == str(other.decisions)
    np.testing.assert_array_equal(one.plan.tonnes, other.plan.tonnes)
    assert one.report.objective == other.report.objective


def test_without_candidates_the_answer_is_the_plan(tmp_path: Path) -> None:
    problem = random_problem(tmp_path, 4, TINY)
    result = place_facilities(SitingProblem(problem, ()))
    assert (result.opened, result.report.status) == ((), OPTIMAL)
    assert result.net_value_yuan == pytest.approx(allocate(problem).report.objective)


def test_without_time_nothing_is_claimed(tmp_path: Path) -> None:
    siting, result = result_of(tmp_path, time_limit_s=0)
    assert result.report.status == TIME_LIMIT
    assert "time limit" in result.report.stop_reason
    assert result.report.bound >= place_facilities(siting).report.objective - 1e-3
    assert place_facilities(siting, objective="tonnes", time_limit_s=0).report.status == TIME_LIMIT
    with pytest.raises(NotFoundInTime, match="in the time allowed"):
        place_facilities(replace(siting, at_least=(("gangue", 1.0),)), time_limit_s=0)


def test_a_wide_gap_is_told_as_one(tmp_path: Path) -> None:
    for seed in range(12):
        siting = problem_of(tmp_path / str(seed), seed, shape=MIDDLE, count=6, budget_yuan=35_000.0)
        report = place_facilities(siting, relative_gap=0.5, explain=0).report
        assert report.status in (OPTIMAL, WITHIN_GAP)
        assert report.gap <= 0.5


def test_what_a_closed_candidate_lacks_makes_it_open(tmp_path: Path) -> None:
    """Cheaper by a little more than it lacks, it opens; by a little less, it stays closed."""
    tried = 0
    for seed in range(12):
        siting = problem_of(tmp_path / str(seed), seed, shape=MIDDLE, count=6)
        result = place_facilities(siting, relative_gap=0.0)
        for at, decision in enumerate(result.decisions):
            short = decision.forced.short if decision.forced else None
            if short is None or not 10 < short < decision.open_cost_yuan - 10:
                continue
            tried += 1
            for change, opens in ((short + 5, True), (short - 5, False)):
                candidates = list(siting.candidates)
                candidates[at] = replace(candidates[at], open_cost_yuan=candidates[at].open_cost_yuan - change)
                again = place_facilities(replace(siting, candidates=tuple(candidates)), relative_gap=0.0, explain=0)
                assert (decision.candidate in again.opened) == opens
    assert tried >= 3


def test_what_is_missed_is_the_difference_to_the_plan_without(tmp_path: Path) -> None:
    _siting, result = result_of(tmp_path)
    pairs, _ = feasible_pairs(result.problem, MatchParams())
    opened = [decision for decision in result.decisions if decision.opened]
    assert opened
    for decision in opened:
        shut = [result.problem.demands.ids.index(one.candidate) for one in result.decisions if not one.opened]
        shut.append(result.problem.demands.ids.index(decision.candidate))
        plan = allocate(result.problem, pairs=pairs.keep(~np.isin(pairs.demand, shut)))
        left = plan.report.objective - (result.opening_yuan - decision.open_cost_yuan)
        assert decision.missed is not None
        assert decision.missed.objective == pytest.approx(result.report.objective - left, abs=1e-2)


HAND = {
    "supplies": """id,enterprise,waste_type,t_per_month,ask_yuan_per_t
        S1,A,gangue,1000,0
        S2,A,fly_ash_pc,400,0""",
    "demands": f"id,enterprise,use,t_per_month,bid_yuan_per_t\nD1,B,{USE},600,20",
    "accepts": "demand,waste_type\nD1,gangue",
}


def plant(key: str, room: float, cost: float, bid: float, *wastes: str, **other: object) -> Candidate:
    return Candidate(key, key, USE, 39.5, 109.8, room, cost, tuple((w,) for w in wastes), (), bid, **other)


def test_tonnes_that_lay_unplaced_are_told_from_those_that_moved(tmp_path: Path) -> None:
    """400 t of gangue lie unplaced.  N has room for 700 t and pays more: 400 t of it lay unplaced, 300 t left D1."""
    siting = SitingProblem(market(tmp_path, **HAND), (plant("N", 700, 5_000, 40, "gangue"),))
    result = place_facilities(siting)
    (decision,) = result.decisions
    (taken,) = decision.taken
    assert decision.opened
    assert (taken.tonnes, taken.unplaced_t, taken.moved_t) == pytest.approx((700, 400, 300))
    assert taken.moved_from == ("D1",)
    # 700 t at 40 - 6.4 and 300 t at 20 - 6.4, less the opening; before, 600 t at 20 - 6.4.
    assert result.net_value_yuan == pytest.approx(700 * 33.6 + 300 * 13.6 - 5_000)
    assert result.gain_yuan == pytest.approx(result.net_value_yuan - 600 * 13.6)
    assert result.gain_t_by_waste_type == {"gangue": pytest.approx(400)}


def test_the_budget_decides_between_two(tmp_path: Path) -> None:
    candidates = (plant("P", 400, 3_000, 30, "gangue"), plant("Q", 400, 2_000, 30, "fly_ash_pc"))
    problem = market(tmp_path, **HAND)
    assert place_facilities(SitingProblem(problem, candidates)).opened == ("P", "Q")
    both = place_facilities(SitingProblem(problem, candidates, budget_yuan=4_999))
    assert both.opened == ("Q",)
    forced = both.decisions[0].forced
    assert forced is not None and forced.short == pytest.approx(1_000)
    none = place_facilities(SitingProblem(problem, candidates, most_open=0))
    assert none.opened == () and none.decisions[0].forced.objective is None


def test_the_judge_sees_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    siting = SitingProblem(market(tmp_path, **HAND), (plant("N", 700, 5_000, 40, "gangue"),), budget_yuan=6_000)
    result = place_facilities(siting)
    assert verify_siting(siting, result, relative_gap=1e-4) == []
    (opened,) = result.decisions
    report = result.report
    wrong = {
        "closed_takes": replace(result, decisions=(replace(opened, opened=False),)),
        "taken": replace(result, decisions=(replace(opened, tonnes=1.0),)),
        "opening_yuan": replace(result, opening_yuan=1.0),
        "objective": replace(result, report=replace(report, objective=report.objective + 9)),
        "gap": replace(result, report=replace(report, bound=report.objective - 9)),
        "status": replace(result, report=replace(report, bound=report.bound * 1.5, gap=1 / 3)),
        "without_takes": replace(result, without=result.plan),
    }
    for rule, changed in wrong.items():
        assert rule in {one.rule for one in verify_siting(siting, changed, relative_gap=1e-4)}, rule
    poorer = replace(siting, budget_yuan=4_000.0)
    assert "budget" in {one.rule for one in verify_siting(poorer, result, relative_gap=1e-4)}
    asked = replace(siting, at_least=(("gangue", 1_001.0),), most_open=0)
    assert {"at_least", "most_open"} <= {one.rule for one in verify_siting(asked, result, relative_gap=1e-4)}
    monkeypatch.setattr(placing_module, "taken_by", lambda *_: [()])
    with pytest.raises(AllocationFault, match="taken at N"):
        place_facilities(siting)


def test_unplaced_tonnes_by_cell(tmp_path: Path) -> None:
    supplies = """id,enterprise,waste_type,t_per_month
        S1,A,gangue,1000
        S2,B,gangue,50
        S3,FAR,gangue,70
        S4,C,fly_ash_pc,5"""
    problem = market(tmp_path, supplies=supplies, demands=HAND["demands"], accepts=HAND["accepts"])
    cells = screening(problem, allocate(problem), cell_km=10, radius_km=20)
    told = [(cell.waste_type, round(cell.tonnes), cell.supplies) for cell in cells]
    assert told[0] == ("fly_ash_pc", 5, ("S4",))
    assert sum(tonnes for waste, tonnes, _ in told if waste == "gangue") == 520
    assert ("gangue", 70, ("S3",)) in told
    # FAR lies 86 km off: within 20 km of either cell there is its own alone, within 200 km of each all.
    wide = screening(problem, allocate(problem), cell_km=10, radius_km=200)
    assert {round(cell.within_radius_t) for cell in wide if cell.waste_type == "gangue"} == {520}
    assert {round(cell.within_radius_t) for cell in cells if cell.waste_type == "gangue"} == {450, 70}
    with pytest.raises(ValueError, match="must be above 0"):
        screening(problem, allocate(problem), cell_km=0)

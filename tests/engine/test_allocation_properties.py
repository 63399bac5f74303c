"""What holds of every allocation: conserved, proven, the same for the same market, and judged by a second
judge.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.allocation import AllocationResult, allocate, sifting, verify_allocation, verify_bound
from matching.problem import MatchProblem
from matching.scenario import read_scenario
from tests.engine.random_markets import Shape, catalogue, random_problem, random_tables, write_tables

BUSY = Shape(
    supplies=12, demands=8, wastes=3, months=3, residues=0.7, enterprises=3, limits=0.1, blend=0.7,
    assayed=0.95,
)
SEEDS = st.integers(min_value=0, max_value=10_000)
FEW = settings(max_examples=15, deadline=None, derandomize=True)


def _problem(seed: int, *, shuffle: int | None = None) -> MatchProblem:
    tables = random_tables(seed, BUSY)
    if shuffle is not None:
        for rows in tables.values():
            Random(shuffle).shuffle(rows)
    with tempfile.TemporaryDirectory() as folder:
        return read_scenario(write_tables(Path(folder) / "market", tables, BUSY.months), catalogue())


@FEW
@given(SEEDS)
def test_tonnes_are_conserved_and_the_bound_is_reached(seed: int) -> None:
    problem = _problem(seed)
    plan = allocate(problem)
    months = problem.supplies.last_month - problem.supplies.first_month + 1
    own = problem.supplies.stock_t + problem.supplies.t_per_month * months
    came_in = own + plan.received_residue_t.sum(axis=1)
    sent = np.bincount(plan.supply, plan.tonnes, minlength=len(came_in))

    assert came_in - sent == pytest.approx(plan.left_over_t, abs=1e-4)
    assert plan.report.gap <= 1e-7
    assert np.nanmin(plan.supply_price) >= 0
    assert np.nanmin(plan.demand_price) >= 0


@FEW
@given(SEEDS, st.integers(min_value=0, max_value=99), st.sampled_from(["value", "tonnes", "carbon"]))
def test_the_order_of_rows_changes_nothing(seed: int, shuffle: int, objective: str) -> None:
    one = allocate(_problem(seed), objective=objective)
    other = allocate(_problem(seed, shuffle=shuffle), objective=objective)

    for name in ("supply", "demand", "month", "tonnes", "supply_price", "demand_price"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert one.report.objective == other.report.objective


@FEW
@given(SEEDS, st.sampled_from(["value", "tonnes"]))
def test_blending_never_brings_less(seed: int, objective: str) -> None:
    problem = _problem(seed)
    mixed = allocate(problem, objective=objective).report.objective
    each = allocate(problem, objective=objective, blend=False).report.objective
    assert mixed >= each - 1e-6 * max(1.0, abs(each))


@FEW
@given(SEEDS)
def test_no_other_objective_brings_more_of_it(seed: int) -> None:
    problem = _problem(seed)
    value, tonnes = allocate(problem), allocate(problem, objective="tonnes")
    assert value.total_value_yuan >= tonnes.total_value_yuan - 1e-3
    assert tonnes.total_t >= value.total_t - 1e-3


@pytest.mark.parametrize("objective", ["value", "tonnes"])
@pytest.mark.parametrize("seed", [2, 4, 6, 10, 15, 26])
def test_looking_at_few_columns_finds_the_same_optimum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, objective: str
) -> None:
    problem = random_problem(tmp_path, seed, BUSY)
    whole = allocate(problem, objective=objective)
    monkeypatch.setattr(sifting, "DIRECT_COLUMNS", 0)
    monkeypatch.setattr(sifting, "SIMPLEX_COLUMNS", 0)
    monkeypatch.setattr(sifting, "STARTERS", 1)
    sifted = allocate(problem, objective=objective)

    assert sifted.report.is_optimal
    assert sifted.report.objective == pytest.approx(whole.report.objective, rel=1e-7, abs=1e-4)
    if objective == "tonnes":
        assert sifted.total_freight_yuan == pytest.approx(whole.total_freight_yuan, rel=1e-6)


def _busy_plan(tmp_path: Path) -> tuple[MatchProblem, AllocationResult]:
    problem = random_problem(tmp_path, 10, BUSY)
    plan = allocate(problem, objective="tonnes")
    assert len(plan.tonnes) > 3
    assert verify_allocation(problem, plan) == verify_bound(problem, plan) == []
    return problem, plan


def _rules(problem: MatchProblem, plan: AllocationResult) -> set[str]:
    return {violation.rule for violation in verify_allocation(problem, plan)}


def test_the_verifier_names_what_a_tampered_plan_breaks(tmp_path: Path) -> None:
    problem, plan = _busy_plan(tmp_path)
    report = plan.report

    assert {"supply_balance", "demand_capacity"} <= _rules(problem, replace(plan, tonnes=plan.tonnes + 1e5))
    assert "objective" in _rules(problem, replace(plan, tonnes=plan.tonnes * 0.5))
    assert "tonnes" in _rules(problem, replace(plan, tonnes=-plan.tonnes))
    assert "given_twice" in _rules(problem, replace(plan, month=np.full_like(plan.month, plan.month[0])))
    assert "freight" in _rules(problem, replace(plan, freight_yuan_per_t=plan.freight_yuan_per_t + 1))
    assert "left_over" in _rules(problem, replace(plan, left_over_t=plan.left_over_t + 1))
    assert "not_optimal" in _rules(problem, replace(plan, report=replace(report, bound=report.bound * 2)))
    assert "bound" in _rules(problem, replace(plan, report=replace(report, bound=report.objective - 1)))


def test_the_verifier_knows_the_gates(tmp_path: Path) -> None:
    problem, plan = _busy_plan(tmp_path)
    enterprises, demands = problem.enterprises, problem.demands

    unqualified = replace(problem, enterprises=replace(enterprises, qualified=~enterprises.qualified))
    refusing = replace(problem, demands=replace(demands, max_share=np.full_like(demands.max_share, np.nan)))
    close = replace(problem, demands=replace(demands, max_distance_km=np.zeros(len(demands.ids))))
    choosy = replace(problem, demands=replace(demands, min_lot_t=demands.t_per_month + 1))
    blank = np.full_like(problem.supplies.property_value, np.nan)
    untested = replace(problem, supplies=replace(problem.supplies, property_value=blank))
    for changed, rule in ((unqualified, "qualified"), (refusing, "accepts"), (choosy, "min_lot")):
        assert rule in _rules(changed, plan)
    assert "distance" in _rules(close, plan)
    assert any(rule.startswith("assay:") for rule in _rules(untested, plan))


def test_the_verifier_measures_the_mix_and_the_shares(tmp_path: Path) -> None:
    found: set[str] = set()
    for seed in range(12):
        problem = random_problem(tmp_path / str(seed), seed, BUSY)
        plan = allocate(problem, objective="tonnes")
        low = replace(problem.specs, maximum=problem.specs.maximum - 3)
        high = replace(problem.specs, minimum=problem.specs.minimum + 3)
        none = replace(problem.demands, max_share=problem.demands.max_share * 0.2)
        for changes in ({"specs": low}, {"specs": high}, {"demands": none}):
            found |= _rules(replace(problem, **changes), plan)
    assert {"blend_max", "blend_min", "max_share"} <= found


def test_prices_that_do_not_prove_the_plan_are_noticed(tmp_path: Path) -> None:
    problem, plan = _busy_plan(tmp_path)
    free = {"supply_price": plan.supply_price * 0, "demand_price": plan.demand_price * 0}
    cheap = replace(plan, **free, rule_prices=())
    negative = replace(plan, demand_price=plan.demand_price - 1)

    assert {fault.rule for fault in verify_bound(problem, cheap)} >= {"not_optimal_by_prices"}
    assert {fault.rule for fault in verify_bound(problem, negative)} == {"demand_price"}

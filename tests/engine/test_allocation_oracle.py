"""The allocation against an independently written linear program on random markets."""

from __future__ import annotations

from pathlib import Path

import pytest

from matching.allocation import allocate
from tests.engine.allocation_oracle import best_plan
from tests.engine.random_markets import Shape, random_problem, random_tables

SHAPES = (
    Shape(months=4),
    Shape(supplies=12, demands=8, wastes=2, months=3, residues=0.8, enterprises=3, limits=0.1, blend=0.7),
    Shape(supplies=14, demands=6, wastes=3, months=2, assayed=1.0, blend=1.0, spec_count=2, limits=0.0),
)


@pytest.mark.parametrize("objective", ["value", "tonnes", "carbon"])
@pytest.mark.parametrize("seed", range(24))
def test_optimum_is_that_of_the_other_program(tmp_path: Path, seed: int, objective: str) -> None:
    shape, blend = SHAPES[seed % len(SHAPES)], seed % 4 != 3
    wanted = best_plan(random_tables(seed, shape), objective, blend=blend, months=shape.months)
    found = allocate(random_problem(tmp_path, seed, shape), objective=objective, blend=blend)

    assert found.report.is_optimal
    assert found.report.objective == pytest.approx(wanted.objective, rel=1e-6, abs=1e-4)
    assert found.report.bound >= found.report.objective
    if objective == "tonnes":
        assert found.total_freight_yuan == pytest.approx(wanted.freight, rel=1e-6, abs=1e-3)
        assert found.report.second_objective == pytest.approx(wanted.freight, rel=1e-6, abs=1e-3)


def test_random_markets_trade_at_all(tmp_path: Path) -> None:
    """A judge of empty plans would judge nothing."""
    totals = [
        allocate(random_problem(tmp_path / str(seed), seed, SHAPES[seed % len(SHAPES)]), objective="tonnes")
        for seed in range(24)
    ]
    assert sum(plan.total_t > 0 for plan in totals) >= 15
    assert sum(plan.received_residue_t.sum() > 0 for plan in totals) >= 2
    assert sum(any(rule.family != "share" for rule in plan.rule_prices) for plan in totals) >= 2

"""Siting against every set of openings on tiny markets, what it says of its choice, and what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from matching.allocation.result import OPTIMAL
from matching.siting import (
    SitingProblem,
    place_facilities,
)
from tests.engine.random_markets import random_problem
from tests.engine.siting_markets import TINY, best_of_all, random_candidates


def problem_of(folder: Path, seed: int, **asked: object) -> SitingProblem:
    return SitingProblem(random_problem(folder, seed, TINY), random_candidates(seed), **asked)


@pytest.mark.parametrize("seed", range(40))
def test_net_value_against_every_set_there_is(tmp_path: Path, seed: int) -> None:
    asked = [{}, {"budget_yuan": 12_000.0}, {"most_open": 1}, {"must_open": ("C1",), "budget_yuan": 45_000.0}][seed % 4]
    siting = problem_of(tmp_path, seed, **asked)
    blend = seed % 3 != 0
    result = place_facilities(siting, relative_gap=0.0, blend=blend, explain=0)
    wanted = best_of_all(siting, "net_value", blend=blend)
    assert result.report.status == OPTIMAL
    assert result.report.objective == pytest.approx(wanted.objective, rel=1e-6, abs=1e-3)
    assert result.report.bound >= wanted.objective - 1e-3


@pytest.mark.parametrize("seed", range(30))
def test_tonnes_against_every_set_there_is(tmp_path: Path, seed: int) -> None:
    siting = problem_of(tmp_path, seed, budget_yuan=[0.0, 12_000.0, 30_000.0][seed % 3])
    result = place_facilities(siting, objective="tonnes", relative_gap=0.0, explain=0)
    wanted = best_of_all(siting, "tonnes")
    assert result.report.status == OPTIMAL
    assert result.report.objective == pytest.approx(wanted.objective, rel=1e-6, abs=1e-3)
    assert result.report.second_objective == pytest.approx(wanted.expense, rel=1e-5, abs=1e-1)

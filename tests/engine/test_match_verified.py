"""The verifier agrees with the matcher, and finds what is put wrong on purpose; the score never punishes better."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matching.catalogue import read_catalogue
from matching.params import MatchParams, Weights
from matching.problem import MatchProblem
from matching.ranking import match
from matching.result import MatchResult
from matching.scenario import read_scenario
from matching.verify_match import verify_match
from models.catalogue import DATA_FOLDER
from tests.engine.random_markets import Row, Shape, Tables, catalogue, random_problem, write_tables

EVERY = MatchParams(top_k=0)
ORDOS = Path(__file__).parents[2] / "scenarios" / "ordos"


@pytest.mark.parametrize("seed", range(100, 130))
@pytest.mark.parametrize("top", [0, 2])
def test_nothing_is_wrong_with_random_markets(tmp_path: Path, seed: int, top: int) -> None:
    problem = random_problem(tmp_path, seed, Shape(supplies=14, demands=12, wastes=5))
    params = MatchParams(top_k=top, weights=Weights(1, 2, 3, 4, seed % 5))
    assert verify_match(problem, params, match(problem, params)) == []


def test_nothing_is_wrong_with_ordos() -> None:
    problem = read_scenario(ORDOS, read_catalogue(DATA_FOLDER))
    result = match(problem, EVERY)
    assert verify_match(problem, EVERY, result) == []
    assert result.feasible_count > 0


@pytest.mark.parametrize(
    "column", ["score", "freight_yuan_per_t", "surplus_yuan_per_t", "distance_km", "parts"]
)
def test_a_wrong_figure_is_found(tmp_path: Path, column: str) -> None:
    problem, result = _some_result(tmp_path)
    bent = replace(result.pairs, **{column: getattr(result.pairs, column) * 0.9 - 0.01})
    assert verify_match(problem, EVERY, replace(result, pairs=bent))


def test_a_missing_pair_and_a_wrong_status_are_found(tmp_path: Path) -> None:
    problem, result = _some_result(tmp_path)
    first = np.arange(len(result)) > 0
    fewer = replace(result, pairs=result.pairs.keep(first), rank=result.rank[first])
    assert any("missing" in text for text in verify_match(problem, EVERY, fewer))
    turned = replace(result, pairs=replace(result.pairs, missing=1 - np.minimum(result.pairs.missing, 1)))
    assert any("is given as" in text for text in verify_match(problem, EVERY, turned))
    ranked = replace(result, rank=result.rank + 1)
    assert any("ranks" in text for text in verify_match(problem, EVERY, ranked))


def _some_result(folder: Path) -> tuple[MatchProblem, MatchResult]:
    problem = random_problem(folder, 7, Shape(supplies=20, demands=15, wastes=3))
    return problem, match(problem, EVERY)


def _listing(key: str, **cells: object) -> Row:
    row = {
        "id": key, "enterprise": "E0", "t_per_month": "500", "start": "", "end": "", "min_lot_t": "",
        "max_distance_km": "", "lat": "40", "lon": "109",
    }  # fmt: skip
    return row | {name: str(value) for name, value in cells.items()}


def _two(loi: tuple[float, float], supplies: list[dict[str, object]], low: str = "") -> dict[str, float]:
    """Scores of two supplies with the same demand, by supply id."""
    tables: Tables = {
        "enterprises.csv": [{"id": "E0", "name": "firm", "lat": "40", "lon": "109", "qualified": "true"}],
        "supplies.csv": [
            _listing(f"S{n}", waste_type="gangue", ask_yuan_per_t=0) | {k: str(v) for k, v in cells.items()}
            for n, cells in enumerate(supplies)
        ],
        "demands.csv": [_listing("D", use="aac", bid_yuan_per_t=20)],
        "accepts.csv": [{"demand": "D", "waste_type": "gangue"}],
        "assays.csv": [{"supply": f"S{n}", "property": "loi", "value": repr(v)} for n, v in enumerate(loi)],
        "specs.csv": [{"demand": "D", "property": "loi", "min": low, "max": "8"}],
    }
    with TemporaryDirectory() as folder:
        problem = read_scenario(write_tables(Path(folder), tables), catalogue())
    result = match(problem, EVERY)
    return {pair.supply: pair.score for pair in map(result.match, range(len(result)))}


PURE = (3.0, 3.0)
few = settings(max_examples=40, deadline=None)


@few
@given(st.floats(0, 3), st.floats(0, 3))
def test_nearer_never_scores_lower(one: float, other: float) -> None:
    near, far = sorted((one, other))
    scores = _two(PURE, [{"lat": repr(40 + near)}, {"lat": repr(40 + far)}])
    assert scores["S0"] >= scores["S1"]


@few
@given(st.floats(0, 8), st.floats(0, 8))
def test_purer_never_scores_lower_below_a_maximum(one: float, other: float) -> None:
    scores = _two((min(one, other), max(one, other)), [{}, {}])
    assert scores["S0"] >= scores["S1"]


@few
@given(st.floats(2, 8), st.floats(2, 8))
def test_nearer_to_the_middle_of_two_limits_never_scores_lower(one: float, other: float) -> None:
    inner, outer = sorted((one, other), key=lambda value: abs(value - 5))
    assume(abs(abs(inner - 5) - abs(outer - 5)) > 1e-9)
    scores = _two((inner, outer), [{}, {}], low="2")
    assert scores["S0"] >= scores["S1"]


@few
@given(st.integers(-300, 300), st.integers(-300, 300))
def test_better_paying_never_scores_lower(one: int, other: int) -> None:
    scores = _two(PURE, [{"ask_yuan_per_t": min(one, other)}, {"ask_yuan_per_t": max(one, other)}])
    assert scores["S0"] >= scores["S1"]


@few
@given(st.integers(0, 5000), st.integers(0, 5000))
def test_larger_and_better_sized_never_scores_lower(one: int, other: int) -> None:
    scores = _two(PURE, [{"t_per_month": max(one, other)}, {"t_per_month": min(one, other)}])
    assert scores["S0"] >= scores["S1"]


@few
@given(st.integers(1, 12), st.integers(1, 12))
def test_longer_overlapping_never_scores_lower(one: int, other: int) -> None:
    scores = _two(PURE, [{"end": f"2027-{max(one, other):02d}"}, {"end": f"2027-{min(one, other):02d}"}])
    assert scores["S0"] >= scores["S1"]


@pytest.mark.parametrize("weights", [Weights(0, 0, 0, 0, 0), Weights(distance=-1)])
def test_weights_that_weigh_nothing_are_refused(tmp_path: Path, weights: Weights) -> None:
    problem = random_problem(tmp_path, 1)
    with pytest.raises(ValueError, match="weights must be"):
        match(problem, MatchParams(weights=weights))

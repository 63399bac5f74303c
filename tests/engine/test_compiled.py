"""The compiled engine against the readable one, bit for bit, and its grid against the sphere."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.compiled.grid import cells_of, grid_over, window
from matching.distance import great_circle_km
from matching.distance.great_circle import EARTH_RADIUS_KM
from matching.pairs import Evaluated
from matching.params import MatchParams, Weights
from matching.problem import MatchProblem
from matching.ranking import match
from matching.reasons import remarks
from matching.result import MatchResult
from tests.engine.random_markets import Shape, random_problem

SHAPES = (
    Shape(supplies=30, demands=30, wastes=6),
    Shape(supplies=60, demands=40, wastes=2, assayed=0.6, limits=0.9),
    Shape(supplies=1, demands=50, wastes=1, spec_count=1, windows=0.9),
    Shape(enterprises=2, supplies=40, demands=40, wastes=3, assayed=1.0),
)


def same(first: MatchResult, second: MatchResult) -> None:
    for count in ("in_range_count", "feasible_count", "unverified_count"):
        assert getattr(first, count) == getattr(second, count), count
    assert np.array_equal(first.rank, second.rank)
    for column in fields(Evaluated):
        one, other = getattr(first.pairs, column.name), getattr(second.pairs, column.name)
        assert one.dtype == other.dtype, column.name
        assert np.array_equal(one, other), column.name
    assert remarks(first.evaluator, first.pairs) == remarks(second.evaluator, second.pairs)


def both(problem: MatchProblem, params: MatchParams) -> MatchResult:
    compiled = match(problem, params, engine="compiled")
    same(match(problem, params, engine="numpy"), compiled)
    return compiled


@pytest.mark.parametrize("seed", range(40))
def test_pair_for_pair_and_bit_for_bit_the_same(tmp_path: Path, seed: int) -> None:
    problem = random_problem(tmp_path, seed, SHAPES[seed % len(SHAPES)])
    for top_k in (0, 1, 3, 20):
        both(problem, MatchParams(top_k=top_k))
    both(problem, MatchParams(top_k=5, weights=Weights(0, 1, 0, 3, 0)))


@pytest.mark.parametrize("seed", range(12))
def test_the_same_over_the_whole_earth(tmp_path: Path, seed: int) -> None:
    """Poles and the date line included; listings lie on round degrees, so many distances and scores are equal."""
    problem = random_problem(tmp_path, seed, SHAPES[seed % 2])
    rng = np.random.default_rng(seed)

    def scattered(listings):  # type: ignore[no-untyped-def]
        lat = rng.choice([-90, -89.5, -60, -1, 0, 1, 45, 89.5, 90], len(listings.ids))
        lon = rng.choice([-180, -179.5, -90, -1, 0, 1, 90, 179.5, 180], len(listings.ids))
        limit = rng.choice([0, 100, 300, 5_000, 12_000, 30_000, np.inf], len(listings.ids))
        return replace(listings, lat=lat, lon=lon, max_distance_km=limit)

    scattered_problem = replace(
        problem, supplies=scattered(problem.supplies), demands=scattered(problem.demands)
    )
    assert both(scattered_problem, MatchParams(top_k=0)).in_range_count
    both(scattered_problem, MatchParams(top_k=4))


def test_a_limit_is_met_to_the_last_bit(tmp_path: Path) -> None:
    """A limit that equals the distance lets the pair in; the next smaller number does not."""
    problem = random_problem(tmp_path, 3, SHAPES[0])
    s, d = problem.supplies, problem.demands
    km = great_circle_km(s.lat[:, None], s.lon[:, None], d.lat[None, :], d.lon[None, :]) * problem.circuity
    exact = np.array([row[np.argsort(row)[len(row) // 2]] for row in km])
    takes = replace(d, max_share=np.ones_like(d.max_share), max_distance_km=np.full(len(d.ids), np.inf))
    counts = []
    for limit in (exact, np.nextafter(exact, 0)):
        market = replace(problem, supplies=replace(s, max_distance_km=limit), demands=takes)
        counts.append(both(market, MatchParams(top_k=0)).in_range_count)
    assert counts[0] == int((km <= exact[:, None]).sum())
    assert counts[1] < counts[0]


def test_more_properties_than_a_word_has_bits(tmp_path: Path) -> None:
    problem = random_problem(tmp_path, 7, SHAPES[0])
    unused, values = 65, problem.supplies.property_value
    spreads = problem.supplies.property_sd
    many = replace(
        problem,
        properties=(*(f"p{n}" for n in range(unused)), *problem.properties),
        specs=replace(problem.specs, property=problem.specs.property + unused),
        supplies=replace(
            problem.supplies, property_value=np.hstack([np.full((len(values), unused), np.nan), values]),
            property_sd=np.hstack([np.full((len(values), unused), np.nan), spreads]),
        ),
    )
    assert both(many, MatchParams(top_k=0)).unverified_count == both(problem, MatchParams(top_k=0)).unverified_count


def test_the_number_of_threads_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.compiled.whole._CHUNK", 3)
    problem = random_problem(tmp_path, 5, Shape(supplies=80, demands=60, wastes=3))
    for top_k in (0, 7):
        alone = match(problem, MatchParams(top_k=top_k), engine="compiled", threads=1)
        for threads in (2, 5):
            same(alone, match(problem, MatchParams(top_k=top_k), engine="compiled", threads=threads))


def test_every_pair_is_kept_however_little_room_was_guessed(tmp_path: Path) -> None:
    """One supply with more partners than the buffer's first guess holds."""
    problem = random_problem(tmp_path, 1, Shape(enterprises=3, supplies=1, demands=150, wastes=1, spec_count=0))
    free = replace(
        problem,
        supplies=replace(
            problem.supplies, max_distance_km=np.array([np.inf]), min_lot_t=np.zeros(1), first_month=np.array([0]),
            last_month=np.array([11]),
        ),
        enterprises=replace(problem.enterprises, qualified=np.ones(3, bool)),
        demands=replace(
            problem.demands, max_distance_km=np.full(150, np.inf), min_lot_t=np.zeros(150),
            first_month=np.zeros(150, int), last_month=np.full(150, 11),
        ),
    )  # fmt: skip
    assert len(both(free, MatchParams(top_k=0))) == 150


def test_an_empty_market_has_an_empty_answer(tmp_path: Path) -> None:
    problem = random_problem(tmp_path, 2, Shape())
    for side in ("supplies", "demands"):
        listings = getattr(problem, side)
        none = replace(
            listings, ids=(), **{
                column.name: getattr(listings, column.name)[:0]
                for column in fields(listings) if column.name != "ids"
            },
        )  # fmt: skip
        specs = problem.specs
        if side == "demands":
            specs = replace(specs, **{column.name: getattr(specs, column.name)[:0] for column in fields(specs)})
        for top_k in (0, 3):
            assert len(both(replace(problem, **{side: none}, specs=specs), MatchParams(top_k=top_k))) == 0


def test_engines_are_named(tmp_path: Path) -> None:
    problem = random_problem(tmp_path, 1, Shape())
    with pytest.raises(ValueError, match="engine 'fortran' is unknown; choose one of auto, numpy, compiled"):
        match(problem, engine="fortran")


def test_a_small_market_does_not_load_the_compiler(tmp_path: Path) -> None:
    random_problem(tmp_path, 1, Shape())
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from matching.ranking import match\n"
        "from matching.catalogue import read_catalogue\n"
        "from matching.scenario import read_scenario\n"
        "from models.catalogue import DATA_FOLDER\n"
        f"match(read_scenario(Path({str(tmp_path)!r}), read_catalogue(DATA_FOLDER)))\n"
        "assert 'numba' not in sys.modules\n"
        "import matching.compiled.search\n"
        "assert 'numba' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


places = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@settings(max_examples=300)
@given(st.lists(places, min_size=1, max_size=20), places, st.floats(0, 21_000), st.integers(1, 500))
def test_a_window_leaves_out_no_place_within_reach(
    box: list[tuple[float, float]], centre: tuple[float, float], km: float, cells: int
) -> None:
    lat, lon = np.array(box).T
    grid = grid_over(lat[: len(lat) // 2 + 1], lon[: len(lat) // 2 + 1], cells=cells)
    bottom, top, left, right = window(grid, *centre, km / EARTH_RADIUS_KM)
    row, column = np.divmod(cells_of(grid, lat, lon), grid.columns)
    within = great_circle_km(*centre, lat, lon) <= km
    seen = (bottom <= row) & (row <= top) & (left <= column) & (column <= right)
    assert (seen | ~within).all()

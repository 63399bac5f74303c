"""The live index under changes, against the reference over the same market built anew each time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import markets
from matching.compiled.grid import Grid
from matching.compiled.live import CHINA, DEMAND, SUPPLY, LiveIndex, NewColumn
from matching.explaining import near_misses, partners
from matching.params import MatchParams
from matching.problem import MatchProblem
from matching.subset import subset
from tests.engine.random_markets import Shape, random_problem

SHAPES = (
    Shape(supplies=30, demands=25, wastes=6),
    Shape(supplies=40, demands=30, wastes=2, assayed=0.6, limits=0.9, spec_count=4),
    Shape(enterprises=1, supplies=40, demands=40, wastes=2, spec_count=0),
)


def part(problem: MatchProblem, supplies: set[int], demands: set[int]) -> MatchProblem:
    return subset(problem, *(np.array(sorted(side), int) for side in (supplies, demands)))


def agrees(index: LiveIndex, market: MatchProblem) -> None:
    """Every listing's partners and near misses, whole and cut off, are those of the reference, in its order."""
    for side, listings, other in (
        (SUPPLY, market.supplies, "demand"), (DEMAND, market.demands, "supply"),
    ):
        for code in listings.ids:
            own = {f"{side}_id": code}
            for top_k in (0, 3):
                wanted = [getattr(match, other) for match in partners(market, MatchParams(top_k=top_k), **own)]
                assert index.partners(side, code, top_k) == wanted
            for limit in (4, 1_000):
                wanted = [getattr(e.match, other) for e in near_misses(market, MatchParams(), limit=limit, **own)]
                assert index.near_misses(side, code, limit) == wanted


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("grid", [CHINA, Grid(39.0, 109.0, 0.05, 20, 20)])
def test_answers_through_changes_are_those_of_the_market_as_it_is(tmp_path: Path, seed: int, grid: Grid) -> None:
    problem = random_problem(tmp_path, seed, SHAPES[seed % len(SHAPES)])
    rng = np.random.default_rng(seed)
    sides = [set(range(len(listings.ids))) for listings in (problem.supplies, problem.demands)]
    live = [set(rng.choice(sorted(side), len(side) // 2, replace=False).tolist()) for side in sides]
    index = LiveIndex(
        part(problem, *live), wastes=problem.waste_types, properties=problem.properties, grid=grid
    )
    agrees(index, part(problem, *live))
    for _ in range(4):
        for _ in range(15):
            which = int(rng.integers(2))
            at = int(rng.choice(sorted(sides[which])))
            ids = (problem.supplies, problem.demands)[which].ids
            if at in live[which] and rng.random() < 0.5:
                assert index.withdraw((SUPPLY, DEMAND)[which], ids[at])
                live[which].remove(at)
            else:
                index.put(part(problem, {at}, set()) if which == 0 else part(problem, set(), {at}))
                live[which].add(at)
        assert len(index) == sum(map(len, live))
        agrees(index, part(problem, *live))


def test_an_index_that_outgrew_its_arrays_answers_as_one_built_at_once() -> None:
    market = markets.clustered_market(1_600, towns=40)
    whole = LiveIndex(market)
    grown = LiveIndex(
        part(market, set(range(5)), set(range(5))), wastes=whole.wastes, properties=whole.properties
    )
    room = len(grown._supplies.rows.data), len(grown._demands.buckets.pool.data)
    grown.put(market)
    assert len(grown._supplies.rows.data) > room[0] and len(grown._demands.buckets.pool.data) > room[1]
    for side, ids in ((SUPPLY, market.supplies.ids), (DEMAND, market.demands.ids)):
        for code in ids[::20]:
            assert grown.partners(side, code, 10) == whole.partners(side, code, 10)
            assert grown.near_misses(side, code, 10) == whole.near_misses(side, code, 10)


@pytest.mark.parametrize("names", [7, 40])
def test_the_best_of_many_are_those_of_the_reference(monkeypatch: pytest.MonkeyPatch, names: int) -> None:
    """Hundreds in range of each, most of them never judged; with 40 properties some have no bit in a mask."""
    monkeypatch.setattr(markets, "PROPERTIES", tuple(f"p{n}" for n in range(names)))
    market = markets.clustered_market(900, towns=2, seed=names)
    index = LiveIndex(market)
    for side, listings, other in ((SUPPLY, market.supplies, "demand"), (DEMAND, market.demands, "supply")):
        for code in listings.ids[::30]:
            own = {f"{side}_id": code}
            wanted = [getattr(match, other) for match in partners(market, MatchParams(top_k=20), **own)]
            assert index.partners(side, code, 20) == wanted
            wanted = [getattr(e.match, other) for e in near_misses(market, MatchParams(), limit=20, **own)]
            assert index.near_misses(side, code, 20) == wanted


def test_a_changed_listing_answers_with_its_new_figures(tmp_path: Path) -> None:
    problem = random_problem(tmp_path, 1, SHAPES[0])
    index = LiveIndex(problem)
    s = problem.supplies
    changed = replace(
        problem, supplies=replace(s, ask_yuan_per_t=s.ask_yuan_per_t - 30, property_value=s.property_value * 0.7)
    )
    for at in range(len(s.ids)):
        index.put(part(changed, {at}, set()))
    agrees(index, changed)


def test_many_changes_of_one_listing_leave_no_litter(tmp_path: Path) -> None:
    problem = random_problem(tmp_path, 2, SHAPES[0])
    index = LiveIndex(problem)
    size = index.nbytes
    for _ in range(200):
        index.put(part(problem, {3}, {4}))
    assert index.nbytes == size
    agrees(index, problem)


def test_what_it_has_no_column_for_is_said(tmp_path: Path) -> None:
    problem = random_problem(tmp_path, 1, SHAPES[0])
    index = LiveIndex(part(problem, set(), set()), wastes=problem.waste_types[:1])
    other = int(np.flatnonzero(problem.supplies.waste_type != 0)[0])
    kind = problem.waste_types[problem.supplies.waste_type[other]]
    with pytest.raises(NewColumn, match=f"no column for the waste type {kind}; build it anew"):
        index.put(part(problem, {other}, set()))
    asking = int(problem.specs.demand[-1])
    index = LiveIndex(part(problem, {0}, set()), wastes=problem.waste_types, properties=())
    with pytest.raises(NewColumn, match="no column for the property"):
        index.put(part(problem, set(), {asking}))


def test_an_unknown_listing_is_a_key_error_and_withdrawing_it_says_so(tmp_path: Path) -> None:
    index = LiveIndex(random_problem(tmp_path, 1, SHAPES[0]))
    with pytest.raises(KeyError):
        index.partners(SUPPLY, "nobody", 5)
    assert not index.withdraw(SUPPLY, "nobody")

"""The matcher against plain loops over the rows of random markets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matching.explaining import explain, near_misses, partners
from matching.params import MatchParams
from matching.ranking import match
from matching.result import Match, MatchResult
from matching.scenario import read_scenario
from tests.engine.oracle import Judged, judge
from tests.engine.random_markets import Shape, catalogue, random_problem, random_tables, write_tables

SEEDS = range(60)
SHAPES = (Shape(), Shape(supplies=20, demands=15, wastes=6), Shape(spec_count=1, assayed=0.6, windows=0.8))
EVERY = MatchParams(top_k=0)


def _shape(seed: int) -> Shape:
    return SHAPES[seed % len(SHAPES)]


def _matches(result: MatchResult) -> list[Match]:
    return [result.match(at) for at in range(len(result))]


@pytest.mark.parametrize("seed", SEEDS)
def test_pairs_status_and_figures_are_those_of_the_rules(tmp_path: Path, seed: int) -> None:
    wanted = judge(random_tables(seed, _shape(seed)))
    result = match(random_problem(tmp_path, seed, _shape(seed)), EVERY)
    found = {(pair.supply, pair.demand): pair for pair in _matches(result)}

    assert set(found) == {key for key, pair in wanted.items() if pair.status != "infeasible"}
    for key, pair in found.items():
        _agree(pair, wanted[key])
    assert result.feasible_count == sum(pair.status == "feasible" for pair in wanted.values())
    assert result.unverified_count == sum(pair.status == "unverified" for pair in wanted.values())
    assert result.in_range_count == sum(not pair.broken & {"waste", "distance"} for pair in wanted.values())


def _agree(pair: Match, wanted: Judged) -> None:
    assert pair.status == wanted.status
    assert pair.distance_km == pytest.approx(wanted.distance_km, abs=1e-9)
    assert pair.freight_yuan_per_t == pytest.approx(wanted.freight, abs=1e-9)
    assert pair.surplus_yuan_per_t == pytest.approx(wanted.surplus, abs=1e-9)
    assert pair.tonnes_per_month == wanted.tonnes


@pytest.mark.parametrize("seed", SEEDS)
def test_every_pair_is_explained_by_the_rules_it_breaks(tmp_path: Path, seed: int) -> None:
    wanted = judge(random_tables(seed, _shape(seed)))
    problem = random_problem(tmp_path, seed, _shape(seed))
    for (supply, demand), pair in list(wanted.items())[:60]:
        found = explain(problem, EVERY, supply, demand)
        reasons = found.match.reasons
        assert found.status == pair.status
        assert {reason.code for reason in reasons if reason.state == "no"} == pair.broken
        assert {
            reason.code.partition(":")[2] for reason in reasons if reason.code.startswith("assay:")
        } == pair.untested
        assert len(found.remedies) == sum(reason.state != "yes" for reason in reasons)


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_ranks_count_from_one_feasible_first_then_score_then_id(tmp_path: Path, seed: int) -> None:
    pairs = _matches(match(random_problem(tmp_path, seed, _shape(seed)), EVERY))
    for supply in {pair.supply for pair in pairs}:
        own = sorted((pair for pair in pairs if pair.supply == supply), key=lambda pair: pair.rank)
        assert [pair.rank for pair in own] == list(range(1, len(own) + 1))
        keys = [(pair.status == "unverified", -pair.score, pair.demand) for pair in own]
        assert keys == sorted(keys)


@pytest.mark.parametrize("seed", SEEDS[:20])
@pytest.mark.parametrize("top", [1, 3])
def test_top_k_keeps_the_head_of_the_whole_ranking(tmp_path: Path, seed: int, top: int) -> None:
    problem = random_problem(tmp_path, seed, _shape(seed))
    whole, best = match(problem, EVERY), match(problem, MatchParams(top_k=top))
    assert _matches(best) == [pair for pair in _matches(whole) if pair.rank <= top]
    assert best.feasible_count == whole.feasible_count


@pytest.mark.parametrize("seed", SEEDS[:15])
def test_partners_of_one_listing_are_those_of_the_whole_match(tmp_path: Path, seed: int) -> None:
    problem = random_problem(tmp_path, seed, _shape(seed))
    whole = _matches(match(problem, EVERY))
    for supply in problem.supplies.ids:
        assert partners(problem, EVERY, supply_id=supply) == [pair for pair in whole if pair.supply == supply]
    for demand in problem.demands.ids:
        own = [(pair.supply, pair.score) for pair in partners(problem, EVERY, demand_id=demand)]
        assert sorted(own) == sorted((pair.supply, pair.score) for pair in whole if pair.demand == demand)


@pytest.mark.parametrize("seed", SEEDS[:15])
def test_near_misses_are_infeasible_accepted_and_fewest_faults_first(tmp_path: Path, seed: int) -> None:
    wanted = judge(random_tables(seed, _shape(seed)))
    problem = random_problem(tmp_path, seed, _shape(seed))
    for supply in problem.supplies.ids:
        misses = near_misses(problem, EVERY, supply_id=supply, limit=1000)
        assert {miss.match.demand for miss in misses} == {
            demand
            for (own, demand), pair in wanted.items()
            if own == supply and pair.status == "infeasible" and "waste" not in pair.broken
        }
        # A property may be bound twice, for all wastes and for this one: both rules count.
        counts = [sum(reason.state == "no" for reason in miss.match.reasons) for miss in misses]
        assert counts == sorted(counts)


@pytest.mark.parametrize("seed", SEEDS[:10])
def test_the_order_of_rows_changes_nothing(tmp_path: Path, seed: int) -> None:
    tables = random_tables(seed, _shape(seed))
    turned = {name: rows[::-1] for name, rows in tables.items()}
    one = match(random_problem(tmp_path / "one", seed, _shape(seed)), EVERY)
    other = match(read_scenario(write_tables(tmp_path / "other", turned), catalogue()), EVERY)
    assert _matches(one) == _matches(other)


@pytest.mark.parametrize("block", [1, 7, 50])
def test_the_size_of_a_block_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    problem = random_problem(tmp_path, 3, SHAPES[1])
    whole = match(problem, EVERY)
    monkeypatch.setattr("matching.ranking.BLOCK_PAIRS", block)
    again = match(problem, EVERY)
    np.testing.assert_array_equal(whole.pairs.score, again.pairs.score)
    np.testing.assert_array_equal(whole.rank, again.rank)

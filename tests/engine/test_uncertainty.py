"""The probability that a lot keeps its limits: the formula, drawn lots, what reasons and remarks say of it."""

from __future__ import annotations

from dataclasses import replace
from math import inf, isnan, nan
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import norm

from marketplace.cli import main
from matching.derived import FORMULAS, derived_spread, with_derived
from matching.explaining import explain
from matching.params import MatchParams
from matching.ranking import match
from matching.reasons import SURE, remarks, spec_reason
from matching.uncertainty import all_met, check_spreads, deviations, lot_probability, percent, within
from tests.engine.random_markets import Shape
from tests.engine.small_markets import USE, market
from tests.engine.spread_markets import spread_problem

DRAWS = 200_000


def _ash(folder: Path, *, sd: str = "0.4", specs: str = "D,loi,,8,each") -> object:
    return market(
        folder, supplies="id,enterprise,waste_type,t_per_month\nS,A,fly_ash_pc,100",
        demands=f"id,enterprise,use,t_per_month\nD,B,{USE},100", accepts="demand,waste_type\nD,fly_ash_pc",
        assays=f"supply,property,value,sd\nS,loi,7.6,{sd}\nS,so3,2,{sd}",
        specs="demand,property,min,max,basis\n" + specs,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "sd", "low", "high"),
    [(7.6, 0.4, -inf, 8.0), (7.6, 0.4, 7.0, inf), (7.6, 0.4, 7.0, 8.0), (9.2, 0.5, 2.0, 8.0), (3.0, 1.5, 3.0, 3.2)],
)
def test_probability_is_that_of_the_normal_law_and_of_drawn_lots(
    value: float, sd: float, low: float, high: float
) -> None:
    found = lot_probability(value, sd, low, high)
    lots = np.random.default_rng(7).normal(value, sd, DRAWS)
    frequency = float(((lots >= low) & (lots <= high)).mean())

    assert found == pytest.approx(norm.cdf(high, value, sd) - norm.cdf(low, value, sd), abs=1e-12)
    assert found == pytest.approx(float(within(*(np.array([x]) for x in (value, sd, low, high)))[0]), abs=1e-12)
    # Five standard errors of a frequency: by chance one draw in two million is further off.
    assert abs(frequency - found) <= 5 * np.sqrt(found * (1 - found) / DRAWS) + 1e-9


def test_no_spread_is_certain_and_an_unknown_one_has_no_probability() -> None:
    assert lot_probability(8.0, 0.0, -inf, 8.0) == 1.0
    assert lot_probability(8.1, 0.0, -inf, 8.0) == 0.0
    assert lot_probability(8.0, nan, -inf, 8.0) is None
    assert lot_probability(nan, 0.4, -inf, 8.0) is None
    # The allocation takes an unknown spread as none, and says so beside it.
    assert within(np.array([7.9, 8.1, nan]), np.full(3, nan), np.full(3, -inf), np.full(3, 8.0)).tolist()[:2] == [1, 0]


def test_several_limits_hold_together_at_least_as_often_as_the_bound_says() -> None:
    """Of one drawn value with three limits, which hang together as closely as can be, and of three independent ones."""
    draws = np.random.default_rng(11).normal(0.0, 1.0, (3, DRAWS))
    limits = np.array([1.0, 1.5, 2.0])
    single = [float(norm.cdf(limit)) for limit in limits]
    product, least = all_met(single)
    independent = float((draws < limits[:, np.newaxis]).all(axis=0).mean())
    same = float((draws[:1] < limits[:, np.newaxis]).all(axis=0).mean())

    assert independent == pytest.approx(product, abs=5 * np.sqrt(0.25 / DRAWS))
    assert min(independent, same) >= least
    assert all_met([0.1, 0.2])[1] == 0.0


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.8413, "84"), (0.84, "84"), (0.9499, "94"), (0.99, "99.0"), (0.9989, "99.8"), (0.9996, "> 99.9"),
        (0.0001, "< 0.1"),
    ],
)
def test_percent_never_says_more_than_is_so(probability: float, words: str) -> None:
    assert percent(probability) == words


def test_deviations_halve_what_may_go_wrong_between_two_limits() -> None:
    assert deviations(0.5, sides=1) == 0.0
    assert deviations(0.95, sides=1) == pytest.approx(1.6449, abs=1e-4)
    assert deviations(0.95, sides=2) == pytest.approx(1.96, abs=1e-4)


def test_a_reason_says_how_sure_it_is(tmp_path: Path) -> None:
    reasons = explain(_ash(tmp_path), MatchParams(), "S", "D").match.reasons
    reason = next(one for one in reasons if one.code == "spec:loi")

    assert reason.text == "spec:loi 7.6 <= 8.0 (sd 0.4: 84 % sure)"
    assert reason.values["sd"] == 0.4
    assert reason.values["probability"] == pytest.approx(norm.cdf(1.0))
    unknown = spec_reason("loi", 7.6, -inf, 8.0, blend=False)
    assert unknown.text == "spec:loi 7.6 <= 8.0"
    assert unknown.values["sd"] is unknown.values["probability"] is None


def test_spreads_change_neither_score_nor_rank(tmp_path: Path) -> None:
    wide, none = _ash(tmp_path / "wide", sd="3"), _ash(tmp_path / "none", sd="")
    first, second = match(wide, MatchParams()), match(none, MatchParams())

    assert first.pairs.score.tolist() == second.pairs.score.tolist()
    assert (first.feasible_count, first.rank.tolist()) == (second.feasible_count, second.rank.tolist())


def test_explain_says_what_is_unknown_and_how_sure_all_limits_are_together(tmp_path: Path) -> None:
    _ash(tmp_path / "known", specs="D,loi,,8,each\nD,so3,,3,each")
    _ash(tmp_path / "unknown", sd="")
    known, unknown = (
        CliRunner().invoke(
            main, ["match", str(tmp_path / name), "--distance", "great-circle", "--explain", "S", "D"]
        ).output
        for name in ("known", "unknown")
    )

    product, least = all_met([float(norm.cdf(1.0)), float(norm.cdf(2.5))])
    assert f"all 2 limits whose spread is known: {percent(product)} % sure if they are independent" in known
    assert f"at least {percent(least)} % however" in known
    assert "spec:loi 7.6 <= 8.0 (spread unknown: taken as stated)" in unknown
    assert "sure" not in unknown


@pytest.mark.parametrize("seed", range(6))
def test_remarks_are_the_reasons_that_are_in_doubt(tmp_path: Path, seed: int) -> None:
    problem = spread_problem(tmp_path, seed, Shape(supplies=20, demands=12, limits=0.1))
    result = match(problem, MatchParams(top_k=0))
    said = remarks(result.evaluator, result.pairs)
    doubtful = 0
    for at in range(len(result)):
        specs = [one for one in result.match(at).reasons if one.code.partition(":")[0] in ("spec", "blend", "assay")]
        wanted = [
            one.text for one in specs
            if one.state != "yes" or (one.values["sd"] and one.values["probability"] < SURE)  # type: ignore[operator]
        ]
        assert said[at] == wanted
        doubtful += sum("% sure" in text for text in wanted)
    assert doubtful > 0


@pytest.mark.parametrize("key", sorted(FORMULAS))
def test_derived_spread_is_that_of_drawn_components(key: str) -> None:
    parts, _formula = FORMULAS[key]
    properties = (*parts, key)
    value = np.array([[*np.linspace(20.0, 40.0, len(parts)), nan]])
    sd = np.array([[*np.linspace(0.2, 0.4, len(parts)), nan]])
    draws = np.random.default_rng(3).normal(value[:, :-1], sd[:, :-1], (DRAWS, len(parts)))
    drawn = with_derived(np.column_stack([draws, np.full(DRAWS, nan)]), properties)[:, -1]

    # Spreads of one in a hundred: first order is right to about one in a thousand, the draws to as much.
    assert derived_spread(value, sd, properties)[0, -1] == pytest.approx(float(drawn.std()), rel=1e-2)
    sd[0, 0] = nan
    assert isnan(derived_spread(value, sd, properties)[0, -1])


def test_an_own_assay_keeps_its_own_spread() -> None:
    properties = ("sio2", "al2o3", "fe2o3", "saf")
    value, sd = np.array([[50.0, 20.0, 5.0, 74.0]]), np.array([[0.3, 0.3, 0.3, nan]])
    assert isnan(derived_spread(value, sd, properties)[0, 3])
    value[0, 3] = nan
    assert derived_spread(value, sd, properties)[0, 3] == pytest.approx(0.3 * np.sqrt(3))


def test_a_negative_spread_is_named(tmp_path: Path) -> None:
    problem = _ash(tmp_path)
    wrong = problem.supplies.property_sd.copy()
    wrong[0, problem.properties.index("loi")] = -0.5
    with pytest.raises(ValueError, match=r"S: the spread of loi is -0\.5; expected 0 or more"):
        check_spreads(replace(problem, supplies=replace(problem.supplies, property_sd=wrong)))

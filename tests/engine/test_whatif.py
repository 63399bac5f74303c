"""What-ifs: worked out by hand, added up a second way, and refused in words where they cannot be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from matching.allocation import allocate
from matching.problem import MatchProblem
from matching.whatif import (
    DisposalFee,
    FreightTimes,
    ImpossibleChange,
    NewLimit,
    NewPlant,
    RailLine,
    Stop,
    Study,
    Subsidy,
    check_changes,
    place_prices,
    single_failures,
    worth_nothing_anywhere,
)
from matching.whatif.applying import stopped
from matching.whatif.keeping import plain, read_changes
from matching.whatif.plants import plant_id
from tests.engine.random_markets import Shape, random_problem
from tests.engine.small_markets import market

SUPPLIES = """id,enterprise,waste_type,t_per_month,stock_t,ask_yuan_per_t
S1,A,gangue,100,0,-20
S2,FAR,gangue,50,0,-20"""
DEMANDS = """id,enterprise,use,t_per_month,bid_yuan_per_t
D1,B,fired_brick,90,0
D2,C,fired_brick,30,-5"""
ACCEPTS = """demand,waste_type
D1,gangue
D2,gangue"""
HANDLING, RATE, CIRCUITY = 6.4, 0.337, 1.35
# One degree of longitude at 39.5 degrees north on the sphere of the engine.
DEGREE_KM = 2 * 6371.0088 * np.arcsin(np.cos(np.radians(39.5)) * np.sin(np.radians(0.5)))


@pytest.fixture
def three_months(tmp_path: Path) -> MatchProblem:
    return market(tmp_path, supplies=SUPPLIES, demands=DEMANDS, accepts=ACCEPTS, months=3)


def tonnes(study: Study, *changes: object) -> dict[tuple[str, str], float]:
    return {key: round(route.tonnes, 3) for key, route in study.ask(changes).after.routes.items()}  # type: ignore[arg-type]


def test_a_demand_that_stands_still_takes_nothing_in_those_months(three_months: MatchProblem) -> None:
    study = Study(three_months)
    answer = study.ask([Stop("B", "2027-02", 2)])
    # S1 sends its 100 every month; while D1 stands still D2 takes 30 of them, and the rest stays where it is.
    assert answer.before.totals.tonnes == pytest.approx(3 * 100)
    assert answer.difference.tonnes == pytest.approx(-2 * 70)
    assert answer.difference.left_over_t == pytest.approx(2 * 70)
    assert {change.enterprise for change in answer.difference.firms} >= {"A", "B"}


def test_a_supply_that_stands_still_may_send_what_lies_on_its_ground(tmp_path: Path) -> None:
    with_stock = SUPPLIES.replace("S1,A,gangue,100,0", "S1,A,gangue,100,60")
    problem = market(tmp_path, supplies=with_stock, demands=DEMANDS, accepts=ACCEPTS, months=2)
    routes = Study(problem).ask([Stop("A", "2027-01", 2)]).after.routes
    assert sum(route.tonnes for (supply, _), route in routes.items() if supply == "S1") == pytest.approx(60)


def test_dearer_freight_is_paid_in_full_and_drives_off_what_no_longer_pays(three_months: MatchProblem) -> None:
    study = Study(three_months)
    far = HANDLING + RATE * CIRCUITY * DEGREE_KM
    assert 20 - far < 0 < 20 - HANDLING  # S2 does not pay even today; S1 does.
    assert tonnes(study) == {("S1", "D1"): 270, ("S1", "D2"): 30}
    answer = study.ask([FreightTimes(2.0)])
    assert tonnes(study, FreightTimes(2.0)) == tonnes(study)
    assert answer.difference.value_yuan == pytest.approx(-300 * HANDLING)
    assert answer.difference.freight_yuan == pytest.approx(300 * HANDLING)
    # At three times D2, which charges 5, costs more than the 20 that S1 pays.
    assert tonnes(study, FreightTimes(3.0)) == {("S1", "D1"): 270}


def test_a_subsidy_pays_between_regions_only_and_is_told_apart_from_value(tmp_path: Path) -> None:
    problem = market(tmp_path, supplies=SUPPLIES, demands=DEMANDS, accepts=ACCEPTS)
    firms = problem.enterprises
    regions = tuple("west" if key == "FAR" else "east" for key in firms.ids)
    problem = replace(problem, enterprises=replace(firms, regions=regions))
    km = CIRCUITY * DEGREE_KM
    lacking = HANDLING + RATE * km - 20
    answer = Study(problem).ask([Subsidy(0.3)])
    # Of 120 tonnes of room S1 takes 100, so 20 come from the other region, and 20 more cost the 5 that D2 charges.
    paid = {supply: 0.0 for supply in ("S1", "S2")}
    for (supply, _demand), route in answer.after.routes.items():
        paid[supply] += route.transfer_yuan
    assert paid == pytest.approx({"S1": 0, "S2": 20 * 0.3 * km})
    assert answer.difference.value_yuan == pytest.approx(-20 * (lacking + 5))
    assert {supply for supply, _ in tonnes(Study(problem), Subsidy(0.3, most_yuan_per_t=lacking + 4))} == {"S1"}


def test_rail_is_taken_where_it_is_cheaper(tmp_path: Path) -> None:
    problem = market(tmp_path, supplies=SUPPLIES, demands=DEMANDS, accepts=ACCEPTS)
    line = RailLine((("west", 39.5, 109.8), ("east", 39.5, 110.8)), 0.5, 0.001, 0.01, circuity=1.0)
    answer = Study(problem).ask([line])
    by_rail = 2 * HANDLING + 0.5 + 0.001 * DEGREE_KM
    assert by_rail + 5 < 20
    assert answer.difference.freight_yuan == pytest.approx(20 * by_rail)
    assert answer.difference.value_yuan == pytest.approx(20 * (20 - by_rail - 5))
    assert answer.difference.carbon_kg == pytest.approx(-20 * 0.01 * DEGREE_KM)
    assert answer.difference.transfer_yuan == 0


def test_a_relaxed_limit_lets_in_what_it_kept_out_and_an_added_one_keeps_out(tmp_path: Path) -> None:
    problem = market(
        tmp_path, supplies=SUPPLIES, demands=DEMANDS, accepts=ACCEPTS,
        assays="supply,property,value\nS1,loi,9", specs="demand,property,max\nD1,loi,8",
    )
    study = Study(problem)
    assert tonnes(study) == {("S1", "D2"): 30}
    assert tonnes(study, NewLimit("loi", None, 10, demand="D1")) == {("S1", "D1"): 90, ("S1", "D2"): 10}
    assert tonnes(study, NewLimit("loi", None, None, demand="D1")) == {("S1", "D1"): 90, ("S1", "D2"): 10}
    assert tonnes(study, NewLimit("loi", None, 5, use="fired_brick")) == {}


def test_a_new_plant_takes_what_nobody_took(three_months: MatchProblem) -> None:
    plant = NewPlant("Bricks", "fired_brick", 39.5, 110.8, 40, (("gangue", None),), bid_yuan_per_t=1)
    answer = Study(three_months).ask([plant])
    assert answer.after.routes["S2", plant_id(0)].tonnes == pytest.approx(3 * 40)
    assert answer.difference.tonnes == pytest.approx(3 * 40)
    assert answer.difference.routes[0].before_t == 0
    assert answer.difference.firms[0].enterprise in ("FAR", plant_id(0))


def test_a_fee_in_steps_is_spared_step_by_step(tmp_path: Path) -> None:
    """Against a program written anew: every supply's use is cut at the shares, and each piece spares its fee."""
    problem = market(tmp_path, supplies=SUPPLIES, demands=DEMANDS, accepts=ACCEPTS)
    fee = DisposalFee(((0.5, 40.0), (0.8, 12.0), (1.0, 3.0)))
    answer = Study(problem).ask([fee])
    worth = {("S1", "D1"): 20 - HANDLING, ("S1", "D2"): 15 - HANDLING}
    far = 20 - HANDLING - RATE * CIRCUITY * DEGREE_KM
    worth |= {("S2", "D1"): far, ("S2", "D2"): far - 5}
    arcs, held = list(worth), {"S1": 100.0, "S2": 50.0}
    pieces = [(supply, n) for supply in held for n in range(3)]
    shares, fees = (0.5, 0.3, 0.2), (40.0, 12.0, 3.0)
    cost = [-worth[arc] for arc in arcs] + [-fees[n] for _supply, n in pieces]
    used = [[float(a[0] == s) for a in arcs] + [-float(p[0] == s) for p in pieces] for s in held]
    room = [[float(a[1] == d) for a in arcs] + [0.0] * 6 for d in ("D1", "D2")]
    bounds = [(0, None)] * 4 + [(0, shares[n] * held[supply]) for supply, n in pieces]
    other = linprog(cost, A_ub=room, b_ub=[90, 30], A_eq=used, b_eq=[0, 0], bounds=bounds)
    totals = answer.after.totals
    assert totals.value_yuan + totals.transfer_yuan == pytest.approx(-other.fun)
    # Spared and due are the whole fee, whatever is used.
    whole = sum(tonnes_ * share * yuan for tonnes_ in held.values() for share, yuan in zip(shares, fees, strict=True))
    assert totals.transfer_yuan + answer.after.fee_yuan == pytest.approx(whole)
    sent = {s: sum(r.tonnes for (o, _), r in answer.after.routes.items() if o == s) for s in held}
    assert sent == pytest.approx({"S1": 100, "S2": 20})
    assert answer.after.fee_yuan == pytest.approx(5 * 40 + 15 * 12 + 10 * 3)


@pytest.mark.parametrize("seed", range(12))
def test_gains_add_up_and_nothing_changes_where_nothing_is_changed(tmp_path: Path, seed: int) -> None:
    problem = random_problem(tmp_path, seed, Shape(supplies=10, demands=9, months=4))
    study = Study(problem)
    for changes in ([FreightTimes(1.0)], [FreightTimes(1.4)], [DisposalFee(((0.3, 30.0), (1.0, 8.0)))], [Subsidy(0.2)]):
        answer = study.ask(changes)
        totals, after = answer.after.totals, answer.after
        share = sum(firm.gain_yuan for firm in after.firms.values())
        spared = totals.transfer_yuan if isinstance(changes[0], DisposalFee) else 0.0
        whole = totals.value_yuan + totals.transfer_yuan - spared - after.fee_yuan
        assert share == pytest.approx(whole, abs=1e-4)
        assert sum(after.placed_t.values()) == pytest.approx(totals.tonnes)
        if changes == [FreightTimes(1.0)]:
            assert answer.difference.routes == () and answer.difference.firms == ()
        if isinstance(changes[0], DisposalFee):
            # Acting upon a fee never costs more than not acting.
            assert answer.difference.value_yuan - after.fee_yuan >= -study.fee_today(changes[0]) - 1e-4


@pytest.mark.parametrize("seed", range(6))
def test_a_failure_loses_what_a_plan_made_anew_loses(tmp_path: Path, seed: int) -> None:
    problem = random_problem(tmp_path, seed, Shape(supplies=10, demands=9, months=3))
    study = Study(problem)
    seen: list[tuple[int, int]] = []
    failures = single_failures(study, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(n + 1, len(failures)) for n in range(len(failures))]
    assert [f.lost_t for f in failures] == sorted((f.lost_t for f in failures), reverse=True)
    for failure in failures:
        anew = allocate(stopped(problem, [Stop(failure.enterprise, problem.months[0], 3)]))
        assert study.plan.total_value_yuan - anew.total_value_yuan == pytest.approx(failure.lost_yuan, abs=1e-4)
        assert failure.touched_t > 0
    assert study.planner.plan().total_value_yuan == pytest.approx(study.plan.total_value_yuan)


def test_prices_by_place_are_those_of_one_more_tonne_a_month(three_months: MatchProblem) -> None:
    study = Study(three_months)
    prices = {(p.kind, p.what, p.place): p.yuan_per_t for p in place_prices(three_months, study.before)}
    demands = three_months.demands
    more = replace(three_months, demands=replace(demands, t_per_month=demands.t_per_month + np.array([1.0, 0.0])))
    gained = allocate(more).total_value_yuan - study.plan.total_value_yuan
    park = three_months.parks.ids.index("P2")
    assert prices["room", "fired_brick", park] * 3 == pytest.approx(gained)
    assert ("waste", "gangue") not in worth_nothing_anywhere(place_prices(three_months, study.before))


GANGUE = (("gangue", None),)
BAD = {
    "unknown_enterprise": Stop("nobody", "2027-01", 1),
    "outside_horizon": Stop("A", "2030-01", 1),
    "not_between": Stop("A", "2027-01", 0),
    "unknown_use": NewPlant("x", "alchemy", 39.5, 109.8, 10, (("gangue", None),)),
    "in_the_void": NewPlant("x", "fired_brick", 30.0, 120.0, 10, (("gangue", None),)),
    "no_place": NewPlant("x", "fired_brick", 95.0, 109.8, 10, (("gangue", None),)),
    "not_positive": NewPlant("x", "fired_brick", 39.5, 109.8, -5, (("gangue", None),)),
    "accepts_nothing": NewPlant("x", "fired_brick", 39.5, 109.8, 10, ()),
    "unknown_waste_type": NewPlant("x", "fired_brick", 39.5, 109.8, 10, (("gold", None),)),
    "not_a_share": NewPlant("x", "fired_brick", 39.5, 109.8, 10, (("gangue", 1.5),)),
    "unknown_park": NewPlant("x", "fired_brick", 39.5, 109.8, 10, (("gangue", None),), park="P9"),
    "does_not_mix": NewPlant("x", "fired_brick", 39.5, 109.8, 10, GANGUE, specs=(("ph", 6, 9, "blend", ""),)),
    "unknown_basis": NewPlant("x", "fired_brick", 39.5, 109.8, 10, GANGUE, specs=(("loi", 6, 9, "lot", ""),)),
    "min_above_max": NewLimit("loi", 9, 8, demand="D1"),
    "unknown_property": NewLimit("colour", None, 8, demand="D1"),
    "unknown_demand": NewLimit("loi", None, 8, demand="D9"),
    "demand_or_use": NewLimit("loi", None, 8),
    "no_demand_of_use": NewLimit("loi", None, 8, use="alchemy"),
    "two_points": RailLine((("a", 39.5, 109.8),), 1, 1, 0),
    "negative": Subsidy(-1),
    "region_or_park": Subsidy(1, between="country"),
    "fee_rises": DisposalFee(((0.5, 5), (1, 9))),
    "shares_rise_to_one": DisposalFee(((0.5, 5), (0.9, 3))),
    "missing": DisposalFee(()),
    "not_a_number": NewPlant("x", "fired_brick", 39.5, 109.8, 10, (("gangue", None),), bid_yuan_per_t=float("nan")),
}


@pytest.mark.parametrize("code", BAD)
def test_what_cannot_be_is_refused_with_its_reason(three_months: MatchProblem, code: str) -> None:
    with pytest.raises(ImpossibleChange) as caught:
        check_changes(three_months, [FreightTimes(1.0), BAD[code]])  # type: ignore[list-item]
    assert [(fault.change, fault.code) for fault in caught.value.faults] == [(1, code)]
    assert code in str(caught.value)


def test_every_fault_is_told_at_once_and_whole_market_changes_come_once(three_months: MatchProblem) -> None:
    with pytest.raises(ImpossibleChange) as caught:
        check_changes(three_months, [FreightTimes(-1), FreightTimes(2), Stop("nobody", "2030-01", 99)])
    assert [(fault.change, fault.code) for fault in caught.value.faults] == [
        (0, "not_between"), (2, "unknown_enterprise"), (2, "outside_horizon"), (2, "not_between"), (1, "twice"),
    ]


def test_changes_are_kept_as_plain_data_and_read_again() -> None:
    changes = [
        Stop("A", "2027-01", 2), FreightTimes(1.2), Subsidy(0.1), Subsidy(0.1, "park", 30.0),
        NewLimit("loi", None, 8.0, "D1"),
        NewPlant("x", "fired_brick", 39.5, 109.8, 10.0, (("gangue", None), ("coal_slime", 0.2)),
                 specs=(("loi", None, 9.0, "blend", "gangue"),), residues=(("bottom_ash", 0.1),)),
        RailLine((("a", 39.5, 109.8), ("b", 39.5, 110.8)), 1.0, 0.1, 0.01), DisposalFee(((0.5, 9.0), (1.0, 3.0))),
    ]
    rows = json.loads(json.dumps([plain(change) for change in changes]))
    assert read_changes(rows) == changes


def test_what_cannot_be_read_as_changes_is_told_row_by_row() -> None:
    with pytest.raises(ImpossibleChange) as caught:
        read_changes([
            {"kind": "miracle"}, {"kind": "stop", "enterprise": 5, "first_month": "2027-01", "month": 1},
            {"kind": "disposal_fee", "steps": [[0.5]]}, "freight",
        ])
    assert [(fault.change, fault.field, fault.code) for fault in caught.value.faults] == [
        (0, "kind", "unknown_kind"), (1, "month", "unknown_field"), (1, "enterprise", "another_shape"),
        (1, "months", "missing"), (2, "steps", "another_shape"), (3, "kind", "unknown_kind"),
    ]
    with pytest.raises(ImpossibleChange):
        read_changes({"kind": "stop"})

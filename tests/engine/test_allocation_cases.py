"""Allocations that one can work out by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from matching.allocation import allocate
from matching.allocation.planner import Planner
from matching.params import MatchParams
from tests.engine.small_markets import USE, arcs_of, market

SUPPLIES = "id,enterprise,waste_type,t_per_month,stock_t,start,end,ask_yuan_per_t\n"
DEMANDS = "id,enterprise,use,t_per_month,start,end,bid_yuan_per_t\n"
ACCEPTS = "demand,waste_type,max_share\n"
MIX_SPECS = "demand,waste_type,property,min,max,basis\n"
ASSAYS = "supply,property,value\n"
RESIDUES = "demand,waste_type,yield_t_per_t\n"


def _stock_and_wait(folder: Path, room: int) -> object:
    """100 t a month from January to March and 50 t of stock, but a taker only in March."""
    return market(
        folder, months=3,
        supplies=SUPPLIES + "S,A,gangue,100,50,2027-01,2027-03,0",
        demands=DEMANDS + f"D,B,{USE},{room},2027-03,2027-03,20",
        accepts=ACCEPTS + "D,gangue,",
    )


def test_stock_and_production_wait_for_the_month_that_takes_them(tmp_path: Path) -> None:
    problem = _stock_and_wait(tmp_path, 1000)
    plan = allocate(problem)

    assert arcs_of(problem, plan) == {("S", "D", 2): 350.0}
    assert plan.report.objective == pytest.approx(350 * 13.6)
    # One more tonne in any month is sent in March; there is room to spare.
    assert plan.supply_price[0].tolist() == pytest.approx([13.6, 13.6, 13.6])
    assert plan.demand_price[0, 2] == pytest.approx(0.0)
    assert math.isnan(plan.demand_price[0, 0])
    assert plan.left_over_t.tolist() == [0.0]


@pytest.mark.parametrize(
    "window", ["2027-04,", "2029-01,", "2029-01,2029-06", ",2026-12", ",2025-01", "2024-01,2025-01"]
)
def test_windows_outside_the_horizon_change_nothing(tmp_path: Path, window: str) -> None:
    """Neither their stock nor their room is lent to a neighbour, and no residue joins them."""
    problem = market(
        tmp_path, months=3,
        supplies=SUPPLIES + f"""R,B,bottom_ash,10,70,{window},0
                                S0,A,gangue,1000,5000,{window},0
                                S1,A,gangue,100,50,,,0
                                S2,A,gangue,1000,5000,{window},0""",
        demands=DEMANDS + f"""D0,B,{USE},9000,{window},90
                              D1,B,{USE},200,,,20
                              D2,B,{USE},9000,{window},90""",
        accepts=ACCEPTS + "D0,gangue,\nD1,gangue,\nD2,gangue,",
        residues=RESIDUES + "D1,bottom_ash,0.5",
    )
    plan = allocate(problem)

    assert plan.total_t == pytest.approx(350)
    assert {(supply, demand) for supply, demand, _month in arcs_of(problem, plan)} == {("S1", "D1")}
    assert plan.left_over_t.tolist() == pytest.approx([70, 5000, 0, 5000])
    assert [one.tonnes for one in plan.unplaced] == pytest.approx([175])


def test_scarce_room_has_the_price_and_the_rest_is_left_over(tmp_path: Path) -> None:
    plan = allocate(_stock_and_wait(tmp_path, 200))

    assert plan.total_t == pytest.approx(200)
    assert plan.demand_price[0, 2] == pytest.approx(13.6)
    assert plan.supply_price[0].tolist() == pytest.approx([0.0, 0.0, 0.0])
    assert plan.left_over_t.tolist() == pytest.approx([150.0])


def test_nothing_is_sent_before_it_is_produced(tmp_path: Path) -> None:
    problem = market(
        tmp_path, months=2,
        supplies=SUPPLIES + "S,A,gangue,100,30,,,0",
        demands=DEMANDS + f"D,B,{USE},500,2027-01,2027-01,20",
        accepts=ACCEPTS + "D,gangue,",
    )
    assert arcs_of(problem, allocate(problem)) == {("S", "D", 0): 130.0}


def test_a_pair_that_loses_money_is_not_used_unless_its_residue_earns_it(tmp_path: Path) -> None:
    text = {
        "supplies": SUPPLIES + "S,A,gangue,100,,,,0\nT,B,fly_ash_cfb,0,,,,0",
        "demands": DEMANDS + f"D,B,{USE},100,,,5\nE,C,{USE},100,,,30",
        "accepts": ACCEPTS + "D,gangue,\nE,fly_ash_cfb,",
    }
    alone = allocate(market(tmp_path / "alone", **text))
    problem = market(tmp_path / "chain", **text, residues=RESIDUES + "D,fly_ash_cfb,0.3")
    joined = allocate(problem)

    assert alone.total_t == 0.0
    assert alone.report.is_optimal
    assert arcs_of(problem, joined) == {("S", "D", 0): 100.0, ("T", "E", 0): 30.0}
    assert joined.report.objective == pytest.approx(-1.4 * 100 + 23.6 * 30)


def test_share_binds_against_the_whole_intake(tmp_path: Path) -> None:
    problem = market(
        tmp_path,
        supplies=SUPPLIES + "G,A,gangue,500,,,,0\nF,A,fly_ash_pc,60,,,,0",
        demands=DEMANDS + f"D,B,{USE},1000,,,20",
        accepts=ACCEPTS + "D,gangue,0.4\nD,fly_ash_pc,",
    )
    assert arcs_of(problem, allocate(problem)) == {("F", "D", 0): 60.0, ("G", "D", 0): 40.0}


def _two_ashes(folder: Path, spec: str, assays: str) -> object:
    return market(
        folder,
        supplies=SUPPLIES + "S1,A,gangue,100,,,,0\nS2,A,gangue,30,,,,0",
        demands=DEMANDS + f"D,B,{USE},1000,,,20",
        accepts=ACCEPTS + "D,gangue,\nD,fly_ash_pc,",
        specs=MIX_SPECS + spec,
        assays=ASSAYS + assays,
    )


def test_dry_properties_mix_by_dry_tonnes(tmp_path: Path) -> None:
    # 100 t at 12 % and half water weigh 50 t dry; moisture that was not assayed counts as 0.
    problem = _two_ashes(tmp_path, "D,,loi,,8,blend", "S1,loi,12\nS1,moisture,50\nS2,loi,4")
    assert arcs_of(problem, allocate(problem)) == {("S1", "D", 0): 60.0, ("S2", "D", 0): 30.0}
    assert arcs_of(problem, allocate(problem, blend=False)) == {("S2", "D", 0): 30.0}


def test_as_received_properties_mix_by_tonnes_as_received(tmp_path: Path) -> None:
    values = "S1,ncv_ar,3000\nS1,moisture,50\nS2,ncv_ar,6000"
    problem = _two_ashes(tmp_path, "D,,ncv_ar,5000,,blend", values)
    assert arcs_of(problem, allocate(problem)) == {("S1", "D", 0): 15.0, ("S2", "D", 0): 30.0}


def test_a_property_that_was_not_assayed_is_never_allocated(tmp_path: Path) -> None:
    problem = _two_ashes(tmp_path, "D,,loi,,8,blend", "S2,loi,4")
    assert arcs_of(problem, allocate(problem)) == {("S2", "D", 0): 30.0}


def test_blend_for_a_waste_type_binds_the_mix_of_that_type_alone(tmp_path: Path) -> None:
    text = {
        "supplies": SUPPLIES + "S1,A,gangue,100,,,,0\nS2,A,gangue,30,,,,0\nS3,A,fly_ash_pc,500,,,,0",
        "demands": DEMANDS + f"D,B,{USE},1000,,,20",
        "accepts": ACCEPTS + "D,gangue,\nD,fly_ash_pc,",
        "assays": ASSAYS + "S1,loi,12\nS2,loi,4\nS3,loi,1",
    }
    alone = market(tmp_path / "alone", **text, specs=MIX_SPECS + "D,gangue,loi,,8,blend")
    whole = market(tmp_path / "whole", **text, specs=MIX_SPECS + "D,,loi,,8,blend")
    assert arcs_of(alone, allocate(alone))["S1", "D", 0] == 30.0
    assert arcs_of(whole, allocate(whole))["S1", "D", 0] == 100.0


def test_residues_join_the_first_open_supply_and_the_rest_is_unplaced(tmp_path: Path) -> None:
    problem = market(
        tmp_path, months=2,
        supplies=SUPPLIES + "S,A,gangue,100,,,,0\nT1,B,fly_ash_cfb,0,,2027-01,2027-01,0\n"
        "T2,B,fly_ash_cfb,0,,,,0",
        demands=DEMANDS + f"D,B,{USE},100,,,20\nE,C,{USE},20,,,30",
        accepts=ACCEPTS + "D,gangue,\nE,fly_ash_cfb,",
        residues=RESIDUES + "D,fly_ash_cfb,0.3\nD,bottom_ash,0.1",
    )
    plan = allocate(problem)
    ids = problem.supplies.ids

    assert plan.received_residue_t[ids.index("T1")].tolist() == pytest.approx([30.0, 0.0])
    assert plan.received_residue_t[ids.index("T2")].tolist() == pytest.approx([0.0, 30.0])
    assert arcs_of(problem, plan)["T2", "E", 1] == 20.0
    assert plan.left_over_t[ids.index("T1")] == pytest.approx(10.0)
    (unplaced,) = plan.unplaced
    assert problem.waste_types[unplaced.waste_type] == "bottom_ash"
    assert unplaced.tonnes == pytest.approx(20.0)


NEAR_AND_FAR = {
    "supplies": SUPPLIES + "FARS,FAR,gangue,100,,,,-80\nNEAR,A,gangue,100,,,,0",
    "demands": DEMANDS + f"D,B,{USE},150,,,0",
    "accepts": ACCEPTS + "D,gangue,",
}


def test_tonnes_come_first_and_then_the_least_freight(tmp_path: Path) -> None:
    problem = market(tmp_path, **NEAR_AND_FAR)
    plan = allocate(problem, objective="tonnes")
    far_freight = 6.4 + 0.337 * plan.distance_km[0]

    assert arcs_of(problem, plan) == {("FARS", "D", 0): 50.0, ("NEAR", "D", 0): 100.0}
    assert plan.report.objective == pytest.approx(150)
    assert plan.report.second_objective == pytest.approx(50 * far_freight + 640)
    assert plan.demand_price[0, 0] == pytest.approx(1.0)
    assert plan.price_unit == "t_per_t"
    assert arcs_of(problem, allocate(problem))["FARS", "D", 0] == 100.0


def test_carbon_counts_what_is_avoided_less_the_freight(tmp_path: Path) -> None:
    saving = f'[[carbon.avoided]]\nuse = "{USE}"\nwaste_type = "gangue"\nkg_per_t = 10\n'
    text = dict(NEAR_AND_FAR, supplies=NEAR_AND_FAR["supplies"] + "\nASH,A,fly_ash_pc,100,,,,0")
    text["accepts"] += "D,gangue,\nD,fly_ash_pc,".removeprefix("D,gangue,")
    problem = market(tmp_path, **text, settings=saving)
    plan = allocate(problem, objective="carbon")

    assert arcs_of(problem, plan) == {("FARS", "D", 0): 50.0, ("NEAR", "D", 0): 100.0}
    assert plan.report.objective == pytest.approx(1500 - 50 * 0.078 * plan.distance_km[0])
    assert plan.total_carbon_kg == pytest.approx(plan.report.objective)


def test_an_answer_cut_short_never_looks_optimal(tmp_path: Path) -> None:
    problem = _stock_and_wait(tmp_path, 1000)
    cut, whole = allocate(problem, time_limit_s=0), allocate(problem)

    assert cut.report.status == "time_limit"
    assert not cut.report.is_optimal
    assert "time limit" in cut.report.stop_reason
    assert cut.report.bound >= whole.report.objective
    assert cut.report.gap > 0


def test_a_market_without_pairs_has_the_empty_plan(tmp_path: Path) -> None:
    problem = market(
        tmp_path, months=2,
        supplies=SUPPLIES + "S,A,gangue,100,,2027-01,2027-01,0",
        demands=DEMANDS + f"D,B,{USE},100,2027-02,2027-02,20",
        accepts=ACCEPTS + "D,gangue,",
    )
    for objective in ("value", "tonnes", "carbon"):
        plan = allocate(problem, objective=objective)
        assert plan.report.is_optimal
        assert (plan.total_t, plan.report.objective, len(plan.pairs)) == (0.0, 0.0, 0)


def test_wrong_calls_are_refused_in_words(tmp_path: Path) -> None:
    problem = _stock_and_wait(tmp_path, 1000)
    pairs = allocate(problem).pairs
    twice = pairs.keep(np.repeat(np.arange(len(pairs)), 2))

    with pytest.raises(ValueError, match="choose one of value, tonnes, carbon"):
        allocate(problem, objective="profit")
    with pytest.raises(ValueError, match="seconds >= 0"):
        allocate(problem, time_limit_s=-1)
    with pytest.raises(ValueError, match="gap nan is not a share from 0 up to 1"):
        allocate(problem, relative_gap=float("nan"))
    for asked, said in (({"objective": "profit"}, "choose one of value"), ({"relative_gap": 1.0}, "gap 1.0 is not a")):
        with pytest.raises(ValueError, match=said):
            Planner(problem, MatchParams(), pairs, **({"objective": "value", "blend": True} | asked))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="S -> D is given twice"):
        allocate(problem, pairs=twice)

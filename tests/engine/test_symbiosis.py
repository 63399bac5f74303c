"""Flows, chains, measures and pictures of plans, on markets small enough to work out by hand."""

from __future__ import annotations

import io
import math
from pathlib import Path

import networkx
import numpy as np
import pytest

from matching.allocation import allocate
from matching.problem import MatchProblem
from matching.symbiosis import (
    OTHERS,
    Arcs,
    flows_between,
    graphml,
    park_balance,
    sankey,
    symbiosis_metrics,
    trace_chains,
)
from matching.symbiosis.origins import OWN, trace_origins
from tests.engine.random_markets import Shape, random_problem
from tests.engine.small_markets import USE, market

BUSY = Shape(
    supplies=14, demands=10, wastes=3, months=3, residues=1.0, enterprises=3, limits=0.1, spec_count=1
)
SUPPLIES = (
    "id,enterprise,waste_type,t_per_month,stock_t\n"
    "S1,A,gangue,100,0\nS2,B,fly_ash_cfb,10,0\nS3,C,bottom_ash,0,0\n"
)
DEMANDS = (
    "id,enterprise,use,t_per_month,bid_yuan_per_t\n"
    f"D1,B,cfb_power,1000,50\nD2,C,{USE},1000,50\nD3,A,mine_backfill,1000,50\n"
)
ACCEPTS = "demand,waste_type\nD1,gangue\nD2,fly_ash_cfb\nD3,bottom_ash\n"
RESIDUES = "demand,waste_type,yield_t_per_t\nD1,fly_ash_cfb,0.3\nD2,bottom_ash,0.5\n"


@pytest.fixture
def three_hops(tmp_path: Path) -> MatchProblem:
    """A sends gangue to B, whose ash (30 t beside 10 t of its own) goes to C, whose slag goes back to A."""
    return market(tmp_path, supplies=SUPPLIES, demands=DEMANDS, accepts=ACCEPTS, residues=RESIDUES)


def test_a_chain_runs_through_residues_and_shares_a_heap_in_proportion(three_hops: MatchProblem) -> None:
    traced = trace_chains(three_hops, allocate(three_hops))
    first, second = traced.chains

    assert [hop.tonnes for hop in first.hops] == pytest.approx([100, 30, 15])
    assert [hop.tonnes for hop in second.hops] == pytest.approx([10, 5])
    assert (first.bottleneck, first.tonnes) == (2, pytest.approx(15))
    assert [three_hops.parks.ids[park] for park in first.parks] == ["P1", "P2"]
    assert first.crosses_parks
    assert not first.returns
    assert (traced.cycles, traced.complete) == ((), True)


def test_a_chain_ends_where_the_residue_stays(tmp_path: Path) -> None:
    demands = DEMANDS.replace("D2,C,fired_brick,1000", "D2,C,fired_brick,20")
    problem = market(tmp_path, supplies=SUPPLIES, demands=demands, accepts=ACCEPTS, residues=RESIDUES)
    chain = trace_chains(problem, allocate(problem)).chains[0]

    # Of 40 t in B's heap 20 go on: half of the gangue's 30 t of ash, hence half of the gangue.
    assert [hop.tonnes for hop in chain.hops] == pytest.approx([50, 15, 7.5])


def test_a_later_residue_is_not_in_an_earlier_consignment(tmp_path: Path) -> None:
    text = {"supplies": SUPPLIES, "demands": DEMANDS, "accepts": ACCEPTS, "residues": RESIDUES}
    problem = market(tmp_path, **text, months=2)
    ids, wants = problem.supplies.ids, problem.demands.ids
    arcs = Arcs(
        np.array([ids.index("S2"), ids.index("S1")]), np.array([wants.index("D2"), wants.index("D1")]),
        np.array([0, 1]), np.array([10.0, 100.0]),
    )
    origins = trace_origins(problem, arcs)

    assert origins.part[OWN, (ids.index("S2"), wants.index("D2"))] == pytest.approx(10)
    assert trace_chains(problem, arcs).chains == ()


def test_a_cycle_is_found_and_named(tmp_path: Path) -> None:
    residues = RESIDUES + "D3,gangue,0.2\n"
    problem = market(tmp_path, supplies=SUPPLIES, demands=DEMANDS, accepts=ACCEPTS, residues=residues)
    plan = allocate(problem)
    traced = trace_chains(problem, plan)
    (cycle,) = traced.cycles
    # One tonne of gangue brings 0.3 x 0.5 x 0.2 = 0.03 t of gangue back, and so does B's own ash.
    gangue = (100 + 10 * 0.5 * 0.2) / (1 - 0.03)

    assert [problem.supplies.ids[supply] for supply, _demand in cycle.arcs] == ["S1", "S2", "S3"]
    assert plan.tonnes[plan.supply == problem.supplies.ids.index("S1")].sum() == pytest.approx(gangue)
    assert cycle.tonnes == pytest.approx(gangue - 100)
    assert any(chain.returns for chain in traced.chains)


def test_on_site_rounds_do_not_run_for_ever(tmp_path: Path) -> None:
    problem = market(
        tmp_path,
        supplies="id,enterprise,waste_type,t_per_month\nS,A,gangue,100",
        demands=f"id,enterprise,use,t_per_month,bid_yuan_per_t\nD,A,{USE},500,50",
        accepts="demand,waste_type\nD,gangue",
        residues="demand,waste_type,yield_t_per_t\nD,gangue,0.5",
    )
    plan = allocate(problem)
    traced = trace_chains(problem, plan)

    assert plan.total_t == pytest.approx(200)
    assert (len(traced.chains), len(traced.cycles)) == (0, 1)
    assert traced.cycles[0].tonnes == pytest.approx(100)


@pytest.mark.parametrize("seed", range(12))
def test_origins_add_up_to_the_plan_and_chains_keep_the_residue_rates(tmp_path: Path, seed: int) -> None:
    problem = random_problem(tmp_path, seed, BUSY)
    plan = allocate(problem, objective="tonnes")
    traced = trace_chains(problem, plan)
    origins = traced.origins

    for arc, tonnes in origins.arcs.items():
        parts = [part for (_origin, sent), part in origins.part.items() if sent == arc]
        assert math.fsum(parts) == pytest.approx(tonnes, rel=1e-6, abs=1e-5)
    assert sum(origins.arcs.values()) == pytest.approx(plan.total_t)
    for chain in traced.chains:
        for one, following in zip(chain.hops, chain.hops[1:], strict=False):
            rate = origins.rate[one.demand, following.waste_type]
            assert following.tonnes == pytest.approx(one.tonnes * rate)
            assert problem.demands.enterprise[one.demand] == problem.supplies.enterprise[following.supply]
            assert one.tonnes <= origins.arcs[one.supply, one.demand] * (1 + 1e-6) + 1e-6


def test_random_plans_hold_chains(tmp_path: Path) -> None:
    plans = [(random_problem(tmp_path / str(seed), seed, BUSY)) for seed in range(12)]
    found = [trace_chains(problem, allocate(problem, objective="tonnes")) for problem in plans]
    assert sum(len(traced.chains) > 0 for traced in found) >= 4


def test_too_many_chains_are_said_not_to_be_all(three_hops: MatchProblem) -> None:
    traced = trace_chains(three_hops, allocate(three_hops), max_chains=1)
    assert (len(traced.chains), traced.complete) == (1, False)


def test_flows_add_up_at_every_level(three_hops: MatchProblem) -> None:
    plan = allocate(three_hops)
    for level in ("enterprise", "park"):
        for by_month in (True, False):
            flows = flows_between(three_hops, plan, level=level, by_month=by_month)
            assert flows.tonnes.sum() == pytest.approx(plan.total_t)
    parks = flows_between(three_hops, plan, level="park")
    assert list(zip(parks.source.tolist(), parks.target.tolist(), strict=True)) == [(-1, 0), (0, 1), (1, -1)]
    with pytest.raises(ValueError, match="choose enterprise or park"):
        flows_between(three_hops, plan, level="region")


def test_park_balance_counts_in_out_and_left_over(tmp_path: Path) -> None:
    demands = DEMANDS.replace("D2,C,fired_brick,1000", "D2,C,fired_brick,20")
    problem = market(tmp_path, supplies=SUPPLIES, demands=demands, accepts=ACCEPTS, residues=RESIDUES)
    balance = park_balance(problem, allocate(problem), problem.parks.ids.index("P2"))

    assert balance.arriving == {"gangue": pytest.approx(100)}
    assert balance.leaving == {"fly_ash_cfb": pytest.approx(20)}
    assert balance.within == {}
    assert balance.left_over == {"fly_ash_cfb": pytest.approx(20)}


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 40])
def test_sankey_keeps_all_tonnes_in_few_links(tmp_path: Path, most: int) -> None:
    problem = random_problem(tmp_path, 10, BUSY)
    plan = allocate(problem, objective="tonnes")
    links = sankey(problem, plan, most=most)
    whole = sankey(problem, plan)

    assert 0 < len(links) <= most
    assert len(whole) > 5
    assert sum(link.tonnes for link in links) == pytest.approx(plan.total_t)
    assert (most == 40) != any(link.use == OTHERS for link in links)


def test_measures_are_those_of_the_definitions(three_hops: MatchProblem) -> None:
    plan = allocate(three_hops)
    found = symbiosis_metrics(three_hops, plan, trace_chains(three_hops, plan))
    values = {name: metric.value for name, metric in found.items()}

    assert (values["nodes"], values["links"], values["largest_component"]) == (3, 3, 3)
    assert values["density"] == pytest.approx(0.5)
    assert values["reciprocity"] == 0.0
    assert values["flow_t"] == pytest.approx(160)
    assert values["across_parks_t"] == pytest.approx(100)
    assert values["outside_parks_t"] == pytest.approx(60)
    assert values["on_site_t"] == values["within_park_t"] == 0.0
    assert values["utilisation"] == pytest.approx(1.0)
    assert (values["chains"], values["chains_across_parks"], values["longest_chain_hops"]) == (2, 2, 3)
    assert all(metric.definition.endswith(".") and metric.unit for metric in found.values())


def test_a_still_market_has_measures_too(tmp_path: Path) -> None:
    problem = market(
        tmp_path, supplies=SUPPLIES, demands=DEMANDS.replace(",50\n", ",-50\n"), accepts=ACCEPTS
    )
    plan = allocate(problem)
    values = {
        name: metric.value
        for name, metric in symbiosis_metrics(problem, plan, trace_chains(problem, plan)).items()
    }
    assert values["nodes"] == values["flow_t"] == values["chains"] == 0
    assert values["density"] is None
    assert sankey(problem, plan) == ()


def test_graphml_reads_back(three_hops: MatchProblem) -> None:
    plan = allocate(three_hops)
    graph = networkx.read_graphml(io.BytesIO(graphml(three_hops, plan).encode()), force_multigraph=True)

    assert sorted(graph.nodes) == ["A", "B", "C"]
    assert graph.nodes["A"]["park"] == "P1"
    assert sum(data["tonnes"] for _, _, data in graph.edges(data=True)) == pytest.approx(plan.total_t)

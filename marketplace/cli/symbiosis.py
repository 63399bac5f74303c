"""``gongsheng symbiosis SCENARIO --out DIR``: flows, chains, measures and graph of the best plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from marketplace.cli.allocate import end_unless_proven, plan_options
from marketplace.cli.options import distance_model, engine_options, load, out_option, progress_bar
from matching.allocation import AllocationResult, allocate
from matching.params import MatchParams
from matching.problem import MatchProblem
from matching.scenario.output import csv_text, json_text, write_folder
from matching.symbiosis import ChainResult, flows_between, graphml, symbiosis_metrics, trace_chains

FLOW_HEADER = ("level", "source", "target", "waste_type", "month", "tonnes")
CHAIN_HEADER = (
    "chain", "hop", "supply", "source", "demand", "target", "waste_type", "tonnes", "source_park",
    "target_park", "bottleneck", "crosses_parks", "returns",
)


@click.command("symbiosis")
@engine_options
@out_option
@plan_options
def symbiosis_command(
    scenario: Path, distance: str | None, roads: Path | None, router_url: str | None, seed: int,
    out: Path | None, objective: str, blend: bool, time_limit: float | None, confidence: float | None,
) -> None:
    """Write flows, chains, measures and graph of the best plan for SCENARIO."""
    if out is None:
        raise click.UsageError("name a folder to write with --out")
    problem = load(scenario)
    params = MatchParams(top_k=0, distance=distance_model(problem, distance, roads, router_url), seed=seed)
    with progress_bar("match") as progress:
        plan = allocate(
            problem, params, objective=objective, blend=blend, time_limit_s=time_limit, progress=progress,
            confidence=confidence,
        )
    traced = trace_chains(problem, plan)
    write_folder(out, {
        "flows.csv": csv_text(FLOW_HEADER, flow_rows(problem, plan)),
        "chains.csv": csv_text(CHAIN_HEADER, chain_rows(problem, traced)),
        "metrics.json": json_text(_metrics(problem, plan, traced)),
        "graph.graphml": graphml(problem, plan),
    })
    across = sum(chain.crosses_parks for chain in traced.chains)
    click.echo(
        f"{len(traced.chains)} chains of two or more hops, {across} of them across parks, and"
        f" {len(traced.cycles)} cycles in a plan of {plan.total_t:,.0f} t; written to {out}"
    )
    end_unless_proven(plan)


def flow_rows(problem: MatchProblem, plan: AllocationResult) -> Iterator[tuple[object, ...]]:
    """Flows between enterprises, then parks; by month, then over the horizon (month blank); no park is
    blank.
    """
    names = {"enterprise": problem.enterprises.ids, "park": (*problem.parks.ids, "")}
    months = (*problem.months, "")
    for level in ("enterprise", "park"):
        for by_month in (True, False):
            flows = flows_between(problem, plan, level=level, by_month=by_month)
            columns = (flows.source, flows.target, flows.waste_type, flows.month, flows.tonnes)
            for source, target, waste, month, tonnes in zip(*(c.tolist() for c in columns), strict=True):
                # Index -1, in no park or over the whole horizon, is the blank at the end.
                yield (
                    level, names[level][source], names[level][target], problem.waste_types[waste],
                    months[month], round(tonnes, 6),
                )


def chain_rows(problem: MatchProblem, traced: ChainResult) -> Iterator[tuple[object, ...]]:
    """One row per hop; chains are numbered from 1, most tonnes first, and hops from 1."""
    firms, parks = problem.enterprises, (*problem.parks.ids, "")
    for number, chain in enumerate(traced.chains, 1):
        for at, hop in enumerate(chain.hops):
            source = int(problem.supplies.enterprise[hop.supply])
            target = int(problem.demands.enterprise[hop.demand])
            yield (
                number, at + 1, problem.supplies.ids[hop.supply], firms.ids[source],
                problem.demands.ids[hop.demand], firms.ids[target], problem.waste_types[hop.waste_type],
                round(hop.tonnes, 6), parks[firms.park[source]], parks[firms.park[target]],
                _said(at == chain.bottleneck), _said(chain.crosses_parks), _said(chain.returns),
            )


def _said(holds: bool) -> str:
    return "true" if holds else "false"


def _metrics(problem: MatchProblem, plan: AllocationResult, traced: ChainResult) -> dict[str, object]:
    report = plan.report
    return {
        "title": problem.title,
        "plan": {
            "status": report.status, "stop_reason": report.stop_reason, "objective_name": plan.objective,
            "objective": report.objective, "bound": report.bound, "gap": report.gap, "blend": plan.blend,
            "distance": plan.distance_method, "seed": report.seed, "versions": report.versions,
        },
        "metrics": {
            name: asdict(metric) for name, metric in symbiosis_metrics(problem, plan, traced).items()
        },
        "chains_complete": traced.complete,
        "cycles": [
            {
                "arcs": [
                    {"supply": problem.supplies.ids[supply], "demand": problem.demands.ids[demand]}
                    for supply, demand in cycle.arcs
                ],
                "tonnes": cycle.tonnes,
            }
            for cycle in traced.cycles
        ],
    }

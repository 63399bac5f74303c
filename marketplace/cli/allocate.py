"""``gongsheng allocate SCENARIO --objective value|tonnes|carbon [--blend/--no-blend] --out DIR``."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from marketplace.cli.blends import BLENDS_HEADER, blend_rows, surety, surety_lines
from marketplace.cli.choices import choice_options, choice_summary, chosen
from marketplace.cli.options import distance_model, engine_options, load, out_option, progress_bar
from matching.allocation import AllocationResult, allocate
from matching.allocation.blends import blends_of
from matching.allocation.objectives import OBJECTIVES
from matching.allocation.result import OPTIMAL, PROVEN_GAP, WITHIN_GAP
from matching.allocation.whole import WHOLE_GAP, allocate_whole
from matching.params import MatchParams
from matching.problem import MatchProblem
from matching.scenario.output import csv_text, json_text, write_folder
from matching.siting.result import SitingResult
from matching.uncertainty import check_confidence

HEADER = ("supply", "demand", "month", "tonnes", "value_yuan_per_t")
NOT_PROVEN = 1


def _confidence(_context: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    try:
        check_confidence(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return value


def plan_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--objective``, ``--blend/--no-blend``, ``--time-limit`` and ``--confidence``, the same wherever a plan is made.
    """
    options = [
        click.option("--objective", type=click.Choice(OBJECTIVES), default="value", show_default=True,
                     help="What is made greatest: yuan, tonnes (then least freight) or kg CO2e avoided."),
        click.option("--blend/--no-blend", default=True, show_default=True,
                     help="Whether `blend` specs bind the month's mix or, like `each`, every lot."),
        click.option("--time-limit", type=click.FloatRange(min=0), default=None,
                     help="Seconds the solver may take; a plan not proven best ends with exit code 1."),
        click.option("--confidence", type=float, default=None, metavar="P", callback=_confidence,
                     help="Allot only what keeps every spec with this probability (0.5 to below 1, such as 0.95), "
                     "where assays have a spread."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command("allocate")
@engine_options
@out_option
@plan_options
@choice_options
@click.option("--gap", type=click.FloatRange(0, 1, max_open=True), default=None,
              help=f"How near to the best the plan must be proven, as a share; {WHOLE_GAP:g} for whole choices and "
              f"{PROVEN_GAP:g} otherwise, where it is not said.  Plans that are quickly proven best are so anyway.")
def allocate_command(
    scenario: Path, distance: str | None, roads: Path | None, router_url: str | None, seed: int,
    out: Path | None, objective: str, blend: bool, time_limit: float | None, confidence: float | None,
    min_lots: bool, max_suppliers: int | None, single_source: bool, gap: float | None,
) -> None:
    """Write the best plan of tonnes for SCENARIO."""
    if out is None:
        raise click.UsageError("name a folder to write with --out")
    choices = chosen(min_lots=min_lots, max_suppliers=max_suppliers, single_source=single_source)
    started = time.perf_counter()
    problem = load(scenario)
    params = MatchParams(top_k=0, distance=distance_model(problem, distance, roads, router_url), seed=seed)
    loaded = time.perf_counter()
    whole = None
    with progress_bar("match") as progress:
        if choices:
            whole = allocate_whole(
                problem, params, choices=choices, objective=objective, blend=blend, time_limit_s=time_limit,
                progress=progress, confidence=confidence, relative_gap=WHOLE_GAP if gap is None else gap,
            )
            plan = whole.plan
        else:
            plan = allocate(
                problem, params, objective=objective, blend=blend, time_limit_s=time_limit, progress=progress,
                confidence=confidence, relative_gap=PROVEN_GAP if gap is None else gap,
            )
    seconds = {"load": loaded - started, "allocate": time.perf_counter() - loaded}
    blends = blends_of(problem, plan)
    write_folder(out, {
        "allocation.csv": csv_text(HEADER, plan_rows(problem, plan)),
        "prices.csv": csv_text(("kind", "id", "month", plan.price_unit), price_rows(problem, plan)),
        "blends.csv": csv_text(BLENDS_HEADER, blend_rows(problem, blends)),
        "summary.json": json_text(
            plan_summary(problem, plan, seconds) | surety(problem, plan, blends)
            | ({"choices": choice_summary(whole)} if whole else {})
        ),
    })
    click.echo(
        f"{plan.report.status}: {plan.total_t:,.0f} t on {len(plan.tonnes)} arcs, {objective}"
        f" {plan.report.objective:,.2f} in {seconds['allocate']:.2f} s; written to {out}"
    )
    for line in surety_lines(problem, plan, blends):
        click.echo(line)
    end_unless_proven(plan)


def end_unless_proven(plan: AllocationResult | SitingResult) -> None:
    """Exit with code 1 and the reason where the plan is not proven to be the best one."""
    if plan.report.status not in (OPTIMAL, WITHIN_GAP):
        click.echo(f"not proven best: {plan.report.stop_reason}", err=True)
        sys.exit(NOT_PROVEN)


def plan_rows(problem: MatchProblem, plan: AllocationResult) -> Iterator[tuple[object, ...]]:
    """Supply, demand, month, tonnes (to the gram) and yuan per tonne of every arc."""
    columns = (plan.supply, plan.demand, plan.month, plan.tonnes, plan.value_yuan_per_t)
    for supply, demand, month, tonnes, value in zip(*(column.tolist() for column in columns), strict=True):
        yield (
            problem.supplies.ids[supply], problem.demands.ids[demand], problem.months[month],
            round(tonnes, 6), value,
        )


def price_rows(problem: MatchProblem, plan: AllocationResult) -> Iterator[tuple[object, ...]]:
    """Kind, id, month and price for every month of every listing's window."""
    listings = (
        ("supply", problem.supplies.ids, plan.supply_price),
        ("demand", problem.demands.ids, plan.demand_price),
    )
    for kind, ids, table in listings:
        for key, row in zip(ids, table.tolist(), strict=True):
            for month, price in enumerate(row):
                if not math.isnan(price):
                    yield kind, key, problem.months[month], round(price, 9)


def plan_summary(
    problem: MatchProblem, plan: AllocationResult, seconds: dict[str, float]
) -> dict[str, object]:
    """How the solver ended and what the plan comes to."""
    report = plan.report
    emitted = problem.carbon.transport_kg_per_t_km * float(plan.tonnes @ plan.distance_km)
    return {
        "title": problem.title,
        "status": report.status,
        "stop_reason": report.stop_reason,
        "objective_name": plan.objective,
        "objective": report.objective,
        "bound": report.bound,
        "gap": report.gap,
        "least_freight_yuan": report.second_objective,
        "least_freight_bound_yuan": report.second_bound,
        "blend": plan.blend,
        "pairs": len(plan.pairs),
        "arcs": len(plan.tonnes),
        "tonnes": plan.total_t,
        "left_over_t": _left_over(problem, plan),
        "value_yuan": plan.total_value_yuan,
        "freight_yuan": plan.total_freight_yuan,
        "kg_co2e": plan.total_carbon_kg,
        "kg_co2e_avoided": plan.total_carbon_kg + emitted,
        "kg_co2e_freight": emitted,
        "unplaced_residues": _unplaced(problem, plan),
        "distance": plan.distance_method,
        "seed": report.seed,
        "solver": {
            "columns": report.columns, "rows": report.rows, "rounds": report.rounds,
            "iterations": report.iterations, "versions": report.versions,
        },
        "seconds": {key: round(value, 4) for key, value in seconds.items()},
    }


def _unplaced(problem: MatchProblem, plan: AllocationResult) -> list[dict[str, object]]:
    return [
        {
            "demand": problem.demands.ids[residue.demand],
            "waste_type": problem.waste_types[residue.waste_type],
            "tonnes": residue.tonnes,
        }
        for residue in plan.unplaced
    ]


def _left_over(problem: MatchProblem, plan: AllocationResult) -> dict[str, float]:
    totals: dict[str, float] = {}
    for waste, tonnes in zip(problem.supplies.waste_type.tolist(), plan.left_over_t.tolist(), strict=True):
        key = problem.waste_types[waste]
        totals[key] = totals.get(key, 0.0) + tonnes
    return dict(sorted(totals.items()))

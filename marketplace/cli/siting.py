"""``gongsheng siting SCENARIO --candidates FOLDER --objective net_value|tonnes --out DIR``."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from marketplace.cli.allocate import HEADER, end_unless_proven, plan_rows
from marketplace.cli.options import BAD_INPUT, distance_model, engine_options, load, out_option, progress_bar
from matching.params import MatchParams
from matching.scenario.candidates import read_candidates
from matching.scenario.output import csv_text, json_text, write_folder
from matching.siting import (
    AtLeast,
    Cell,
    Decision,
    NotFoundInTime,
    RequirementsConflict,
    SitingInputError,
    SitingProblem,
    SitingResult,
    place_facilities,
    screening,
)
from matching.siting.placing import EXPLAINED, OBJECTIVES
from matching.siting.problem import VOID_KM

SITING_HEADER = (
    "candidate", "name", "use", "opened", "open_cost_yuan", "tonnes", "unplaced_t", "moved_t", "value_yuan",
    "missed", "missed_placed_t", "tried_open", "short", "short_at_least",
)  # fmt: skip
TAKEN_HEADER = ("candidate", "waste_type", "tonnes", "unplaced_t", "moved_t", "moved_from")
SCREENING_HEADER = ("waste_type", "lat", "lon", "tonnes", "within_radius_t", "supplies")


def _at_least(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[AtLeast, ...]:
    found = []
    for value in values:
        waste, _, tonnes = value.partition("=")
        try:
            found.append(AtLeast(waste.strip(), float(tonnes)))
        except ValueError as error:
            raise click.BadParameter(f"{value!r} is not WASTE=TONNES, such as gangue=500000") from error
    return tuple(found)


def _asked(command: Callable[..., Any]) -> Callable[..., Any]:
    options = [
        click.option("--candidates", type=click.Path(path_type=Path), required=True,
                     help="A folder with candidates.csv, candidate_accepts.csv, candidate_specs.csv and "
                     "candidate_residues.csv."),
        click.option("--objective", type=click.Choice(OBJECTIVES), default="net_value", show_default=True,
                     help="Most yuan, openings paid, or most tonnes placed (then least cost)."),
        click.option("--blend/--no-blend", default=True, show_default=True,
                     help="Whether `blend` specs bind the month's mix or, like `each`, every lot."),
        click.option("--budget", type=float, default=None, help="Yuan that the openings may cost together."),
        click.option("--most-open", type=int, default=None, help="How many candidates may open."),
        click.option("--must-open", multiple=True, metavar="ID",
                     help="A candidate that opens in any case; repeatable."),
        click.option("--at-least", multiple=True, metavar="WASTE=TONNES", callback=_at_least,
                     help="Tonnes of a waste type that must be placed over the horizon; repeatable."),
        click.option("--gap", type=click.FloatRange(0, 1, max_open=True), default=1e-4, show_default=True,
                     help="How near to the best the choice must be proven, as a share."),
        click.option("--time-limit", type=click.FloatRange(min=0), default=None,
                     help="Seconds the search may take; a choice not proven ends with exit code 1."),
        click.option("--explain", type=click.IntRange(min=0), default=EXPLAINED, show_default=True,
                     help="How many closed candidates are tried open, to say what they lack."),
        click.option("--void-km", type=click.FloatRange(min=0, min_open=True), default=VOID_KM, show_default=True,
                     help="A candidate farther from every listing lies outside the region."),
        click.option("--cell-km", type=click.FloatRange(min=0, min_open=True), default=20.0, show_default=True,
                     help="Width of the cells of screening.csv."),
        click.option("--radius-km", type=click.FloatRange(min=0, min_open=True), default=50.0, show_default=True,
                     help="Radius around each cell of screening.csv."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.command("siting")
@engine_options
@out_option
@_asked
def siting_command(
    scenario: Path, distance: str | None, roads: Path | None, router_url: str | None, seed: int, out: Path | None,
    candidates: Path, void_km: float, cell_km: float, radius_km: float, explain: int, gap: float,
    time_limit: float | None, objective: str, blend: bool, **asked: Any,
) -> None:
    """Choose which candidate plants to open in SCENARIO."""
    if out is None:
        raise click.UsageError("name a folder to write with --out")
    started = time.perf_counter()
    problem = load(scenario)
    siting = _siting(problem, candidates, void_km, **asked)
    params = MatchParams(top_k=0, distance=distance_model(problem, distance, roads, router_url), seed=seed)
    loaded = time.perf_counter()
    try:
        with progress_bar("match") as progress:
            result = place_facilities(
                siting, params, objective=objective, blend=blend, relative_gap=gap, time_limit_s=time_limit,
                explain=explain, progress=progress,
            )
    except (RequirementsConflict, NotFoundInTime) as error:
        click.echo(f"{error}; nothing was written", err=True)
        sys.exit(BAD_INPUT)
    seconds = {"load": loaded - started, "siting": time.perf_counter() - loaded}
    cells = screening(result.problem, result.without, cell_km=cell_km, radius_km=radius_km)
    write_folder(out, {
        "siting.csv": csv_text(SITING_HEADER, _siting_rows(siting, result)),
        "siting_taken.csv": csv_text(TAKEN_HEADER, _taken_rows(result)),
        "siting_allocation.csv": csv_text(HEADER, plan_rows(result.problem, result.plan)),
        "screening.csv": csv_text(SCREENING_HEADER, _cell_rows(cells)),
        "summary.json": json_text(_summary(siting, result, seconds)),
    })
    _tell(result, seconds["siting"], out)


def _siting(
    problem: Any, candidates: Path, void_km: float, *, budget: float | None, most_open: int | None,
    must_open: tuple[str, ...], at_least: tuple[AtLeast, ...],
) -> SitingProblem:
    found = read_candidates(candidates, problem, void_km=void_km)
    try:
        return SitingProblem(
            problem, found, budget_yuan=budget, most_open=most_open, must_open=must_open, at_least=at_least,
            void_km=void_km,
        )
    except SitingInputError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        count = len(error.faults)
        click.echo(f"{count} fault{'s' if count != 1 else ''}; nothing was written", err=True)
        sys.exit(BAD_INPUT)


def _tell(result: SitingResult, seconds: float, out: Path) -> None:
    report = result.report
    click.echo(
        f"{report.status}: {len(result.opened)} of {len(result.decisions)} open, {result.objective}"
        f" {report.objective:,.2f} (gap {report.gap:.2e}) in {seconds:.2f} s; written to {out}"
    )
    for decision in result.decisions:
        if decision.opened:
            unplaced = sum(part.unplaced_t for part in decision.taken)
            click.echo(f"{decision.candidate}: {decision.tonnes:,.0f} t, of which {unplaced:,.0f} t lay unplaced")
    end_unless_proven(result)


def _siting_rows(siting: SitingProblem, result: SitingResult) -> Iterator[tuple[object, ...]]:
    for candidate, decision in zip(siting.candidates, result.decisions, strict=True):
        yield (
            candidate.id, candidate.name, candidate.use, str(decision.opened).lower(), candidate.open_cost_yuan,
            round(decision.tonnes, 6), *(round(sum(column), 6) for column in _origins(decision)),
            round(decision.value_yuan, 2), *_missed(decision), *_tried(decision),
        )


def _origins(decision: Decision) -> tuple[list[float], list[float]]:
    return [part.unplaced_t for part in decision.taken], [part.moved_t for part in decision.taken]


def _missed(decision: Decision) -> tuple[object, ...]:
    """What the plan loses without an opened candidate: in the objective's unit, and in tonnes placed."""
    missed = decision.missed
    return ("", "") if missed is None else (round(missed.objective, 6), round(missed.placed_t, 6))


def _tried(decision: Decision) -> tuple[object, ...]:
    """Whether a closed candidate was tried open (or cannot be), and by how much it falls short."""
    forced = decision.forced
    if forced is None:
        return ("", "", "")
    if forced.objective is None:
        return ("impossible", "", "")
    return ("true", round(forced.short or 0.0, 6), round(forced.short_at_least or 0.0, 6))


def _taken_rows(result: SitingResult) -> Iterator[tuple[object, ...]]:
    for decision in result.decisions:
        for part in decision.taken:
            yield (
                decision.candidate, part.waste_type, round(part.tonnes, 6), round(part.unplaced_t, 6),
                round(part.moved_t, 6), ";".join(part.moved_from),
            )


def _cell_rows(cells: tuple[Cell, ...]) -> Iterator[tuple[object, ...]]:
    for cell in cells:
        yield (
            cell.waste_type, round(cell.lat, 5), round(cell.lon, 5), round(cell.tonnes, 3),
            round(cell.within_radius_t, 3), ";".join(cell.supplies),
        )


def _summary(siting: SitingProblem, result: SitingResult, seconds: dict[str, float]) -> dict[str, object]:
    report = result.report
    second = report.second_bound
    return {
        "title": siting.problem.title,
        "status": report.status,
        "stop_reason": report.stop_reason,
        "objective_name": result.objective,
        "objective": report.objective,
        "bound": report.bound,
        "gap": report.gap,
        "least_cost_yuan": report.second_objective,
        "least_cost_bound_yuan": second if second is not None and math.isfinite(second) else None,
        "objective_unit": "t" if result.objective == "tonnes" else "yuan",
        "blend": result.blend,
        "candidates": len(result.decisions),
        "opened": list(result.opened),
        "opening_yuan": result.opening_yuan,
        "budget_yuan": siting.budget_yuan,
        "most_open": siting.most_open,
        "must_open": list(siting.must_open),
        "at_least_t": dict(siting.at_least),
        "value_yuan": result.plan.total_value_yuan,
        "net_value_yuan": result.net_value_yuan,
        "net_value_without_yuan": result.without.total_value_yuan,
        "gain_yuan": result.gain_yuan,
        "tonnes": result.plan.total_t,
        "tonnes_without": result.without.total_t,
        "gain_t": result.gain_t,
        "gain_t_by_waste_type": result.gain_t_by_waste_type,
        "freight_yuan": result.plan.total_freight_yuan,
        "distance": result.plan.distance_method,
        "seed": report.seed,
        "solver": {
            "columns": report.columns, "rows": report.rows, "linear_programs": report.iterations,
            "versions": report.versions,
        },
        "seconds": {key: round(value, 4) for key, value in seconds.items()},
    }

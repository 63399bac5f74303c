"""``gongsheng what-if SCENARIO --changes FILE --out DIR``: what changes would do to the best plan."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from marketplace.cli.allocate import end_unless_proven
from marketplace.cli.options import BAD_INPUT, distance_model, engine_options, load, out_option
from matching.allocation.objectives import OBJECTIVES
from matching.params import MatchParams
from matching.scenario.output import csv_text, json_text, write_folder
from matching.whatif import Answer, ImpossibleChange, Study
from matching.whatif.changes import Change
from matching.whatif.keeping import read_changes

ROUTE_HEADER = ("supply", "demand", "before_t", "after_t", "change_t")
FIRM_HEADER = (
    "enterprise", "sends_before_t", "sends_after_t", "takes_before_t", "takes_after_t", "left_before_t", "left_after_t",
    "gain_yuan",
)  # fmt: skip


@click.command("what-if")
@engine_options
@out_option
@click.option("--changes", "changes_file", type=click.Path(path_type=Path), required=True,
              help="A JSON file with a list of changes (docs/what-if.md).")
@click.option("--objective", type=click.Choice(OBJECTIVES), default="value", show_default=True,
              help="What is made greatest, before and after.")
@click.option("--blend/--no-blend", default=True, show_default=True,
              help="Whether `blend` specs bind the month's mix or, like `each`, every lot.")
def what_if_command(
    scenario: Path, distance: str | None, roads: Path | None, router_url: str | None, seed: int, out: Path | None,
    changes_file: Path, objective: str, blend: bool,
) -> None:
    """Write what changes would do to the best plan of SCENARIO."""
    if out is None:
        raise click.UsageError("name a folder to write with --out")
    changes = _read(changes_file)
    problem = load(scenario)
    params = MatchParams(top_k=0, distance=distance_model(problem, distance, roads, router_url), seed=seed)
    study = Study(problem, params, objective=objective, blend=blend)
    try:
        answer = study.ask(changes)
    except ImpossibleChange as error:
        _refuse(changes_file, error)
    write_folder(out, {
        "routes.csv": csv_text(ROUTE_HEADER, route_rows(answer)),
        "gains.csv": csv_text(FIRM_HEADER, firm_rows(answer)),
        "summary.json": json_text(summary(answer)),
    })
    change = answer.difference
    click.echo(
        f"{answer.after.report.status}: {change.tonnes:+,.0f} t placed, {change.value_yuan:+,.0f} yuan of value,"
        f" {change.rerouted_t:,.0f} t another way, in {answer.seconds:.2f} s; written to {out}"
    )
    end_unless_proven(answer.plan)


def _read(path: Path) -> list[Change]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        click.echo(f"{path}: cannot be read: {error.strerror}", err=True)
        sys.exit(BAD_INPUT)
    except UnicodeDecodeError:
        click.echo(f"{path}: is not UTF-8 text; save it as UTF-8", err=True)
        sys.exit(BAD_INPUT)
    except json.JSONDecodeError as error:
        click.echo(f"{path}, line {error.lineno}, column {error.colno}: not JSON: {error.msg}", err=True)
        sys.exit(BAD_INPUT)
    try:
        return read_changes(rows)
    except ImpossibleChange as error:
        _refuse(path, error)
        raise


def _refuse(path: Path, error: ImpossibleChange) -> None:
    for fault in error.faults:
        click.echo(f"{path}: {fault}", err=True)
    sys.exit(BAD_INPUT)


def route_rows(answer: Answer) -> Iterator[tuple[object, ...]]:
    """Every route that changes, the greatest change first."""
    for one in answer.difference.routes:
        yield one.supply, one.demand, round(one.before_t, 6), round(one.after_t, 6), round(one.change_t, 6)


def firm_rows(answer: Answer) -> Iterator[tuple[object, ...]]:
    """Every enterprise that changes, the greatest gain first."""
    for one in answer.difference.firms:
        before, after = one.before, one.after
        yield (
            one.enterprise, *(round(value, 6) for value in (
                before.sends_t, after.sends_t, before.takes_t, after.takes_t, before.left_t, after.left_t,
            )), round(one.gain_yuan, 2),
        )  # fmt: skip


def summary(answer: Answer) -> dict[str, object]:
    """Figures before, after and their difference, and how the solver ended."""
    names = ("tonnes", "value_yuan", "transfer_yuan", "freight_yuan", "carbon_kg")
    before, after, change = answer.before, answer.after, answer.difference
    return {
        "before": {name: getattr(before.totals, name) for name in names} | {"left_over_t": before.left_t},
        "after": {name: getattr(after.totals, name) for name in names}
        | {"left_over_t": after.left_t, "fee_yuan": after.fee_yuan},
        "change": {
            **{name: getattr(change, name) for name in names}, "left_over_t": change.left_t,
            "placed_t": change.placed_t, "fee_yuan": change.fee_yuan, "rerouted_t": change.rerouted_t,
        },
        "status": after.report.status, "bound": after.report.bound, "gap": after.report.gap,
        "distance": after.distance_method, "seed": after.report.seed, "versions": after.report.versions,
        "seconds": round(answer.seconds, 4),
    }

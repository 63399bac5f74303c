"""What the engine's commands share: their options, reading a scenario, and ending with one clear message."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from matching.catalogue import read_catalogue
from matching.cluster import ClusterError
from matching.distance import METHODS, DistanceUnavailable, RouterError, choose_distance
from matching.params import DistanceModel
from matching.problem import MatchProblem
from matching.scenario import ScenarioError, read_scenario
from matching.scenario.output import OutputRefused, check_out
from matching.scenario.parquet import ParquetUnavailable
from models.catalogue import DATA_FOLDER

BAD_INPUT = 2


def engine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``SCENARIO --distance --roads --router-url --seed``; faults of the input end with exit code 2."""
    options = [
        click.argument("scenario", type=click.Path(path_type=Path)),
        click.option(
            "--distance",
            type=click.Choice(METHODS),
            default=None,
            help="How distance is measured; default: the router or the roads where configured, "
            "else the great circle.",
        ),
        click.option(
            "--roads",
            type=click.Path(path_type=Path),
            envvar="GONGSHENG_ROADS",
            default=None,
            help="The road graph's file (GONGSHENG_ROADS).",
        ),
        click.option(
            "--router-url",
            envvar="GONGSHENG_ROUTER_URL",
            default=None,
            help="The address of an OSRM-compatible router (GONGSHENG_ROUTER_URL).",
        ),
        click.option(
            "--seed", type=int, default=0, show_default=True, help="Same input and seed, same output."
        ),
    ]
    command = clear_endings(command)
    for option in reversed(options):
        command = option(command)
    return command


def out_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--out DIR``, refused before the work begins where it holds something that is not a result."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        default=None,
        callback=_checked_out,
        help="The folder to write; it is replaced in one step at the end.",
    )(command)


def load(scenario: Path) -> MatchProblem:
    """Read a scenario against the catalogue of the market."""
    return read_scenario(scenario, read_catalogue(DATA_FOLDER))


def distance_model(
    problem: MatchProblem, distance: str | None, roads: Path | None, router_url: str | None
) -> DistanceModel:
    """The distance model the options ask for."""
    return choose_distance(distance, circuity=problem.circuity, roads=roads, router_url=router_url)


@contextmanager
def progress_bar(label: str) -> Any:
    """A callable ``(done, total)`` that draws a bar where a person watches, and does nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from tqdm import tqdm

    with tqdm(desc=label, unit="", leave=False, file=sys.stderr) as bar:

        def advance(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield advance


def _checked_out(ctx: click.Context, param: click.Parameter, out: Path | None) -> Path | None:
    if out is not None:
        try:
            check_out(out)
        except OutputRefused as error:
            raise click.BadParameter(str(error)) from error
    return out


def clear_endings(command: Callable[..., Any]) -> Callable[..., Any]:
    """End a command with one clear message and exit code 2 where its input or what it needs is at fault."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except ScenarioError as error:
            for fault in error.faults:
                click.echo(str(fault), err=True)
            count = len(error.faults)
            click.echo(f"{count} fault{'s' if count != 1 else ''}; nothing was written", err=True)
        except (ClusterError, DistanceUnavailable, OutputRefused, ParquetUnavailable, RouterError) as error:
            click.echo(f"{error}; nothing was written", err=True)
        sys.exit(BAD_INPUT)

    return run

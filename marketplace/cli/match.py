"""``gongsheng match SCENARIO --top K --out DIR`` and ``--explain SUPPLY DEMAND``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import click

from marketplace.cli.options import distance_model, engine_options, load, out_option, progress_bar
from matching.cluster import match_on_cluster
from matching.explaining import Explanation, explain, near_misses
from matching.params import DistanceModel, MatchParams
from matching.problem import MatchProblem
from matching.ranking import match
from matching.reasons import Reason, remarks
from matching.result import FEASIBLE, UNVERIFIED, Match, MatchResult
from matching.scenario.output import csv_pieces, json_text, write_folder
from matching.uncertainty import all_met, percent

HEADER = (
    "supply",
    "demand",
    "rank",
    "score",
    "status",
    "distance_km",
    "freight_yuan_per_t",
    "surplus_yuan_per_t",
    "tonnes_per_month",
    "part_distance",
    "part_quality",
    "part_capacity",
    "part_price",
    "part_timing",
    "reasons",
)
PAIRS_AT_ONCE = 10_000
# Near misses listed below an explained pair.
NEAR_MISSES = 5
MARKS = {"yes": "✓", "no": "✕", "unknown": "?"}


@click.command("match")
@engine_options
@out_option
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Partners kept per supply; 0 keeps every pair.",
)
@click.option(
    "--cluster",
    metavar="tcp://HOST:PORT",
    default=None,
    help="Match on the workers of this Dask scheduler, who read SCENARIO themselves; the same output.",
)
@click.option(
    "--explain",
    "pair",
    nargs=2,
    metavar="SUPPLY DEMAND",
    default=None,
    help="Say why this pair fits or not, what would mend it, and what else nearly fits.",
)
def match_command(
    scenario: Path,
    distance: str | None,
    roads: Path | None,
    router_url: str | None,
    seed: int,
    out: Path | None,
    top: int,
    cluster: str | None,
    pair: tuple[str, str] | None,
) -> None:
    """Rank the partners of every supply of SCENARIO, or explain one pair."""
    started = time.perf_counter()
    problem = load(scenario)
    model = distance_model(problem, distance, roads, router_url)
    loaded = time.perf_counter()
    params = MatchParams(top_k=top, distance=model, seed=seed)
    if pair is not None:
        _print_explanation(problem, params, *pair)
        return
    if out is None:
        raise click.UsageError("name a folder to write with --out, or a pair with --explain")
    with progress_bar("match") as progress:
        if cluster is None:
            result = match(problem, params, progress=progress)
        else:
            result = match_on_cluster(scenario.resolve(), problem, params, cluster, progress=progress)
    matched = time.perf_counter()

    def summary() -> Iterator[str]:
        """Asked for when the table is on the disk, so that the time it took is known."""
        seconds = {
            "load": loaded - started,
            "match": matched - loaded,
            "write": time.perf_counter() - matched,
        }
        yield json_text(_summary(problem, result, model, seconds, top))

    write_folder(out, {"matches.csv": csv_pieces(HEADER, _rows(result)), "summary.json": summary()})
    click.echo(
        f"{result.feasible_count} feasible and {result.unverified_count} unverified pairs of"
        f" {len(problem.supplies.ids)} supplies and {len(problem.demands.ids)} demands"
        f" in {matched - loaded:.2f} s; written to {out}"
    )


def _rows(result: MatchResult) -> Iterator[tuple[object, ...]]:
    for start in range(0, len(result), PAIRS_AT_ONCE):
        yield from _some_rows(result, slice(start, start + PAIRS_AT_ONCE))


def _some_rows(result: MatchResult, at: slice) -> Iterator[tuple[object, ...]]:
    pairs, problem = result.pairs.keep(at), result.evaluator.problem
    columns = zip(
        pairs.supply.tolist(), pairs.demand.tolist(), result.rank[at].tolist(), pairs.score.tolist(),
        result.feasible[at].tolist(), pairs.distance_km.tolist(), pairs.freight_yuan_per_t.tolist(),
        pairs.surplus_yuan_per_t.tolist(), pairs.tonnes_per_month.tolist(), *pairs.parts.tolist(),
        remarks(result.evaluator, pairs), strict=True,
    )  # fmt: skip
    for supply, demand, rank, score, feasible, *figures, said in columns:
        yield (
            problem.supplies.ids[supply], problem.demands.ids[demand], rank, score,
            FEASIBLE if feasible else UNVERIFIED, *figures, "; ".join(said),
        )  # fmt: skip


def _summary(
    problem: MatchProblem, result: MatchResult, model: DistanceModel, seconds: dict[str, float], top: int
) -> dict[str, object]:
    return {
        "title": problem.title,
        "listings": {"supplies": len(problem.supplies.ids), "demands": len(problem.demands.ids)},
        "pairs_in_range": result.in_range_count,
        "feasible": result.feasible_count,
        "unverified": result.unverified_count,
        "kept": len(result),
        "top": top,
        "distance": model.method,
        "seed": result.seed,
        "versions": result.versions,
        "seconds": {key: round(value, 4) for key, value in seconds.items()},
    }


def _print_explanation(problem: MatchProblem, params: MatchParams, supply: str, demand: str) -> None:
    for kind, name, ids in (
        ("supply", supply, problem.supplies.ids),
        ("demand", demand, problem.demands.ids),
    ):
        if name not in ids:
            raise click.BadParameter(f"no {kind} {name!r} in this scenario", param_hint="--explain")
    _print(explain(problem, params, supply, demand))
    others = near_misses(problem, params, supply_id=supply, limit=NEAR_MISSES + 1)
    others = [other for other in others if other.match.demand != demand][:NEAR_MISSES]
    if others:
        click.echo(f"Near misses of {supply}:")
    for other in others:
        unmet = "; ".join(reason.text for reason in other.match.reasons if reason.state != "yes")
        click.echo(f"  {other.match.demand}: {unmet}")
        for remedy in other.remedies:
            click.echo(f"    - {remedy.text}")


def _spread_note(reason: Reason) -> str:
    unknown = reason.values.get("value") is not None and reason.values.get("sd", 0.0) is None
    return " (spread unknown: taken as stated)" if unknown else ""


def _print_surety(shown: Match) -> None:
    """How sure all limits on the lot are together, where two or more have a probability."""
    known = [reason.values.get("probability") for reason in shown.reasons if reason.code.startswith("spec:")]
    sure = [value for value in known if isinstance(value, float)]
    if len(sure) > 1:
        together, least = all_met(sure)
        click.echo(
            f"  all {len(sure)} limits whose spread is known: {percent(together)} % sure if they are independent,"
            f" at least {percent(least)} % however they hang together"
        )


def _print(found: Explanation) -> None:
    shown = found.match
    click.echo(f"{shown.supply} -> {shown.demand}: {found.status}")
    click.echo(
        f"  distance {shown.distance_km:.1f} km, freight {shown.freight_yuan_per_t:.2f} yuan/t, "
        f"surplus {shown.surplus_yuan_per_t:.2f} yuan/t, {shown.tonnes_per_month:g} t/month"
    )
    parts = ", ".join(f"{name} {value:.3f}" for name, value in shown.parts.items())
    click.echo(f"  score {shown.score:.1f} of 100: {parts}")
    for reason in shown.reasons:
        click.echo(f"  {MARKS[reason.state]} {reason.text}{_spread_note(reason)}")
    _print_surety(shown)
    if found.remedies:
        click.echo("What would mend it:")
        for remedy in found.remedies:
            click.echo(f"  - {remedy.text}")

"""``match``: pair by waste type and distance, drop by rules, score in five parts, rank, keep the best.

Pairs are handled in blocks small enough for the processor's cache, so memory does not grow with the market
either; within a block every rule is one NumPy expression.  A supply has one waste type, so all its partners
stand in one block and the best K of a supply need no merging.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from matching import gates
from matching.distance import GreatCircle, great_circle_km
from matching.distance.choose import GREAT_CIRCLE
from matching.pairs import Evaluated, Evaluator
from matching.params import MatchParams, Progress
from matching.problem import MatchProblem
from matching.result import MatchResult
from matching.specs import none_failed

BLOCK_PAIRS = 100_000
# Scores end at 100, so this puts every unverified pair below every feasible one.
_BELOW_EVERY_SCORE = 1000.0
# A road is never shorter than the great circle; the hair covers the rounding of two ways to compute it.
_ROUNDING = 1.0 + 1e-9

AUTO, NUMPY, COMPILED = "auto", "numpy", "compiled"
ENGINES = (AUTO, NUMPY, COMPILED)
# From this many pairs on the compiled engine is ahead, its import and the loading of its code counted in.
COMPILED_PAIRS = 2_000_000

# The kept pairs, their ranks, and how many pairs are in range, feasible and unverified.
Found = tuple[Evaluated, np.ndarray, np.ndarray]


def match(
    problem: MatchProblem,
    params: MatchParams | None = None,
    *,
    progress: Progress | None = None,
    engine: str = "auto",
    threads: int | None = None,
) -> MatchResult:
    """Rank the partners of every supply of ``problem``.

    ``params.top_k`` partners are kept per supply, feasible ones first; 0 keeps all.  ``progress`` is told how
    many supplies are done and how many there are.  ``engine`` is ``numpy``, the readable reference below,
    ``compiled`` (:mod:`matching.compiled`), or ``auto``: the compiled one where the market is large enough to
    repay its start.  Both give the same answer to the last bit, with any number of ``threads`` (None: all
    processors).  Raises ``ValueError`` for weights that are negative or all zero, and for an engine that is
    unknown or cannot measure the distance asked for.
    """
    params = params or MatchParams()
    evaluator = Evaluator(problem, params)
    chosen = _chosen(engine, evaluator)
    found = _compiled(evaluator, progress, threads) if chosen == COMPILED else _by_blocks(evaluator, progress)
    pairs, rank, (in_range, feasible, unverified) = found
    return MatchResult(
        evaluator=evaluator,
        pairs=pairs,
        rank=rank,
        in_range_count=int(in_range),
        feasible_count=int(feasible),
        unverified_count=int(unverified),
        distance_method=evaluator.distance.method,
        seed=params.seed,
        versions=versions(),
    )


def _chosen(engine: str, evaluator: Evaluator) -> str:
    if engine not in ENGINES:
        raise ValueError(f"engine {engine!r} is unknown; choose one of {', '.join(ENGINES)}")
    compilable = isinstance(evaluator.distance, GreatCircle)
    if engine == COMPILED and not compilable:
        raise ValueError(
            f"the compiled engine measures great circles, not {evaluator.distance.method}; choose numpy or auto"
        )
    if engine != AUTO:
        return engine
    return COMPILED if compilable and _pairs_to_judge(evaluator.problem) >= COMPILED_PAIRS else NUMPY


def _pairs_to_judge(problem: MatchProblem) -> int:
    """Pairs whose demand accepts the waste type."""
    offered = np.bincount(problem.supplies.waste_type, minlength=len(problem.waste_types))
    return int(offered @ np.count_nonzero(~np.isnan(problem.demands.max_share), axis=0))


def _compiled(evaluator: Evaluator, progress: Progress | None, threads: int | None) -> Found:
    # The compiler takes a quarter of a second to import: a small market never pays it.
    from matching.compiled.whole import best_pairs, every_pair

    circuity, top_k = evaluator.distance.circuity, evaluator.params.top_k  # type: ignore[attr-defined]
    if top_k:
        return best_pairs(evaluator, circuity, top_k, threads=threads, progress=progress)
    pairs, counts = every_pair(evaluator, circuity, threads=threads, progress=progress)
    return (*_best(pairs, 0), counts)


def _by_blocks(evaluator: Evaluator, progress: Progress | None) -> Found:
    problem, top_k = evaluator.problem, evaluator.params.top_k
    kept: list[Evaluated] = []
    ranks: list[np.ndarray] = []
    counts = np.zeros(3, dtype=np.int64)
    done = 0
    for supplies, demand in _blocks(evaluator):
        block_in_range, pairs = _evaluate_block(evaluator, supplies, demand)
        counts += block_in_range, np.count_nonzero(pairs.missing == 0), np.count_nonzero(pairs.missing)
        pairs, rank = _best(pairs, top_k)
        kept.append(pairs)
        ranks.append(rank)
        done += len(supplies)
        if progress:
            progress(done, len(problem.supplies.ids))
    return (*_joined(evaluator, kept, ranks), counts)


def versions() -> dict[str, str]:
    """Versions that an answer depends on."""
    try:
        own = version("gongsheng")
    except PackageNotFoundError:
        own = "unpacked"
    return {"gongsheng": own, "numpy": np.__version__, "python": platform.python_version()}


def _blocks(evaluator: Evaluator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Supplies of one waste type with the demands that accept it, a block at a time."""
    problem = evaluator.problem
    for waste in range(len(problem.waste_types)):
        supplies = np.flatnonzero(problem.supplies.waste_type == waste)
        demands = np.flatnonzero(~np.isnan(problem.demands.max_share[:, waste]))
        if not len(supplies) or not len(demands):
            continue
        step = max(1, BLOCK_PAIRS // len(demands))
        for start in range(0, len(supplies), step):
            yield supplies[start : start + step], demands


def _evaluate_block(evaluator: Evaluator, supplies: np.ndarray, demands: np.ndarray) -> tuple[int, Evaluated]:
    """How many pairs are in range, and those among them that pass every rule, in order of supply."""
    problem = evaluator.problem
    supply, demand = np.repeat(supplies, len(demands)), np.tile(demands, len(supplies))
    limit = gates.distance_limit_km(problem, supply, demand)
    at = np.arange(len(supply))
    if evaluator.distance.method != GREAT_CIRCLE and np.isfinite(limit).any():
        s, d = problem.supplies, problem.demands
        straight = great_circle_km(s.lat[supply], s.lon[supply], d.lat[demand], d.lon[demand])
        at = np.flatnonzero(straight <= limit * _ROUNDING)
    km = evaluator.distance_km(supply[at], demand[at])
    near = km <= limit[at]
    at, km = at[near], km[near]
    in_range = len(at)
    passed = np.flatnonzero(evaluator.gates_passed(supply[at], demand[at]))
    at, km = at[passed], km[passed]
    alive = none_failed(problem, evaluator.specs, supply[at], demand[at])
    at, km = at[alive], km[alive]
    return in_range, evaluator.evaluate(supply[at], demand[at], km)


def rank_pairs(pairs: Evaluated, *, by_demand: bool = False) -> Evaluated:
    """Order pairs by listing, feasible before unverified, score downwards, then the partner's id."""
    own, other = (pairs.demand, pairs.supply) if by_demand else (pairs.supply, pairs.demand)
    return pairs.keep(np.lexsort((other, -pairs.score, pairs.missing > 0, own)))


def _best(pairs: Evaluated, top_k: int) -> tuple[Evaluated, np.ndarray]:
    """Rank the pairs, number them within each supply and keep the first ``top_k`` of each (0: all)."""
    if top_k:
        pairs = pairs.keep(_contenders(pairs, top_k))
    pairs = rank_pairs(pairs)
    start, length = _runs(pairs.supply)
    rank = np.arange(len(pairs.supply)) - np.repeat(start, length) + 1
    if not top_k:
        return pairs, rank
    chosen = np.flatnonzero(rank <= top_k)
    return pairs.keep(chosen), rank[chosen]


def _contenders(pairs: Evaluated, top_k: int) -> np.ndarray:
    """Positions of the pairs that may be among the ``top_k`` of their supply: all of the best, few others.

    Status and score become one number.  Rounding may make unequal pairs equal there, but never turns their
    order, so everything from the ``top_k``-th number upwards holds the true best, and only that little has to
    be sorted.
    """
    start, length = _runs(pairs.supply)
    widest = int(length.max(initial=0))
    if widest <= top_k:
        return np.arange(len(pairs.supply))
    run = np.repeat(np.arange(len(start)), length)
    key = pairs.score - np.where(pairs.missing > 0, _BELOW_EVERY_SCORE, 0.0)
    table = np.full((len(start), widest), -np.inf)
    table[run, np.arange(len(run)) - start[run]] = key
    table.partition(widest - top_k, axis=1)
    return np.flatnonzero(key >= table[run, widest - top_k])


def _runs(supply: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Start and length of each run of equal numbers in ``supply``, which is in order."""
    start = (
        np.flatnonzero(np.r_[True, supply[1:] != supply[:-1]]) if len(supply) else np.zeros(0, dtype=np.int64)
    )
    return start, np.diff(np.r_[start, len(supply)])


def _joined(
    evaluator: Evaluator, kept: list[Evaluated], ranks: list[np.ndarray]
) -> tuple[Evaluated, np.ndarray]:
    """All blocks as one table, in order of supply and rank."""
    if not kept:
        nothing = np.zeros(0, dtype=np.int64)
        return evaluator.evaluate(nothing, nothing), nothing
    columns = {
        column.name: np.concatenate([getattr(block, column.name) for block in kept], axis=-1)
        for column in fields(Evaluated)
    }
    pairs, rank = Evaluated(**columns), np.concatenate(ranks)
    order = np.lexsort((rank, pairs.supply))
    return pairs.keep(order), rank[order]

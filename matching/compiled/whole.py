"""The compiled pass over a whole market, in chunks of supplies shared among threads.

Every supply is judged alone and writes to places of its own, so the answer does not depend on how many threads
there are or which of them comes first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from matching.compiled.index import Blocked, blocked
from matching.compiled.search import all_of, best_of
from matching.compiled.selecting import fill
from matching.pairs import Evaluated, Evaluator
from matching.params import Progress

Part = TypeVar("Part")
# Supplies, and pairs, that a thread takes at a time.
_CHUNK, _FILL_CHUNK = 2048, 200_000


def best_pairs(
    evaluator: Evaluator, circuity: float, top_k: int, *, threads: int | None = None, progress: Progress | None = None
) -> tuple[Evaluated, np.ndarray, np.ndarray]:
    """The ``top_k`` best pairs of every supply in order of supply and rank, their ranks, and three counts.

    The counts are of all pairs in range, feasible and unverified.
    """
    market = blocked(evaluator, circuity, threads=threads or cores())
    supplies = len(market.order)
    kept = np.zeros(supplies, np.int32)
    demand = np.zeros((supplies, top_k), np.int32)

    def run(chunk: np.ndarray) -> np.ndarray:
        counts = np.zeros(3, np.int64)
        best_of(*_arguments(market, chunk), kept, demand, counts)
        return counts

    counts = sum(_in_threads(run, market, threads, progress), np.zeros(3, np.int64))
    market = market.without_index()
    supply, chosen, rank = _spread(demand, kept)
    return _filled(market, supply, chosen, threads), rank, counts


def _spread(demand: np.ndarray, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The first ``kept`` of each row of ``demand``, one pair after the other: supplies, demands, ranks."""
    ranked = np.arange(demand.shape[1]) < kept[:, np.newaxis]
    return np.repeat(np.arange(len(kept)), kept), demand[ranked].astype(np.int64), np.nonzero(ranked)[1] + 1


def every_pair(
    evaluator: Evaluator, circuity: float, *, threads: int | None = None, progress: Progress | None = None
) -> tuple[Evaluated, np.ndarray]:
    """Every pair that passes, in order of supply and demand, and the three counts."""
    market = blocked(evaluator, circuity, threads=threads or cores())

    def run(chunk: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        room = 64 * len(chunk)
        while True:
            counts = np.zeros(3, np.int64)
            supply, demand = np.empty(room, np.int32), np.empty(room, np.int32)
            found = all_of(*_arguments(market, chunk), supply, demand, counts)
            if found <= room:
                return supply[:found].copy(), demand[:found].copy(), counts
            room = found

    blocks = list(_in_threads(run, market, threads, progress))
    counts = sum((block[2] for block in blocks), np.zeros(3, np.int64))
    nothing = [np.zeros(0, np.int32)]
    supply = np.concatenate([block[0] for block in blocks] or nothing)
    demand = np.concatenate([block[1] for block in blocks] or nothing)
    order = np.lexsort((demand, supply))
    pairs = _filled(market, supply[order].astype(np.int64), demand[order].astype(np.int64), threads)
    return pairs, counts


def _arguments(market: Blocked, chunk: np.ndarray) -> tuple[object, ...]:
    return (
        chunk, market.supply_lat, market.supply_lon, market.supply_angle, market.grid, market.offers, market.values,
        market.wants, market.specs, market.terms, market.takers, market.filters, market.position,
    )  # fmt: skip


def _in_threads(
    run: Callable[[np.ndarray], Part], market: Blocked, threads: int | None, progress: Progress | None
) -> Iterable[Part]:
    supplies = len(market.order)
    chunks = [market.order[at : at + _CHUNK] for at in range(0, supplies, _CHUNK)]
    done = 0
    with ThreadPoolExecutor(threads or cores()) as pool:
        for chunk, part in zip(chunks, pool.map(run, chunks), strict=True):
            done += len(chunk)
            if progress:
                progress(done, supplies)
            yield part


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _filled(market: Blocked, supply: np.ndarray, demand: np.ndarray, threads: int | None) -> Evaluated:
    pairs = len(supply)
    missing, shared = np.zeros(pairs, np.int32), np.zeros(pairs, np.int64)
    km, freight, surplus, common, score = (np.empty(pairs) for _ in range(5))
    parts = np.empty((5, pairs))
    sorted_at = np.empty_like(market.position)
    sorted_at[market.position] = np.arange(len(market.position))

    def run(start: int) -> None:
        fill(
            start, min(start + _FILL_CHUNK, pairs), supply, demand, sorted_at, market.offers, market.values,
            market.wants, market.specs, market.terms, missing, km, freight, surplus, common, shared, parts, score,
        )  # fmt: skip

    with ThreadPoolExecutor(threads or cores()) as pool:
        list(pool.map(run, range(0, pairs, _FILL_CHUNK)))
    return Evaluated(
        supply, demand, np.broadcast_to(True, pairs), missing, np.broadcast_to(np.int32(0), pairs), km, freight,
        surplus, common, shared, parts, score,
    )  # fmt: skip

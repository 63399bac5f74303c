"""How long matching takes, beside the pipelines of BallTree and of polars on the same market.

``python -m benchmarks.match_scale [--quick | --million]``.  Every run is a process of its own.  The pipelines must
keep the same pairs as the engine, or the benchmark fails; the market itself is made before the clock starts.
"""

from __future__ import annotations

import hashlib
import sys
from functools import partial

import numpy as np

from benchmarks.markets import clustered_market
from benchmarks.measuring import Table, case_result, measure, timed
from matching.params import MatchParams
from matching.ranking import match

SIZES, QUICK, MILLION = (1_000, 10_000, 100_000), (1_000, 10_000), 1_000_000
TOP = 20
_NAME = "benchmarks.match_scale"
# Beyond this the readable engine is not asked: it would take minutes.
READABLE, BASELINES = 10_000, 100_000


def case(which: str, size: int) -> None:
    """One engine or pipeline on one market, in this process."""
    problem = clustered_market(size)
    if which in ("balltree", "balltree-one", "polars"):
        pipeline = _pipeline(which)
        seconds, found = timed(lambda: pipeline(problem, TOP))
        supply, demand, _score, in_range = found  # type: ignore[misc]
    else:
        if which == "compiled":
            # A server loads the compiled code once; the first process on a machine compiles it.
            match(clustered_market(200), MatchParams(top_k=TOP), engine="compiled")
        seconds, result = timed(lambda: match(problem, MatchParams(top_k=TOP), engine=which))
        supply, demand, in_range = result.pairs.supply, result.pairs.demand, result.in_range_count  # type: ignore[attr-defined]
    kept = np.stack([np.asarray(supply, np.int64), np.asarray(demand, np.int64)])
    case_result(seconds, in_range=in_range, kept=kept.shape[1], pairs=hashlib.sha256(kept.tobytes()).hexdigest()[:16])


def _pipeline(which: str):  # type: ignore[no-untyped-def]
    """The pipeline, its libraries imported: nobody is charged for that."""
    if which == "polars":
        from benchmarks.baselines.polars_pipeline import best_partners

        return best_partners
    from benchmarks.baselines.balltree import best_partners

    return partial(best_partners, threads=1) if which == "balltree-one" else best_partners


def main(*, quick: bool = False, million: bool = False) -> None:
    """Compare the engines and pipelines on the sizes."""
    table = Table("match_scale", "Matching: the 20 best partners of every supply")
    for size in QUICK if quick else SIZES:
        _one_size(table, size)
    if million:
        _add(table, measure(_NAME, "1,000,000 x 1,000,000: compiled", "compiled", MILLION, runs=1))
    table.notes.append(
        "Times faster: than the BallTree pipeline of the same size. Peak memory is of the whole process, market, "
        "libraries and answer included. All of a size keep the same pairs in the same order."
    )
    table.show()


def _one_size(table: Table, size: int) -> None:
    name, runs = f"{size:,} x {size:,}", 3
    tree = measure(_NAME, f"{name}: BallTree + NumPy", "balltree", size, runs=runs)
    one = measure(_NAME, f"{name}: BallTree + NumPy, one core", "balltree-one", size, runs=1)
    found = [tree, one, measure(_NAME, f"{name}: polars", "polars", size, runs=runs)]
    if size <= READABLE:
        found.append(measure(_NAME, f"{name}: readable engine", "numpy", size, runs=runs))
    found.append(measure(_NAME, f"{name}: compiled engine", "compiled", size, runs=runs))
    answers = {case.label: case.figures.get("pairs") for case in found if case.seconds}
    if len(set(answers.values())) > 1:
        raise RuntimeError(f"not the same pairs: {answers}")
    for case in found:
        _add(table, case, tree)


def _add(table: Table, found, tree=None) -> None:  # type: ignore[no-untyped-def]
    pairs = int(found.figures.get("in_range", 0))
    say = f"{pairs:,} pairs in range, {found.median / pairs * 1e9:.1f} ns each" if found.seconds and pairs else ""
    table.add(found, against=tree if tree is not found else None, say=say)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        case(sys.argv[2], int(sys.argv[3]))
    else:
        main(quick="--quick" in sys.argv[1:], million="--million" in sys.argv[1:])

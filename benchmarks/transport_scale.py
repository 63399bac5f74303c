"""How long a plan takes that nothing couples: our network simplex, OR-tools' min-cost flow, HiGHS.

``python -m benchmarks.transport_scale [--quick]``.  The solvers get the same arcs; each run is a process of its own
(highspy and ortools cannot share one).  Seconds are of the solver with its model; the whole ``allocate`` with both
verifiers is a row of its own.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from benchmarks.allocate_scale import random_market
from benchmarks.measuring import Table, agree, case_result, measure, timed
from matching.allocation import Pairs, allocate
from matching.allocation.planner import Planner
from matching.allocation.program import Layout
from matching.params import MatchParams
from matching.problem import MatchProblem, Residues, Specs

SIZES = ((1_000, 1, 50_000), (10_000, 1, 500_000), (2_000, 12, 100_000))
QUICK = ((1_000, 1, 50_000), (300, 12, 6_000))
# OR-tools counts in whole numbers: hundredths of a yuan, and tonnes as they come, which are whole here.
CENTS = 100
HIGHS_LIMIT_S = 300
_NAME = "benchmarks.transport_scale"


def pure_market(size: int, months: int, pairs: int) -> tuple[MatchProblem, Pairs]:
    """The random market of ``allocate_scale`` without shares, mixes and residues."""
    from dataclasses import replace

    problem, allowed = random_market(size, months, pairs)
    share = np.where(np.isnan(problem.demands.max_share), np.nan, 1.0)
    nothing = np.zeros(0)
    whole = np.zeros(0, int)
    return replace(
        problem, demands=replace(problem.demands, max_share=share), residues=Residues(whole, whole, nothing),
        specs=Specs(whole, whole, whole, nothing, nothing, whole),
    ), allowed  # fmt: skip


def case(solver: str, size: int, months: int, pairs: int) -> None:
    """One solver on one market, in this process."""
    problem, allowed = pure_market(size, months, pairs)
    if solver == "allocate":
        warm_up()
        seconds, plan = timed(lambda: allocate(problem, pairs=allowed, network_columns=0))
        case_result(seconds, objective=plan.report.objective, gap=plan.report.gap)
        return
    network = 0 if solver in ("network", "again") else 10**12
    # As large as it may be: HiGHS is to be HiGHS, not our own road for large programs.
    planner = Planner(
        problem, MatchParams(), allowed, objective="value", blend=False, network_columns=network, large_columns=10**12
    )
    if solver == "ortools":
        _ortools(planner)
    elif solver == "again":
        _again(problem, allowed)
    else:
        if solver == "network":
            warm_up()
        seconds, (main, *_rest) = timed(planner.solve)
        case_result(seconds, objective=main.objective, gap=main.bound - main.objective, columns=planner.layout.columns)


def warm_up() -> None:
    """Load the compiled code: a server does it once."""
    problem, allowed = pure_market(20, 1, 100)
    allocate(problem, pairs=allowed, network_columns=0)


def _again(problem: MatchProblem, allowed: Pairs) -> None:
    """Change the tonnes of one listing in a hundred on both sides, and solve again.

    ``whole`` is how many times faster the way from the market to a plan is then, its layout counted in.
    """
    from dataclasses import replace

    warm_up()
    begun = time.perf_counter()
    planner = Planner(problem, MatchParams(), allowed, objective="value", blend=False, network_columns=0)
    planner.solve()
    cold = time.perf_counter() - begun
    rng, seconds, ways = np.random.default_rng(1), [], []
    for _ in range(4):
        problem = replace(
            problem, supplies=replace(problem.supplies, t_per_month=_moved(rng, problem.supplies.t_per_month)),
            demands=replace(problem.demands, t_per_month=_moved(rng, problem.demands.t_per_month)),
        )  # fmt: skip
        changed, _nothing = timed(lambda market=problem: planner.with_tonnes(market))
        took, (main, *_rest) = timed(planner.solve)
        seconds.append(took)
        ways.append(changed + took)
    # The first change lays the arcs out by node; from the second on that is there.
    case_result(
        float(np.median(seconds[1:])), objective_after=main.objective, gap=main.bound - main.objective,
        whole=cold / float(np.median(ways[1:])),
    )


def _moved(rng: np.random.Generator, tonnes: np.ndarray) -> np.ndarray:
    moved = tonnes.copy()
    at = rng.choice(len(tonnes), max(len(tonnes) // 100, 1), replace=False)
    moved[at] = np.round(moved[at] * rng.uniform(0.5, 1.5, len(at)))
    return moved


def _ortools(planner: Planner) -> None:
    from ortools.graph.python import min_cost_flow

    layout, program = planner.layout, planner.program
    tail, head, upper = _arcs(layout, planner)
    worth = program.cost

    def solve() -> float:
        flow = min_cost_flow.SimpleMinCostFlow()
        used = np.flatnonzero(worth[: layout.trades] > 0)
        used = np.concatenate([used, np.arange(layout.trades, layout.columns)])
        nodes, root, supplies = len(upper), len(upper), program.families["demand"].start
        node = np.arange(nodes)
        room = np.minimum(upper[tail[used]].max(initial=0) * len(layout.problem.months), upper.sum())
        comes = node < supplies
        cost = np.rint(-worth[used] * CENTS).astype(np.int64)
        flow.add_arcs_with_capacity_and_unit_cost(
            np.concatenate([tail[used], np.where(comes, node, root)]),
            np.concatenate([head[used], np.where(comes, root, node)]),
            np.full(len(used) + nodes, int(max(room, upper.max(initial=0)))),
            np.concatenate([cost, np.zeros(nodes, np.int64)]),
        )
        balance = np.where(comes, upper, -upper).astype(np.int64)
        flow.set_nodes_supplies(np.append(node, root), np.append(balance, -balance.sum()))
        if flow.solve() != flow.OPTIMAL:
            raise RuntimeError("OR-tools found no optimum")
        return float(worth[used] @ flow.flows(np.arange(len(used))))

    seconds, objective = timed(solve)
    case_result(seconds, objective=objective)


def _arcs(layout: Layout, planner: Planner) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tail and head of every column, and what each row holds."""
    matrix = planner.program.matrix.tocoo()  # type: ignore[attr-defined]
    tail, head = np.zeros(layout.columns, np.int64), np.zeros(layout.columns, np.int64)
    supplies = planner.program.families["demand"].start
    leaves = (matrix.row < supplies) & (matrix.data > 0)
    tail[matrix.col[leaves]] = matrix.row[leaves]
    head[matrix.col[~leaves]] = matrix.row[~leaves]
    return tail, head, planner.program.upper


def main(*, quick: bool = False) -> None:
    """Compare the solvers on the sizes."""
    table = Table("transport_scale", "A plan that nothing couples (transportation)")
    for size in QUICK if quick else SIZES:
        name = f"{size[0]:,} x {size[0]:,}, {size[1]} month(s), {size[2]:,} pairs"
        ours = measure(_NAME, f"{name}: network simplex", "network", *size)
        again = measure(_NAME, f"{name}: again, 1 % of tonnes changed", "again", *size)
        whole = measure(_NAME, f"{name}: allocate with both verifiers", "allocate", *size)
        ortools = measure(_NAME, f"{name}: OR-tools min-cost flow", "ortools", *size)
        runs = 1 if size[0] > 1_000 else 3
        highs = measure(_NAME, f"{name}: HiGHS", "highs", *size, runs=runs, limit_s=HIGHS_LIMIT_S)
        agree(ours, whole, highs, within=1e-7)
        # OR-tools rounds each price to a hundredth of a yuan.
        agree(ours, ortools, within=1e-3)
        table.add(ortools)
        table.add(highs, against=ortools)
        table.add(ours, against=ortools, say=f"primal and dual {ours.figures.get('gap', 0):.1g} yuan apart")
        from_market = float(again.figures.get("whole", "nan"))  # type: ignore[arg-type]
        table.add(again, against=ours, say=f"against our own cold solve; with the layout {from_market:.0f} x")
        table.add(whole, against=ortools)
    table.notes.append("Times faster: than OR-tools in the same run, where not said otherwise.")
    table.show()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        case(sys.argv[2], *map(int, sys.argv[3:6]))
    else:
        main(quick="--quick" in sys.argv[1:])

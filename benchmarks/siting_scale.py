"""How long a choice among 50 candidates takes: ours beside HiGHS's branch and bound on the same program.

``python -m benchmarks.siting_scale [--quick]``.  The random market of ``allocate_scale`` for one month, its two mixed
properties counted or left out; candidates may take from every supply of their types.  Ours is the whole verb (two
linear plans, the search, verification); HiGHS gets the program ready made.  Each run a process of its own.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import numpy as np

from benchmarks.allocate_scale import WASTES, random_market
from benchmarks.measuring import Measured, Table, agree, case_result, measure, timed
from matching.allocation import Pairs
from matching.allocation.planner import Planner
from matching.distance import great_circle_km
from matching.params import MatchParams
from matching.problem import MatchProblem, Specs
from matching.siting import Candidate, SitingProblem, place_facilities, with_candidates
from matching.siting.extending import positions
from matching.siting.program import SitingProgram

FULL, QUICK = (1_000, 50_000, 50), (200, 8_000, 12)
GAP, LIMIT_S = 1e-4, 600
# The share of what all openings would cost together that the budget allows.
BUDGET_SHARE = 0.25
_NAME = "benchmarks.siting_scale"


def siting_market(
    size: int, pairs: int, count: int, *, blend: bool, budget: bool, seed: int = 3
) -> tuple[SitingProblem, Pairs]:
    """The market with ``count`` candidates of a random place, size, cost and bid, and the pairs of the extended one."""
    problem, allowed = random_market(size, 1, pairs)
    if not blend:
        rows = problem.specs
        problem = replace(
            problem,
            specs=Specs(*(column[:0] for column in (
                rows.demand, rows.waste_type, rows.property, rows.minimum, rows.maximum, rows.basis
            ))),
        )  # fmt: skip
    rng = np.random.default_rng(seed)
    limits = ((None, "loi", None, 8.0, "blend"), (None, "sio2", 40.0, None, "blend")) if blend else ()
    candidates = tuple(
        Candidate(
            f"x{n:02d}", f"candidate {n}", "use", float(rng.uniform(38, 41)), float(rng.uniform(106, 111)),
            float(rng.integers(2_000, 15_000)), float(rng.integers(20, 200) * 1_000),
            tuple((f"w{kind}", None) for kind in sorted(rng.choice(WASTES, 3, replace=False))), limits,
            round(float(rng.uniform(0, 60)), 1),
        )
        for n in range(count)
    )  # fmt: skip
    most = BUDGET_SHARE * sum(one.open_cost_yuan for one in candidates)
    siting = SitingProblem(problem, candidates, budget_yuan=most if budget else None)
    return siting, _pairs(problem, siting, allowed)


def _pairs(problem: MatchProblem, siting: SitingProblem, allowed: Pairs) -> Pairs:
    """The market's pairs at their new places, and every supply of an accepted type for each candidate."""
    market = with_candidates(problem, siting.candidates)
    ours = positions(market, siting.candidates)
    old = np.setdiff1d(np.arange(len(market.demands.ids)), ours)
    supply, demand, far = [allowed.supply], [old[allowed.demand]], [allowed.distance_km]
    s, d = market.supplies, market.demands
    for at in ours.tolist():
        takes = np.flatnonzero(~np.isnan(d.max_share[at, s.waste_type]) & (s.first_month <= s.last_month))
        supply.append(takes)
        demand.append(np.full(len(takes), at))
        far.append(great_circle_km(d.lat[at], d.lon[at], s.lat[takes], s.lon[takes]) * market.circuity)
    of, to, km = map(np.concatenate, (supply, demand, far))
    order = np.lexsort((to, of))
    freight = market.freight.handling_yuan_per_t + market.freight.rate_yuan_per_t_km * km
    return Pairs(of[order], to[order], km[order], freight[order])


def case(solver: str, mixes: str, limit: str, size: int, pairs: int, count: int) -> None:
    """One solver on one market in this process."""
    siting, allowed = siting_market(size, pairs, count, blend=mixes == "mixes", budget=limit == "budget")
    if solver == "highs":
        _highs(siting, allowed)
        return
    seconds, result = timed(lambda: place_facilities(siting, pairs=allowed, relative_gap=GAP, explain=0))
    report = result.report  # type: ignore[attr-defined]
    case_result(
        seconds, objective=report.objective, gap=report.gap, status=report.status, opened=len(result.opened),  # type: ignore[attr-defined]
        linear_programs=report.iterations, columns=report.columns, rows=report.rows,
    )  # fmt: skip


def _highs(siting: SitingProblem, allowed: Pairs) -> None:
    """HiGHS's own branch and bound on our program, whose months of a candidate are linked to its opening already."""
    import highspy

    market = with_candidates(siting.problem, siting.candidates)
    planner = Planner(market, MatchParams(), allowed, objective="value", blend=True, network_columns=2**62)
    program = SitingProgram(siting, planner, positions(market, siting.candidates), objective="net_value")
    model = program.model(seed=0)._model
    at = program.opening.astype(np.int32)
    model.changeColsIntegrality(len(at), at, np.array([highspy.HighsVarType.kInteger] * len(at)))
    for name, value in {"mip_rel_gap": GAP, "time_limit": float(LIMIT_S)}.items():
        model.setOptionValue(name, value)
    start = time.perf_counter()
    model.run()
    info = model.getInfo()
    case_result(time.perf_counter() - start, objective=-info.objective_function_value, gap=info.mip_gap)


def main(*, quick: bool = False) -> None:
    """Both solvers with and without mixes, with and without a budget."""
    size = QUICK if quick else FULL
    table = Table("siting_scale", f"Which of {size[2]} candidates to open, {size[0]:,} x {size[0]:,}, to a gap of 1e-4")
    for mixes in ("plain", "mixes"):
        for limit in ("free", "budget"):
            words = f"{'with' if mixes == 'mixes' else 'without'} mixes, {'a' if limit == 'budget' else 'no'} budget"
            runs = 1 if quick else 3
            highs = measure(_NAME, f"{words}: HiGHS", "highs", mixes, limit, *size, runs=1, limit_s=LIMIT_S + 60)
            ours = measure(_NAME, f"{words}: ours", "ours", mixes, limit, *size, runs=runs, limit_s=LIMIT_S)
            if highs.seconds and ours.seconds:
                agree(highs, ours, within=2 * GAP)
            table.add(highs)
            table.add(ours, against=highs, say=_words(ours))
    table.notes.append("HiGHS one run each.")
    table.show()


def _words(found: Measured) -> str:
    figures = found.figures
    if not figures:
        return ""
    return f"{figures['opened']} open, gap {figures['gap']:.0e}, {figures['linear_programs']} linear programs"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        case(*sys.argv[2:5], *map(int, sys.argv[5:8]))
    else:
        main(quick="--quick" in sys.argv[1:])

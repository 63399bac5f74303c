"""How long a plan with mixes takes: ours beside HiGHS on the same linear program.

``python -m benchmarks.blend_scale [--quick]``.  Every demand has five `blend` specs, of which many bind.  Seconds of
the solver, its model laid out and the compiled code loaded before; each run a process of its own.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import numpy as np

from benchmarks.allocate_scale import random_market
from benchmarks.measuring import Table, agree, case_result, measure, timed
from matching.allocation import Pairs, allocate
from matching.allocation.planner import Planner
from matching.catalogue import Property
from matching.params import MatchParams
from matching.problem import BLEND, NO_WASTE, MatchProblem, Residues, Specs

SMALL, LARGE = (1_000, 50_000), (10_000, 500_000)
PROPERTIES = ("loi", "so3", "cl", "sio2", "na2o_eq")
LIMIT_S = 1_200
_NAME = "benchmarks.blend_scale"


def blended_market(size: int, pairs: int, seed: int = 5) -> tuple[MatchProblem, Pairs]:
    """The random market of ``allocate_scale`` with five mixed properties, four with a maximum and one a minimum."""
    problem, allowed = random_market(size, 1, pairs)
    rng = np.random.default_rng(seed)
    values = rng.uniform(0, 10, (size, 5)).round(2)
    demands = len(problem.demands.ids)
    key = np.tile(np.arange(5), demands)
    floor = key == 3
    low = np.where(floor, rng.uniform(2, 4, len(key)), -np.inf)
    high = np.where(floor, np.inf, rng.uniform(6, 8, len(key)))
    share = np.where(np.isnan(problem.demands.max_share), np.nan, 1.0)
    none = np.zeros(0, int)
    catalogue = replace(
        problem.catalogue, properties={name: Property(name, name, name, "%", "linear_dry") for name in PROPERTIES}
    )
    return replace(
        problem, properties=PROPERTIES, catalogue=catalogue, residues=Residues(none, none, np.zeros(0)),
        supplies=replace(problem.supplies, property_value=values, property_sd=np.full_like(values, np.nan)),
        demands=replace(problem.demands, max_share=share),
        specs=Specs(
            np.repeat(np.arange(demands), 5), np.full(len(key), NO_WASTE), key, low, high, np.full(len(key), BLEND)
        ),
    ), allowed  # fmt: skip


def case(which: str, size: int, pairs: int) -> None:
    """One solver in this process: ``plan`` or ``plan-GAP`` are ours, the rest options of HiGHS."""
    problem, allowed = blended_market(size, pairs)
    if which == "allocate":
        seconds, plan = timed(lambda: allocate(problem, pairs=allowed))
        case_result(seconds, objective=plan.report.objective, gap=plan.report.gap, status=plan.report.status)
        return
    if which == "again":
        _again(problem, allowed)
        return
    gap = {"plan": 1e-6, "plan-1e-4": 1e-4}.get(which)
    planner = Planner(
        problem, MatchParams(), allowed, objective="value", blend=True, **({} if gap is None else {"relative_gap": gap})
    )
    if gap is not None:
        _load()
        began = time.process_time()
        seconds, (main, *_rest) = timed(planner.solve)
        busy = time.process_time() - began
        case_result(
            seconds, processor_s=busy, objective=main.objective, gap=(main.bound - main.objective) / abs(main.bound),
            rounds=main.rounds, columns=planner.layout.columns, rows=len(planner.program.upper),
        )
    else:
        _highs(planner, which)


def _load() -> None:
    """Solve a market that is soon solved on the road of large programs."""
    problem, allowed = blended_market(100, 1_000)
    Planner(problem, MatchParams(), allowed, objective="value", blend=True, large_columns=0).solve()


def _again(problem: MatchProblem, allowed: Pairs) -> None:
    """Change the tonnes of one listing in a hundred on both sides, and solve again.

    ``whole`` is how many times faster the way from the market to a plan is then, its layout counted in.
    """
    begun = time.perf_counter()
    planner = Planner(problem, MatchParams(), allowed, objective="value", blend=True)
    planner.solve()
    cold = time.perf_counter() - begun
    rng = np.random.default_rng(1)

    def moved(tonnes: np.ndarray) -> np.ndarray:
        changed, at = tonnes.copy(), rng.choice(len(tonnes), len(tonnes) // 100, replace=False)
        changed[at] = np.round(changed[at] * rng.uniform(0.5, 1.5, len(at)))
        return changed

    problem = replace(
        problem, supplies=replace(problem.supplies, t_per_month=moved(problem.supplies.t_per_month)),
        demands=replace(problem.demands, t_per_month=moved(problem.demands.t_per_month)),
    )  # fmt: skip
    changed, _nothing = timed(lambda: planner.with_tonnes(problem))
    seconds, (main, *_rest) = timed(planner.solve)
    case_result(seconds, objective_after=main.objective, whole=cold / (changed + seconds))


def _highs(planner: Planner, which: str) -> None:
    import highspy

    program, model = planner.program, highspy.Highs()
    options: dict[str, object] = {"output_flag": False, "threads": 1}
    if which == "highs-ipm":
        options |= {"solver": "ipm", "run_crossover": "off"}
    for name, value in options.items():
        model.setOptionValue(name, value)
    rows, columns = program.matrix.shape  # type: ignore[attr-defined]
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_, lp.col_cost_ = columns, rows, -program.cost
    lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.full(columns, np.inf)
    lp.row_lower_, lp.row_upper_ = np.full(rows, -np.inf), program.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = program.matrix.indptr, program.matrix.indices  # type: ignore[attr-defined]
    lp.a_matrix_.value_ = program.matrix.data  # type: ignore[attr-defined]
    model.passModel(lp)
    began = time.process_time()
    seconds, _ = timed(model.run)
    case_result(seconds, processor_s=time.process_time() - began, objective=-model.getInfo().objective_function_value)


def main(*, quick: bool = False) -> None:
    """Compare with HiGHS: its default on the small market, its interior point without crossover on the large one."""
    table = Table("blend_scale", "A plan with five mixed properties per demand")
    small = "1,000 x 1,000, 50,000 pairs"
    default = measure(_NAME, f"{small}: HiGHS, default", "highs", *SMALL)
    inside = measure(_NAME, f"{small}: HiGHS, interior point without crossover", "highs-ipm", *SMALL)
    ours = measure(_NAME, f"{small}: ours, proven optimal", "plan", *SMALL)
    again = measure(_NAME, f"{small}: ours again, 1 % of tonnes changed", "again", *SMALL)
    agree(default, inside, ours)
    table.add(default)
    table.add(inside, against=default)
    table.add(ours, against=default, say=f"gap {ours.figures.get('gap', 0):.0e}")
    from_market = float(again.figures.get("whole", "nan"))  # type: ignore[arg-type]
    table.add(again, against=ours, say=f"against our own cold solve; with the layout {from_market:.0f} x")
    if not quick:
        large = "10,000 x 10,000, 500,000 pairs"
        label = f"{large}: HiGHS, interior point without crossover"
        inside = measure(_NAME, label, "highs-ipm", *LARGE, limit_s=LIMIT_S)
        table.add(inside, say=f"{inside.figures.get('processor_s', float('nan')):.3g} s of processor time")
        for which, words, within in (("plan", "to 1e-6", 2e-6), ("plan-1e-4", "to a certified 1e-4", 2e-4)):
            ours = measure(_NAME, f"{large}: ours {words}", which, *LARGE, limit_s=LIMIT_S)
            agree(inside, ours, within=within)
            gap, busy = (ours.figures.get(figure, float("nan")) for figure in ("gap", "processor_s"))
            table.add(ours, against=inside, say=f"gap {gap:.0e}, {busy:.3g} s of processor time")
    table.show()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        case(sys.argv[2], *map(int, sys.argv[3:5]))
    else:
        main(quick="--quick" in sys.argv[1:])

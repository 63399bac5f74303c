"""How long an allocation takes, beside scipy's linprog on the same linear program.

Run ``python -m benchmarks.allocate_scale [SUPPLIES MONTHS PAIRS]``.  Each solver runs in a process of its
own, so that neither memory nor a warm library favours the second; the ratio is of the two times of the same
run.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

import numpy as np

from matching.allocation import Pairs, allocate
from matching.catalogue import Catalogue, Property, Use, WasteType
from matching.distance import great_circle_km
from matching.problem import (
    BLEND,
    NO_WASTE,
    Carbon,
    Demands,
    Enterprises,
    Freight,
    MatchProblem,
    Parks,
    Residues,
    Specs,
    Supplies,
)

SIZES = ((200, 6, 8_000), (1_000, 1, 50_000), (1_000, 12, 50_000))
SOLVERS = ("gongsheng", "linprog")
SEED, WASTES, LIMIT_S = 20270101, 10, 1_800
PROPERTIES = ("loi", "moisture", "sio2")


def random_market(size: int, months: int, pairs: int, seed: int = SEED) -> tuple[MatchProblem, Pairs]:
    """``size`` supplies and demands with stock, windows, shares, two `blend` specs per demand and residues.
    """
    rng = np.random.default_rng(seed)
    wastes = tuple(f"w{n}" for n in range(WASTES))
    catalogue = Catalogue(
        {key: WasteType(key, key, key, False, ()) for key in wastes},
        {key: Property(key, key, key, "%", "linear_ar" if key == "moisture" else "linear_dry") for key in PROPERTIES},
        {"use": Use("use", "use", "use")},
    )
    firms = max(1, size * 2 // 3)
    blank = ("",) * firms
    lat, lon = rng.uniform(38, 41, firms), rng.uniform(106, 111, firms)
    enterprises = Enterprises(
        tuple(f"e{n:05d}" for n in range(firms)), blank, blank, blank, np.full(firms, -1), lat, lon,
        np.ones(firms, bool), (frozenset(),) * firms,
    )
    supplies, demands = _supplies(rng, size, months, lat, lon), _demands(rng, size, months, lat, lon)
    rows = np.repeat(np.arange(size), 2)
    key = np.tile([0, 2], size)
    specs = Specs(
        rows, np.full(2 * size, NO_WASTE), key, np.where(key == 2, 40.0, -np.inf),
        np.where(key == 0, 8.0, np.inf), np.full(2 * size, BLEND),
    )
    leaving = np.flatnonzero(rng.random(size) < 0.4)
    residues = Residues(leaving, rng.integers(0, WASTES, len(leaving)), rng.uniform(0.05, 0.6, len(leaving)))
    no_parks = Parks((), (), (), (), np.zeros(0), np.zeros(0))
    names = tuple(f"2027-{month + 1:02d}" for month in range(months))
    problem = MatchProblem(
        "scale", names, 1.35, Freight(), Carbon(), catalogue, wastes, PROPERTIES, ("use",), no_parks,
        enterprises, supplies, demands, specs, residues,
    )
    return problem, _nearest_pairs(problem, pairs // size)


def _window(rng: np.random.Generator, size: int, months: int) -> tuple[np.ndarray, np.ndarray]:
    first = rng.integers(0, max(1, months // 3), size)
    return first, np.maximum(first, rng.integers(months // 2, months, size))


def _supplies(
    rng: np.random.Generator, size: int, months: int, lat: np.ndarray, lon: np.ndarray
) -> Supplies:
    firm = rng.integers(0, len(lat), size)
    moisture = np.where(rng.random(size) < 0.3, np.nan, rng.uniform(0, 20, size))
    values = np.stack([rng.uniform(2, 14, size), moisture, rng.uniform(30, 60, size)], axis=1)
    return Supplies(
        tuple(f"s{n:05d}" for n in range(size)), firm, rng.integers(0, WASTES, size), lat[firm], lon[firm],
        rng.integers(100, 5_000, size).astype(float),
        np.where(rng.random(size) < 0.3, rng.integers(0, 9_000, size), 0).astype(float),
        *_window(rng, size, months), rng.uniform(-40, 30, size).round(1), np.zeros(size),
        np.full(size, np.inf), values, np.full_like(values, np.nan),
    )


def _demands(
    rng: np.random.Generator, size: int, months: int, lat: np.ndarray, lon: np.ndarray
) -> Demands:
    firm = rng.integers(0, len(lat), size)
    share = np.where(rng.random((size, WASTES)) < 0.3, 1.0, np.nan)
    share[np.arange(size), rng.integers(0, WASTES, size)] = 1.0
    share = np.where((share == 1.0) & (rng.random(share.shape) < 0.3), 0.6, share)
    return Demands(
        tuple(f"d{n:05d}" for n in range(size)), firm, np.zeros(size, int), lat[firm], lon[firm],
        rng.integers(100, 5_000, size).astype(float), *_window(rng, size, months),
        rng.uniform(0, 60, size).round(1), np.zeros(size), np.full(size, np.inf), share,
    )


def _nearest_pairs(problem: MatchProblem, each: int) -> Pairs:
    """The ``each`` nearest takers of every supply."""
    s, d = problem.supplies, problem.demands
    supply, demand, far = [], [], []
    for at in range(len(s.ids)):
        takes = np.flatnonzero(
            ~np.isnan(d.max_share[:, s.waste_type[at]])
            & (d.first_month <= s.last_month[at]) & (d.last_month >= s.first_month[at])
        )
        km = great_circle_km(s.lat[at], s.lon[at], d.lat[takes], d.lon[takes]) * problem.circuity
        near = np.sort(np.argsort(km, kind="stable")[:each])
        supply.append(np.full(len(near), at))
        demand.append(takes[near])
        far.append(km[near])
    km = np.concatenate(far)
    freight = problem.freight.handling_yuan_per_t + problem.freight.rate_yuan_per_t_km * km
    return Pairs(np.concatenate(supply), np.concatenate(demand), km, freight)


def solve(solver: str, size: int, months: int, pairs: int, objective: str = "value") -> dict[str, object]:
    """Solve one market with one solver in this process."""
    problem, allowed = random_market(size, months, pairs)
    started = time.perf_counter()
    if solver == "gongsheng":
        plan = allocate(problem, objective=objective, pairs=allowed)
        found = {"status": plan.report.status, "objective": plan.report.objective,
                 "columns": plan.report.columns, "rows": plan.report.rows}
    else:
        found = _linprog(problem, allowed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**found, "seconds": time.perf_counter() - started, "peak_mb": peak}


def _linprog(problem: MatchProblem, allowed: Pairs) -> dict[str, object]:
    from scipy.optimize import linprog

    from matching.allocation.model import define_program
    from matching.allocation.objectives import value_yuan_per_t
    from matching.allocation.pairs import allocatable
    from matching.allocation.program import lay_out

    layout = lay_out(problem, allocatable(problem, allowed, blend=True))
    cost = np.zeros(layout.columns)
    cost[: layout.trades] = value_yuan_per_t(problem, layout.pairs)[layout.pair]
    program = define_program(layout, cost, blend=True)
    answer = linprog(-cost, A_ub=program.matrix, b_ub=program.upper, bounds=(0, None), method="highs")
    return {"status": answer.message, "objective": -answer.fun if answer.fun is not None else None,
            "columns": layout.columns, "rows": len(program.upper)}


def main(arguments: list[str]) -> None:
    """Compare the solvers on the sizes asked for."""
    if arguments[:1] == ["--solve"]:
        print(json.dumps(solve(arguments[1], *map(int, arguments[2:5]), *arguments[5:6])))
        return
    sizes = [tuple(map(int, arguments[:3]))] if arguments else SIZES
    for size in sizes:
        seconds = {}
        for solver in SOLVERS:
            command = [sys.executable, "-m", "benchmarks.allocate_scale", "--solve", solver, *map(str, size)]
            try:
                ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT_S)
            except subprocess.TimeoutExpired:
                print(f"{size} {solver}: not done in {LIMIT_S} s")
                continue
            found = json.loads(ended.stdout)
            seconds[solver] = found["seconds"]
            print(f"{size} {solver}: {found}")
        if len(seconds) == len(SOLVERS):
            print(f"{size} linprog / gongsheng: {seconds['linprog'] / seconds['gongsheng']:.1f} x")


if __name__ == "__main__":
    main(sys.argv[1:])

"""How long an allocation takes, beside scipy's linprog on the same linear program.

``python -m benchmarks.allocate_scale [--quick]``.  Mixes, shares, stock, windows and residues; each run is a process of
its own, so that neither memory nor a warm library favours the second.  Seconds are of everything from the pairs to the
answer: layout and solver, and ours with the result and both verifiers.
"""

from __future__ import annotations

import sys

import numpy as np

from benchmarks.measuring import Table, agree, case_result, measure, timed
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

# Supplies (and as many demands), months, pairs.
SIZES = ((200, 6, 8_000), (1_000, 1, 50_000), (1_000, 12, 50_000))
QUICK = SIZES[:1]
SEED, WASTES = 20270101, 10
_NAME = "benchmarks.allocate_scale"
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


def case(which: str, size: int, months: int, pairs: int) -> None:
    """One solver on one market, in this process."""
    problem, allowed = random_market(size, months, pairs)
    if which == "linprog":
        _linprog(problem, allowed)
        return
    seconds, plan = timed(lambda: allocate(problem, pairs=allowed))
    report = plan.report  # type: ignore[attr-defined]
    case_result(seconds, objective=report.objective, status=report.status, columns=report.columns, rows=report.rows)


def _linprog(problem: MatchProblem, allowed: Pairs) -> None:
    from scipy.optimize import linprog

    from matching.allocation.model import define_program
    from matching.allocation.objectives import value_yuan_per_t
    from matching.allocation.pairs import allocatable
    from matching.allocation.program import lay_out

    def solve():  # type: ignore[no-untyped-def]
        layout = lay_out(problem, allocatable(problem, allowed, blend=True))
        cost = np.zeros(layout.columns)
        cost[: layout.trades] = value_yuan_per_t(problem, layout.pairs)[layout.pair]
        program = define_program(layout, cost, blend=True)
        return linprog(-cost, A_ub=program.matrix, b_ub=program.upper, bounds=(0, None), method="highs")

    seconds, answer = timed(solve)
    if answer.fun is None:  # type: ignore[attr-defined]
        raise RuntimeError(f"linprog found no plan: {answer.message}")  # type: ignore[attr-defined]
    case_result(seconds, objective=-answer.fun, status=answer.message)  # type: ignore[attr-defined]


def main(*, quick: bool = False) -> None:
    """Compare the solvers on the sizes; where linprog takes minutes each runs once."""
    table = Table("allocate_scale", "A plan with mixes, shares, stock and residues")
    for size in QUICK if quick else SIZES:
        name, runs = f"{size[0]:,} x {size[0]:,}, {size[1]} month(s), {size[2]:,} pairs", 3 if size[0] < 1_000 else 1
        theirs = measure(_NAME, f"{name}: scipy's linprog", "linprog", *size, runs=runs)
        ours = measure(_NAME, f"{name}: allocate with both verifiers", "allocate", *size, runs=runs)
        agree(theirs, ours)
        table.add(theirs)
        table.add(ours, against=theirs, say=f"{ours.figures.get('columns', 0):,} columns")
    table.show()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        case(sys.argv[2], *map(int, sys.argv[3:6]))
    else:
        main(quick="--quick" in sys.argv[1:])

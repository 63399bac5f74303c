"""How long matching takes: clustered markets of 1,000 x 1,000 and 10,000 x 10,000 listings.

Run ``python -m benchmarks.match_scale [SIZE ...]``.  Beside each time stands the time that plain Python loops
would take on the same market, measured on a sample of its supplies and scaled up.
"""

from __future__ import annotations

import csv
import math
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from matching.catalogue import read_catalogue
from matching.params import MatchParams
from matching.problem import EACH, NO_WASTE, MatchProblem
from matching.ranking import match
from matching.scenario import read_scenario
from models.catalogue import DATA_FOLDER

SIZES = (1_000, 10_000)
SEED = 20270101
WASTES = (
    "gangue",
    "fly_ash_pc",
    "fly_ash_cfb",
    "bottom_ash",
    "fgd_gypsum",
    "gasif_slag_coarse",
    "carbide_slag",
    "steel_slag",
)
PROPERTIES = ("loi", "so3", "sio2", "al2o3", "cao", "moisture", "cl")
NAIVE_SUPPLIES = 5


def write_market(folder: Path, size: int, seed: int = SEED) -> None:
    """Write ``size`` supplies and as many demands around forty towns, with five assays and specs each."""
    rng = np.random.default_rng(seed)
    towns = np.column_stack([rng.uniform(37.5, 41.0, 40), rng.uniform(106.5, 111.5, 40)])
    firms = max(size // 4, 1)
    places = towns[rng.integers(0, 40, firms)] + rng.normal(0, 0.08, (firms, 2))
    _write(
        folder,
        "enterprises",
        ("id", "name", "lat", "lon", "qualified"),
        (
            (f"E{n}", f"firm {n}", f"{lat:.5f}", f"{lon:.5f}", "true" if rng.random() < 0.95 else "false")
            for n, (lat, lon) in enumerate(places)
        ),
    )
    _write(
        folder,
        "supplies",
        ("id", "enterprise", "waste_type", "t_per_month", "ask_yuan_per_t", "min_lot_t", "max_distance_km"),
        (
            (
                f"S{n}",
                f"E{rng.integers(firms)}",
                WASTES[rng.integers(len(WASTES))],
                int(rng.lognormal(7, 1)),
                int(rng.integers(-40, 40)),
                30,
                300 if rng.random() < 0.5 else "",
            )
            for n in range(size)
        ),
    )
    _write(
        folder,
        "demands",
        ("id", "enterprise", "use", "t_per_month", "bid_yuan_per_t", "max_distance_km"),
        (
            (
                f"D{n}",
                f"E{rng.integers(firms)}",
                "aac",
                int(rng.lognormal(7, 1)),
                int(rng.integers(-20, 90)),
                250 if rng.random() < 0.5 else "",
            )
            for n in range(size)
        ),
    )
    _write(
        folder,
        "assays",
        ("supply", "property", "value"),
        (
            (f"S{n}", key, f"{rng.uniform(1, 12):.2f}")
            for n in range(size)
            for key in rng.choice(PROPERTIES, 5, replace=False)
        ),
    )
    _write(
        folder,
        "accepts",
        ("demand", "waste_type"),
        ((f"D{n}", waste) for n in range(size) for waste in rng.choice(WASTES, 3, replace=False)),
    )
    _write(
        folder,
        "specs",
        ("demand", "property", "max", "basis"),
        (
            (f"D{n}", key, f"{rng.uniform(6, 14):.2f}", "blend" if rng.random() < 0.3 else "each")
            for n in range(size)
            for key in rng.choice(PROPERTIES, 5, replace=False)
        ),
    )


def naive_seconds(problem: MatchProblem, supplies: int = NAIVE_SUPPLIES) -> float:
    """Seconds that loops over all pairs would take, measured on the first ``supplies`` of them."""
    demands = len(problem.demands.ids)
    by_demand: dict[int, list[int]] = {}
    for row, demand in enumerate(problem.specs.demand.tolist()):
        by_demand.setdefault(demand, []).append(row)
    start = time.perf_counter()
    for supply in range(min(supplies, len(problem.supplies.ids))):
        scored = [(_naive_score(problem, by_demand, supply, demand), demand) for demand in range(demands)]
        sorted(scored, reverse=True)
    return (time.perf_counter() - start) * len(problem.supplies.ids) / supplies


def _naive_score(problem: MatchProblem, by_demand: dict[int, list[int]], supply: int, demand: int) -> float:
    s, d, specs = problem.supplies, problem.demands, problem.specs
    waste = s.waste_type[supply]
    if math.isnan(d.max_share[demand, waste]) or not problem.enterprises.qualified[d.enterprise[demand]]:
        return -1.0
    lat1, lon1, lat2, lon2 = map(math.radians, (s.lat[supply], s.lon[supply], d.lat[demand], d.lon[demand]))
    chord = (
        math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    km = problem.circuity * 2 * 6371.0088 * math.asin(math.sqrt(chord))
    if km > min(s.max_distance_km[supply], d.max_distance_km[demand]):
        return -1.0
    quality = 0.0
    for row in by_demand.get(demand, ()):
        if specs.waste_type[row] not in (NO_WASTE, waste):
            continue
        value = s.property_value[supply, specs.property[row]]
        if specs.basis[row] == EACH and not specs.minimum[row] <= value <= specs.maximum[row]:
            return -1.0
        quality += specs.maximum[row] - value
    return d.bid_yuan_per_t[demand] - s.ask_yuan_per_t[supply] - 6.4 - 0.337 * km + quality


def main(sizes: tuple[int, ...]) -> None:
    """Print one line per size."""
    catalogue = read_catalogue(DATA_FOLDER)
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            write_market(Path(folder), size)
            start = time.perf_counter()
            problem = read_scenario(Path(folder), catalogue)
        loaded = time.perf_counter()
        result = match(problem, MatchParams(top_k=20))
        matched = time.perf_counter()
        naive = naive_seconds(problem)
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{size:,} x {size:,}: load {loaded - start:.2f} s, match {matched - loaded:.2f} s, "
            f"{result.in_range_count:,} pairs in range, {result.feasible_count:,} feasible, "
            f"{result.unverified_count:,} unverified, {len(result):,} kept; plain loops {naive:.0f} s "
            f"({naive / (matched - loaded):.0f} times slower); peak memory {peak_mb:.0f} MB"
        )


def _write(folder: Path, name: str, header: tuple[str, ...], rows: object) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)

"""A national market from real plants: coal power, cement and steel of China, matched and allocated.

``python -m benchmarks.national [--data FOLDER] [--factors] [--quick]``.  The plants lie beside the repository in
``shared/data`` (WRI Global Power Plant Database, Spatial Finance Initiative, Global Energy Monitor) and are not part of
it; without them it ends with exit code 3.  Tonnes follow from capacities by ``FACTORS``, each with its source; no price
is known, so only tonnes and freight are planned (docs/national.md).
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.measuring import machine
from matching.allocation import allocate
from matching.allocation.feasible import pairs_of
from matching.catalogue import read_catalogue
from matching.params import MatchParams
from matching.problem import MatchProblem
from matching.ranking import match
from matching.scenario import read_scenario
from models.catalogue import DATA_FOLDER

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
OUT = Path("var/benchmarks/national")
MISSING = 3


@dataclass(frozen=True, slots=True)
class Factor:
    """One number with its unit and where it comes from."""

    value: float
    unit: str
    source: str


FACTORS = {
    "hours": Factor(4_500, "full-load hours a year", "assumption: about the national mean of thermal power"),
    "fly_ash_pc": Factor(0.6, "t per 10,000 kWh", "process_flows.csv gen_pc_power, typical (0.3-1.2), estimate"),
    "bottom_ash": Factor(0.08, "t per 10,000 kWh", "process_flows.csv gen_pc_power, typical (0.03-0.2), estimate"),
    "fgd_gypsum": Factor(0.15, "t per 10,000 kWh", "process_flows.csv gen_pc_power, typical (0.05-0.4), estimate"),
    "bf_slag": Factor(0.3, "t per t of iron", "assumption: textbook order of magnitude, 0.25-0.4"),
    "iron_use": Factor(0.85, "share of capacity used", "assumption"),
    "cement_use": Factor(0.65, "share of capacity used", "assumption"),
    "cement_ash": Factor(0.15, "t per t of cement", "process_flows.csv cement_blend, typical (0.05-0.4), recalled"),
    "cement_slag": Factor(0.1, "t per t of cement", "process_flows.csv cement_blend, typical (0-0.5), recalled"),
    "cement_gypsum": Factor(0.04, "t per t of cement", "process_flows.csv cement_blend, typical (0.03-0.05), recalled"),
    "limit_km": Factor(300, "travelled km", "assumption: beyond it freight exceeds what bulk waste is worth"),
    "loi": Factor(8.2, "%, spread 3", "typical_compositions.csv fly_ash_pc loi 1.2-8.2-23.6; spread assumed"),
    "loi_max": Factor(8, "%", "GB/T 1596-2017 table 2, cement addition (use_specs.csv)"),
    "dihydrate": Factor(92, "%, spread 3", "typical_compositions.csv fgd_gypsum caso4_2h2o 85-92-97"),
    "dihydrate_min": Factor(75, "%", "GB/T 21371-2019 (use_specs.csv, recalled)"),
}  # fmt: skip
# Which plant's ash loses how much on ignition nobody published: drawn by seed within the typical range.
SEED = 20270101


@dataclass(frozen=True, slots=True)
class Plant:
    key: str
    name: str
    lat: float
    lon: float
    size: float


def plants(data: Path, file: str, key: str, name: str, size: str, prefix: str) -> list[Plant]:
    """Rows of one table with a place and a size, one per place and name: stations that stand twice are one."""
    found: dict[tuple[str, float, float], Plant] = {}
    with (data / file).open(encoding="utf-8", newline="") as handle:
        for number, row in enumerate(csv.DictReader(handle)):
            try:
                lat, lon, amount = float(row["lat"]), float(row["lon"]), float(row[size])
            except (ValueError, TypeError):
                continue
            if amount <= 0 or "construction" in (row.get("status") or "").lower():
                continue
            at = (row[name].strip() or row[key], round(lat, 4), round(lon, 4))
            found.setdefault(at, Plant(f"{prefix}{number:04d}", at[0], lat, lon, amount))
    return list(found.values())


def write_scenario(data: Path, out: Path) -> dict[str, float]:
    """The scenario folder of one average month; the yearly tonnes by waste type and of room."""
    rng = np.random.default_rng(SEED)
    f = {name: factor.value for name, factor in FACTORS.items()}
    power = plants(data, "china_coal_power_plants.csv", "wri_id", "name", "capacity_mw", "P")
    cement = plants(data, "china_cement_plants.csv", "uid", "city", "capacity_kt_per_year", "C")
    steel = plants(
        data, "china_steel_plants.csv", "Plant ID", "Plant name (English)", "Nominal iron capacity (ttpa)", "I"
    )
    supplies, demands = [], []
    for plant in power:
        units = plant.size * f["hours"] / 10
        supplies += [(plant, kind, units * f[kind] / 12) for kind in ("fly_ash_pc", "bottom_ash", "fgd_gypsum")]
    supplies += [(plant, "bf_slag", plant.size * 1_000 * f["iron_use"] * f["bf_slag"] / 12) for plant in steel]
    for plant in cement:
        tonnes = plant.size * 1_000 * f["cement_use"] / 12
        takes = (("fly_ash_pc", "cement_ash"), ("bf_slag", "cement_slag"), ("fgd_gypsum", "cement_gypsum"))
        demands += [(plant, kind, tonnes * f[share]) for kind, share in takes]
    out.mkdir(parents=True, exist_ok=True)
    for old in out.iterdir():
        old.unlink()
    _write(out, "enterprises", ("id", "name", "lat", "lon", "qualified", "source"), (
        (plant.key, plant.name, plant.lat, plant.lon, "true", "shared/data") for plant in (*power, *steel, *cement)
    ))  # fmt: skip
    _write(out, "supplies", ("id", "enterprise", "waste_type", "t_per_month", "max_distance_km"), (
        (f"S-{plant.key}-{kind}", plant.key, kind, f"{tonnes:.1f}", f["limit_km"]) for plant, kind, tonnes in supplies
    ))  # fmt: skip
    _write(out, "demands", ("id", "enterprise", "use", "t_per_month", "max_distance_km"), (
        (f"D-{plant.key}-{kind}", plant.key, "cement_blend", f"{tonnes:.1f}", f["limit_km"])
        for plant, kind, tonnes in demands
    ))  # fmt: skip
    _write(out, "accepts", ("demand", "waste_type"), ((f"D-{plant.key}-{kind}", kind) for plant, kind, _ in demands))
    _write(out, "assays", ("supply", "property", "value"), _assays(supplies, rng, f))
    _write(out, "specs", ("demand", "property", "min", "max"), (
        (f"D-{plant.key}-{kind}", *(("loi", "", f["loi_max"]) if kind == "fly_ash_pc" else
                                    ("caso4_2h2o", f["dihydrate_min"], "")))
        for plant, kind, _ in demands if kind != "bf_slag"
    ))  # fmt: skip
    (out / "scenario.toml").write_text('title = "China, an average month"\nfirst_month = "2027-01"\nmonths = 1\n')
    totals: dict[str, float] = {}
    for _, kind, tonnes in supplies:
        totals[kind] = totals.get(kind, 0.0) + tonnes * 12
    for _, kind, tonnes in demands:
        totals[f"room for {kind}"] = totals.get(f"room for {kind}", 0.0) + tonnes * 12
    return totals


def _assays(supplies: list, rng: np.random.Generator, f: dict[str, float]) -> Iterator[tuple[str, str, str]]:
    for plant, kind, _ in supplies:
        if kind == "fly_ash_pc":
            yield f"S-{plant.key}-{kind}", "loi", f"{np.clip(rng.normal(f['loi'], 3), 1.2, 23.6):.2f}"
        elif kind == "fgd_gypsum":
            yield f"S-{plant.key}-{kind}", "caso4_2h2o", f"{np.clip(rng.normal(f['dihydrate'], 3), 85, 97):.2f}"


def _write(out: Path, name: str, header: tuple[str, ...], rows: object) -> None:
    with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)  # type: ignore[arg-type]


def report(problem: MatchProblem, totals: dict[str, float], seconds: dict[str, float]) -> None:
    """Match, allocate, print what moved and what did not."""
    start = time.perf_counter()
    found = match(problem, MatchParams(top_k=0))
    seconds["match"] = time.perf_counter() - start
    start = time.perf_counter()
    plan = allocate(problem, objective="tonnes", pairs=pairs_of(found), distance_method=found.distance_method)
    seconds["allocate"] = time.perf_counter() - start
    placed = np.bincount(
        problem.supplies.waste_type[plan.supply], plan.tonnes, minlength=len(problem.waste_types)
    )
    print(f"\n{len(problem.supplies.ids):,} supplies, {len(problem.demands.ids):,} demands, {found.in_range_count:,} "
          f"pairs in range, {found.feasible_count:,} feasible; plan {plan.report.status}, gap {plan.report.gap:.1e}")
    print("\n| waste | arises, Mt a year | placed, Mt | left over, Mt | room at the cement plants, Mt |")
    print("| --- | --- | --- | --- | --- |")
    for kind in ("fly_ash_pc", "bottom_ash", "fgd_gypsum", "bf_slag"):
        moved = placed[problem.waste_types.index(kind)] * 12 / 1e6
        room = totals.get(f"room for {kind}", 0.0) / 1e6
        print(f"| {kind} | {totals[kind] / 1e6:.1f} | {moved:.1f} | {totals[kind] / 1e6 - moved:.1f} | {room:.1f} |")
    tonnes = plan.total_t
    mean = float(plan.tonnes @ plan.distance_km) / tonnes if tonnes else 0.0
    print(f"\nfreight {plan.total_freight_yuan * 12 / 1e6:,.0f} million yuan a year, "
          f"{plan.total_freight_yuan / max(tonnes, 1):.1f} yuan/t, {mean:.0f} km on average; "
          + ", ".join(f"{name} {took:.2f} s" for name, took in seconds.items()))


def main(arguments: list[str]) -> int:
    """Build, match, allocate; exit code 3 where the plants are missing."""
    data = Path(arguments[arguments.index("--data") + 1]) if "--data" in arguments else DATA
    if "--factors" in arguments:
        for name, factor in FACTORS.items():
            print(f"{name}: {factor.value:g} {factor.unit} - {factor.source}")
    if not (data / "china_coal_power_plants.csv").is_file():
        said = f"the plants are missing: no china_coal_power_plants.csv in {data}; name their folder with --data"
        print(said, file=sys.stderr)
        return MISSING
    print(f"### China's coal power, cement and steel plants, an average month\n\n{machine()}")
    start = time.perf_counter()
    totals = write_scenario(data, OUT)
    seconds = {"write": time.perf_counter() - start}
    start = time.perf_counter()
    problem = read_scenario(OUT, read_catalogue(DATA_FOLDER))
    seconds["read"] = time.perf_counter() - start
    report(problem, totals, seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

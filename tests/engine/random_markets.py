"""Random scenarios for the engine's tests: small, crowded, and full of values that lie exactly on a limit.

A market is a dictionary of file name to rows, every cell a string as it stands in the CSV file, so that the
tests can judge the engine from the same text a person would read.  The same seed gives the same market.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from matching.catalogue import Catalogue, read_catalogue
from matching.problem import MatchProblem
from matching.scenario import read_scenario
from models.catalogue import DATA_FOLDER

Row = dict[str, str]
Tables = dict[str, list[Row]]

# Ordinary, hazardous with a code, hazardous without one, and one that is still to be identified.
WASTES = ("fly_ash_pc", "gangue", "bottom_ash", "coal_tar_residue", "crystallised_salt", "sludge_industrial")
LICENCES = ("HW11", "HW08", "crystallised_salt", "sludge_industrial", "HW49")
LINEAR = ("loi", "so3", "sio2", "moisture", "cl")
NOT_LINEAR = ("sai28", "ph")
MONTHS = tuple(f"2027-{month:02d}" for month in range(1, 13))


@dataclass(frozen=True, slots=True)
class Shape:
    """How large and how strict a random market is; shares are probabilities of a cell being there."""

    enterprises: int = 5
    supplies: int = 8
    demands: int = 7
    wastes: int = 4
    assayed: float = 0.85
    spec_count: int = 3
    blend: float = 0.4
    windows: float = 0.5
    outside: float = 0.1
    limits: float = 0.4
    residues: float = 0.3
    months: int = 12


@cache
def catalogue() -> Catalogue:
    """The catalogue of the market, read once."""
    return read_catalogue(DATA_FOLDER)


def random_tables(seed: int, shape: Shape = Shape()) -> Tables:
    """The tables of a random market; its rows stand in no particular order."""
    rng = Random(seed)
    wastes = WASTES[: shape.wastes]
    uses = sorted(catalogue().uses)
    tables: Tables = {
        "enterprises.csv": [_enterprise(rng, f"E{n}") for n in range(shape.enterprises)],
        "supplies.csv": [_supply(rng, f"S{n:03d}", shape, wastes) for n in range(shape.supplies)],
        "demands.csv": [_demand(rng, f"D{n:03d}", shape, uses) for n in range(shape.demands)],
        "assays.csv": [],
        "accepts.csv": [],
        "specs.csv": [],
        "residues.csv": [],
    }
    for supply in tables["supplies.csv"]:
        tables["assays.csv"] += _assays(rng, supply["id"], shape)
    for demand in tables["demands.csv"]:
        accepted = rng.sample(wastes, rng.randint(1, len(wastes)))
        tables["accepts.csv"] += [_accept(rng, demand["id"], waste) for waste in accepted]
        tables["specs.csv"] += _specs(rng, demand["id"], accepted, shape)
        if rng.random() < shape.residues:
            row = {
                "demand": demand["id"],
                "waste_type": rng.choice(wastes),
                "yield_t_per_t": _figure(rng, 0.05, 0.3),
            }
            tables["residues.csv"].append(row)
    for rows in tables.values():
        rng.shuffle(rows)
    return tables


def write_tables(folder: Path, tables: Tables, months: int = 12) -> Path:
    """Write a market as a scenario folder; a table without rows is left out where the format allows it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        if not rows:
            continue
        with (folder / name).open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    (folder / "scenario.toml").write_text(f'first_month = "2027-01"\nmonths = {months}\n', encoding="utf-8")
    return folder


def random_problem(folder: Path, seed: int, shape: Shape = Shape()) -> MatchProblem:
    """A random market, written to ``folder`` and read back as the engine reads it."""
    return read_scenario(write_tables(folder, random_tables(seed, shape), shape.months), catalogue())


def _figure(rng: Random, low: float, high: float) -> str:
    return f"{rng.uniform(low, high):.4f}"


def _maybe(rng: Random, share: float, value: str) -> str:
    return value if rng.random() < share else ""


def _enterprise(rng: Random, key: str) -> Row:
    held = rng.sample(LICENCES, rng.randint(0, 3))
    return {
        "id": key,
        "name": f"enterprise {key}",
        "lat": _figure(rng, 39.0, 40.5),
        "lon": _figure(rng, 108.0, 110.5),
        "qualified": rng.choice(("true", "true", "true", "false", "")),
        "licences": ";".join(held),
    }


def _window(rng: Random, shape: Shape) -> tuple[str, str]:
    if rng.random() < shape.outside:
        # Over before the horizon, or not yet open in it; some by one month, some by many.
        return rng.choice((("2025-03", "2026-06"), ("", "2026-12"), ("2028-01", ""), ("2029-05", "2029-11")))
    first = rng.randrange(shape.months)
    last = rng.randrange(first, shape.months)
    return _maybe(rng, shape.windows, MONTHS[first]), _maybe(rng, shape.windows, MONTHS[last])


def _listing(rng: Random, key: str, shape: Shape) -> Row:
    start, end = _window(rng, shape)
    elsewhere = rng.random() < 0.3
    return {
        "id": key,
        "enterprise": f"E{rng.randrange(shape.enterprises)}",
        "t_per_month": str(rng.choice((0, 100, 250, 500, 1000, 4000))),
        "start": start,
        "end": end,
        "min_lot_t": _maybe(rng, shape.limits, str(rng.choice((0, 100, 250, 500)))),
        "max_distance_km": _maybe(rng, shape.limits, str(rng.choice((0, 40, 90, 150, 400)))),
        "lat": _figure(rng, 39.0, 40.5) if elsewhere else "",
        "lon": _figure(rng, 108.0, 110.5) if elsewhere else "",
    }


def _supply(rng: Random, key: str, shape: Shape, wastes: tuple[str, ...]) -> Row:
    return {
        **_listing(rng, key, shape),
        "waste_type": rng.choice(wastes),
        "stock_t": _maybe(rng, 0.4, str(rng.choice((0, 300, 2000)))),
        "ask_yuan_per_t": _maybe(rng, 0.8, str(rng.choice((-60, -20, 0, 5, 30)))),
    }


def _demand(rng: Random, key: str, shape: Shape, uses: list[str]) -> Row:
    return {
        **_listing(rng, key, shape),
        "use": rng.choice(uses),
        "bid_yuan_per_t": _maybe(rng, 0.8, str(rng.choice((-30, 0, 20, 60, 120)))),
    }


def _assays(rng: Random, supply: str, shape: Shape) -> list[Row]:
    return [
        {"supply": supply, "property": key, "value": str(rng.choice((2, 5, 8, 9.2, 12, 30)))}
        for key in (*LINEAR, *NOT_LINEAR)
        if rng.random() < shape.assayed
    ]


def _accept(rng: Random, demand: str, waste: str) -> Row:
    return {
        "demand": demand,
        "waste_type": waste,
        "max_share": _maybe(rng, 0.3, rng.choice(("0", "0.3", "0.5", "1"))),
    }


def _specs(rng: Random, demand: str, accepted: list[str], shape: Shape) -> list[Row]:
    rows: dict[tuple[str, ...], Row] = {}
    for _ in range(rng.randint(0, shape.spec_count)):
        blend = rng.random() < shape.blend
        key = rng.choice(LINEAR if blend else (*LINEAR, *NOT_LINEAR))
        low, high = sorted(rng.sample((0, 2, 5, 8, 9.2, 12, 30), 2))
        sides = rng.choice(("max", "max", "min", "both"))
        row = {
            "demand": demand,
            "waste_type": _maybe(rng, 0.4, rng.choice(accepted)),
            "property": key,
            "min": str(low) if sides in ("min", "both") else "",
            "max": str(high) if sides != "min" else "",
            "basis": "blend" if blend else rng.choice(("each", "")),
        }
        rows[row["waste_type"], key, "blend" if blend else "each"] = row
    return list(rows.values())

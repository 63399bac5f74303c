"""Which pairs fit, by plain loops over the rows of the CSV files: the rules of the market, read slowly.

Nothing here comes from the engine.  Distances are great circle times 1.35, freight is 6.4 + 0.337 x km.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from math import asin, cos, inf, radians, sin, sqrt

from models.catalogue import DATA_FOLDER
from tests.engine.random_markets import Row, Tables


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules say of one pair; ``broken`` names the failing rules, ``untested`` the missing assays."""

    status: str
    broken: frozenset[str]
    untested: frozenset[str]
    distance_km: float
    freight: float
    surplus: float
    tonnes: float


def judge(tables: Tables, months: int = 12) -> dict[tuple[str, str], Judged]:
    """Every supply with every demand of the market."""
    firms = {row["id"]: row for row in tables["enterprises.csv"]}
    assays = {(row["supply"], row["property"]): float(row["value"]) for row in tables["assays.csv"]}
    accepts = {(row["demand"], row["waste_type"]) for row in tables["accepts.csv"]}
    found = {}
    for supply in tables["supplies.csv"]:
        for demand in tables["demands.csv"]:
            broken, untested = set(), set()
            waste, receiver = supply["waste_type"], firms[demand["enterprise"]]
            if (demand["id"], waste) not in accepts:
                broken.add("waste")
            if not _may_receive(waste, receiver["licences"].split(";")):
                broken.add("licence")
            if receiver["qualified"] != "true":
                broken.add("qualified")
            if not set(_window(supply, months)) & set(_window(demand, months)):
                broken.add("months")
            km = 1.35 * _great_circle(_place(supply, firms), _place(demand, firms))
            if km > _number(supply["max_distance_km"], inf) or km > _number(demand["max_distance_km"], inf):
                broken.add("distance")
            tonnes = min(float(supply["t_per_month"]), float(demand["t_per_month"]))
            if tonnes < _number(supply["min_lot_t"], 0.0):
                broken.add("lot:supply")
            if tonnes < _number(demand["min_lot_t"], 0.0):
                broken.add("lot:demand")
            for spec in tables["specs.csv"]:
                if spec["demand"] != demand["id"] or spec["waste_type"] not in ("", waste):
                    continue
                key = spec["property"]
                if (supply["id"], key) not in assays:
                    untested.add(key)
                    continue
                value = assays[supply["id"], key]
                inside = _number(spec["min"], -inf) <= value <= _number(spec["max"], inf)
                if spec["basis"] != "blend" and not inside:
                    broken.add(f"spec:{key}")
            freight = 6.4 + 0.337 * km
            surplus = (
                _number(demand["bid_yuan_per_t"], 0.0) - _number(supply["ask_yuan_per_t"], 0.0) - freight
            )
            status = "infeasible" if broken else "unverified" if untested else "feasible"
            found[supply["id"], demand["id"]] = Judged(
                status, frozenset(broken), frozenset(untested), km, freight, surplus, tonnes
            )
    return found


@cache
def _catalogue_rows() -> dict[str, Row]:
    with (DATA_FOLDER / "waste_types.csv").open(encoding="utf-8-sig", newline="") as handle:
        return {row["waste_id"]: row for row in csv.DictReader(handle)}


def _may_receive(waste: str, licences: list[str]) -> bool:
    row = _catalogue_rows()[waste]
    if row["hazardous"] == "no":
        return True
    return waste in licences or any(code.startswith("HW") and code in row["hw_code"] for code in licences)


def _window(listing: Row, months: int) -> range:
    first = _months_in(listing["start"]) if listing["start"] else 1
    last = _months_in(listing["end"]) if listing["end"] else months
    return range(max(first, 1), min(last, months) + 1)


def _months_in(month: str) -> int:
    """1 for the horizon's first month, January 2027."""
    return (int(month[:4]) - 2027) * 12 + int(month[5:])


def _place(listing: Row, firms: dict[str, Row]) -> tuple[float, float]:
    row = listing if listing["lat"] else firms[listing["enterprise"]]
    return float(row["lat"]), float(row["lon"])


def _great_circle(one: tuple[float, float], other: tuple[float, float]) -> float:
    lat1, lon1, lat2, lon2 = map(radians, (*one, *other))
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * asin(sqrt(chord))


def _number(cell: str, blank: float) -> float:
    return float(cell) if cell else blank

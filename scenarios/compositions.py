"""Typical assays: one seeded draw per supply and property, made consistent with one another.

A draw is normal about the typical value of the best-matching row of ``typical_compositions.csv``, with a
sixth of the range as its spread, cut off at the minimum and the maximum.  Each (seed, supply, property) has
its own random stream, so adding a supply never changes the assays of another.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from scenarios.tables import Row

OXIDES = ("sio2", "al2o3", "fe2o3", "cao", "mgo", "so3", "k2o", "na2o", "tio2", "p2o5", "mno")
# A row that gives a typical value only is spread by this share to either side.
TYPICAL_ONLY_SPREAD = 0.10
# The range of the table is taken as six spreads between plants, and as eighteen within one plant.
BETWEEN_PLANTS, WITHIN_PLANT = 6, 18
# A full analysis adds up to something between these; what is missing is trace elements and error.
TOTAL_LOW, TOTAL_HIGH = 94.0, 99.0
CARBON_KJ_PER_PERCENT, WATER_KJ_PER_PERCENT = 330.0, 25.0


@dataclass(frozen=True, slots=True)
class Range:
    """Minimum, typical and maximum of one property of one waste type, with where it comes from."""

    low: float
    typical: float
    high: float
    origin: str


class Compositions:
    """The typical composition table with the profiles and derived ranges of a scenario on top."""

    def __init__(self, typical: list[Row], profiles: list[Row], derived: list[Row], seed: int) -> None:
        self._seed = seed
        self._typical: dict[str, dict[str, list[Row]]] = {}
        for row in typical:
            # The sample analysed after calcination is not comparable with gypsum as delivered.
            if row["typical"] + row["min"] + row["max"] and "不可当二水基用" not in row["note"]:
                self._typical.setdefault(row["waste_id"], {}).setdefault(row["property_key"], []).append(row)
        self._profiles = {(row["profile"], row["waste_type"], row["property"]): row for row in profiles}
        self._derived = {(row["waste_type"], row["property"]): row for row in derived}

    def ranges(self, waste: str, profile: str, regions: list[str], wanted: set[str]) -> dict[str, Range]:
        """Return the range of every property of ``waste``; ``wanted`` names the derived ones to add."""
        found = {key: _best(rows, regions) for key, rows in self._typical.get(waste, {}).items()}
        for (type_id, key), row in self._derived.items():
            if type_id == waste and key in wanted:
                found[key] = _range(row, row["reason"])
        for (name, type_id, key), row in self._profiles.items():
            if type_id == waste and name == profile:
                found[key] = _range(row, f"{name}: {row['reason']}")
        return found

    def draw(self, supply: str, waste: str, ranges: dict[str, Range]) -> dict[str, float]:
        """Return one value per property of ``ranges`` plus the computed ones, consistent with one another."""
        values = {key: self._truncated_normal(supply, key, limits) for key, limits in sorted(ranges.items())}
        _tie_carbon(waste, values, ranges, self._stream(supply, "loi-tie"))
        if waste == "fgd_gypsum" and "caso4_2h2o" in values:
            values["so3"] = 0.465 * values["caso4_2h2o"]
        if waste == "carbide_slag":
            # Nearly all the lime is hydroxide; a few percent has carbonated.
            values["ca_oh2"] = values["cao"] * 74.09 / 56.08 * 0.97
        _fit_total(values)
        _add_computed(values)
        return values

    def _truncated_normal(self, supply: str, key: str, limits: Range) -> float:
        stream, spread = self._stream(supply, key), (limits.high - limits.low) / BETWEEN_PLANTS
        while True:
            value = stream.normalvariate(limits.typical, spread)
            if limits.low <= value <= limits.high:
                return value

    def _stream(self, supply: str, key: str) -> random.Random:
        return random.Random(f"{self._seed}/{supply}/{key}")


def _best(rows: list[Row], regions: list[str]) -> Range:
    """The row of the most preferred region; among equals, one with both bounds comes first."""

    def order(row: Row) -> tuple[int, bool]:
        places = [index for index, region in enumerate(regions) if region in row["region"]]
        national = len(regions) if "全国" in row["region"] else len(regions) + 1
        return (min(places, default=national), not (row["min"] and row["max"]))

    row = min(rows, key=order)
    return _range(row, row["region"])


def _range(row: Row, origin: str) -> Range:
    if not (row["min"] and row["max"]):
        typical = float(row["typical"])
        return Range(
            typical * (1 - TYPICAL_ONLY_SPREAD), typical, typical * (1 + TYPICAL_ONLY_SPREAD), origin
        )
    low, high = float(row["min"]), float(row["max"])
    return Range(low, float(row["typical"]) if row["typical"] else (low + high) / 2, high, origin)


def _tie_carbon(
    waste: str, values: dict[str, float], ranges: dict[str, Range], stream: random.Random
) -> None:
    """Heating value, carbon and loss on ignition describe the same carbon, so they are not drawn apart."""
    if waste == "gangue":
        dry = 1 - values["moisture"] / 100
        gross = values["ncv_ar"] + WATER_KJ_PER_PERCENT * values["moisture"]
        values["c_total"] = gross / (CARBON_KJ_PER_PERCENT * dry)
        # Clay-bound water and carbonates add 8 to 11 points of loss to the carbon.
        values["loi"] = min(values["c_total"] + stream.uniform(8, 11), ranges["loi"].high)
        values["ash_d"] = 100 - values["loi"]
    elif waste == "gasif_slag_fine":
        values["loi"] = values["c_total"] + stream.uniform(2, 5)
        values["gcv_d"] = CARBON_KJ_PER_PERCENT * values["c_total"]
    elif waste == "gasif_slag_coarse":
        values["c_total"] = max(0.85 * values["loi"], ranges["c_total"].low)
        values["loi"] = max(values["loi"], values["c_total"])
    elif waste == "gasif_tailing":
        values["c_total"] = 0.7 * values["loi"]
    elif waste == "coal_slime":
        dry = 1 - values["moisture"] / 100
        net = 28_500 * (1 - values["ash_d"] / 100) * dry - WATER_KJ_PER_PERCENT * values["moisture"]
        values["ncv_ar"] = min(max(net, ranges["ncv_ar"].low), ranges["ncv_ar"].high)


def _fit_total(values: dict[str, float]) -> None:
    """Scale the oxides so that oxides and loss on ignition add up to a plausible total."""
    oxides = [key for key in OXIDES if key in values]
    total = sum(values[key] for key in oxides)
    loss = values.get("loi", 0.0)
    # Only an analysis with the main oxides and the loss is complete enough to be scaled up.
    complete = {"sio2", "al2o3", "fe2o3", "cao", "mgo", "loi"} <= values.keys()
    if total + loss > TOTAL_HIGH:
        scale = (TOTAL_HIGH - loss) / total
    elif complete and total + loss < TOTAL_LOW:
        scale = (TOTAL_LOW - loss) / total
    else:
        return
    for key in oxides:
        values[key] *= scale


def _add_computed(values: dict[str, float]) -> None:
    """Add the properties the catalogue computes from oxides, replacing any that were drawn."""
    if {"sio2", "al2o3", "fe2o3"} <= values.keys():
        values["saf"] = values["sio2"] + values["al2o3"] + values["fe2o3"]
    if {"sio2", "al2o3"} <= values.keys():
        values["al_si"] = values["al2o3"] / values["sio2"]
    if {"fe2o3", "cao", "mgo", "k2o", "na2o"} <= values.keys():
        values["flux"] = sum(values[key] for key in ("fe2o3", "cao", "mgo", "k2o", "na2o"))
    if {"na2o", "k2o"} <= values.keys():
        values["na2o_eq"] = values["na2o"] + 0.658 * values["k2o"]

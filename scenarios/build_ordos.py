"""Build ``scenarios/ordos`` from ``scenarios/ordos_source`` and the domain catalogue.

Run ``python -m scenarios.build_ordos`` from the repository root.  The same sources give the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from scenarios.compositions import WITHIN_PLANT, Compositions
from scenarios.formulas import number
from scenarios.ordos_conditions import accepts_of, residues_of, specs_of
from scenarios.ordos_demands import demands
from scenarios.ordos_sources import Sources
from scenarios.ordos_supplies import Supply, supplies
from scenarios.tables import Row, by_key, read_table, write_table

HERE = Path(__file__).parent
SOURCE, TARGET = HERE / "ordos_source", HERE / "ordos"
DATA = HERE.parent / "models" / "catalogue" / "data"
SEED = 20261123
DATE = "2026-11-23"
LABORATORY = "典型值 typical (not measured)"
TABLES = (
    "parks",
    "enterprises",
    "mines",
    "power_plants",
    "supplies",
    "demands",
    "asks",
    "bids",
    "trade_terms",
    "profiles",
    "derived",
    "accept_sets",
    "spec_sets",
    "residues",
)

COLUMNS = {
    "parks": ("id", "name", "name_en", "region", "lat", "lon", "note", "source"),
    "enterprises": (
        "id",
        "name",
        "name_en",
        "lat",
        "lon",
        "park",
        "region",
        "qualified",
        "licences",
        "source",
        "location_quality",
        "note",
    ),
    "supplies": (
        "id",
        "enterprise",
        "waste_type",
        "t_per_month",
        "stock_t",
        "start",
        "end",
        "ask_yuan_per_t",
        "min_lot_t",
        "max_distance_km",
        "lat",
        "lon",
        "quantity_quality",
        "note",
        "source",
    ),
    "assays": ("supply", "property", "value", "sd", "method", "laboratory", "date", "note"),
    "demands": (
        "id",
        "enterprise",
        "use",
        "t_per_month",
        "start",
        "end",
        "bid_yuan_per_t",
        "min_lot_t",
        "max_distance_km",
        "quantity_quality",
        "note",
        "source",
    ),
    "accepts": ("demand", "waste_type", "max_share", "note"),
    "specs": (
        "demand",
        "waste_type",
        "property",
        "min",
        "max",
        "basis",
        "standard",
        "clause",
        "note",
        "source",
    ),
    "residues": ("demand", "waste_type", "yield_t_per_t", "note", "source"),
}


def build(target: Path, source: Path = SOURCE, data: Path = DATA) -> None:
    """Write the scenario folder ``target``; every table is made before the first file is written."""
    tables = {name: read_table(source / f"{name}.csv") for name in TABLES}
    references = by_key(read_table(data / "ordos_reference.csv"), "ref_id")
    sources = Sources(tables, references, by_key(tables["enterprises"], "id"))
    offered, wanted = supplies(sources), demands(sources)
    parks = [_park(row, references) for row in tables["parks"]]
    rows = {
        "parks": parks,
        "enterprises": [_enterprise(row, references, by_key(parks, "id")) for row in tables["enterprises"]],
        "supplies": [item.row for item in offered],
        "assays": _assays(offered, tables, data),
        "demands": [item.row for item in wanted],
        "accepts": [row for item in wanted for row in accepts_of(item, tables["accept_sets"])],
        "specs": specs_of(wanted, tables, by_key(read_table(data / "use_specs.csv"), "spec_id")),
        "residues": [row for item in wanted for row in residues_of(item, tables["residues"])],
    }
    target.mkdir(parents=True, exist_ok=True)
    for name, columns in COLUMNS.items():
        write_table(target / f"{name}.csv", columns, rows[name])
    (target / "scenario.toml").write_bytes((source / "scenario.toml").read_bytes())


def _park(given: Row, references: dict[str, Row]) -> Row:
    reference = references[given["ref"]]
    return {
        "id": given["id"],
        "name": reference["name"],
        "name_en": given["name_en"],
        "region": given["region"],
        "lat": reference["lat"],
        "lon": reference["lon"],
        "note": " | ".join(filter(None, (given["note"], reference["note"], "近似坐标 approximate"))),
        "source": f"ordos_reference {given['ref']}: {reference['doc_no']}",
    }


def _enterprise(given: Row, references: dict[str, Row], parks: dict[str, Row]) -> Row:
    reference = references.get(given["ref"])
    place = reference if reference and reference["lat"] else parks.get(given["park"], given)
    notes = [given["note"]]
    if reference:
        source = f"ordos_reference {given['ref']}: {reference['doc_no'] or reference['doc']}"
        notes.append(reference["note"])
    elif "代表性" in given["name"]:
        source = "代表性主体 representative"
        notes.insert(0, "代表性主体, 非真实企业 representative, not a real enterprise")
    else:
        source = "processes scale_named"
    if not given["lat"] and place is not reference:
        notes.append("坐标取园区代表点 the park's coordinates")
    return {
        "id": given["id"],
        "name": given["name"] or reference["name"],
        "name_en": given["name_en"],
        "lat": given["lat"] or place["lat"],
        "lon": given["lon"] or place["lon"],
        "park": given["park"],
        "region": given["region"],
        "qualified": given["qualified"],
        "licences": given["licences"],
        "source": source,
        "location_quality": "approximate",
        "note": " | ".join(filter(None, notes)),
    }


def _assays(offered: list[Supply], tables: dict[str, list[Row]], data: Path) -> list[Row]:
    typical = Compositions(
        read_table(data / "typical_compositions.csv"), tables["profiles"], tables["derived"], SEED
    )
    methods = {row["property_key"]: row["test_method"] for row in read_table(data / "properties.csv")}
    rows = []
    for item in offered:
        if "*" in item.omit:
            continue
        supply, waste = item.row["id"], item.row["waste_type"]
        ranges = typical.ranges(waste, item.profile, list(item.regions), set(item.derived))
        for key, value in sorted(typical.draw(supply, waste, ranges).items()):
            if key in item.omit:
                continue
            limits = ranges.get(key)
            origin = "由同一化验的其他性质计算 computed from the other properties"
            if limits:
                origin = (
                    f"典型值抽样 typical draw {limits.low:g}–{limits.typical:g}–{limits.high:g} "
                    f"[{limits.origin}]"
                )
            rows.append(
                {
                    "supply": supply,
                    "property": key,
                    "value": _figures(value),
                    "sd": _figures((limits.high - limits.low) / WITHIN_PLANT) if limits else "",
                    "method": methods[key],
                    "laboratory": LABORATORY,
                    "date": DATE,
                    "note": origin,
                }
            )
    return rows


def _figures(value: float) -> str:
    """Round to what a laboratory would print: about three significant figures."""
    for least, decimals in ((1000, 0), (10, 1), (1, 2), (0.1, 3)):
        if abs(value) >= least:
            return number(value, decimals)
    return number(value, 4)


def main() -> None:
    """Build into the folder given on the command line, or ``scenarios/ordos``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TARGET, help="folder to write (default: scenarios/ordos)")
    build(parser.parse_args().out)


if __name__ == "__main__":
    main()

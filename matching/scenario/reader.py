"""``read_scenario``: a folder of CSV files in, a frozen :class:`MatchProblem` out, or every fault at once."""

from __future__ import annotations

from pathlib import Path

from matching.catalogue import Catalogue
from matching.problem import MatchProblem
from matching.scenario.build import build_problem
from matching.scenario.faults import Fault, ScenarioError, Speller, nearest, shown
from matching.scenario.schema import TABLES
from matching.scenario.settings import FILE as SETTINGS_FILE
from matching.scenario.settings import Settings, read_settings
from matching.scenario.tables import Rows, parquet_of, read_table


def read_scenario(folder: Path | str, catalogue: Catalogue) -> MatchProblem:
    """The market described by the scenario in ``folder``.

    ``parks.csv``, ``assays.csv``, ``specs.csv``, ``residues.csv`` and ``scenario.toml`` may be missing.
    Raises :class:`ScenarioError` with every fault of the whole folder where there is any.
    """
    return build_problem(*checked_scenario(folder, catalogue), catalogue)


def checked_scenario(folder: Path | str, catalogue: Catalogue) -> tuple[Settings, dict[str, Rows]]:
    """Settings and tables of a scenario, with every check of :func:`read_scenario` and its faults, not yet arrays."""
    folder = Path(folder)
    faults: list[Fault] = []
    if not folder.is_dir():
        raise ScenarioError(
            [Fault(str(folder), 0, 0, "", "no such folder", "a scenario folder of CSV files")]
        )
    settings = read_settings(folder, catalogue, faults)
    tables = {table.file: read_table(folder / table.file, table, catalogue, faults) for table in TABLES}
    _misspelt_files(folder, faults)
    references(tables, faults)
    _relations(tables, catalogue, faults)
    if faults:
        raise ScenarioError(faults)
    return settings, tables


def _misspelt_files(folder: Path, faults: list[Fault]) -> None:
    """A file whose name is nearly one of ours would be passed over in silence; others may lie there."""
    known = {table.file for table in TABLES} | {SETTINGS_FILE}
    known |= {str(parquet_of(Path(table.file))) for table in TABLES}
    for path in sorted(folder.iterdir()):
        hint = (
            nearest(path.name, known) if path.suffix in (".csv", ".parquet", ".toml") and path.name not in known else ""
        )
        if hint:
            faults.append(
                Fault(path.name, 0, 0, "", "unknown file", f"one of {', '.join(sorted(known))}{hint}")
            )


def references(tables: dict[str, Rows], faults: list[Fault]) -> None:
    """Every id that a table refers to is there; what is not becomes a fault."""
    for rows in tables.values():
        for column in rows.table.columns:
            if column.kind != "reference" or not tables[column.target].whole:
                continue
            target = tables[column.target]
            known = {str(value) for value in target.values["id"] if value is not None} | target.also
            speller = Speller(known)
            for row, value in enumerate(rows.values[column.name]):
                if value is not None and value not in known:
                    expected = f"an id of {column.target}{speller(str(value))}"
                    faults.append(rows.fault(row, column.name, shown(str(value)), expected))


def _relations(tables: dict[str, Rows], catalogue: Catalogue, faults: list[Fault]) -> None:
    """What must hold between the cells of a row, or between files."""
    for name in ("supplies.csv", "demands.csv"):
        _windows(tables[name], faults)
        _half_places(tables[name], faults)
    _half_places(tables["parks.csv"], faults)
    _specs(tables["specs.csv"], catalogue, faults)
    accepts, demands = tables["accepts.csv"], tables["demands.csv"]
    accepting = set(accepts.values["demand"]) | accepts.also
    for row, demand in enumerate(demands.values["id"]):
        if accepts.whole and demand is not None and demand not in accepting:
            faults.append(
                demands.fault(
                    row, "id", shown(str(demand)), "at least one row of accepts.csv for this demand"
                )
            )


def _windows(rows: Rows, faults: list[Fault]) -> None:
    """A window that lies outside the horizon is no fault: a market keeps its past listings, they find no
    month.
    """
    for row, (start, end) in enumerate(zip(rows.values["start"], rows.values["end"], strict=True)):
        if start is not None and end is not None and str(end) < str(start):
            faults.append(rows.fault(row, "end", shown(str(end)), f"a month not before start, {start}"))


def _half_places(rows: Rows, faults: list[Fault]) -> None:
    for row, (lat, lon) in enumerate(zip(rows.values["lat"], rows.values["lon"], strict=True)):
        if (lat is None) != (lon is None):
            column = "lat" if lat is None else "lon"
            faults.append(rows.fault(row, column, "nothing", "lat and lon together, or both blank"))


def _specs(rows: Rows, catalogue: Catalogue, faults: list[Fault]) -> None:
    for row in range(len(rows)):
        low, high = rows.values["min"][row], rows.values["max"][row]
        key = rows.values["property"][row]
        if low is None and high is None:
            faults.append(rows.fault(row, "min", "neither min nor max", "at least one of the two"))
        elif low is not None and high is not None and low > high:  # type: ignore[operator]
            faults.append(rows.fault(row, "min", f"{low:g}", f"at most max, {high:g}"))
        if rows.values["basis"][row] == "blend" and key is not None:
            entry = catalogue.properties[str(key)]
            if not entry.mixes_linearly:
                words = f"each; {key} does not mix linearly ({entry.mixing})"
                faults.append(rows.fault(row, "basis", "'blend'", words))

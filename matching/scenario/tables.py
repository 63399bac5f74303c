"""From a CSV file to columns of parsed values; every bad cell becomes a fault and the reading goes on."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace
from pathlib import Path

from matching.catalogue import Catalogue
from matching.scenario.cells import Parser
from matching.scenario.faults import Fault, nearest, shown
from matching.scenario.schema import Column, Table


@dataclass(slots=True)
class Rows:
    """The rows of one file: a list of values per column (None where blank), and the line each row starts on.

    ``whole`` is False where part of the file could not be read: what seems to be missing in it may be there,
    so nothing that refers to it is held against other files.  ``also`` holds ids of rows that were passed
    over.
    """

    table: Table
    lines: list[int] = field(default_factory=list)
    values: dict[str, list[object]] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    whole: bool = True
    also: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.lines)

    def fault(self, row: int, column: str, found: str, expected: str) -> Fault:
        """A fault in ``column`` of ``row`` (0-based)."""
        return Fault(self.table.file, self.lines[row], self.positions.get(column, 0), column, found, expected)


def read_table(path: Path, table: Table, catalogue: Catalogue, faults: list[Fault]) -> Rows:
    """Read ``path``, or the Parquet file of its name; what is wrong is added to ``faults`` and a bad cell reads as
    None.
    """
    rows = Rows(table, values={column.name: [] for column in table.columns})
    if parquet_of(path).is_file():
        header, body = _parquet_cells(path, rows, faults)
    else:
        text = _text(path, rows, faults)
        if text is None:
            return rows
        header, body = _cells(text, rows, faults)
    if header is None:
        return rows
    present = _header(header, table, rows, faults)
    rows.whole &= all(column in present for column in table.columns if column.required)
    parsers = [(column, Parser(column, catalogue)) for column in present]
    for line, cells in body:
        if len(cells) != len(header) and (
            len(cells) < len(header) or any(map(str.strip, cells[len(header) :]))
        ):
            _ragged(rows, line, cells, len(header), faults)
            continue
        rows.lines.append(line)
        for column, parser in parsers:
            _take(rows, column, parser, cells[rows.positions[column.name] - 1], line, faults)
    for column in table.columns:
        if column not in present:
            rows.values[column.name] = [None] * len(rows)
    _once(rows, faults)
    return rows


def _parquet_cells(
    path: Path, rows: Rows, faults: list[Fault]
) -> tuple[list[str] | None, list[tuple[int, list[str]]]]:
    """As :func:`_cells`, of the Parquet file in place of ``path``; faults then name that file."""
    from matching.scenario.parquet import read_cells

    file = parquet_of(path)
    rows.table = replace(rows.table, file=file.name)
    if path.is_file():
        faults.append(Fault(file.name, 0, 0, "", f"{path.name} beside it", "one of the two files, not both"))
    try:
        return read_cells(file)
    except ValueError as error:
        rows.whole = False
        faults.append(Fault(file.name, 0, 0, "", str(error), "a Parquet file with the columns of the CSV file"))
        return None, []


def parquet_of(csv_file: Path) -> Path:
    """The Parquet file that may stand in place of a CSV file."""
    return csv_file.with_suffix(".parquet")


def _text(path: Path, rows: Rows, faults: list[Fault]) -> str | None:
    file = rows.table.file
    if not path.is_file():
        if rows.table.needed:
            rows.whole = False
            faults.append(Fault(file, 0, 0, "", "no such file", "this file; every scenario has one"))
        return None
    try:
        raw = path.read_bytes()
    except OSError as error:
        rows.whole = False
        faults.append(Fault(file, 0, 0, "", str(error.strerror), "a file that can be read"))
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        faults.append(
            Fault(file, line, 0, "", f"byte 0x{raw[error.start]:02x}",
                  "UTF-8 text; in Excel, save as 'CSV UTF-8 (comma delimited)'")
        )  # fmt: skip
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        rows.whole = False
        return None
    # The rest is looked at all the same: ids and numbers read alike in every encoding built on ASCII.
    return raw.decode("utf-8-sig", errors="replace")


def _cells(
    text: str, rows: Rows, faults: list[Fault]
) -> tuple[list[str] | None, list[tuple[int, list[str]]]]:
    """The header and the rows with the line each starts on; lines without a word are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                found.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        rows.whole = False
        expected = "comma-separated values, each quote closed; nothing after this line was read"
        faults.append(Fault(rows.table.file, line, 0, "", str(error), expected))
    if not found:
        if rows.whole:
            expected = "a header line with the columns' names"
            faults.append(Fault(rows.table.file, 1, 0, "", "an empty file", expected))
        rows.whole = False
        return None, []
    header = [cell.strip() for cell in found[0][1]]
    # Excel ends lines with commas where a column was emptied; a column without a name holds nothing of ours.
    while header[-1] == "":
        header.pop()
    return header, found[1:]


def _ragged(rows: Rows, line: int, cells: list[str], wanted: int, faults: list[Fault]) -> None:
    """A row of the wrong length is passed over, but its id is known, so that rows that name it are not
    blamed.
    """
    expected = f"{wanted} as in the header; check for a missing or an extra comma"
    faults.append(Fault(rows.table.file, line, 0, "", f"{len(cells)} cells", expected))
    at = rows.positions.get(rows.table.key[0], 1) - 1
    if at < len(cells):
        rows.also.add(cells[at].strip())


def _header(header: list[str], table: Table, rows: Rows, faults: list[Fault]) -> list[Column]:
    """The columns that are there; unknown, repeated and missing ones become faults."""
    known = {column.name: column for column in table.columns}
    present = []
    for position, name in enumerate(header, start=1):
        if name not in known:
            expected = f"one of {', '.join(known)}{nearest(name, known)}"
            faults.append(Fault(table.file, 1, position, name, f"unknown column {shown(name)}", expected))
        elif name in rows.positions:
            faults.append(
                Fault(table.file, 1, position, name, f"column {shown(name)} again", "each column once")
            )
        else:
            rows.positions[name] = position
            present.append(known[name])
    for column in table.columns:
        if column.required and column.name not in rows.positions:
            faults.append(
                Fault(table.file, 1, 0, column.name, "no such column", "this column; it is required")
            )
    return present


def _take(rows: Rows, column: Column, parser: Parser, cell: str, line: int, faults: list[Fault]) -> None:
    cell = cell.strip()
    value: object = None
    problem = None
    if cell == "":
        problem = parser.expected() if column.required else None
    else:
        value, problem = parser(cell)
    if problem:
        faults.append(
            Fault(rows.table.file, line, rows.positions[column.name], column.name, shown(cell), problem)
        )
    rows.values[column.name].append(value)


def _once(rows: Rows, faults: list[Fault]) -> None:
    """Each key occurs once; the later row is the fault and names the line of the earlier."""
    seen: dict[tuple[object, ...], int] = {}
    key = rows.table.key
    columns = [rows.values[name] for name in key]
    for row, line in enumerate(rows.lines):
        value = tuple(column[row] for column in columns)
        if value[0] is None:
            continue
        if value[-1] is None and key[-1] == "basis":
            value = (*value[:-1], "each")
        first = seen.setdefault(value, line)
        if first != line:
            found = ", ".join(str(part) for part in value if part is not None)
            faults.append(
                rows.fault(
                    row, key[0], f"{shown(found)} again", f"each {' and '.join(key)} once; see line {first}"
                )
            )

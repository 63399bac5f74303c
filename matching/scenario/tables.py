"""From a CSV file to columns of parsed values; every bad cell becomes a fault and the reading goes on."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from matching.catalogue import Catalogue
from matching.scenario.faults import Fault, nearest, shown
from matching.scenario.schema import Column, Table

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")
_ID = re.compile(r"\S(.*\S)?")


@dataclass(slots=True)
class Rows:
    """The rows of one file: a list of values per column (None where blank), and the line each row starts on."""

    table: Table
    lines: list[int] = field(default_factory=list)
    values: dict[str, list[object]] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lines)

    def fault(self, row: int, column: str, found: str, expected: str) -> Fault:
        """A fault in ``column`` of ``row`` (0-based)."""
        return Fault(self.table.file, self.lines[row], self.positions.get(column, 0), column, found, expected)


def read_table(path: Path, table: Table, catalogue: Catalogue, faults: list[Fault]) -> Rows:
    """Read ``path``; what is wrong is added to ``faults`` and a bad cell reads as None."""
    rows = Rows(table, values={column.name: [] for column in table.columns})
    text = _text(path, table, faults)
    if text is None:
        return rows
    header, body = _cells(text, table, faults)
    if header is None:
        return rows
    present = _header(header, table, rows, faults)
    parsers = [(column, _Parser(column, catalogue)) for column in present]
    for line, cells in body:
        if len(cells) != len(header):
            faults.append(
                Fault(table.file, line, 0, "", f"{len(cells)} cells",
                      f"{len(header)} as in the header; check for a missing or an extra comma")
            )
            continue
        rows.lines.append(line)
        for column, parser in parsers:
            _take(rows, column, parser, cells[rows.positions[column.name] - 1], line, faults)
    for column in table.columns:
        if column not in present:
            rows.values[column.name] = [None] * len(rows)
    _once(rows, faults)
    return rows


def _text(path: Path, table: Table, faults: list[Fault]) -> str | None:
    if not path.is_file():
        if table.needed:
            faults.append(Fault(table.file, 0, 0, "", "no such file", "this file; every scenario has one"))
        return None
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        faults.append(
            Fault(table.file, line, 0, "", f"byte 0x{raw[error.start]:02x}",
                  "UTF-8 text; in Excel, save as 'CSV UTF-8 (comma delimited)'")
        )
        return None


def _cells(
    text: str, table: Table, faults: list[Fault]
) -> tuple[list[str] | None, list[tuple[int, list[str]]]]:
    """The header and the rows with the line each starts on; blank lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(table.file, line, 0, "", str(error), "comma-separated values with closed quotes"))
    if not found:
        faults.append(Fault(table.file, 1, 0, "", "an empty file", "a header line with the columns' names"))
        return None, []
    return [cell.strip() for cell in found[0][1]], found[1:]


def _header(header: list[str], table: Table, rows: Rows, faults: list[Fault]) -> list[Column]:
    """The columns that are there; unknown, repeated and missing ones become faults."""
    known = {column.name: column for column in table.columns}
    present = []
    for position, name in enumerate(header, start=1):
        if name not in known:
            expected = f"one of {', '.join(known)}{nearest(name, known)}"
            faults.append(Fault(table.file, 1, position, name, f"unknown column {shown(name)}", expected))
        elif name in rows.positions:
            faults.append(Fault(table.file, 1, position, name, f"column {shown(name)} again", "each column once"))
        else:
            rows.positions[name] = position
            present.append(known[name])
    for column in table.columns:
        if column.required and column.name not in rows.positions:
            faults.append(Fault(table.file, 1, 0, column.name, "no such column", "this column; it is required"))
    return present


def _take(rows: Rows, column: Column, parser: _Parser, cell: str, line: int, faults: list[Fault]) -> None:
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


class _Parser:
    """Parses the cells of one column: a call gives ``(value, None)`` or ``(None, what was expected)``."""

    def __init__(self, column: Column, catalogue: Catalogue) -> None:
        self.column = column
        kinds: Mapping[str, Iterable[str]] = {
            "waste_type": catalogue.waste_types, "property": catalogue.properties, "use": catalogue.uses,
        }
        self.known = kinds.get(column.kind)
        self.words = {"waste_type": "a waste type", "property": "a property", "use": "a use"}.get(column.kind, "")

    def expected(self) -> str:
        column = self.column
        if column.kind == "number":
            return self._number_words()
        words = {
            "month": "a month as YYYY-MM, for example 2027-01",
            "flag": "true or false",
            "choice": " or ".join(column.choices),
            "reference": f"an id of {column.target}",
        }
        if self.words:
            return f"{self.words} of the catalogue"
        return words.get(column.kind, "some text")

    def __call__(self, cell: str) -> tuple[object, str | None]:
        kind = self.column.kind
        if kind == "number":
            return self._number(cell)
        if kind == "month":
            return (cell, None) if _MONTH.fullmatch(cell) else (None, self.expected())
        if kind == "flag":
            word = cell.lower()
            return (word == "true", None) if word in ("true", "false") else (None, self.expected())
        if kind == "choice":
            return (cell, None) if cell in self.column.choices else (None, self.expected())
        if self.known is not None:
            if cell in self.known:
                return cell, None
            return None, f"{self.expected()}{nearest(cell, self.known)}"
        return cell, None

    def _number(self, cell: str) -> tuple[object, str | None]:
        column = self.column
        value = float(cell) if _NUMBER.fullmatch(cell) and cell.isascii() else math.nan
        inside = (
            math.isfinite(value)
            and (column.low is None or value >= column.low)
            and (column.high is None or value <= column.high)
            and (column.above is None or value > column.above)
        )
        if inside:
            return value, None
        remark = "; write plain digits without separators" if not math.isfinite(value) else ""
        return None, self._number_words() + remark

    def _number_words(self) -> str:
        column = self.column
        words = f"a number in {column.unit}"
        if column.low is not None and column.high is not None:
            return f"{words} from {column.low:g} to {column.high:g}"
        if column.low is not None:
            return f"{words}, {column.low:g} or more"
        if column.above is not None:
            return f"{words} above {column.above:g}"
        return words


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
                rows.fault(row, key[0], f"{shown(found)} again", f"each {' and '.join(key)} once; see line {first}")
            )

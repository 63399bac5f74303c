"""Reading and writing the plain CSV tables the builders work on."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

Row = dict[str, str]


def read_table(path: Path) -> list[Row]:
    """Return the rows of a UTF-8 CSV file as dictionaries of stripped strings, in file order.

    Raises ``ValueError`` where a row has more or fewer cells than the header.
    """
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        rows = []
        for row in reader:
            if None in row or None in row.values():
                raise ValueError(f"{path.name}:{reader.line_num}: not as many cells as the header")
            rows.append({key: value.strip() for key, value in row.items()})
        return rows


def by_key(rows: Iterable[Row], column: str) -> dict[str, Row]:
    """Index rows by a column.  Raises ``ValueError`` where a key comes twice."""
    index: dict[str, Row] = {}
    for row in rows:
        if row[column] in index:
            raise ValueError(f"{column} {row[column]!r} comes twice")
        index[row[column]] = row
    return index


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows as UTF-8 CSV with Unix line ends, so that the same rows give the same bytes everywhere."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)

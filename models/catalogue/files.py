"""The catalogue's CSV files as frozen rows."""

from __future__ import annotations

import csv
from typing import Any

from models.catalogue import DATA_FOLDER


def rows(name: str) -> list[dict[str, str]]:
    """The rows of ``<name>.csv`` in the order of the file; ``FileNotFoundError`` without it."""
    with (DATA_FOLDER / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def fill(entry: type[Any], row: dict[str, str], **renamed: str) -> Any:
    """One frozen row from a CSV row: numbers, parts or text as its fields are declared; a blank number is None."""
    values: dict[str, Any] = {}
    for name, kind in entry.__annotations__.items():
        cell = row[renamed.get(name, name)].strip()
        if kind == "float | None":
            values[name] = float(cell) if cell else None
        elif kind == "tuple[str, ...]":
            values[name] = tuple(part.strip() for part in cell.split(";") if part.strip())
        else:
            values[name] = None if name == "property_key" and cell in ("", "none") else cell
    return entry(**values)

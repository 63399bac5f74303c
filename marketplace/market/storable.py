"""What a scenario may say and a column cannot hold, found before the database refuses it without a line."""

from __future__ import annotations

from sqlalchemy import Column, String

from matching.scenario.faults import Fault
from matching.scenario.tables import Rows
from models import Assay, Base, Demand, DemandSpec, Enterprise, Park, Supply
from models.base import FixedPoint

# The model behind each file; a column of another name than the file's is renamed.
_MODELS: dict[str, tuple[type[Base], dict[str, str]]] = {
    "parks.csv": (Park, {"id": "code"}),
    "enterprises.csv": (Enterprise, {"id": "code"}),
    "supplies.csv": (Supply, {"id": "code"}),
    "demands.csv": (Demand, {"id": "code"}),
    "assays.csv": (Assay, {}),
    "specs.csv": (DemandSpec, {}),
}


def find_unstorable(tables: dict[str, Rows], faults: list[Fault]) -> None:
    """Add a fault for each text too long and each number too large for its column."""
    for file, (model, renamed) in _MODELS.items():
        for name, cells in tables[file].values.items():
            column = model.__table__.c.get(renamed.get(name, name))
            if column is None:
                continue
            for index, cell in enumerate(cells):
                problem = _problem(column, cell)
                if problem:
                    faults.append(tables[file].fault(index, name, *problem))


def _problem(column: Column[object], cell: object) -> tuple[str, str] | None:
    kind = column.type
    if isinstance(cell, str):
        if "\x00" in cell:
            return "a NUL character", "text without control characters"
        if isinstance(kind, String) and kind.length and len(cell) > kind.length:
            return f"{len(cell)} characters", f"at most {kind.length} characters"
    if isinstance(cell, float | int) and isinstance(kind, FixedPoint):
        limit = 10 ** (kind.precision - kind.scale)
        if abs(cell) >= limit - 1:
            return f"{cell:g}", f"a number below {limit:g}"
    return None

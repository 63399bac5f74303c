"""The columns of the official ledger forms for general industrial solid waste, as the file lists them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache

from models.catalogue import DATA_FOLDER


@dataclass(frozen=True, slots=True)
class LedgerColumn:
    """One column.  ``section`` is the part of the form it stands in, the first being the head of the form."""

    order: int
    name: str
    key: str
    kind: str
    unit: str
    section: str
    rule: str
    source: str
    recalled: bool


@dataclass(frozen=True, slots=True)
class LedgerForm:
    """One of the forms 1 to 7 with its columns in order; ``head`` are those above the table."""

    number: int
    name: str
    prefix: str
    frequency: str
    mandatory: str
    head: tuple[LedgerColumn, ...]
    columns: tuple[LedgerColumn, ...]


_HEAD = "表头"


@lru_cache(maxsize=1)
def ledger_forms() -> tuple[LedgerForm, ...]:
    """The forms in the order of their numbers; ``FileNotFoundError`` without the file."""
    rows: dict[int, list[dict[str, str]]] = {}
    with (DATA_FOLDER / "ledger_columns.csv").open(encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            rows.setdefault(int(row["table_no"]), []).append(row)
    return tuple(_form(number, columns) for number, columns in sorted(rows.items()))


def _form(number: int, rows: list[dict[str, str]]) -> LedgerForm:
    columns = [
        LedgerColumn(
            int(row["col_order"]), row["column_zh"], row["field_key"], row["type"], row["unit"], row["section"],
            row["fill_rule"], row["source"], row["confidence"] == "recalled",
        )
        for row in rows
    ]
    columns.sort(key=lambda column: column.order)
    first = rows[0]
    return LedgerForm(
        number, first["table_name"], first["record_prefix"], first["frequency"], first["mandatory"],
        tuple(column for column in columns if column.section == _HEAD),
        tuple(column for column in columns if column.section != _HEAD),
    )

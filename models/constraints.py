"""Which named constraint refused a row, so that a page can say the right sentence."""

from __future__ import annotations

import re

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import IntegrityError

from models.base import Base

_SQLITE_COLUMNS = re.compile(r"UNIQUE constraint failed: (.+)$")
_SQLITE_NAMED = re.compile(r"CHECK constraint failed: (\w+)$")


def refused_by(error: IntegrityError) -> str | None:
    """The name of the constraint or unique index behind ``error``; None where the database does not tell.

    SQLite names the columns of a broken unique rule and not the rule; two rules on the same columns (partial
    indexes) would be told apart by their conditions only, so the first by name stands for both.
    """
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name
    message = str(error.orig)
    named = _SQLITE_NAMED.search(message)
    if named:
        return named[1]
    columns = _SQLITE_COLUMNS.search(message)
    if not columns:
        return None
    parts = [part.strip().split(".") for part in columns[1].split(",")]
    return _unique_on(parts[0][0], {part[-1] for part in parts})


def _unique_on(table_name: str, columns: set[str]) -> str | None:
    table = Base.metadata.tables.get(table_name)
    if table is None:
        return None
    rules = [rule for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    rules += [index for index in table.indexes if index.unique]
    names = sorted(str(rule.name) for rule in rules if {column.name for column in rule.columns} == columns)
    return names[0] if names else None

"""Changes as plain data for a file or a database, and back; what cannot be read is told like any other fault."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, asdict, fields
from typing import Any

from matching.whatif.changes import KINDS, Change, kind_of
from matching.whatif.faults import Fault, ImpossibleChange


def plain(change: Change) -> dict[str, Any]:
    """``change`` as a dictionary of numbers, texts and lists, with its kind."""
    return {"kind": kind_of(change), **asdict(change)}


def read_changes(rows: object) -> list[Change]:
    """The changes that ``rows`` (a list as :func:`plain` writes them) speak of.

    Raises :class:`ImpossibleChange` with every row that names no kind, an unknown field or a value of another shape,
    or lacks a field.  Whether a market can have them is asked by ``check_changes``.
    """
    if not isinstance(rows, list):
        raise ImpossibleChange([Fault(0, "changes", "not_a_list", {"found": type(rows).__name__})])
    found: list[Change] = []
    faults: list[Fault] = []
    for at, row in enumerate(rows):
        read, wrong = _read(at, row)
        faults += wrong
        if read is not None:
            found.append(read)
    if faults:
        raise ImpossibleChange(faults)
    return found


def _read(at: int, row: object) -> tuple[Change | None, list[Fault]]:
    kind = row.get("kind") if isinstance(row, Mapping) else None
    if not isinstance(row, Mapping) or kind not in KINDS:
        return None, [Fault(at, "kind", "unknown_kind", {"found": str(kind), "known": ", ".join(KINDS)})]
    known = {column.name: column for column in fields(KINDS[kind])}
    faults = [Fault(at, str(name), "unknown_field", {}) for name in row if name != "kind" and name not in known]
    values: dict[str, Any] = {}
    for name, column in known.items():
        if name not in row:
            if column.default is MISSING:
                faults.append(Fault(at, name, "missing", {}))
            continue
        shape = SHAPES.get(name) or _PLAIN[str(column.type)]
        try:
            values[name] = shape(row[name])
        except (TypeError, ValueError):
            faults.append(Fault(at, name, "another_shape", {"found": str(row[name])[:60]}))
    return (None, faults) if faults else (KINDS[kind](**values), [])


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise TypeError
    return float(value)


def _whole(value: object) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError
    return int(number)


def _maybe(value: object) -> float | None:
    return None if value is None else _number(value)


def _rows(*columns: Callable[[object], Any]) -> Callable[[object], tuple[tuple[Any, ...], ...]]:
    """A reader of lists of rows with these columns."""

    def read(value: object) -> tuple[tuple[Any, ...], ...]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise TypeError
        return tuple(tuple(c(cell) for c, cell in zip(columns, row, strict=True)) for row in value)

    return read


SHAPES: dict[str, Callable[[object], Any]] = {
    "accepts": _rows(_text, _maybe),
    "specs": _rows(_text, _maybe, _maybe, _text, _text),
    "residues": _rows(_text, _number),
    "points": _rows(_text, _number, _number),
    "steps": _rows(_number, _number),
}
_PLAIN: dict[str, Callable[[object], Any]] = {
    "str": _text, "int": _whole, "float": _number, "float | None": _maybe,
}

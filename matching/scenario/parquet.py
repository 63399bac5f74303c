"""The tables of a scenario as Parquet: the same columns, numbers typed, in place of a CSV file of the same name.

Cells go through the same checks as those of a CSV file, so a bad one is named by file, row and column.  pyarrow is
imported where it is used: a market that has no such file never needs it.
"""

from __future__ import annotations

from pathlib import Path

from matching.scenario.schema import Table
from matching.scenario.tables import Rows

# Rows that a reader may skip or take together.
ROW_GROUP = 50_000


class ParquetUnavailable(RuntimeError):
    """pyarrow is not installed; the message says what to install."""


def read_cells(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header and rows of a Parquet file as the text a CSV file would hold, each row with its number from 2 on.

    Raises :class:`ParquetUnavailable` without pyarrow, and ``ValueError`` where the file is no Parquet file.
    """
    parquet = _pyarrow()
    try:
        table = parquet.read_table(path)
    except (OSError, ValueError) as error:
        raise ValueError(f"not a Parquet file: {str(error).splitlines()[0]}") from error
    columns = [[_text(value) for value in table.column(name).to_pylist()] for name in table.column_names]
    rows = [(line, list(cells)) for line, cells in enumerate(zip(*columns, strict=True), start=2)]
    return list(table.column_names), [row for row in rows if any(row[1])]


def write_table(path: Path, table: Table, rows: Rows) -> None:
    """Write checked ``rows`` as Parquet: numbers as float64, everything else as text, blanks as null.

    Columns that are blank throughout are left out, as they may be in a CSV file.
    """
    import pyarrow

    arrays = {}
    for column in table.columns:
        values = rows.values[column.name]
        if not column.required and all(value is None for value in values):
            continue
        if column.kind == "number":
            arrays[column.name] = pyarrow.array(values, pyarrow.float64())
        else:
            arrays[column.name] = pyarrow.array([_text(value) or None for value in values], pyarrow.string())
    _pyarrow().write_table(pyarrow.table(arrays), path, row_group_size=ROW_GROUP)


def _pyarrow():  # type: ignore[no-untyped-def]
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise ParquetUnavailable(
            "Parquet needs pyarrow: install the packages of requirements-cluster.txt (pip install 'gongsheng[cluster]')"
        ) from error
    return parquet


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if value != value else repr(value)
    return str(value)

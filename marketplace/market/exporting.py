"""The market back into a scenario folder that imports to the same market."""

from __future__ import annotations

import csv
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from marketplace.market.rows import read_tables
from marketplace.market.settings import market_settings
from matching.scenario.schema import TABLES
from matching.scenario.settings import FILE
from matching.scenario.tables import Rows
from models.market import MarketSettings


def export_scenario(session: Session, folder: Path) -> dict[str, int]:
    """Write the published market to ``folder`` and return the rows per file.

    The folder appears whole or not at all; ``FileExistsError`` where there is one already that is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} exists and is not an empty folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    tables = read_tables(session)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        for table in TABLES:
            _write(draft / table.file, tables[table.file])
        (draft / FILE).write_text(_toml(market_settings(session)), encoding="utf-8")
        draft.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        os.replace(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return {file: len(rows) for file, rows in tables.items()}


def _write(path: Path, rows: Rows) -> None:
    """Columns that are blank throughout are left out, the required ones never."""
    kept = [
        column.name for column in rows.table.columns
        if column.required or any(cell is not None for cell in rows.values[column.name])
    ]
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(kept)
        writer.writerows(zip(*([_cell(cell) for cell in rows.values[name]] for name in kept), strict=True))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    text = str(value)
    # A Decimal keeps its zeros; a table is easier to read without them.
    return text.rstrip("0").rstrip(".") if not isinstance(value, str) and "." in text else text


def _toml(row: MarketSettings) -> str:
    lines = [
        f"title = {_quoted(row.title)}", f"first_month = {_quoted(row.first_month)}",
        f"months = {row.months}", f"circuity = {row.circuity!r}",
    ]
    if row.source:
        lines.append(f"source = {_quoted(row.source)}")
    lines += [
        "", "[freight]", f"handling_yuan_per_t = {row.handling_yuan_per_t!r}",
        f"rate_yuan_per_t_km = {row.rate_yuan_per_t_km!r}",
    ]
    if row.freight_source:
        lines.append(f"source = {_quoted(row.freight_source)}")
    lines += ["", "[carbon]"]
    lines += [f"{key} = {_value(value)}" for key, value in row.carbon.items() if key != "avoided"]
    for entry in row.carbon.get("avoided", []):
        lines += ["", "[[carbon.avoided]]", *(f"{key} = {_value(value)}" for key, value in entry.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    # A TOML basic string escapes as JSON does, but for DEL, which JSON leaves alone.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

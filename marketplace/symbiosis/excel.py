"""Sheets of rows as an Excel workbook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

Cell = str | float | int | None
# What XML cannot hold; a name that was typed with such a character loses it here and nowhere else.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_WIDEST, _NARROWEST = 48, 10


@dataclass(frozen=True, slots=True)
class Sheet:
    """``notes`` stand above the columns: what the figures are, of which period, from which sources."""

    title: str
    notes: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The bytes of the workbook."""
    # Loaded here: the library is slow to load and only this answer needs it.
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title[:31]), sheet)
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def _fill(page: Any, sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    _write(page, 1, [sheet.title])
    page.cell(1, 1).font = Font(bold=True, size=14)
    for number, note in enumerate(sheet.notes, start=2):
        _write(page, number, [note])
    top = len(sheet.notes) + 3
    _write(page, top, sheet.columns)
    for column, name in enumerate(sheet.columns, start=1):
        cell = page.cell(top, column)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        longest = max((len(str(row[column - 1] or "")) for row in sheet.rows[:200]), default=0)
        width = min(_WIDEST, max(_NARROWEST, 2 + 1.6 * max(len(name), longest)))
        page.column_dimensions[get_column_letter(column)].width = width
    for number, row in enumerate(sheet.rows, start=top + 1):
        _write(page, number, row)
    page.freeze_panes = page.cell(top + 1, 1)
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _write(page: Any, number: int, line: Sequence[Cell]) -> None:
    for column, value in enumerate(line, start=1):
        if value is None or value == "":
            continue
        cell = page.cell(number, column)
        if isinstance(value, str):
            cell.value = _NOT_XML.sub("", value)
            # A text is a text, also where somebody has begun it like a formula.
            cell.data_type = "s"
            continue
        cell.value, cell.number_format = value, "#,##0" if isinstance(value, int) else "#,##0.000"

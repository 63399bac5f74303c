"""The official forms as one Excel workbook, a sheet for each."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

from marketplace.ledger.official import Cell
from marketplace.ledger.official_tables import COMMON_NOTES, Sheet, Told
from marketplace.workbooks import put_text

_WIDEST = 32


def workbook(told: Told, sheets: list[Sheet]) -> bytes:
    """The bytes of the workbook: head, columns, rows and notes of every form."""
    # Loaded here: the library is slow to load and only this page needs it.
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _fill(book.create_sheet(f"附表{sheet.number}"), told, sheet)
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def _fill(page: Any, told: Told, sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    bold, wrapped = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    lines: list[list[Cell]] = [
        [sheet.title], ["单位名称", told.enterprise], ["厂址", told.site], ["期间", told.period],
        *([name, None] for name in sheet.head), [],
    ]
    for number, line in enumerate(lines, start=1):
        _write(page, number, line)
    page.cell(1, 1).font = Font(bold=True, size=14)
    top = len(lines) + 1
    _write(page, top, list(sheet.columns))
    for column in range(1, len(sheet.columns) + 1):
        cell = page.cell(top, column)
        cell.font, cell.alignment = bold, wrapped
        page.column_dimensions[get_column_letter(column)].width = min(_WIDEST, 10 + 2 * len(sheet.columns[column - 1]))
    for number, row in enumerate(sheet.rows, start=top + 1):
        _write(page, number, row)
    below = top + len(sheet.rows) + 2
    for number, note in enumerate([*sheet.notes, *COMMON_NOTES], start=below):
        _write(page, number, [note])
    page.freeze_panes = page.cell(top + 1, 1)
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _write(page: Any, number: int, line: list[Cell]) -> None:
    for column, value in enumerate(line, start=1):
        if value is None or value == "":
            continue
        cell = page.cell(number, column)
        if isinstance(value, Decimal):
            cell.value, cell.number_format = value, "#,##0.000"
            continue
        put_text(cell, value)

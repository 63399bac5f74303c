"""The official forms as one Excel workbook, a sheet for each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marketplace.ledger.official import Cell
from marketplace.ledger.official_tables import COMMON_NOTES, Sheet, Told
from marketplace.workbooks import TONNES_FORMAT, new_book, put_heads, put_text, put_title, saved, set_up

_WIDEST = 32


def workbook(told: Told, sheets: list[Sheet]) -> bytes:
    """The bytes of the workbook: head, columns, rows and notes of every form."""
    book = new_book()
    for sheet in sheets:
        _fill(book.create_sheet(f"附表{sheet.number}"), told, sheet)
    return saved(book)


def _fill(page: Any, told: Told, sheet: Sheet) -> None:
    put_title(page, sheet.title)
    lines: list[list[Cell]] = [
        ["单位名称", told.enterprise], ["厂址", told.site], ["期间", told.period],
        *([name, None] for name in sheet.head), [],
    ]
    for number, line in enumerate(lines, start=2):
        _write(page, number, line)
    top = len(lines) + 2
    put_heads(page, top, [(name, min(_WIDEST, 10 + 2 * len(name))) for name in sheet.columns])
    for number, row in enumerate(sheet.rows, start=top + 1):
        _write(page, number, row)
    below = top + len(sheet.rows) + 2
    for number, note in enumerate([*sheet.notes, *COMMON_NOTES], start=below):
        _write(page, number, [note])
    set_up(page, page.cell(top + 1, 1))


def _write(page: Any, number: int, line: list[Cell]) -> None:
    for column, value in enumerate(line, start=1):
        if value is None or value == "":
            continue
        cell = page.cell(number, column)
        if isinstance(value, Decimal):
            cell.value, cell.number_format = value, TONNES_FORMAT
            continue
        put_text(cell, value)

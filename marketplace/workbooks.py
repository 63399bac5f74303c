"""Tables as an Excel workbook, a sheet for each: units in the head, the exact figures, and what state they are in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from flask import Response
from flask_babel import gettext as _

from marketplace.tables import ESTIMATE, HIDDEN, MISSING, PERCENT, TONNES, Cell, Column, Table, state_of

# What XML cannot hold; a note that was typed with such a character loses it here and nowhere else.
NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOT_IN_A_SHEETS_NAME = re.compile(r"[\[\]:*?/\\]")
_WIDEST = 44
_FORMATS = {TONNES: "#,##0.000", PERCENT: "0.00%"}


def workbook(head: Sequence[tuple[str, str]], tables: Sequence[Table]) -> bytes:
    """The bytes of a workbook; ``head`` stands above every table: what it is about, when and from where."""
    # Loaded here: the library is slow to load and only exports need it.
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    names: set[str] = set()
    for table in tables:
        _fill(book.create_sheet(_sheet_name(table.title, names)), head, table)
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def excel_answer(name: str, head: Sequence[tuple[str, str]], tables: Sequence[Table]) -> Response:
    """The workbook as a file to keep; ``name`` is of plain letters."""
    answer = Response(workbook(head, tables), mimetype=EXCEL)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer


def _sheet_name(title: str, taken: set[str]) -> str:
    """At most 31 characters, once in a workbook."""
    plain = _NOT_IN_A_SHEETS_NAME.sub(" ", title)[:31]
    name, nth = plain, 1
    while name in taken:
        nth += 1
        name = f"{plain[:28]} {nth}"
    taken.add(name)
    return name


def _fill(page: Any, head: Sequence[tuple[str, str]], table: Table) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    put_text(page.cell(1, 1), table.title)
    page.cell(1, 1).font = Font(bold=True, size=14)
    for number, (label, text) in enumerate(head, start=2):
        put_text(page.cell(number, 1), label)
        put_text(page.cell(number, 2), text)
    top = len(head) + 3
    heads = [column.head for column in table.columns] + ([_("State")] if table.stated else [])
    for at, label in enumerate(heads, start=1):
        cell = page.cell(top, at)
        put_text(cell, label)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        longest = max([len(label), *(len(row[at - 1].text) for row in table.rows if at <= len(row))])
        page.column_dimensions[get_column_letter(at)].width = min(_WIDEST, 6 + 2 * longest)
    for number, row in enumerate(table.rows, start=top + 1):
        for at, (column, cell) in enumerate(zip(table.columns, row, strict=True), start=1):
            _put(page.cell(number, at), column, cell)
        if table.stated:
            put_text(page.cell(number, len(table.columns) + 1), state_of(row))
    for number, note in enumerate(table.notes, start=top + len(table.rows) + 2):
        put_text(page.cell(number, 1), note)
    page.freeze_panes = page.cell(top + 1, 2)
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _put(place: Any, column: Column, cell: Cell) -> None:
    if cell.state in (MISSING, HIDDEN) or isinstance(cell.value, str) or cell.value is None:
        put_text(place, cell.text)
        return
    place.value = cell.value
    place.number_format = _FORMATS.get(column.kind, "#,##0.######")
    if cell.state == ESTIMATE:
        # An estimate looks like one in every program, and stays a number that one can reckon with.
        place.number_format = f'"{_("est.")} "{place.number_format}'


def put_text(place: Any, text: str) -> None:
    """A text is a text, also where somebody has begun it like a formula."""
    if text:
        place.value = NOT_XML.sub("", text)
        place.data_type = "s"


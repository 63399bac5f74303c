"""Tables as an Excel workbook, a sheet for each: units in the head, the exact figures, and what state they are in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from flask import Response
from flask_babel import gettext as _

from marketplace.tables import ESTIMATE, HIDDEN, MISSING, PERCENT, TONNES, Cell, Column, Prose, Table, state_of

# What XML cannot hold; a note that was typed with such a character loses it here and nowhere else.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOT_IN_A_SHEETS_NAME = re.compile(r"[\[\]:*?/\\]")
_WIDEST, _WIDTH_OF_PROSE = 44, 110
TONNES_FORMAT = "#,##0.000"


def workbook(head: Sequence[tuple[str, str]], sheets: Sequence[Table | Prose]) -> bytes:
    """The bytes of a workbook; ``head`` stands above every table: what it is about, when and from where."""
    book = new_book()
    names: set[str] = set()
    for sheet in sheets:
        page = book.create_sheet(_sheet_name(sheet.title, names))
        if isinstance(sheet, Prose):
            _tell(page, sheet)
        else:
            _fill(page, head, sheet)
    return saved(book)


def new_book() -> Any:
    """A workbook without a sheet."""
    # Loaded here: the library is slow to load and only exports need it.
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    return book


def saved(book: Any) -> bytes:
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def excel_answer(name: str, head: Sequence[tuple[str, str]], sheets: Sequence[Table | Prose]) -> Response:
    """The workbook as a file to keep; ``name`` is of plain letters."""
    return file_answer(name, workbook(head, sheets))


def file_answer(name: str, data: bytes) -> Response:
    answer = Response(data, mimetype=_EXCEL)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer


def _sheet_name(title: str, taken: set[str]) -> str:
    """At most 31 characters, once in a workbook."""
    plain = _NOT_IN_A_SHEETS_NAME.sub(" ", title)[:31].strip()
    name, nth = plain, 1
    while name in taken:
        nth += 1
        name = f"{plain[:28]} {nth}"
    taken.add(name)
    return name


def _tell(page: Any, prose: Prose) -> None:
    from openpyxl.styles import Alignment, Font

    page.column_dimensions["A"].width = _WIDTH_OF_PROSE
    put_title(page, prose.title)
    number = 1
    for title, sentences in prose.sections:
        number += 2
        put_text(page.cell(number, 1), title)
        page.cell(number, 1).font = Font(bold=True)
        for sentence in sentences:
            number += 1
            put_text(page.cell(number, 1), sentence)
            page.cell(number, 1).alignment = Alignment(wrap_text=True, vertical="top")


def _fill(page: Any, head: Sequence[tuple[str, str]], table: Table) -> None:
    put_title(page, table.title)
    lines = [*head, *((note, "") for note in table.above)]
    for number, line in enumerate(lines, start=2):
        for at, text in enumerate(line, start=1):
            put_text(page.cell(number, at), text)
    top = len(lines) + 3
    heads = [_head(column) for column in table.columns] + ([_("State")] if table.stated else [])
    longest = [max((len(row[at].text) for row in table.rows if at < len(row)), default=0) for at in range(len(heads))]
    put_heads(page, top, [
        (label, min(_WIDEST, 6 + 2 * max(len(label), long))) for label, long in zip(heads, longest, strict=True)
    ])
    _put_rows(page, top + 1, table)
    for number, note in enumerate(table.notes, start=top + len(table.rows) + 2):
        put_text(page.cell(number, 1), note)
    set_up(page, page.cell(top + 1, 2))


def _put_rows(page: Any, first: int, table: Table) -> None:
    from openpyxl.styles import Alignment

    # A row that holds a sentence too long for its column is as high as the sentence, and begins at its top.
    wrapped = Alignment(wrap_text=True, vertical="top")
    for number, row in enumerate(table.rows, start=first):
        high = any(2 * len(cell.text) > _WIDEST for cell in row)
        for at, (column, cell) in enumerate(zip(table.columns, row, strict=True), start=1):
            place = page.cell(number, at)
            _put(place, column, cell)
            if high:
                place.alignment = wrapped
        if table.stated:
            put_text(page.cell(number, len(table.columns) + 1), state_of(row))


def _head(column: Column) -> str:
    """On a page the unit stands behind every figure; here it stands in the head."""
    if column.kind == TONNES and not column.unit:
        return _("%(column)s (t)", column=column.label)
    return column.head


def _put(place: Any, column: Column, cell: Cell) -> None:
    if isinstance(cell.value, str):
        put_text(place, cell.value)
        return
    if cell.state in (MISSING, HIDDEN) or cell.value is None:
        put_text(place, cell.text)
        return
    place.value, place.number_format = cell.value, _format(column, cell.value)
    if cell.state == ESTIMATE:
        # An estimate looks like one in every program, and stays a number that one can reckon with.
        place.number_format = f'"{_("est.")} "{place.number_format}'


def _format(column: Column, value: Any) -> str:
    if column.kind == TONNES:
        return TONNES_FORMAT
    if column.kind == PERCENT:
        return "0.00%"
    # Excel would set a point behind a whole number that may have decimals.
    if isinstance(value, int) or (column.digits is None and value == int(value)):
        return "#,##0"
    return "#,##0.########" if column.digits is None else f"#,##0.{'0' * column.digits}"


def put_title(page: Any, title: str) -> None:
    from openpyxl.styles import Font

    put_text(page.cell(1, 1), title)
    page.cell(1, 1).font = Font(bold=True, size=14)


def put_heads(page: Any, row: int, heads: Sequence[tuple[str, int]]) -> None:
    """The heads of the columns, each with its width."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for at, (label, width) in enumerate(heads, start=1):
        cell = page.cell(row, at)
        put_text(cell, label)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        page.column_dimensions[get_column_letter(at)].width = width


def set_up(page: Any, first: Any) -> None:
    """What stands above and left of the cell ``first`` stays in sight; on paper all columns fit on a page."""
    page.freeze_panes = first
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def put_text(place: Any, text: str) -> None:
    """A text is a text, also where somebody has begun it like a formula."""
    if text:
        place.value = _NOT_XML.sub("", text)
        place.data_type = "s"

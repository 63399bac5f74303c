"""Methods and factors as one Excel workbook: a sheet of words, then a sheet for each table of the page."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from marketplace.effects.methods_words import Section
from marketplace.effects.presenters_methods import Cell, Table

# What XML cannot hold, and what the name of a sheet must not.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_NOT_A_NAME = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME, _WIDEST = 31, 48


def workbook(title: str, sections: tuple[Section, ...], tables: list[Table]) -> bytes:
    """The bytes of the workbook; the first sheet is called ``title`` and holds the methods in words."""
    # Loaded here: the library is slow to load and only this page needs it.
    from openpyxl import Workbook

    book = Workbook()
    _words(book.active, title, sections)
    for table in tables:
        _fill(book.create_sheet(_sheet_name(table.title)), table)
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def _words(page: Any, title: str, sections: tuple[Section, ...]) -> None:
    from openpyxl.styles import Alignment, Font

    page.title = _sheet_name(title)
    page.column_dimensions["A"].width = 110
    page.append([title])
    page.cell(1, 1).font = Font(bold=True, size=14)
    for section in sections:
        page.append([])
        page.append([str(section.title)])
        page.cell(page.max_row, 1).font = Font(bold=True)
        for sentence in section.sentences:
            page.append([str(sentence)])
            page.cell(page.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")


def _fill(page: Any, table: Table) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    wrapped = Alignment(wrap_text=True, vertical="top")
    for column, one in enumerate(table.columns, start=1):
        cell = page.cell(1, column, one.label)
        cell.font, cell.alignment = Font(bold=True), wrapped
        longest = max((len(str(row.cells[column - 1] or "")) for row in table.rows), default=0)
        page.column_dimensions[get_column_letter(column)].width = min(_WIDEST, 12 + longest)
    for number, row in enumerate(table.rows, start=2):
        for column, value in enumerate(row.cells, start=1):
            _write(page, number, column, value, wrapped)
    page.freeze_panes = "B2"
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _write(page: Any, row: int, column: int, value: Cell, wrapped: Any) -> None:
    if value is None or value == "":
        return
    cell = page.cell(row, column)
    cell.alignment = wrapped
    if isinstance(value, str):
        cell.value = _NOT_XML.sub("", value)
        # A text is a text, also where its source begins it like a formula.
        cell.data_type = "s"
    else:
        cell.value = value


def _sheet_name(title: str) -> str:
    return _NOT_A_NAME.sub(" ", title)[:_LONGEST_NAME].strip()

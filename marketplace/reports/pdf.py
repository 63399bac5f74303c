"""A report set as a PDF: A4, Chinese type embedded, a list of contents, page numbers, heads repeated over pages.

The same report gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from marketplace.pdf_type import FONT, INK, LINE, QUIET, need_type, style
from marketplace.reports.contents import Report, Section
from marketplace.reports.pdf_frame import WHOLE_MM, canvas_for, template_for
from marketplace.reports.pdf_pictures import drawing_of
from marketplace.reports.pdf_words import paragraph, plain
from marketplace.tables import ESTIMATE, Cell, Column, Table

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

_HEAD = "#EEF1EC"
_PAD, _TALLEST = 3.5, 560
# Most figures fit at the first size; a table of many columns takes the next.
_SIZES = (8.6, 7.8, 7.0, 6.2)
# Of a text column so many letters stand on a line at least; of a head so many do where they are there.
_LEAST_LETTERS, _HEAD_LETTERS = 7, 5


def pdf_of(report: Report) -> bytes:
    """The PDF of ``report``.  Raises :class:`NotPossible` (``pdf:no_type``) where the type is not installed."""
    need_type()
    buffer = io.BytesIO()
    template = template_for(buffer, report)
    # Twice: the list of contents needs the pages that the first round has found.
    template.multiBuild(list(_flow(report)), canvasmaker=canvas_for(report))
    return buffer.getvalue()


def _flow(report: Report) -> Iterator[Flowable]:
    yield from _cover(report)
    for number, section in enumerate(report.sections, start=1):
        yield from _section(number, section)


def _cover(report: Report) -> Iterator[Flowable]:
    from reportlab.platypus import PageBreak, Spacer
    from reportlab.platypus.tableofcontents import TableOfContents

    yield Spacer(1, 36)
    yield paragraph(report.title, style(22, 32))
    yield paragraph(report.subject, style(15, 24, colour=QUIET))
    yield Spacer(1, 14)
    yield _facts(report.facts)
    yield Spacer(1, 10)
    for note in report.notes:
        yield paragraph(note, style(9.5, 15))
    yield Spacer(1, 14)
    yield paragraph(_("Contents"), style(13, 20))
    contents = TableOfContents(dotsMinLevel=0)
    line = style(10.5, 18)
    line.rightIndent = 4
    contents.levelStyles = [line]
    yield contents
    yield PageBreak()


def _facts(facts: Sequence[tuple[str, str]]) -> Flowable:
    from reportlab.lib.units import mm
    from reportlab.platypus import Table as Grid

    rows = [[paragraph(label, style(10, 15, colour=QUIET)), paragraph(text, style(10, 15))]
            for label, text in facts]
    grid = Grid(rows, colWidths=[26 * mm, (WHOLE_MM - 26) * mm], hAlign="LEFT")
    grid.setStyle(_lines())
    return grid


def _section(number: int, section: Section) -> Iterator[Flowable]:
    from reportlab.platypus import CondPageBreak, Spacer

    yield Spacer(1, 12)
    yield CondPageBreak(140)
    heading = style(14, 22)
    heading.keepWithNext = 1
    title = paragraph(f"{number} {section.title}", heading)
    title.outline = (f"section-{section.key}", plain(f"{number} {section.title}"))
    yield title
    for words in section.lead:
        yield paragraph(words, style(10, 15.5))
    for words in section.missing:
        yield paragraph(_("Not known: %(what)s", what=words), style(9.5, 15, colour=QUIET))
    for words in section.points:
        point = style(10, 15.5)
        point.leftIndent, point.bulletIndent = 10, 0
        yield paragraph(words, point, "•")
    for picture in section.pictures:
        yield Spacer(1, 8)
        yield drawing_of(picture)
    for table in section.tables:
        yield from _table(table)
    for words in section.basis:
        yield paragraph(_("Basis: %(words)s", words=words), style(8.5, 13, colour=QUIET))


def _table(table: Table) -> Iterator[Flowable]:
    from reportlab.platypus import CondPageBreak, Spacer

    yield Spacer(1, 9)
    grid, least = _grid(table) if table.rows else (None, 20.0)
    # The title stays with head and first row, and a long table may still begin low on a page.
    yield CondPageBreak(min(least + 26, _TALLEST))
    yield paragraph(table.title, style(10.5, 17))
    if grid is not None:
        yield grid
    elif table.empty:
        yield paragraph(table.empty, style(9.5, 15, colour=QUIET))
    for note in table.notes:
        yield paragraph(note, style(8.5, 13, colour=QUIET))
    yield Spacer(1, 3)


def _grid(table: Table) -> tuple[Flowable, float]:
    """The table, and how high its head and first row are together."""
    from reportlab.lib.units import mm
    from reportlab.platypus import Table as Grid

    rows = [[said(cell) for cell in row] for row in table.rows]
    size, widths = _fit(table.columns, rows, WHOLE_MM * mm)
    kinds = {
        (right, quiet): style(size, size * 1.45, align=2 if right else 0, colour=QUIET if quiet else INK)
        for right in (False, True) for quiet in (False, True)
    }
    head = [paragraph(column.head, kinds[column.right, True]) for column in table.columns]
    cells = [
        [paragraph(text, kinds[column.right, False]) for column, text in zip(table.columns, row, strict=True)]
        for row in rows
    ]
    high = [
        max(cell.wrap(width - 2 * _PAD, _TALLEST)[1] for cell, width in zip(row, widths, strict=True)) + 6
        for row in (head, *cells)
    ]
    # A row that no page holds is broken too: nothing is ever cut off.
    tall = max(high) > _TALLEST
    grid = Grid([head, *cells], colWidths=widths, repeatRows=1, hAlign="LEFT", splitInRow=int(tall))
    grid.setStyle([*_lines(), ("BACKGROUND", (0, 0), (-1, 0), _HEAD)])
    return grid, high[0] + high[1]


def _lines() -> list[tuple[Any, ...]]:
    return [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LEFTPADDING", (0, 0), (-1, -1), _PAD), ("RIGHTPADDING", (0, 0), (-1, -1), _PAD),
    ]


def said(cell: Cell) -> str:
    """A cell on paper: what the page says by a chip stands in words."""
    return _("about %(figure)s", figure=cell.text) if cell.state == ESTIMATE else cell.text


def _fit(columns: Sequence[Column], rows: Sequence[Sequence[str]], whole: float) -> tuple[float, list[float]]:
    """The largest type at which every figure stands on one line, and the widths; texts share what figures leave."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    def longest(at: int, size: float) -> float:
        head = min(stringWidth(columns[at].head, FONT, size), size * _HEAD_LETTERS)
        return max(head, *(stringWidth(row[at], FONT, size) for row in rows)) + 2 * _PAD + 1

    for size in _SIZES:
        numbers = {at: longest(at, size) for at, column in enumerate(columns) if column.right}
        texts = {at: longest(at, size) for at in range(len(columns)) if at not in numbers}
        left = whole - sum(numbers.values())
        least = sum(min(width, size * _LEAST_LETTERS) for width in texts.values())
        if left >= least or size == _SIZES[-1]:
            break
    return size, _shared(numbers, texts, max(left, whole * 0.2), whole)


def _shared(numbers: dict[int, float], texts: dict[int, float], left: float, whole: float) -> list[float]:
    """Short texts get what they need, long ones share the rest; what is over goes to all columns alike."""
    widths, open_ = dict(numbers), dict(texts)
    while open_:
        part = left / len(open_)
        short = {at: width for at, width in open_.items() if width <= part}
        if not short:
            # Longer texts get more, by the root of their length: none becomes a thread.
            roots = {at: width**0.5 for at, width in open_.items()}
            widths |= {at: left * root / sum(roots.values()) for at, root in roots.items()}
            break
        widths |= short
        left -= sum(short.values())
        open_ = {at: width for at, width in open_.items() if at not in short}
    scale = whole / sum(widths.values())
    return [widths[at] * scale for at in sorted(widths)]

"""A contract's text set as a PDF: A4, Chinese type embedded, the same bytes for the same text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from marketplace.contracts.document import Document, Section, Table
from marketplace.pdf_type import FONT, LINE, QUIET, need_type, style

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Flowable

MARGIN_MM = 22


def pdf_of(document: Document) -> bytes:
    """The PDF of ``document``.  Raises :class:`NotPossible` (``pdf:no_type``) where the type is not installed."""
    need_type()
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    buffer = io.BytesIO()
    # invariant: no time of printing and no random identifier, so that the bytes follow from the text.
    template = SimpleDocTemplate(
        buffer, pagesize=A4, invariant=1, title=f"{document.title} {document.code}", author="共生 Gongsheng",
        leftMargin=MARGIN_MM * mm, rightMargin=MARGIN_MM * mm, topMargin=20 * mm, bottomMargin=20 * mm,
    )

    def frame(canvas: Canvas, _template: object) -> None:
        canvas.setFont(FONT, 8)
        canvas.setFillColor(QUIET)
        canvas.drawString(MARGIN_MM * mm, 11 * mm, document.code)
        canvas.drawRightString(A4[0] - MARGIN_MM * mm, 11 * mm, f"第 {canvas.getPageNumber()} 页")
        if document.draft:
            canvas.drawCentredString(A4[0] / 2, A4[1] - 12 * mm, "草案 · 双方确认后生效")

    template.build(list(_flow(document)), onFirstPage=frame, onLaterPages=frame)
    return buffer.getvalue()


def _flow(document: Document) -> Iterator[Flowable]:
    from reportlab.platypus import Paragraph, Spacer

    yield Paragraph(escape(document.title), style(18, 26, align=1))
    yield Spacer(1, 8)
    yield from _table(Table(("", ""), document.facts), head=False)
    for section in document.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[Flowable]:
    from reportlab.platypus import Paragraph, Spacer

    yield Spacer(1, 8)
    # The heading stays with what follows it.
    heading = style(12, 19)
    heading.keepWithNext = 1
    yield Paragraph(escape(section.heading), heading)
    for words in section.paragraphs:
        yield Paragraph(escape(words), style(10, 16))
    if section.table:
        yield Spacer(1, 4)
        yield from _table(section.table)


def _table(table: Table, *, head: bool = True) -> Iterator[Flowable]:
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph
    from reportlab.platypus import Table as Grid

    left, right = style(9.5, 14), style(9.5, 14, align=2)
    rows = ([table.head] if head else []) + list(table.rows)
    cells = [
        [Paragraph(escape(cell), right if column in table.numbers else left) for column, cell in enumerate(row)]
        for row in rows
    ]
    whole = (210 - 2 * MARGIN_MM) * mm
    widths = [28 * mm, whole - 28 * mm] if not head else _widths(table, whole)
    grid = Grid(cells, colWidths=widths, repeatRows=1 if head else 0, hAlign="LEFT")
    grid.setStyle([
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LEFTPADDING", (0, 0), (-1, -1), 2), ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ])
    yield grid


def _widths(table: Table, whole: float) -> list[float]:
    """Columns by their longest cell, none narrower than a tenth of the page."""
    rows = (table.head, *table.rows)
    longest = [max(6, min(40, max(_wide(row[column]) for row in rows))) for column in range(len(table.head))]
    return [max(whole / 10, whole * one / sum(longest)) for one in longest]


def _wide(text: str) -> float:
    """How wide a text is, in Chinese characters."""
    return sum(1.0 if ord(letter) > 0x2E80 else 0.55 for letter in text)

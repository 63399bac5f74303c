"""What stands around a report's pages: margins, running head, page numbers, and marks for the list of contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from flask_babel import gettext as _

from marketplace.pdf_type import FONT, LINE, QUIET
from marketplace.reports.contents import Report
from marketplace.reports.pdf_words import plain

if TYPE_CHECKING:
    from reportlab.platypus import Flowable, SimpleDocTemplate

PAGE_MM = (210, 297)
MARGIN_MM = 18
WHOLE_MM = PAGE_MM[0] - 2 * MARGIN_MM


def template_for(buffer: BinaryIO, report: Report) -> SimpleDocTemplate:
    """A4 with room for the running head; a heading that passes is entered in contents and outline."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    class Template(SimpleDocTemplate):
        def afterFlowable(self, flowable: Flowable) -> None:
            mark = getattr(flowable, "outline", None)
            if mark is not None:
                key, title = mark
                self.canv.bookmarkPage(key)
                self.canv.addOutlineEntry(title, key, 0)
                self.notify("TOCEntry", (0, title, self.page, key))

    # The frame adds six points of its own on every side.
    # invariant: no time of printing and no random identifier, so that the bytes follow from the text.
    return Template(
        buffer, pagesize=A4, invariant=1, title=plain(f"{report.title} {report.subject}"), author="共生 Gongsheng",
        leftMargin=MARGIN_MM * mm - 6, rightMargin=MARGIN_MM * mm - 6, topMargin=20 * mm, bottomMargin=18 * mm,
    )


def canvas_for(report: Report) -> type[Any]:
    """A canvas that knows, when it writes a page's number, how many pages there are."""
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    class Numbered(Canvas):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for page in self._pages:
                self.__dict__.update(page)
                self._frame(len(self._pages))
                super().showPage()
            super().save()

        def _frame(self, count: int) -> None:
            left, right = MARGIN_MM * mm, (PAGE_MM[0] - MARGIN_MM) * mm
            self.setFont(FONT, 8)
            self.setFillColor(QUIET)
            if self._pageNumber > 1:
                self.setStrokeColor(LINE)
                self.drawString(left, (PAGE_MM[1] - 13) * mm, plain(report.running))
                self.line(left, (PAGE_MM[1] - 15) * mm, right, (PAGE_MM[1] - 15) * mm)
            self.drawRightString(
                right, 10 * mm, _("Page %(page)s of %(count)s", page=self._pageNumber, count=count)
            )

    return Numbered

"""Words on paper: what a PDF's text can hold, and lines that no comma begins."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Flowable, Paragraph

_NO_TEXT = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
# The face has no small digits below the line.
_LOW_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
# What the library itself would let begin a line: it knows Japanese signs only.
_NEVER_FIRST = "，；：？！、。）》」』”’"


def plain(text: str) -> str:
    """``text`` with nothing in it that the type cannot show."""
    return _NO_TEXT.sub(" ", text).translate(_LOW_DIGITS)


def paragraph(text: str, style: ParagraphStyle, bullet: str | None = None) -> Flowable:
    """A paragraph of plain words."""
    return _words()(escape(plain(text)), style, bulletText=bullet)


@lru_cache(maxsize=1)
def _words() -> type[Paragraph]:
    """The library is slow to load: the class is made with the first paper."""
    from reportlab.pdfbase.pdfmetrics import stringWidth
    from reportlab.platypus import Paragraph

    class Words(Paragraph):
        def breakLinesCJK(self, maxWidths: Any) -> Any:
            """As the library breaks them, but a comma hangs at the end of its line instead of beginning the next."""
            found = super().breakLinesCJK(maxWidths)
            if found.kind == 0:
                lines = [(space, list(parts)) for space, parts in found.lines]
                for at in range(1, len(lines)):
                    if lines[at][1][0][:1] in _NEVER_FIRST and len(lines[at][1][0]) > 1:
                        sign, rest = lines[at][1][0][0], lines[at][1][0][1:]
                        wide = stringWidth(sign, self.style.fontName, self.style.fontSize)
                        lines[at - 1] = (lines[at - 1][0] - wide, [lines[at - 1][1][0] + sign])
                        lines[at] = (lines[at][0] + wide, [rest])
                found.lines = lines
            return found

    return Words

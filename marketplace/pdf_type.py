"""The type of printed papers: one Chinese face that is embedded in every PDF, and what is set in it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l

from marketplace.errors import NotPossible, Refusal
from marketplace.reasons import declare

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle

FONT_FILE = Path(__file__).resolve().parents[1] / "static" / "vendor" / "fonts" / "NotoSansSC-Regular.ttf"
FONT = "NotoSansSC"
INK, QUIET, LINE = "#1F2933", "#5B6672", "#C5CAC3"
declare({
    "pdf:no_type": _l(
        "The type for printed papers is not installed on this server. The administrator installs it by"
        " `make assets`; nothing was changed."
    ),
})


@lru_cache(maxsize=1)
def need_type() -> None:
    """Read the type once per process: ten megabytes of it, of which each PDF embeds what it uses.

    Raises :class:`NotPossible` (``pdf:no_type``) where it is not installed.
    """
    if not FONT_FILE.exists():
        raise NotPossible([Refusal("pdf:no_type")])
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont(FONT, str(FONT_FILE)))


def style(size: float, leading: float, *, align: int = 0, colour: str = INK) -> ParagraphStyle:
    """A paragraph's style; lines break between Chinese characters."""
    from reportlab.lib.styles import ParagraphStyle

    return ParagraphStyle(
        "words", fontName=FONT, fontSize=size, leading=leading, textColor=colour, alignment=align, wordWrap="CJK",
    )

"""The report's pictures as vector graphics: every bar has its name and figure, so that no colour carries a meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marketplace.pdf_type import FONT, INK, LINE, QUIET
from marketplace.reports.contents import HATCHED, SOLID, Bar, Columns, Level, Picture, Rows
from marketplace.reports.pdf_frame import WHOLE_MM
from marketplace.reports.pdf_words import plain

if TYPE_CHECKING:
    from reportlab.graphics.shapes import Drawing

_POINTS_PER_MM = 72 / 25.4
_WIDE = WHOLE_MM * _POINTS_PER_MM
_BAR = "#2F6B5B"
_DASHES = ([6, 3], [2, 2], [8, 2, 2, 2], [1, 3])
_SMALL = 7


def drawing_of(picture: Picture) -> Drawing:
    """The picture as wide as the text."""
    return _columns(picture) if isinstance(picture, Columns) else _rows(picture)


def _words(drawing: Any, x: float, y: float, text: str, *, size: float = _SMALL, anchor: str = "start",
           colour: str = INK) -> None:
    from reportlab.graphics.shapes import String
    from reportlab.lib.colors import HexColor

    drawing.add(String(x, y, plain(text), fontName=FONT, fontSize=size, textAnchor=anchor, fillColor=HexColor(colour)))


def _line(drawing: Any, x1: float, y1: float, x2: float, y2: float, colour: str = LINE, **more: Any) -> None:
    from reportlab.graphics.shapes import Line
    from reportlab.lib.colors import HexColor

    drawing.add(Line(x1, y1, x2, y2, strokeColor=HexColor(colour), **{"strokeWidth": 0.5, **more}))


def _columns(picture: Columns) -> Drawing:
    """Standing bars from 0 to 100 %, or to the highest; levels as dashed lines, each named below by its dash."""
    from reportlab.graphics.shapes import Drawing, Rect
    from reportlab.lib.colors import HexColor

    legend = 13 * len(picture.levels)
    high, bottom, left = 130.0, legend + 24.0, 30.0
    drawing = Drawing(_WIDE, bottom + high + 26)
    top = max([1.0, *(bar.value for bar in picture.bars if bar.value is not None)])
    _words(drawing, 0, bottom + high + 14, picture.title, size=9)
    for tick in range(0, 101, 20):
        y = bottom + high * tick / 100 / top
        _line(drawing, left, y, _WIDE, y)
        _words(drawing, left - 4, y - 2.5, f"{tick} %", anchor="end", colour=QUIET)
    figures: list[tuple[float, float, str]] = []
    step = (_WIDE - left) / max(len(picture.bars), 1)
    for at, bar in enumerate(picture.bars):
        middle = left + step * (at + 0.5)
        _words(drawing, middle, bottom - 10, bar.name, anchor="middle", size=6.5)
        if bar.value is None:
            _words(drawing, middle, bottom + 3, bar.text, anchor="middle", size=6, colour=QUIET)
            continue
        tall = max(high * bar.value / top, 0.6)
        drawing.add(Rect(
            middle - step * 0.3, bottom, step * 0.6, tall, fillColor=HexColor(_BAR), strokeColor=None, strokeWidth=0
        ))
        figures.append((middle, bottom + tall + 2, bar.text))
    for at, level in enumerate(picture.levels):
        _level(drawing, at, level, bottom + high * level.value / top, left, legend)
    for middle, y, text in figures:
        _on_white(drawing, middle, y, text)
    return drawing


def _on_white(drawing: Any, middle: float, y: float, text: str) -> None:
    """Words on a white ground, lest a line runs through them."""
    from reportlab.graphics.shapes import Rect
    from reportlab.lib.colors import white
    from reportlab.pdfbase.pdfmetrics import stringWidth

    wide = stringWidth(text, FONT, 6.5) + 2
    drawing.add(Rect(middle - wide / 2, y - 1, wide, 8, fillColor=white, strokeWidth=0, strokeColor=None))
    _words(drawing, middle, y + 0.5, text, anchor="middle", size=6.5)


def _level(drawing: Any, at: int, level: Level, y: float, left: float, legend: float) -> None:
    """One line across, its letter at the right, and the same dash with the letter and its name below."""
    dash, letter = _DASHES[at % len(_DASHES)], chr(ord("A") + at)
    _line(drawing, left, y, _WIDE - 8, y, INK, strokeDashArray=dash, strokeWidth=0.9)
    _words(drawing, _WIDE, y - 2.5, letter, anchor="end", size=7.5)
    low = legend - 13 * (at + 1) + 3
    _line(drawing, left, low + 2.5, left + 34, low + 2.5, INK, strokeDashArray=dash, strokeWidth=0.9)
    _words(drawing, left + 40, low, f"{letter}  {level.name}", size=7.5)


def _rows(picture: Rows) -> Drawing:
    """Lying bars by group; each says its name before it and its figure behind it."""
    from reportlab.graphics.shapes import Drawing

    bar_high, gap, heading = 11.0, 7.0, 18.0
    count = sum(len(bars) for _name, bars in picture.groups)
    drawing = Drawing(_WIDE, heading + count * bar_high + len(picture.groups) * (gap + 11))
    most = max([bar.value for _name, bars in picture.groups for bar in bars if bar.value], default=1.0)
    y = drawing.height - 10
    _words(drawing, 0, y, picture.title, size=9)
    y -= heading - 6
    left, room = 46.0, _WIDE - 46.0 - 90.0
    for name, bars in picture.groups:
        y -= 11
        _words(drawing, 0, y, name, size=8)
        for bar in bars:
            y -= bar_high
            _words(drawing, left - 5, y + 2, bar.name, anchor="end", size=7)
            wide = 0.0 if bar.value is None else max(room * bar.value / most, 0.8)
            _lying(drawing, left, y, wide, bar_high - 3, bar)
            _words(drawing, left + wide + 4, y + 2, bar.text, size=7)
        y -= gap
    return drawing


def _lying(drawing: Any, x: float, y: float, wide: float, high: float, bar: Bar) -> None:
    """Solid, hatched or outlined, so that the three kinds differ on a grey printer too."""
    from reportlab.graphics.shapes import Rect
    from reportlab.lib.colors import HexColor, white

    ink = HexColor(_BAR)
    drawing.add(Rect(x, y, wide, high, fillColor=ink if bar.fill == SOLID else white, strokeColor=ink, strokeWidth=0.7))
    if bar.fill == HATCHED:
        stroke = x + 4.0
        while stroke < x + wide:
            _line(drawing, stroke, y, max(stroke - 4.0, x), y + high, _BAR, strokeWidth=0.7)
            stroke += 3.5

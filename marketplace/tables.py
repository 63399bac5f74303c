"""A table as pages, workbooks and printed reports all show it: columns with units, cells with their state.

A cell holds the exact value beside the text people read.  What nobody has recorded says so and is never zero; what
must not be shown has no value at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from flask_babel import gettext as _

from marketplace import formatting

TEXT, TONNES, PERCENT, NUMBER = "text", "tonnes", "percent", "number"
RECORDED, ESTIMATE, MISSING, HIDDEN = "recorded", "estimate", "missing", "hidden"
# Words that somebody should look after.
WARNED = "warned"
Value = Decimal | int | float | str | None
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Column:
    """``unit`` stands behind the label; a share from 0 to 1 is shown in percent.

    ``digits``: the decimals a workbook shows of a number that is no count; None as many as it has.  ``short``: its
    cells are a word or two, so that a phone sets several beside each other.
    """

    label: str
    unit: str = ""
    kind: str = TEXT
    digits: int | None = None
    short: bool = False

    @property
    def right(self) -> bool:
        return self.kind != TEXT

    @property
    def head(self) -> str:
        return f"{self.label} ({self.unit})" if self.unit else self.label


@dataclass(frozen=True, slots=True)
class Cell:
    """``hint`` is read on hover: the exact figure, or what an estimate rests on.

    The ``anchor`` of the first cell of a row is where links to that row lead.
    """

    text: str
    value: Value = None
    state: str = ""
    url: str | None = None
    hint: str = ""
    colour: str = ""
    anchor: str = ""


@dataclass(slots=True)
class Table:
    """``key`` is its anchor on the page; ``stated``: a workbook says of every row what state it is in.

    ``above`` stands over the columns of a workbook's sheet: what the figures are, of which period, from which sources.
    """

    key: str
    title: str
    columns: list[Column]
    rows: list[list[Cell]]
    notes: list[str] = field(default_factory=list)
    empty: str = ""
    stated: bool = True
    above: list[str] = field(default_factory=list)

    def part(self, first: int, end: int | None = None) -> Table:
        """The same table with the rows ``first`` up to ``end`` alone; the notes stand under the first part."""
        return replace(self, rows=self.rows[first:end], notes=[] if first else self.notes)


@dataclass(frozen=True, slots=True)
class Prose:
    """A sheet of words: headings, each with its sentences."""

    title: str
    sections: list[tuple[str, list[str]]]


def words(text: str, url: str | None = None, *, colour: str = "", hint: str = "", anchor: str = "") -> Cell:
    return Cell(text, text, url=url, colour=colour, hint=hint, anchor=anchor)


def tonnes(value: Decimal | float | None, url: str | None = None, *, estimate: str = "") -> Cell:
    """Tonnes in the scale of the language, the exact figure on hover; ``estimate`` says what it rests on.

    What the engine has worked out as a float counts to the kilogram.
    """
    if value is None:
        return missing()
    if isinstance(value, float):
        value = exact(value)
    hint = _("%(tonnes)s tonnes", tonnes=formatting.number(value, 3))
    return Cell(formatting.tonnes_text(value), value, *_state(estimate, hint, url))


def exact(value: float) -> Decimal:
    """A float of the engine as tonnes to the kilogram."""
    return Decimal(repr(round(value, 3)))


def percent(share: Decimal | None, url: str | None = None, *, estimate: str = "", digits: int = 1) -> Cell:
    if share is None:
        return missing()
    return Cell(formatting.percent(share, digits), share, *_state(estimate, formatting.percent(share, 4), url))


def number(value: Decimal | float | None, url: str | None = None, *, digits: int = 2, estimate: str = "") -> Cell:
    if value is None:
        return missing()
    return Cell(formatting.number(value, digits), value, *_state(estimate, formatting.number(value, 6), url))


def money(yuan: float) -> Cell:
    """Yuan in the larger units of the language; a workbook has them to the fen."""
    return Cell(formatting.money_text(yuan), round(yuan, 2))


def missing(hint: str = "") -> Cell:
    """Nobody has recorded it."""
    return Cell(_("no record"), None, MISSING, hint=hint)


def hidden() -> Cell:
    """Too few enterprises stand behind it for the public."""
    return Cell(
        _("not public"), None, HIDDEN, hint=_("Shown only where three or more enterprises stand behind it.")
    )


def blank() -> Cell:
    """Nothing belongs here."""
    return Cell("")


def state_of(row: list[Cell]) -> str:
    """The state of a row in words: hidden, estimate, recorded, or without a record."""
    states = {cell.state for cell in row}
    if HIDDEN in states:
        return _("not public")
    if ESTIMATE in states:
        return _("estimate")
    if RECORDED in states:
        return _("recorded")
    return _("no record") if MISSING in states else ""


def _state(estimate: str, exact: str, url: str | None) -> tuple[str, str | None, str]:
    return (ESTIMATE, url, estimate) if estimate else (RECORDED, url, exact)

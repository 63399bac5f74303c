"""A report as a text: sections of sentences, tables and pictures.  Page and PDF show the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from marketplace.tables import Table

# How bars differ besides their names, where three kinds stand beside each other.
SOLID, HATCHED, OUTLINED = "solid", "hatched", "outlined"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: ``value`` None where nobody has recorded it, ``text`` is what stands at its end."""

    name: str
    value: float | None
    text: str
    fill: str = SOLID


@dataclass(frozen=True, slots=True)
class Level:
    """A line across all bars, such as a target, with its name."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Columns:
    """Bars that stand side by side over time, with levels to measure them by; shares from 0 to 1."""

    title: str
    bars: Sequence[Bar]
    levels: Sequence[Level]


@dataclass(frozen=True, slots=True)
class Rows:
    """Lying bars in groups: (name of the group, its bars)."""

    title: str
    groups: Sequence[tuple[str, Sequence[Bar]]]


Picture = Columns | Rows


@dataclass(slots=True)
class Section:
    """``lead`` stands above pictures and tables, ``points`` are a list, ``basis`` says what all of it rests on.

    ``missing`` are sentences on what nobody has recorded; the last section of the report gathers them.
    """

    key: str
    title: str
    lead: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    basis: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    """``facts`` stand on the cover: what, when, by whom; ``running`` at the head of every further page."""

    title: str
    subject: str
    running: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    notes: Sequence[str] = ()

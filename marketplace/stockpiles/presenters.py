"""The register of stockpiles in words, as tables and on the map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting, tables
from marketplace.i18n import named
from marketplace.indicators.presenters_detail import QUALITY_WORDS
from marketplace.palette import waste_colour
from marketplace.reasons import declare
from marketplace.stockpiles.rules import WasteTotal
from marketplace.symbiosis.presenters import waste_name
from marketplace.tables import NUMBER, TONNES, Cell, Column, Table
from models.events import Event
from models.listings import QuantityQuality
from models.stockpiles import Remediation, Stockpile, StorageClass

STATE_WORDS: dict[str, LazyString] = {
    Remediation.NOT_BEGUN: _l("not begun"), Remediation.UNDER_WAY: _l("under way"), Remediation.DONE: _l("done"),
    Remediation.VERIFIED: _l("done and verified"),
}
CLASS_WORDS: dict[str, LazyString] = {StorageClass.ONE: _l("class I"), StorageClass.TWO: _l("class II")}
OVERDUE_COLOUR = "#a4262c"
_FIELD_WORDS: dict[str, LazyString] = {
    "name": _l("Name of the stockpile"), "waste_type_id": _l("Waste type"), "site_id": _l("Site"),
    "park_id": _l("Park"), "region_id": _l("Banner or district"), "enterprise_id": _l("Enterprise"),
    "lat": _l("Latitude"), "lon": _l("Longitude"), "tonnes": _l("Tonnes"), "quality": _l("The tonnes are"),
    "storage_class": _l("Class after GB 18599"), "remediation": _l("State of remediation"),
    "deadline": _l("Deadline"), "responsible": _l("Responsible"), "source": _l("Source"), "note": _l("Note"),
}
declare({
    "stockpile:not_done_yet": _l("Only a remediation that is done can be verified. Enter it as done first."),
})


@dataclass(frozen=True, slots=True)
class Step:
    """One change in the story of a stockpile: when, who, and what was changed."""

    when: str
    who: str
    what: str
    fields: list[str]


def place_text(row: Stockpile) -> str:
    """Where it lies: site, park or banner, the narrowest first."""
    parts = [named(row.enterprise) if row.enterprise else "", named(row.park) if row.park else ""]
    if row.region:
        parts.append(named(row.region))
    return " · ".join(part for part in parts if part)


def point_of(row: Stockpile) -> tuple[float, float] | None:
    """Its own coordinates, else its site's, else the middle of its park; None where none is known."""
    for one in (row, row.site, row.park):
        if one is not None and one.lat is not None and one.lon is not None:
            return one.lat, one.lon
    return None


def deadline_text(row: Stockpile, today: date) -> str:
    """The day, and by how long it has passed; in words, so that no colour is needed."""
    if row.deadline is None:
        return _("no deadline set")
    day = formatting.day(row.deadline)
    if not row.overdue(today):
        return day
    days = (today - row.deadline).days
    return ngettext("%(day)s, %(num)d day overdue", "%(day)s, %(num)d days overdue", days, day=day)


def tonnes_cell(row: Stockpile) -> Cell:
    return tables.tonnes(row.tonnes, estimate=row.source if row.quality == QuantityQuality.ESTIMATE else "")


def register_table(rows: Sequence[Stockpile], today: date) -> Table:
    return Table(
        "stockpiles", _("Stockpiles"),
        [
            Column(_("Stockpile")), Column(_("Waste type")), Column(_("Where")), Column(_("Tonnes"), kind=TONNES),
            Column(_("Class after GB 18599")), Column(_("Remediation")), Column(_("Deadline")),
            Column(_("Responsible")), Column(_("Source")),
        ],
        [
            [
                tables.words(row.name, url_for("stockpiles.stockpile", stockpile_id=row.id)),
                tables.words(waste_name(row.waste_type_id), colour=waste_colour(row.waste_type_id)),
                tables.words(place_text(row)), tonnes_cell(row), tables.words(class_word(row)),
                tables.words(str(STATE_WORDS[row.remediation])), _deadline_cell(row, today),
                tables.words(row.responsible), tables.words(row.source),
            ]
            for row in rows
        ],
        empty=_("No stockpile is like that."),
    )


def _deadline_cell(row: Stockpile, today: date) -> Cell:
    text = deadline_text(row, today)
    return Cell(text, text, tables.WARNED if row.overdue(today) else "")


def class_word(row: Stockpile) -> str:
    return str(CLASS_WORDS[row.storage_class]) if row.storage_class else _("not determined")


def totals_table(lines: Iterable[WasteTotal], whole: WasteTotal) -> Table:
    """The public's table: tonnes by waste type; what would give one or two owners away is hidden."""
    rows = [_total_row(line) for line in (*lines, whole)] if whole.count or whole.hidden else []
    return Table(
        "totals", _("Totals by waste type"),
        [
            Column(_("Waste type")), Column(_("Stockpiles"), kind=NUMBER), Column(_("Tonnes"), kind=TONNES),
            Column(_("Without a figure"), kind=NUMBER),
        ],
        rows, empty=_("No stockpile is registered yet."),
    )


def _total_row(line: WasteTotal) -> list[Cell]:
    name = tables.words(waste_name(line.waste), colour=waste_colour(line.waste) if line.waste else "")
    if line.hidden:
        return [name, tables.hidden(), tables.hidden(), tables.hidden()]
    return [
        name, tables.number(line.count, digits=0), tables.tonnes(line.tonnes), tables.number(line.unknown, digits=0),
    ]


def map_of(rows: Iterable[Stockpile], today: date) -> dict[str, Any]:
    """Stockpiles as triangles, those overdue upside down and named so in the legend."""
    points = []
    for row in rows:
        where = point_of(row)
        if where is None:
            continue
        amount = formatting.tonnes_text(row.tonnes) if row.tonnes is not None else _("tonnes not known")
        late = row.overdue(today)
        points.append({
            "id": f"stockpile-{row.id}", "kind": "overdue" if late else "stockpile", "name": row.name,
            "lat": where[0], "lon": where[1], "tonnes": float(row.tonnes or 0),
            "colour": OVERDUE_COLOUR if late else waste_colour(row.waste_type_id),
            "url": url_for("stockpiles.stockpile", stockpile_id=row.id),
            "text": _(
                "%(waste)s, %(tonnes)s, %(state)s; deadline: %(deadline)s", waste=waste_name(row.waste_type_id),
                tonnes=amount, state=STATE_WORDS[row.remediation], deadline=deadline_text(row, today),
            ),
        })
    words = {"stockpiles": _("Stockpiles"), "overdue": _("Stockpiles, deadline passed")}
    return {"points": points, "flows": [], "words": words}


def story(events: Iterable[Event]) -> list[Step]:
    """Who entered and changed it, newest first."""
    return [
        Step(
            formatting.moment(event.at), event.actor.display_name if event.actor else "",
            _("Entered") if event.kind == "stockpile.created" else _("Changed"),
            [_changed(name, pair) for name, pair in event.data.get("changed", {}).items()],
        )
        for event in events
    ]


def _changed(name: str, pair: Sequence[object]) -> str:
    before, after = (_value(name, value) for value in pair)
    return _("%(field)s: %(before)s → %(after)s", field=_FIELD_WORDS[name], before=before, after=after)


def _value(name: str, value: object) -> str:
    if value in (None, ""):
        return formatting.MISSING
    names = {"remediation": STATE_WORDS, "storage_class": CLASS_WORDS, "quality": QUALITY_WORDS}.get(name)
    if names:
        return str(names[str(value)])
    return waste_name(str(value)) if name == "waste_type_id" else str(value)

"""The tables of indicators in words: by place, by month, by waste type, beside the targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting, tables
from marketplace.i18n import language, named
from marketplace.indicators.facts import Figures, SiteMonth, figures
from marketplace.indicators.places import CITY_NAMES, PARK, Place, targets_of
from marketplace.indicators.sight import Sight
from marketplace.palette import waste_colour
from marketplace.reasons import declare
from marketplace.symbiosis.presenters import waste_name
from marketplace.tables import NUMBER, PERCENT, TONNES, Cell, Column, Table
from models.catalogue.regions import REGIONS
from models.catalogue.targets import BASELINE, Target

# The documents' indicators that are worked out here; for all others the market has no records.
NAMES: dict[str, LazyString] = {
    "gis_util": _l("Use rate of general industrial solid waste"),
    "gis_util_144": _l("Use rate of general industrial solid waste"),
    "new_gangue_util": _l("Use rate of newly produced coal gangue"),
    "storage_reduction": _l("Reduction of storage and disposal of general industrial solid waste"),
    "gen_intensity": _l("Generation intensity of general industrial solid waste"),
    "yard_remediation": _l("Share of stockpiles whose remediation is complete"),
}
KIND_WORDS: dict[str, LazyString] = {
    "city": _l("City"), "region": _l("Banner or district"), "park": _l("Park"),
}
_UNITS: dict[str, LazyString] = {
    "吨/万元": _l("t per 10,000 yuan"), "千克/万元": _l("kg per 10,000 yuan"), "亿元": _l("100 million yuan"),
    "万吨": _l("10,000 t"),
}
declare({
    "indicator:period_ahead": _l("This period has not begun yet; the present month is %(month)s."),
    "indicator:no_weight": _l("Give at least one criterion a weight above 0."),
})


@dataclass(frozen=True, slots=True)
class Measured:
    """The market's figure for one of the documents' indicators: a share, or ``unit`` says what."""

    value: Decimal | None
    estimate: str = ""
    url: str | None = None
    hidden: bool = False

    def cell(self, unit: str) -> Cell:
        """The figure in the unit of the document."""
        if self.hidden:
            return tables.hidden()
        if unit == "%":
            return tables.percent(self.value, self.url, estimate=self.estimate)
        return tables.number(self.value, self.url, estimate=self.estimate)


def place_name(place: Place) -> str:
    return named(place)


def place_url(place: Place, year: int | None = None) -> str:
    return url_for("indicators.place", kind=place.kind, code=place.code, year=year)


def region_name(code: str) -> str:
    """The name of the city or banner whose targets are shown, by its code."""
    names = CITY_NAMES | {slug: (chinese, english) for slug, chinese, english in REGIONS}
    chinese, english = names.get(code, (code, code))
    return chinese if language() == "zh" else english


def figure_columns() -> list[Column]:
    return [
        Column(_("Produced"), kind=TONNES), Column(_("Used"), kind=TONNES), Column(_("Use rate"), kind=PERCENT),
        Column(_("New-gangue use rate"), kind=PERCENT), Column(_("Stored and disposed of"), kind=TONNES),
    ]


def figure_cells(found: Figures | None, url: object = None) -> list[Cell]:
    """The cells of :func:`figure_columns`; ``url(what)`` leads to the records behind a figure.

    Where all of them are hidden or without a record, the first says so and the others stay blank.
    """
    if found is None or not found.recorded:
        return [tables.hidden() if found is None else tables.missing(), *[tables.blank()] * 4]
    link = url if callable(url) else lambda _what: None
    return [
        tables.tonnes(found.produced, link("produced")), tables.tonnes(found.used, link("used")),
        tables.percent(found.use_rate, link("used")), tables.percent(found.gangue_rate, link("gangue")),
        tables.tonnes(found.kept, link("kept")),
    ]


def places_table(sight: Sight, places: Sequence[Place]) -> Table:
    """One row for each place: the year so far, as far as this reader may see it."""
    rows = []
    for place in places:
        found = sight.figures(place)
        rows.append([
            tables.words(place_name(place), place_url(place, sight.book.year)),
            tables.words(str(KIND_WORDS[place.kind])), *figure_cells(found),
            tables.number(found.enterprises, digits=0) if found is not None and found.recorded else tables.blank(),
        ])
    return Table(
        "places", _("By place, %(year)s", year=sight.book.year),
        [Column(_("Place")), Column(_("Kind")), *figure_columns(), Column(_("Enterprises"), kind=NUMBER)], rows,
        empty=_("No place is known yet."),
    )


def months_table(sight: Sight, place: Place) -> Table:
    """The months of the year with what lay in stock after each; for whoever sees the place in full."""
    year, found = sight.book.year, by_month(sight.rows(place))

    def row(month: str) -> list[Cell]:
        one = found.get(month, Figures())
        cells = figure_cells(one, lambda what: records_url(place, month, what))
        if one.recorded:
            cells += [tables.tonnes(amount) for amount in (one.own_use, one.handed_use, one.stored, one.disposed)]
            cells.append(tables.tonnes(sight.stock(place, month)))
        else:
            cells += [tables.blank()] * 5
        return [tables.words(formatting.month(month)), *cells]

    return Table(
        "months", _("By month, %(year)s", year=year),
        [
            Column(_("Month")), *figure_columns(), Column(_("Used at the site"), kind=TONNES),
            Column(_("Handed over for use"), kind=TONNES), Column(_("Change of storage"), kind=TONNES),
            Column(_("Disposed of"), kind=TONNES), Column(_("In stock at its end"), kind=TONNES),
        ],
        [row(f"{year}-{month:02}") for month in range(1, 13)],
    )


def wastes_table(sight: Sight, place: Place) -> Table:
    """The year by waste type."""
    by_waste: dict[str, list[SiteMonth]] = {}
    for row in sight.rows(place):
        by_waste.setdefault(row.waste, []).append(row)
    found = {waste: figures(rows) for waste, rows in by_waste.items()}
    ranked = sorted(found.items(), key=lambda item: (-(item[1].produced or 0), item[0]))
    return Table(
        "wastes", _("By waste type, %(year)s", year=sight.book.year),
        [Column(_("Waste type")), *(column for at, column in enumerate(figure_columns()) if at != 3)],
        [
            [
                waste_cell(waste),
                *(cell for at, cell in enumerate(figure_cells(
                    one, lambda what, waste=waste: records_url(place, str(sight.book.year), what, waste)
                )) if at != 3),
            ]
            for waste, one in ranked if one.recorded
        ],
        empty=_("Nothing is recorded here in this year."),
    )


def waste_cell(waste: str) -> Cell:
    return tables.words(waste_name(waste), colour=waste_colour(waste))


def by_month(rows: Iterable[SiteMonth]) -> dict[str, Figures]:
    """The figures of each month that has any."""
    found: dict[str, list[SiteMonth]] = {}
    for row in rows:
        found.setdefault(row.month, []).append(row)
    made = {month: figures(own) for month, own in found.items()}
    return {month: one for month, one in made.items() if one.recorded}


def records_url(place: Place, period: str, what: str, waste: str | None = None) -> str:
    return url_for(
        "indicators.records", kind=place.kind, code=place.code, period=period, what=what, waste=waste or None
    )


def targets_table(place: Place, measured: Mapping[str, Measured]) -> Table:
    """Every baseline and target of an indicator that is worked out here, beside the market's own figure.

    Where documents contradict each other all of them stand here, and none is chosen.
    """
    rows = []
    for target in chosen_targets(place):
        own = measured.get(target.key, Measured(None))
        rows.append([
            tables.words(str(NAMES[target.key])), own.cell(target.unit), tables.words(kind_word(target)),
            tables.words(str(target.year)), tables.words(target_text(target)),
            tables.words(target.doc, hint=target.source),
            distance(own.value, target),
        ])
    codes = targets_of(place)[1]
    return Table(
        "targets", _("Beside the targets"),
        [
            Column(_("Indicator")), Column(_("Market's figure"), kind=NUMBER), Column(_("Kind")), Column(_("Year")),
            Column(_("In the document")), Column(_("Official document")),
            Column(_("Figure less document"), kind=NUMBER),
        ],
        rows, empty=_("No document with targets for this place is known."),
        notes=[_("Targets set for %(place)s.", place=region_name(codes))] if rows and codes != place.code else [],
    )


def chosen_targets(place: Place) -> list[Target]:
    """The rows of the documents for what is worked out here, indicator by indicator."""
    order = list(NAMES)
    found = [one for one in targets_of(place)[0] if one.key in NAMES]
    return sorted(found, key=lambda one: (order.index(one.key), one.kind != BASELINE, one.year, one.id))


def other_targets_table(place: Place) -> Table:
    """The documents' other targets: nothing in the market tells how far they are reached."""
    rows = [
        [
            tables.words(one.name), tables.words(kind_word(one)), tables.words(str(one.year)),
            tables.words(target_text(one)), tables.words(one.doc, hint=one.source),
        ]
        for one in targets_of(place)[0] if one.key not in NAMES
    ]
    return Table(
        "other-targets", _("Other targets of the documents"),
        [Column(_("Indicator")), Column(_("Kind")), Column(_("Year")), Column(_("In the document")),
         Column(_("Official document"))],
        rows, notes=[_("The market has no records that these could be worked out from.")] if rows else [], stated=False,
    )


def kind_word(target: Target) -> str:
    return _("baseline") if target.kind == BASELINE else _("target")


def target_text(target: Target) -> str:
    """What the document says, with its unit; words stay words."""
    return target.text if target.comparator == "text" else f"{target.text} {unit_word(target.unit)}"


def unit_word(unit: str) -> str:
    """A unit of the documents in the language of the page; one that has no other name stays as it is."""
    return str(_UNITS.get(unit, unit))


def distance(value: Decimal | None, target: Target) -> Cell:
    """By how much the figure lies above or below the document's, in its own unit or in percentage points."""
    if value is None or target.value is None:
        return tables.blank()
    share = target.unit == "%"
    more = (value * 100 if share else value) - target.value
    text = formatting.number(more, 1 if share else 2).replace("-", "−")
    text = text if more < 0 or text == "0" else f"+{text}"
    unit = _("points") if share else unit_word(target.unit)
    return Cell(f"{text} {unit}", more, tables.RECORDED)


def parks_of(places: Iterable[Place]) -> list[Place]:
    return [one for one in places if one.kind == PARK]


@dataclass(frozen=True, slots=True)
class Card:
    """One figure at the top of a page: ``text`` large, ``label`` above it, ``note`` below with its source."""

    label: str
    cell: Cell
    note: str = ""


def rate_cards(place: Place, found: Figures | None) -> list[Card]:
    """The use rate beside every baseline and target set for it; none of several targets is preferred."""
    own = tables.hidden() if found is None else tables.percent(found.use_rate)
    cards = [Card(_("Use rate, recorded in the market"), own, _rate_note(found))]
    for target in chosen_targets(place):
        if target.key in ("gis_util", "gis_util_144"):
            baseline = target.kind == BASELINE
            label = _("Baseline of %(year)s", year=target.year) if baseline else _(
                "Target for %(year)s", year=target.year
            )
            cards.append(Card(label, tables.words(target_text(target)), target.doc))
    return cards


def _rate_note(found: Figures | None) -> str:
    if found is None or not found.recorded:
        return ""
    return ngettext(
        "%(num)s enterprise; months with production: %(months)s",
        "%(num)s enterprises; months with production: %(months)s", found.enterprises,
        months=len(found.months_produced),
    )


def fact_cards(sight: Sight, place: Place, found: Figures | None) -> list[Card]:
    """What a place's page says first in tonnes."""
    if found is None:
        return []
    cards = [
        Card(_("Produced"), tables.tonnes(found.produced)), Card(_("Used"), tables.tonnes(found.used)),
        Card(_("Stored and disposed of"), tables.tonnes(found.kept)),
        Card(_("New-gangue use rate"), tables.percent(found.gangue_rate)),
    ]
    if sight.full(place):
        cards.append(Card(_("In stock, last recorded"), tables.tonnes(sight.stock(place))))
    return cards


def rates(found: Figures | None, used: str | None = None, gangue: str | None = None) -> dict[str, Measured]:
    """The two rates that everybody may read where the place is not hidden; with links to their records."""
    if found is None:
        return {key: Measured(None, hidden=True) for key in NAMES}
    return {
        "gis_util": Measured(found.use_rate, url=used), "gis_util_144": Measured(found.use_rate, url=used),
        "new_gangue_util": Measured(found.gangue_rate, url=gangue),
    }

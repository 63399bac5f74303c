"""The figures of the quarter in words: beside the targets, by month, by waste type, to the end of the year."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext as _

from marketplace import formatting, tables
from marketplace.indicators import presenters as indicator_words
from marketplace.indicators.facts import Figures, SiteMonth, figures
from marketplace.indicators.presenters_detail import period_text
from marketplace.reports.contents import Bar, Columns, Level, Section
from marketplace.reports.material import Material
from marketplace.reports.rules import twelve_months_to
from marketplace.tables import NUMBER, Cell, Column, Table
from models.catalogue.targets import BASELINE

_RATES = ("gis_util", "gis_util_144")


def figures_section(told: Material) -> Section:
    own = told.ledger.period(told.place, told.months) or Figures()
    section = Section("figures", _("Figures of the quarter"))
    section.lead = [_rate_sentence(told, own), *_target_sentences(told)]
    section.pictures = [_rates_picture(told)]
    section.tables = [_quarter_table(told, own), _indicators_table(told), _months_table(told), _wastes_table(told)]
    forecast, intensity = (told.indicators.table(key) for key in ("forecast", "intensity"))
    section.tables += [one for one in (forecast, intensity) if one is not None]
    section.basis = [
        _("Ledger of the sites in this place, as it stood when the report was made; hazardous waste is left out. "
          "These are figures of this market and not the official statistics."),
        _("The forecast is an estimate, made of records, tonnes on the road, contracts in force and published "
          "supplies."),
    ]
    section.missing = _missing(told, own)
    return section


def _rate_sentence(told: Material, own: Figures) -> str:
    if own.use_rate is None:
        return _(
            "Use rate in %(quarter)s: no record, because production or use was not entered.",
            quarter=period_text(told.quarter),
        )
    return _(
        "Use rate in %(quarter)s: %(rate)s, from the records of %(enterprises)s enterprises in %(months)s of 3 months.",
        quarter=period_text(told.quarter), rate=formatting.percent(own.use_rate, 1), enterprises=own.enterprises,
        months=len(own.months_produced),
    )


def _target_sentences(told: Material) -> list[str]:
    """Every target of the use rate, and where documents contradict each other, that they do."""
    targets = [one for one in indicator_words.chosen_targets(told.place) if one.key in _RATES and one.kind != BASELINE]
    said = [
        _("Target %(year)s: %(target)s (%(document)s).", year=one.year, target=indicator_words.target_text(one),
          document=one.doc)
        for one in targets
    ]
    years = [one.year for one in targets]
    if any(years.count(year) > 1 for year in years):
        said.append(_("The documents contradict each other: both targets stand here and none is preferred."))
    return said or [_("No document with a target of the use rate for this place is known.")]


def _rates_picture(told: Material) -> Columns:
    """The use rate of the twelve months to the end of the quarter, beside every target."""
    rows: list[SiteMonth] = [*told.ledger.book.rows_before, *told.ledger.book.rows]
    found = indicator_words.by_month(row for row in rows if told.place.holds(row.spot))
    bars = []
    for month in twelve_months_to(told.months[-1]):
        rate = found[month].use_rate if month in found else None
        said = formatting.percent(rate, 1) if rate is not None else _("no record")
        bars.append(Bar(f"{month[:4]}.{int(month[5:])}", None if rate is None else float(rate), said))
    levels = [
        Level(
            _("%(kind)s %(year)s: %(target)s, %(document)s", kind=indicator_words.kind_word(one), year=one.year,
              target=indicator_words.target_text(one), document=one.doc),
            float(one.value) / 100,
        )
        for one in indicator_words.chosen_targets(told.place)
        if one.key in _RATES and one.value is not None and one.unit == "%"
    ]
    return Columns(_("Use rate by month, beside what the documents say"), bars, levels)


def _quarter_table(told: Material, own: Figures) -> Table:
    """The quarter beside the same quarter a year earlier and what is recorded of the year."""
    before_months = {f"{int(month[:4]) - 1}{month[4:]}" for month in told.months}
    before = figures(
        row for row in told.ledger.book.rows_before
        if told.place.holds(row.spot) and row.month in before_months
    )
    year = figures(row for row in told.ledger.rows(told.place) if row.month <= told.months[-1])
    lines = [
        (_("Produced"), "produced", tables.tonnes), (_("Used"), "used", tables.tonnes),
        (_("Used at the site"), "own_use", tables.tonnes), (_("Handed over for use"), "handed_use", tables.tonnes),
        (_("Used within the place of its origin"), "within", tables.tonnes),
        (_("Stored and disposed of"), "kept", tables.tonnes), (_("Change of storage"), "stored", tables.tonnes),
        (_("Disposed of"), "disposed", tables.tonnes), (_("Use rate"), "use_rate", tables.percent),
        (_("New-gangue use rate"), "gangue_rate", tables.percent),
    ]
    rows = [
        [tables.words(label), *(make(getattr(one, name)) for one in (own, before, year))]
        for label, name, make in lines if name != "within" or told.place.park_id is not None
    ]
    stock = [
        tables.tonnes(told.ledger.stock(told.place, told.months[-1])), tables.blank(), tables.blank()
    ]
    rows.append([tables.words(_("In stock at the end of the quarter")), *stock])
    return Table(
        "quarter", _("The quarter in figures"),
        [
            Column(_("Figure")), Column(period_text(told.quarter), kind=NUMBER),
            Column(_("The same quarter a year earlier"), kind=NUMBER),
            Column(_("%(year)s up to its end", year=told.quarter[:4]), kind=NUMBER),
        ],
        rows,
    )


def _indicators_table(told: Material) -> Table:
    """The page's table of targets; the year's figures, with every document."""
    found = told.indicators.table("targets")
    if found is None:
        raise LookupError("every place has a table of targets")
    found.title = _("Indicators of %(year)s beside the targets", year=told.quarter[:4])
    return found


def _months_table(told: Material) -> Table:
    """The months of the year up to the end of the quarter; later ones have nothing to say."""
    whole = indicator_words.months_table(told.ledger, told.place)
    return whole.part(0, int(told.months[-1][5:]))


def _wastes_table(told: Material) -> Table:
    """The quarter by waste type."""
    by_waste: dict[str, list[SiteMonth]] = {}
    for row in told.ledger.rows(told.place):
        if row.month in told.months:
            by_waste.setdefault(row.waste, []).append(row)
    found = {waste: figures(rows) for waste, rows in by_waste.items()}
    ranked = sorted(found.items(), key=lambda item: (-(item[1].produced or Decimal(0)), item[0]))
    columns = indicator_words.figure_columns()
    return Table(
        "quarter-wastes", _("The quarter by waste type"),
        [Column(_("Waste type")), *_without_gangue(columns)],
        [
            [indicator_words.waste_cell(waste), *_without_gangue(indicator_words.figure_cells(one))]
            for waste, one in ranked if one.recorded
        ],
        empty=_("No record of any waste type in this quarter."),
    )


def _without_gangue(row: Sequence[Cell] | Sequence[Column]) -> list:
    """The rate of new gangue is one number of the whole place, not of a waste type."""
    return [one for at, one in enumerate(row) if at != 3]


def _missing(told: Material, own: Figures) -> list[str]:
    missing = []
    gaps = [month for month in told.months if month not in own.months_produced]
    if gaps:
        missing.append(_(
            "No production is recorded in: %(months)s.",
            months=formatting.listed(formatting.month(month) for month in gaps),
        ))
    if own.used is None:
        missing.append(_("No use is recorded in this quarter."))
    if told.ledger.stock(told.place, told.months[-1]) is None:
        missing.append(_("What lies in stock is not recorded."))
    if not told.indicators.intensities:
        missing.append(_("No value added is entered, so there is no generation intensity."))
    if told.indicators.forecast is None:
        missing.append(_("There is no forecast: the year is over, or nothing is recorded or contracted yet."))
    return missing

"""What stands behind and beside the figures of one place: forecast, intensity, scorecard, records, definitions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from flask import url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row

from marketplace import formatting, tables
from marketplace.i18n import named
from marketplace.indicators.forecast import Forecast
from marketplace.indicators.intensity import Intensity
from marketplace.indicators.places import Place
from marketplace.indicators.presenters import records_url, region_name
from marketplace.indicators.queries_records import Record
from marketplace.indicators.scorecard import Part, Scorecard
from marketplace.symbiosis.presenters import waste_name
from marketplace.tables import NUMBER, PERCENT, TONNES, Cell, Column, Table
from models.indicators import Criterion, ValueAdded
from models.listings import QuantityQuality

QUALITY_WORDS: dict[str, LazyString] = {
    QuantityQuality.STATED: _l("stated in a document"), QuantityQuality.DECLARED: _l("declared"),
    QuantityQuality.ESTIMATE: _l("estimate"),
}
CRITERION_WORDS: dict[str, LazyString] = {
    Criterion.USE_RATE: _l("Use rate of general industrial solid waste"),
    Criterion.NEW_GANGUE: _l("Use rate of newly produced coal gangue"),
    Criterion.NOT_STORED: _l("Production that did not go into storage"),
    Criterion.BOTH_WEIGHINGS: _l("Consignments with both weighings"),
    Criterion.ASSAYED: _l("Supplies with a laboratory's assay"),
    Criterion.WITHIN: _l("Used at the site or within the park, of all use"),
    Criterion.REMEDIATED: _l("Stockpiles whose remediation is complete"),
}
# Which records stand behind a criterion; stockpiles have a page of their own.
RECORDS_OF: dict[str, str] = {
    Criterion.USE_RATE: "used", Criterion.NEW_GANGUE: "gangue", Criterion.NOT_STORED: "stored",
    Criterion.BOTH_WEIGHINGS: "weighed", Criterion.ASSAYED: "assayed", Criterion.WITHIN: "within",
}
WHAT_WORDS: dict[str, LazyString] = {
    "all": _l("Everything"), "produced": _l("Produced"), "used": _l("Used"), "gangue": _l("Use of coal gangue"),
    "within": _l("Used at the site or within the park"), "kept": _l("Stored and disposed of"),
    "stored": _l("Change of storage"), "disposed": _l("Disposed of"), "weighed": _l("Consignments and weighings"),
    "assayed": _l("Supplies and assays"),
}
MEASURE_WORDS: dict[str, LazyString] = {
    "produced": _l("Produced"), "own_use": _l("Used at the site"), "handed_use": _l("Handed over for use"),
    "disposed": _l("Disposed of"), "stored": _l("Change of storage"),
    "taken_disposed": _l("Disposed of, taken from others"),
}


def forecast_table(found: Forecast | None, year: int) -> Table:
    """Where the year will end, part by part; every figure that is not recorded is an estimate with its basis."""
    title = _("Forecast to the end of %(year)s", year=year)
    columns = [
        Column(_("Part")), Column(_("Tonnes"), kind=TONNES), Column(_("Share"), kind=PERCENT), Column(_("Basis")),
    ]
    if found is None:
        return Table("forecast", title, columns, [], empty=_("The year is over, or nothing is recorded yet."))
    first, last = (formatting.month(month) for month in (found.months_to_come[0], found.months_to_come[-1]))
    offered = _("published supplies, %(first)s to %(last)s, where production is not recorded", first=first, last=last)
    sent = _("contracts in force, %(first)s to %(last)s, by month of the contract", first=first, last=last)
    summed = _("sum of the parts above")
    lines = [
        (_("Produced, recorded"), found.produced_recorded, None, _("the ledger"), ""),
        (_("Produced, still to come"), found.produced_offered, None, offered, offered),
        (_("Used, recorded"), found.used_recorded, None, _("the ledger"), ""),
        (_("On the road"), found.on_the_road, None, _("weighed out and not yet weighed in"), _("not yet weighed in")),
        (_("Contracted, still to send"), found.contracted, None, sent, sent),
        (_("Produced in the year"), found.produced, None, summed, summed),
        (_("Used in the year"), found.used, found.use_rate, summed, summed),
    ]
    rows = [
        [
            tables.words(label), tables.tonnes(amount, estimate=estimate),
            tables.percent(share, estimate=estimate) if share is not None else tables.blank(), tables.words(basis),
        ]
        for label, amount, share, basis, estimate in lines
    ]
    rows.append([
        tables.words(_("Use rate of newly produced coal gangue")), tables.blank(),
        tables.percent(found.gangue_rate, estimate=summed), tables.words(summed),
    ])
    notes = [_(
        "What sites will use or dispose of themselves is not foretold; sites without ledger and contract are left out."
    )]
    if found.not_foreseen:
        notes.append(_(
            "Of %(count)s sites and waste types no supply is published for some month to come: their production then "
            "is missing here.", count=found.not_foreseen,
        ))
    if found.outside_t_per_month:
        notes.append(_(
            "Published at sites without ledger and contract, not counted: %(tonnes)s a month.",
            tonnes=formatting.tonnes_text(found.outside_t_per_month),
        ))
    return Table("forecast", title, columns, rows, notes=notes)


def intensity_table(found: Sequence[Intensity], year: int) -> Table:
    rows = []
    for one in found:
        why = _("production is recorded in %(covered)s of %(months)s months", covered=one.covered, months=one.months)
        hint = one.entered.source_note if one.estimate else ""
        rows.append([
            tables.words(period_text(one.entered.period)), tables.number(one.entered.amount, estimate=hint),
            tables.tonnes(one.produced) if one.produced is not None else tables.missing(why),
            tables.number(one.t_per_10k_yuan, estimate=hint) if one.t_per_10k_yuan is not None else Cell(
                why, None, tables.MISSING
            ),
            tables.words(str(QUALITY_WORDS[one.entered.quality])), tables.words(one.entered.source_note),
        ])
    return Table(
        "intensity", _("Generation intensity, %(year)s", year=year),
        [
            Column(_("Period")), Column(_("Value added"), _("10,000 yuan"), NUMBER), Column(_("Produced"), kind=TONNES),
            Column(_("Intensity"), _("t per 10,000 yuan"), NUMBER), Column(_("Value added is")), Column(_("Source")),
        ],
        rows, empty=_("No value added has been entered for this place and year."),
    )


def period_text(period: str) -> str:
    """``2027``, ``2027-Q2`` or ``2027-05`` in words."""
    if len(period) == 4:
        return _("year %(year)s", year=period)
    if period[5] == "Q":
        return _("%(year)s, quarter %(quarter)s", year=period[:4], quarter=period[6])
    return formatting.month(period)


def scorecard_table(card: Scorecard, place: Place, year: int) -> Table:
    rows = [
        [
            tables.words(str(CRITERION_WORDS[part.criterion]), _behind(part, place, year)),
            _amount(part, part.part), _amount(part, part.whole), tables.percent(part.value),
            tables.number(part.weight), tables.percent(part.share_of_score) if part.share_of_score is not None
            else tables.words(_("not counted")), tables.number(part.points, digits=1),
        ]
        for part in card.parts
    ]
    return Table(
        "scorecard", _("Scorecard, %(year)s", year=year),
        [
            Column(_("Criterion")), Column(_("Part"), kind=NUMBER), Column(_("Of"), kind=NUMBER),
            Column(_("Share"), kind=PERCENT), Column(_("Weight"), kind=NUMBER),
            Column(_("Weight, normalised"), kind=PERCENT), Column(_("Points of 100"), kind=NUMBER),
        ],
        rows,
        notes=[
            _("The official scoring of zero-waste parks is not known to this market; this scorecard is its own and "
              "stands for no official assessment."),
            _("A criterion without a record is left out and the others make up the whole."),
        ],
    )


def _amount(part: Part, amount: object) -> Cell:
    if part.criterion in (Criterion.BOTH_WEIGHINGS, Criterion.ASSAYED, Criterion.REMEDIATED):
        return tables.number(amount, digits=0)  # type: ignore[arg-type]
    return tables.tonnes(amount)  # type: ignore[arg-type]


def _behind(part: Part, place: Place, year: int) -> str:
    what = RECORDS_OF.get(part.criterion)
    return records_url(place, str(year), what) if what else url_for("stockpiles.register", park=place.code)


def records_table(
    rows: Sequence[Record], names: Mapping[int, Row], ledgers: Collection[int], title: str
) -> Table:
    """Entries of the ledger behind a figure; ``ledgers`` are the sites whose ledger this reader may open."""
    return Table(
        "records", title,
        [
            Column(_("Entry"), kind=NUMBER), Column(_("Time")), Column(_("Enterprise")), Column(_("Waste type")),
            Column(_("Month")), Column(_("Counts as")), Column(_("Consignment")), Column(_("Tonnes"), kind=TONNES),
        ],
        [
            [
                Cell(str(one.seq), one.seq), tables.words(formatting.moment(one.at)),
                tables.words(
                    named(names[one.enterprise_id]),
                    url_for("ledger.site", site_id=one.site_id, month=one.month, waste=one.waste, _anchor="movements")
                    if one.site_id in ledgers else None,
                ),
                tables.words(waste_name(one.waste)), tables.words(formatting.month(one.month)),
                tables.words(str(MEASURE_WORDS[one.measure])), tables.words(one.transfer), tables.tonnes(one.tonnes),
            ]
            for one in rows
        ],
        empty=_("Nothing is recorded behind this figure."), stated=False,
    )


def consignments_table(rows: Sequence[Row], names: Mapping[int, Row], title: str) -> Table:
    return Table(
        "records", title,
        [
            Column(_("Consignment")), Column(_("Month")), Column(_("Waste type")), Column(_("From")), Column(_("To")),
            Column(_("Weighings")),
        ],
        [
            [
                tables.words(row.code), tables.words(formatting.month(row.month)),
                tables.words(waste_name(row.waste_type_id)), tables.words(named(names[row.producer_id])),
                tables.words(named(names[row.taker_id])),
                tables.words(_("out and in") if row.both else _("out only")),
            ]
            for row in rows
        ],
        empty=_("No consignment was weighed out in this year."), stated=False,
    )


def supplies_table(rows: Sequence[Row], names: Mapping[int, Row], title: str) -> Table:
    return Table(
        "records", title,
        [
            Column(_("Supply")), Column(_("Waste type")), Column(_("Enterprise")),
            Column(_("Tonnes a month"), kind=TONNES), Column(_("Measured by a laboratory")),
        ],
        [
            [
                tables.words(row.code, url_for("listings.supply", code=row.code)),
                tables.words(waste_name(row.waste_type_id)), tables.words(named(names[row.enterprise_id])),
                tables.tonnes(row.t_per_month), tables.words(_("yes") if row.measured else _("not yet")),
            ]
            for row in rows
        ],
        empty=_("No supply is published here."), stated=False,
    )


def value_added_table(rows: Sequence[ValueAdded]) -> Table:
    """Everything entered, with who entered it and when."""
    return Table(
        "value-added", _("Value added, as entered"),
        [
            Column(_("Place")), Column(_("Period")), Column(_("Value added"), _("10,000 yuan"), NUMBER),
            Column(_("It is")), Column(_("Source")), Column(_("Entered by")), Column(_("Entered on")),
        ],
        [
            [
                tables.words(named(row.park or row.region) if row.city is None else region_name(row.city)),
                tables.words(period_text(row.period)),
                tables.number(
                    row.amount, estimate=row.source_note if row.quality == QuantityQuality.ESTIMATE else ""
                ),
                tables.words(str(QUALITY_WORDS[row.quality])), tables.words(row.source_note),
                tables.words(row.person.display_name if row.person else ""),
                tables.words(formatting.moment(row.entered_at)),
            ]
            for row in rows
        ],
        empty=_("No value added has been entered yet."),
    )


def definitions() -> list[tuple[str, str, str]]:
    """What each figure means: its name, its formula, and where its parts come from."""
    ledger = _("ledger of the sites")
    used = _(
        "own stock used at the site + weighed in by takers for use less what came back, t; counted where it was "
        "produced"
    )
    rate = _(
        "used ÷ (produced + used from earlier storage); what a site used beyond its production of the period can only "
        "come from earlier storage"
    )
    new = _("use of coal gangue up to the site's production of the period ÷ that production")
    kept = _("change of the stock + disposal of own stock + handed over for disposal, t")
    less = _("(same months a year earlier − now) ÷ a year earlier; only months recorded in both years")
    intensity = _(
        "produced ÷ industrial value added, t per 10,000 yuan; only periods with production recorded in every month"
    )
    return [
        (_("Produced"), _("production entered and residues of uses, t"), ledger),
        (_("Used"), used, ledger), (_("Use rate"), rate, ledger), (_("New-gangue use rate"), new, ledger),
        (_("Stored and disposed of"), kept, ledger), (_("Reduction of storage and disposal"), less, ledger),
        (_("Generation intensity"), intensity, _("ledger; value added entered by the regulator")),
        (_("Share of stockpiles whose remediation is complete"), _("done or verified ÷ all, by number"),
         _("register of stockpiles")),
    ]

"""What the flows of this place do, in words: carbon, freight, tax and VAT hints, with intervals and conditions."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from marketplace import tables
from marketplace.effects.presenters import total_lines, unknown_words
from marketplace.effects.presenters_lines import UNKNOWN, Line
from marketplace.effects.presenters_vat import vat_lines
from marketplace.effects.rules_totals import effects_of_flows
from marketplace.effects.rules_vat import vat_hints
from marketplace.reports.contents import Section
from marketplace.reports.material import Material
from marketplace.reports.presenters_flows import wastes_and_uses
from marketplace.symbiosis.flows import Flow
from marketplace.symbiosis.presenters import use_name, waste_name
from marketplace.tables import Cell, Column, Table

_HINTS = 10


def effects_section(told: Material) -> Section:
    section = Section("effects", _("Carbon, freight, tax and VAT"))
    actual, planned = (told.here.touched(sight.flows) for sight in (told.trades, told.plan))
    planned = planned if told.shared else []
    for key, title, flows in (
        ("effects", _("What the flows of the quarter do"), actual),
        ("effects-plan", _("What the best plan would do in these months"), planned),
    ):
        section.tables.append(_effects_table(told, key, title, flows))
    section.tables.append(_vat_table(told, [*actual, *planned]))
    section.lead = [_(
        "Estimates by stated factors. The interval goes from least with least to most with most. Taxes stand under "
        "their condition and are in no sum of money; VAT lines are hints and no tax advice."
    )]
    section.basis = [_(
        "Tonnes: the flows above that begin or end in this place. Factors, rates and their sources: methods at the end "
        "and the page of methods (/methods)."
    )]
    if actual or planned:
        unknown = unknown_words(effects_of_flows([*actual] or [*planned], told.rates))
        section.missing = [
            _("Emissions avoided are not known, for want of a factor, of: %(what)s.", what=one) for one in unknown
        ]
    else:
        section.missing = [_("No flow of this place in this quarter, so nothing to work out effects from.")]
    return section


def _effects_table(told: Material, key: str, title: str, flows: Sequence[Flow]) -> Table:
    lines = total_lines(effects_of_flows(flows, told.rates), told.rates) if flows else []
    return Table(
        key, title,
        [Column(_("Effect")), Column(_("Figure")), Column(_("Interval")), Column(_("Conditions and source"))],
        [
            [tables.words(line.label), _figure(line), tables.words(line.interval), tables.words(_conditions(line))]
            for line in lines
        ],
        empty=_("No flow of this place is known here."),
    )


def _figure(line: Line) -> Cell:
    """A figure made by factors is an estimate; what is not known stays words."""
    if not line.exact:
        return tables.words(line.text)
    return Cell(line.text, line.exact, tables.ESTIMATE, hint=line.title)


def _conditions(line: Line) -> str:
    """The chips in words, the longer ones where they have a title, and the source of the figure."""
    said = [chip.title if chip.title and chip.kind == UNKNOWN else chip.text for chip in line.chips]
    if line.title and line.title not in said:
        said.append(line.title)
    # A title may be a whole sentence, whose end is none among others.
    return _("; ").join(one.rstrip("。. ") for one in said)


def _vat_table(told: Material, flows: Sequence[Flow]) -> Table:
    rows = [
        [
            tables.words(_("%(waste)s for %(use)s", waste=waste_name(waste), use=use_name(use))),
            tables.words(line.label), tables.words(line.text), tables.words(line.interval),
            tables.words(_("; ").join(chip.text for chip in line.chips)),
        ]
        for waste, use in wastes_and_uses(told, flows) for line in vat_lines(vat_hints(use, waste))
    ]
    return Table(
        "vat", _("VAT refund: hints by waste and use"),
        [
            Column(_("Waste and use")), Column(_("Item")), Column(_("What it asks for")), Column(_("Share known")),
            Column(_("Conditions")),
        ],
        rows[:_HINTS], empty=_("No item of the VAT catalogue speaks of the products of these flows."),
        notes=[_("The %(shown)s first of %(all)s hints, by tonnes.", shown=_HINTS, all=len(rows))]
        if len(rows) > _HINTS else [],
    )

"""The whole report in words: cover, the sections in their order, methods, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting, tables
from marketplace.effects.methods_words import SECTIONS as METHODS
from marketplace.frame import role_name
from marketplace.indicators.places import Place
from marketplace.indicators.presenters import KIND_WORDS, place_name
from marketplace.indicators.presenters_detail import definitions, period_text
from marketplace.reasons import declare
from marketplace.reports.contents import Report, Section
from marketplace.reports.material import Material
from marketplace.reports.presenters_effects import effects_section
from marketplace.reports.presenters_figures import figures_section
from marketplace.reports.presenters_flows import chains_section, flows_section
from marketplace.reports.presenters_outlook import breaks_section, scorecard_section, stuck_section, worth_section
from marketplace.tables import Column, Table

declare({
    "report:no_quarter": _l("Write the quarter as in 2027-Q1; “%(typed)s” is none."),
    "report:quarter_ahead": _l("Quarter %(quarter)s has not begun yet; the present month is %(month)s."),
})
HOLDS: tuple[tuple[LazyString, LazyString], ...] = (
    (_l("Figures of the quarter"), _l("indicators beside all targets, by month and waste type, forecast")),
    (_l("Flows"), _l("in, out and within, weighed and agreed, partners, beside the best plan")),
    (_l("Chains through this place"), _l("tonnes through each hop, the narrowest marked")),
    (_l("What is stuck"), _l("left over by waste type, overdue stockpiles and remediation")),
    (_l("What breaks if one stands still"), _l("the five worst single failures and their second-best ways")),
    (_l("What one more tonne is worth"), _l("in sentences")),
    (_l("Carbon, freight, tax and VAT"), _l("with intervals and conditions")),
    (_l("Scorecard"), _l("with what stands behind each point")),
    (_l("Methods, sources and what is not known"), _l("definitions, sources, and everything that has no record")),
)


def report_of(told: Material) -> Report:
    """The report in the language of this request."""
    sections = [
        figures_section(told), flows_section(told), chains_section(told), stuck_section(told), breaks_section(told),
        worth_section(told), effects_section(told), scorecard_section(told),
    ]
    subject = _("%(place)s, %(quarter)s", place=place_name(told.place), quarter=period_text(told.quarter))
    return Report(
        _("Quarterly report on the symbiosis of industrial solid waste"), subject,
        _("Gongsheng: quarterly report, %(subject)s", subject=subject), _facts(told),
        [*sections, methods_section(sections)], _reading_notes(told),
    )


def _facts(told: Material) -> list[tuple[str, str]]:
    plan = told.plan_whole.book
    made = _("%(name)s, %(role)s", name=told.actor.name, role=role_name(told.actor.role)) if told.actor.name \
        else role_name(told.actor.role)
    facts = [
        (_("Place"), _("%(place)s (%(kind)s)", place=place_name(told.place), kind=KIND_WORDS[told.place.kind])),
        (_("Quarter"), _(
            "%(quarter)s: %(first)s to %(last)s", quarter=period_text(told.quarter),
            first=formatting.month(told.months[0]), last=formatting.month(told.months[-1]),
        )),
        (_("Made at"), formatting.moment(told.now)), (_("Report made by"), made),
        (_("Best plan"), formatting.moment(plan.made_at) if plan.made_at else _("no record")),
    ]
    return facts


def _reading_notes(told: Material) -> list[str]:
    notes = [
        _("Every estimate is marked as one. “No record” means that nobody has entered it: missing is never zero."),
        _("Firms of this place are named; partners elsewhere go by their park or banner unless the reader may see "
          "them. A figure with fewer than three enterprises behind it is not public."),
    ]
    if told.running:
        notes.insert(0, _("The quarter is not over: what follows is what is recorded so far."))
    if told.plan_whole.book.stale:
        notes.append(_("The market has changed since the best plan was made; a new plan is on its way."))
    return notes


def methods_section(sections: Sequence[Section]) -> Section:
    """Definitions and methods, and every missing record of the sections before."""
    missing = [
        _("%(section)s: %(what)s", section=section.title, what=one) for section in sections for one in section.missing
    ]
    missing.append(_("The official scoring of zero-waste parks and the list of taxed other wastes of Inner Mongolia "
                     "are not known to this market."))
    last = Section("methods", _("Methods, sources and what is not known"))
    last.tables = [
        Table(
            "unknown", _("What is not known"), [Column(_("No record or not known"))],
            [[tables.words(one)] for one in missing], stated=False,
        ),
        Table(
            "definitions", _("What the figures mean"),
            [Column(_("Figure")), Column(_("Formula and unit")), Column(_("From"))],
            [[tables.words(one) for one in row] for row in definitions()], stated=False,
        ),
        Table(
            "methods", _("Methods of effects"), [Column(_("Topic")), Column(_("What is counted, and how"))],
            [[tables.words(str(one.title)), tables.words(str(sentence))] for one in METHODS
             for sentence in one.sentences],
            stated=False,
        ),
    ]
    last.basis = [_(
        "Sources: ledger, weighings, contracts, listings and register of stockpiles of this market; official documents "
        "as named beside each target; factors as named on the page of methods."
    )]
    return last


def place_options(places: Sequence[Place]) -> list[tuple[str, str]]:
    return [(one.key, f"{KIND_WORDS[one.kind]} {place_name(one)}") for one in places]


def quarter_options(quarters: Sequence[str]) -> list[tuple[str, str]]:
    return [(one, period_text(one)) for one in quarters]

"""The tables of the symbiosis pages as sheets: the same figures, the same words where one is hidden."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from marketplace import formatting
from marketplace.effects.rates import EffectRates
from marketplace.symbiosis import presenters, presenters_chains, presenters_measures, presenters_walk
from marketplace.symbiosis.excel import Cell, Sheet
from marketplace.symbiosis.flows import TRADES
from marketplace.symbiosis.network import measures
from marketplace.symbiosis.selection import Sight, Wanted
from models.base import utc_now

CHAINS = 500


def hidden_words() -> str:
    """What stands in place of a figure that is not public, on pages and in workbooks."""
    return _("Fewer than three enterprises, not public")


def file_name(wanted: Wanted) -> str:
    parts = ["symbiosis", wanted.view, wanted.waste, wanted.first, wanted.last, formatting.day(utc_now())]
    return "-".join(part for part in parts if part.replace("-", "").replace("_", "").isalnum()) + ".xlsx"


def sheets(sight: Sight, rates: EffectRates) -> list[Sheet]:
    notes = _notes(sight)
    others = [make(sight, notes) for make in (_flows, _uses, _left, _measures)]
    return [*others[:2], _chains(sight, notes, rates), *others[2:]]


def _notes(sight: Sight) -> list[str]:
    """What is shown, of when, and where it comes from."""
    wanted, months = sight.wanted, sight.book.months
    first, last = wanted.first or (months[0] if months else ""), wanted.last or (months[-1] if months else "")
    notes = [
        _("%(view)s. %(note)s", view=presenters.VIEW_WORDS[wanted.view], note=presenters.VIEW_NOTES[wanted.view]),
        _("Period: %(first)s to %(last)s.", first=formatting.month(first), last=formatting.month(last)),
        _("Waste type: %(waste)s.", waste=presenters.waste_name(wanted.waste)),
        _("Source: ledger and weighings of contracts in this market.") if wanted.view == TRADES
        else _("Source: computed from listings of this market, many of which are estimates."),
    ]
    if sight.book.made_at is not None:
        notes.append(_("Made at %(time)s.", time=formatting.moment(sight.book.made_at)))
    if not sight.everything:
        notes.append(_(
            "The public sees totals of the whole period. A figure with fewer than three enterprises behind it is"
            " hidden, and so are figures from which it could be worked out."
        ))
    return notes


def _or_hidden(value: float | None, digits: int = 3) -> Cell:
    return hidden_words() if value is None else round(value, digits)


def _flows(sight: Sight, notes: Sequence[str]) -> Sheet:
    lines = presenters.arc_lines(sight.arcs(), trades=sight.wanted.view == TRADES)
    return Sheet(
        _("Flows"),
        notes,
        [_("From"), _("To"), _("Waste type"), _("Tonnes (t)"), _("Mean distance (km)"), _("Enterprises"), _("Basis")],
        [
            [line.source, line.target, line.waste, _or_hidden(line.tonnes), _km(line), line.enterprises, line.basis]
            for line in lines
        ],
    )


def _km(line: presenters.ArcLine) -> Cell:
    return None if line.km is None else round(line.km, 1)


def _uses(sight: Sight, notes: Sequence[str]) -> Sheet:
    lines = presenters_walk.walk_view(sight).lines
    return Sheet(
        _("Uses"),
        notes,
        [_("Step"), _("From"), _("To"), _("Tonnes (t)")],
        [[line.step, line.source, line.target, _or_hidden(line.tonnes)] for line in lines],
    )


def _chains(sight: Sight, notes: Sequence[str], rates: EffectRates) -> Sheet:
    rows: list[list[Cell]] = []
    for number, chain in enumerate(presenters_chains.chain_lines(sight, rates, limit=CHAINS), start=1):
        rows += [
            [number, at, hop.source, hop.target, hop.waste, hop.use, _or_hidden(hop.tonnes),
             _("narrowest") if hop.bottleneck else ""]
            for at, hop in enumerate(chain.hops, start=1)
        ]
    for cycle in presenters_walk.cycle_lines(sight):
        rows.append([_("Round"), None, cycle.name, None, None, None, _or_hidden(cycle.tonnes), ""])
    columns = [
        _("Chain"), _("Hop"), _("From"), _("To"), _("Waste type"), _("Use"), _("Tonnes (t)"), _("Bottleneck"),
    ]
    return Sheet(_("Chains"), notes, columns, rows)


def _left(sight: Sight, notes: Sequence[str]) -> Sheet:
    return Sheet(
        _("Left over"),
        [*notes, _("Over the whole period, whichever months are chosen.")],
        [_("Waste type"), _("Tonnes (t)")],
        [[line.waste, _or_hidden(line.tonnes)] for line in presenters.left_lines(sight.left_over())],
    )


def _measures(sight: Sight, notes: Sequence[str]) -> Sheet:
    lines = presenters_measures.measure_lines(measures(sight))
    return Sheet(
        _("Measures"),
        [*notes, _("Worked out from the flows shown to you, at the level of the page.")],
        [_("Measure"), _("Value"), _("Definition"), _("What it tells")],
        [
            [line.name, line.value if line.number is None else round(line.number, 6), line.definition, line.tells]
            for line in lines
        ],
    )

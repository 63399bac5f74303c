"""The tables of the symbiosis pages as sheets: the same figures, the same words where one is hidden."""

from __future__ import annotations

from flask_babel import gettext as _

from marketplace import formatting
from marketplace.effects.rates import EffectRates
from marketplace.symbiosis import presenters, presenters_chains, presenters_measures, presenters_walk
from marketplace.symbiosis.flows import TRADES
from marketplace.symbiosis.network import measures
from marketplace.symbiosis.selection import Sight, Wanted
from marketplace.tables import HIDDEN, NUMBER, Cell, Column, Table, blank, number, tonnes, words
from models.base import utc_now

CHAINS = 500


def hidden_words() -> str:
    """What stands in place of a figure that is not public, on pages and in workbooks."""
    return _("Fewer than three enterprises, not public")


def file_name(wanted: Wanted) -> str:
    parts = ["symbiosis", wanted.view, wanted.waste, wanted.first, wanted.last, formatting.day(utc_now())]
    return "-".join(part for part in parts if part.replace("-", "").replace("_", "").isalnum())


def sheets(sight: Sight, rates: EffectRates) -> list[Table]:
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


def _tonnes(value: float | None) -> Cell:
    return Cell(hidden_words(), None, HIDDEN) if value is None else tonnes(value)


def _plain(value: float | None) -> Cell:
    return blank() if value is None else number(value)


def _tonnes_column() -> Column:
    return Column(_("Tonnes (t)"), kind=NUMBER, digits=3)


def _flows(sight: Sight, notes: list[str]) -> Table:
    lines = presenters.arc_lines(sight.arcs(), trades=sight.wanted.view == TRADES)
    columns = [
        Column(_("From")), Column(_("To")), Column(_("Waste type")), _tonnes_column(),
        Column(_("Mean distance (km)"), kind=NUMBER), Column(_("Enterprises"), kind=NUMBER), Column(_("Basis")),
    ]
    rows = [
        [
            words(line.source), words(line.target), words(line.waste), _tonnes(line.tonnes), _km(line),
            _plain(line.enterprises), words(line.basis),
        ]
        for line in lines
    ]
    return Table("flows", _("Flows"), columns, rows, stated=False, above=notes)


def _km(line: presenters.ArcLine) -> Cell:
    return blank() if line.km is None else number(round(line.km, 1))


def _uses(sight: Sight, notes: list[str]) -> Table:
    columns = [Column(_("Step"), kind=NUMBER), Column(_("From")), Column(_("To")), _tonnes_column()]
    rows = [
        [number(line.step), words(line.source), words(line.target), _tonnes(line.tonnes)]
        for line in presenters_walk.walk_view(sight).lines
    ]
    return Table("uses", _("Uses"), columns, rows, stated=False, above=notes)


def _chains(sight: Sight, notes: list[str], rates: EffectRates) -> Table:
    rows: list[list[Cell]] = []
    for nth, chain in enumerate(presenters_chains.chain_lines(sight, rates, limit=CHAINS), start=1):
        rows += [
            [
                number(nth), number(at), words(hop.source), words(hop.target), words(hop.waste), words(hop.use),
                _tonnes(hop.tonnes), words(_("narrowest") if hop.bottleneck else ""),
            ]
            for at, hop in enumerate(chain.hops, start=1)
        ]
    for cycle in presenters_walk.cycle_lines(sight):
        rows.append([
            words(_("Round")), blank(), words(cycle.name), blank(), blank(), blank(), _tonnes(cycle.tonnes), blank(),
        ])
    columns = [
        Column(_("Chain"), kind=NUMBER), Column(_("Hop"), kind=NUMBER), Column(_("From")), Column(_("To")),
        Column(_("Waste type")), Column(_("Use")), _tonnes_column(), Column(_("Bottleneck")),
    ]
    return Table("chains", _("Chains"), columns, rows, stated=False, above=notes)


def _left(sight: Sight, notes: list[str]) -> Table:
    rows = [[words(line.waste), _tonnes(line.tonnes)] for line in presenters.left_lines(sight.left_over())]
    return Table(
        "left", _("Left over"), [Column(_("Waste type")), _tonnes_column()], rows, stated=False,
        above=[*notes, _("Over the whole period, whichever months are chosen.")],
    )


def _measures(sight: Sight, notes: list[str]) -> Table:
    columns = [
        Column(_("Measure")), Column(_("Value"), kind=NUMBER, digits=3), Column(_("Definition")),
        Column(_("What it tells")),
    ]
    rows = [
        [
            words(line.name), words(line.value) if line.number is None else number(round(line.number, 6)),
            words(line.definition), words(line.tells),
        ]
        for line in presenters_measures.measure_lines(measures(sight))
    ]
    return Table(
        "measures", _("Measures"), columns, rows, stated=False,
        above=[*notes, _("Worked out from the flows shown to you, at the level of the page.")],
    )

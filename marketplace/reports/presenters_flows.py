"""The flows of the quarter in words: in, out and within, with whom, beside the best plan; and chains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting, tables
from marketplace.indicators.presenters import waste_cell
from marketplace.reports.contents import HATCHED, OUTLINED, SOLID, Bar, Rows, Section
from marketplace.reports.material import DIRECTIONS, IN, OUT, WITHIN, Material
from marketplace.symbiosis.flows import Flow
from marketplace.symbiosis.presenters import arc_lines, waste_name
from marketplace.symbiosis.presenters_chains import ChainLine, chain_lines
from marketplace.symbiosis.presenters_compare import difference_text
from marketplace.tables import NUMBER, TONNES, Cell, Column, Table

DIRECTION_WORDS = {IN: _l("In"), OUT: _l("Out"), WITHIN: _l("Within")}
_FILLS = {IN: SOLID, OUT: HATCHED, WITHIN: OUTLINED}
_PICTURED, _PARTNERS, _CHAINS = 8, 10, 12
Sums = dict[tuple[str, str], float]


def flows_section(told: Material) -> Section:
    section = Section("flows", _("Flows"))
    section.lead = [_flow_sentence(told)]
    actual = _sums(told, told.trades.flows)
    if actual:
        section.pictures = [_picture(actual)]
    section.tables = [_wastes_table(told), _partners_table(told), _compared_table(told)]
    section.basis = [
        _("In and out are counted at the border of the place. Weighed: weighed out under contracts, by the "
          "month of the slip; agreed: what contracts hold of the quarter, by their own months. A contract counts by "
          "its weighings where it has any in the quarter, else by what it still has to send. Source: ledger and "
          "weighings."),
        _("The best plan is computed from listings, many of which are estimates; its figures are marked as estimates."),
    ]
    if actual and not any(flow.weighed_t for flow in told.here.touched(told.trades.flows)):
        section.missing.append(_("Nothing is weighed in this quarter yet: its flows are only agreed."))
    if len(told.shared) < len(told.months):
        section.missing.append(_plan_gap(told))
    return section


def _flow_sentence(told: Material) -> str:
    if not told.here.touched(told.trades.flows):
        return _("No contract moves tonnes into, out of or within this place in this quarter: no record of flows.")
    sums: dict[str, float] = defaultdict(float)
    for (_waste, direction), tonnes in _sums(told, told.trades.flows).items():
        sums[direction] += tonnes
    return _(
        "In: %(in)s; out: %(out)s; within: %(within)s.",
        **{
            direction: formatting.tonnes_text(sums[direction]) if direction in sums else _("no record")
            for direction in DIRECTIONS
        },
    )


def _plan_gap(told: Material) -> str:
    if not told.plan.book.months:
        return _("There is no best plan yet to compare with.")
    first, last = (formatting.month(told.plan.book.months[at]) for at in (0, -1))
    return _(
        "The best plan speaks of %(first)s to %(last)s: months of the quarter outside of these are not compared.",
        first=first, last=last,
    )


def _sums(told: Material, flows: Iterable[Flow]) -> Sums:
    """Tonnes by waste type and direction; what does not touch the place is left out."""
    sums: Sums = defaultdict(float)
    for flow in flows:
        direction = told.here.direction(flow)
        if direction:
            sums[flow.waste_type, direction] += flow.tonnes
    return dict(sums)


def _by_tonnes(*sums: Sums) -> list[str]:
    """The waste types, the one that moves most first."""
    most: dict[str, float] = defaultdict(float)
    for one in sums:
        for (waste, _direction), tonnes in one.items():
            most[waste] += tonnes
    return sorted(most, key=lambda waste: (-most[waste], waste))


def _picture(actual: Sums) -> Rows:
    groups = []
    for waste in _by_tonnes(actual)[:_PICTURED]:
        bars = [
            Bar(str(DIRECTION_WORDS[direction]), actual[waste, direction],
                formatting.tonnes_text(actual[waste, direction]), _FILLS[direction])
            for direction in DIRECTIONS if (waste, direction) in actual
        ]
        groups.append((waste_name(waste), bars))
    return Rows(_("Tonnes of the quarter by waste type: in, out, within"), groups)


def _wastes_table(told: Material) -> Table:
    """Weighed and agreed tonnes by waste type and direction; a direction without a contract has no record."""
    agreed = _sums(told, told.agreed)
    weighed = _sums(told, (flow for flow in told.trades.flows if flow.weighed_t))
    columns = [Column(_("Waste type"))]
    for direction in DIRECTIONS:
        word = DIRECTION_WORDS[direction]
        columns += [
            Column(_("%(direction)s, weighed", direction=word), kind=TONNES),
            Column(_("%(direction)s, agreed", direction=word), kind=TONNES),
        ]
    rows = []
    for waste in _by_tonnes(weighed, agreed):
        row = [waste_cell(waste)]
        for direction in DIRECTIONS:
            key = (waste, direction)
            row += [_tonnes(weighed.get(key)), _tonnes(agreed.get(key))]
        rows.append(row)
    return Table(
        "flows", _("In, out and within by waste type"), columns, rows,
        empty=_("No contract holds tonnes of this place in this quarter."),
    )


def _partners_table(told: Material) -> Table:
    """The largest flows with their partners: firms where this reader may see them, else their park or banner."""
    arcs = told.trades.arcs(told.here.touched(told.trades.flows))
    lines = arc_lines(arcs, trades=True)
    return Table(
        "partners", _("The largest flows and their partners"),
        [
            Column(_("From")), Column(_("To")), Column(_("Waste type")), Column(_("Tonnes"), kind=TONNES),
            Column(_("Mean distance"), _("km"), NUMBER), Column(_("Basis")),
        ],
        [
            [
                tables.words(line.source), tables.words(line.target), tables.words(line.waste, colour=line.colour),
                tables.hidden() if line.tonnes is None else _tonnes(line.tonnes),
                tables.blank() if line.km is None else tables.number(round(line.km, 1), digits=1),
                tables.words(line.basis),
            ]
            for line in lines[:_PARTNERS]
        ],
        empty=_("No contract holds tonnes of this place in this quarter."),
        notes=[_("The %(shown)s largest of %(all)s flows.", shown=_PARTNERS, all=len(lines))]
        if len(lines) > _PARTNERS else [],
    )


def _compared_table(told: Material) -> Table:
    """Actual beside the best plan, over the months that both speak of."""
    title = _("Actual beside the best plan")
    columns = [
        Column(_("Waste type")), Column(_("Direction")), Column(_("Actual"), kind=TONNES),
        Column(_("Best plan"), kind=TONNES), Column(_("Actual less plan")),
    ]
    if not told.shared:
        return Table("compared", title, columns, [], empty=_plan_gap(told))
    actual, planned = (_sums(told, sight.flows) for sight in (told.trades_shared, told.plan))
    rows = []
    for waste in _by_tonnes(actual, planned):
        for direction in DIRECTIONS:
            one, other = (sums.get((waste, direction)) for sums in (actual, planned))
            if one is None and other is None:
                continue
            rows.append([
                waste_cell(waste), tables.words(str(DIRECTION_WORDS[direction])), _tonnes(one),
                tables.words(_("none in the plan")) if other is None else _estimated(other),
                tables.words(_difference(one, other)),
            ])
    first, last = (formatting.month(told.shared[at]) for at in (0, -1))
    return Table(
        "compared", title, columns, rows, empty=_("Neither contracts nor the plan move tonnes here."),
        notes=[_("Compared over %(first)s to %(last)s.", first=first, last=last)],
    )


def _difference(one: float | None, other: float | None) -> str:
    if one is None:
        return _("only in the plan")
    return _("not in the plan") if other is None else difference_text(one - other)


def chains_section(told: Material) -> Section:
    section = Section("chains", _("Chains through this place"))
    lines = chain_lines(told.plan_whole, told.rates, limit=_CHAINS, chains=told.chains)
    if not lines:
        section.missing = [
            _("The best plan has no chain through this place.") if told.plan.book.months
            else _("There is no best plan yet, and so no chains.")
        ]
        return section
    section.lead = [_(
        "A chain is a path of flows joined through residues. Its strength is that of its narrowest hop, which is "
        "marked; the figures of several chains must not be added, because they share hops."
    )]
    section.tables = [_chain_table(number, line) for number, line in enumerate(lines, start=1)]
    section.basis = [_plan_basis(told)]
    return section


def _plan_basis(told: Material) -> str:
    months = told.plan.book.months
    return _(
        "Best plan of %(time)s over %(first)s to %(last)s, computed from listings, many of which are estimates.",
        time=formatting.moment(told.plan.book.made_at), first=formatting.month(months[0]),
        last=formatting.month(months[-1]),
    )


def _chain_table(number: int, line: ChainLine) -> Table:
    title = _("Chain %(number)s, the tonnes of a hop are not public", number=number)
    if line.tonnes is not None:
        tonnes = formatting.tonnes_text(line.tonnes)
        title = _("Chain %(number)s, narrowest hop: about %(tonnes)s", number=number, tonnes=tonnes)
    return Table(
        "chain", title,
        [
            Column(_("From")), Column(_("To")), Column(_("Waste type")), Column(_("Use")),
            Column(_("Tonnes"), kind=TONNES), Column(_("Narrowest")),
        ],
        [
            [
                tables.words(hop.source), tables.words(hop.target), tables.words(hop.waste, colour=hop.colour),
                tables.words(hop.use), tables.hidden() if hop.tonnes is None else _estimated(hop.tonnes),
                tables.words(_("◀ narrowest") if hop.bottleneck else ""),
            ]
            for hop in line.hops
        ],
    )


def wastes_and_uses(told: Material, flows: Sequence[Flow]) -> list[tuple[str, str]]:
    """Waste types and uses of ``flows`` that touch the place, the pair with the most tonnes first."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for flow in told.here.touched(flows):
        sums[flow.waste_type, flow.use] += flow.tonnes
    return sorted(sums, key=lambda pair: (-sums[pair], pair))


def _tonnes(value: float | None) -> Cell:
    return tables.tonnes(None if value is None else tables.exact(value))


def _estimated(value: float) -> Cell:
    return tables.tonnes(tables.exact(value), estimate=_("computed from listings, many of which are estimates"))

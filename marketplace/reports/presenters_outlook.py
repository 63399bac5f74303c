"""What is stuck, what breaks, what one more tonne is worth, and the scorecard, in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace import formatting, tables
from marketplace.i18n import named
from marketplace.indicators.presenters import waste_cell
from marketplace.indicators.presenters_detail import scorecard_table
from marketplace.outlook.presenters import failures_of, prices_of
from marketplace.reports.contents import Section
from marketplace.reports.material import Material
from marketplace.stockpiles.presenters import STATE_WORDS, deadline_text, place_text, tonnes_cell
from marketplace.tables import NUMBER, TONNES, WARNED, Cell, Column, Table
from models.stockpiles import Stockpile

_WORST = 5


def stuck_section(told: Material) -> Section:
    """What finds no taker, and heaps that should be in order by now."""
    section = Section("stuck", _("What is stuck"))
    late = [row for row in told.stockpiles if row.overdue(told.today)]
    if late:
        section.lead.append(ngettext(
            "The deadline of %(num)s stockpile has passed.", "The deadlines of %(num)s stockpiles have passed.",
            len(late),
        ))
    section.tables = [_left_table(told), _states_table(told), _overdue_table(told, late)]
    section.basis = [
        _("Left over: supplies without a taker in the best plan over its whole period, an estimate. Stockpiles: the "
          "register as it stood when the report was made; remediation as entered there."),
    ]
    if not told.plan.book.months:
        section.missing.append(_("There is no best plan yet: what is left over is not known."))
    if not told.stockpiles:
        section.missing.append(_("No stockpile of this place is registered; that does not say that there is none."))
    unknown = sum(1 for row in told.stockpiles if row.tonnes is None)
    if unknown:
        section.missing.append(ngettext(
            "Of %(num)s stockpile the tonnes are not known.", "Of %(num)s stockpiles the tonnes are not known.",
            unknown,
        ))
    return section


def _left_table(told: Material) -> Table:
    sums: dict[str, float] = defaultdict(float)
    for rest in told.left_over:
        sums[rest.waste_type] += rest.tonnes
    return Table(
        "left", _("Left over by waste type"),
        [Column(_("Waste type")), Column(_("Without a taker"), kind=TONNES)],
        [
            [
                waste_cell(waste),
                tables.tonnes(tables.exact(sums[waste]), estimate=_("computed from listings")),
            ]
            for waste in sorted(sums, key=lambda one: (-sums[one], one))
        ],
        empty=_("The best plan leaves nothing of this place without a taker.") if told.plan.book.months
        else _("There is no best plan yet."),
    )


def _states_table(told: Material) -> Table:
    """How many stockpiles are how far; tonnes where somebody has said how much."""
    count = Counter(row.remediation for row in told.stockpiles)
    rows = []
    for state, words in STATE_WORDS.items():
        known = [row for row in told.stockpiles if row.remediation == state and row.tonnes is not None]
        if not count[state]:
            continue
        estimate = _("estimates among them") if any(tonnes_cell(row).state == tables.ESTIMATE for row in known) else ""
        amount = sum((row.tonnes for row in known), tables.ZERO) if known else None
        rows.append([
            tables.words(str(words)), tables.number(count[state], digits=0), tables.tonnes(amount, estimate=estimate),
        ])
    return Table(
        "states", _("Remediation of stockpiles"),
        [Column(_("Remediation")), Column(_("Stockpiles"), kind=NUMBER), Column(_("Tonnes, where known"), kind=TONNES)],
        rows, empty=_("No stockpile of this place is registered."),
    )


def _overdue_table(told: Material, late: list[Stockpile]) -> Table:
    return Table(
        "overdue", _("Stockpiles whose deadline has passed"),
        [
            Column(_("Stockpile")), Column(_("Waste type")), Column(_("Where")), Column(_("Tonnes"), kind=TONNES),
            Column(_("Remediation")), Column(_("Deadline")), Column(_("Responsible")), Column(_("Source")),
        ],
        [
            [
                tables.words(row.name), waste_cell(row.waste_type_id), tables.words(place_text(row)),
                tonnes_cell(row), tables.words(str(STATE_WORDS[row.remediation])),
                Cell(deadline_text(row, told.today), deadline_text(row, told.today), WARNED),
                tables.words(row.responsible), tables.words(row.source),
            ]
            for row in late
        ],
        empty=_("No registered stockpile is past its deadline."),
    )


def breaks_section(told: Material) -> Section:
    """The failures that would cost this place most, with what would take over."""
    section = Section("breaks", _("What breaks if one stands still"))
    rows = told.outlook.failures if told.outlook is not None else None
    if rows is None:
        section.missing = [_("Single failures are not worked out yet: the worker does it after each new plan.")]
        return section
    ends = {end.enterprise.code: end for end in told.atlas.enterprises.values()}
    own = [row for row in rows if row["enterprise"] in ends and told.here.holds(ends[row["enterprise"]])]
    table = failures_of(own[:_WORST], told.atlas, told.actor).table
    table.title = _("The worst single failures of this place, by the tonnes lost")
    table.empty = _("The best plan uses no enterprise of this place.")
    for row in table.rows:
        _mark_estimates(row)
    section.tables = [table]
    section.lead = [_(
        "Each enterprise of the best plan in turn stands still for the whole period and the plan is made anew without "
        "it. Lost is what then finds no way; the second-best ways are those that take over."
    )]
    section.basis = [_outlook_basis(told)]
    return section


def _mark_estimates(row: list[Cell]) -> None:
    """Figures of the plan are estimates, and always shown as such."""
    for at, cell in enumerate(row):
        if isinstance(cell.value, str) or cell.value is None:
            continue
        row[at] = Cell(cell.text, cell.value, tables.ESTIMATE, cell.url, _("computed from listings"), cell.colour)


def worth_section(told: Material) -> Section:
    """The prices behind the plan, in sentences: first those of this place, then the market's dearest."""
    section = Section("worth", _("What one more tonne is worth"))
    rows = told.outlook.prices if told.outlook is not None else []
    if not rows:
        section.missing = [_("There is no best plan yet, and so no worth of one more tonne.")]
        return section
    here = [row for row in rows if _is_here(told, row)]
    own, whole = (prices_of(chosen, told.atlas).sentences for chosen in (here, rows))
    kinds = {(row["kind"], row["what"]) for row in here}
    # What is worth nothing anywhere is said of what this place has, not of everything in the market.
    nothing = prices_of([row for row in rows if (row["kind"], row["what"]) in kinds], told.atlas).nothing
    if own:
        section.lead.append(_("In this place:"))
        section.points = [_("about: %(sentence)s", sentence=one) for one in own]
    else:
        section.lead.append(_("In this place one more tonne of room or of waste is worth nothing in the best plan."))
    elsewhere = [one for one in whole if one not in own]
    if elsewhere:
        section.points += [_("Elsewhere in the market, about: %(sentence)s", sentence=one) for one in elsewhere]
    section.points += nothing
    section.basis = [
        _outlook_basis(told),
        _("Estimates: they hold for small changes and rest on listed prices and freight. For a whole new plant ask a "
          "what-if."),
    ]
    return section


def _is_here(told: Material, row: dict[str, Any]) -> bool:
    """Whether a price is of this place: its park's, or that of a banner's enterprises outside parks."""
    if row["park"]:
        return any(
            place.code == row["park"] and told.place.holds(told.here.parks[number])
            for number, place in told.atlas.parks.items()
        )
    # The engine's enterprises bear the Chinese name of their banner.
    return bool(row["region"]) and row["region"] in _banners(told)


def _banners(told: Material) -> set[str]:
    if told.place.park_id is not None:
        return set()
    return {
        one.name for one in told.ledger.places
        if one.kind == "region" and (one.region_id == told.place.region_id or one.city == told.place.code)
    }


def _outlook_basis(told: Material) -> str:
    if told.outlook is None:
        return ""
    said = _(
        "Best plan of %(time)s, an estimate: computed from listings, many of which are estimates.",
        time=formatting.moment(told.outlook.made_at),
    )
    return said + (" " + _("The market has changed since.") if told.outlook.stale else "")


def scorecard_section(told: Material) -> Section:
    section = Section("scorecard", _("Scorecard"))
    year = int(told.quarter[:4])
    if told.indicators.scorecard is not None:
        card = told.indicators.scorecard
        section.tables = [scorecard_table(card, told.place, year)]
        section.lead = [
            _("No criterion has a record yet.") if card.total is None else _(
                "%(points)s of 100 points, from %(counted)s of %(all)s criteria.",
                points=formatting.number(card.total, 1), counted=card.counted, all=len(card.parts),
            )
        ]
        if card.counted < len(card.parts):
            section.missing = [_("Criteria of the scorecard without a record are left out of the points.")]
    else:
        section.tables = [_parks_table(told, year)]
        section.lead = [_("Scorecards are made of parks: those of this place that have records in the year.")]
    section.basis = [_("Ledger, consignments, listings and register of the whole year so far. The weights are the "
                       "regulator's.")]
    return section


def _parks_table(told: Material, year: int) -> Table:
    return Table(
        "scorecards", _("Scorecards of the parks, %(year)s", year=year),
        [Column(_("Park")), Column(_("Points of 100"), kind=NUMBER), Column(_("Criteria with a record"))],
        [
            [
                tables.words(named(place)), tables.number(card.total, digits=1),
                tables.words(_("%(counted)s of %(all)s", counted=card.counted, all=len(card.parts))),
            ]
            for place, card in told.scorecards
        ],
        empty=_("No park of this place has a record in this year."),
        notes=[_("The official scoring of zero-waste parks is not known to this market; this scorecard is its own and "
                 "stands for no official assessment.")],
    )

"""A park in figures: by waste type what comes in, goes out, stays and is left over, with its partners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Row

from marketplace.i18n import named
from marketplace.palette import waste_colour
from marketplace.symbiosis.flows import Flow, Place
from marketplace.symbiosis.presenters import ArcLine, arc_lines, place_name, place_url, use_name, waste_name
from marketplace.symbiosis.selection import Sight
from marketplace.symbiosis.totals import Arc
from marketplace.tables import TONNES, Column, Table, hidden, tonnes, words

IN, OUT, WITHIN = "in", "out", "within"
DIRECTION_WORDS = {IN: _l("Comes in"), OUT: _l("Goes out"), WITHIN: _l("Stays within the park")}


@dataclass(slots=True)
class WasteLine:
    """One waste type in this park; partners are (name, address, tonnes), the largest first."""

    waste: str
    colour: str
    tonnes: dict[str, float] = field(default_factory=dict)
    left_over: float | None = None
    partners: dict[str, list[tuple[str, str | None, float]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParkView:
    """``wastes`` is empty for whoever may not see the park in detail; ``directions`` hold what is shown."""

    detailed: bool
    directions: list[tuple[str, str, list[ArcLine]]]
    wastes: list[WasteLine]
    arcs: list[tuple[Arc, bool]]


def direction_of(flow: Flow, park: Place) -> str | None:
    """In, out or within as seen from ``park``; None where the flow does not touch it."""
    leaves, arrives = flow.sender.place.key == park.key, flow.taker.place.key == park.key
    if leaves and arrives:
        return WITHIN
    return OUT if leaves else IN if arrives else None


def park_view(sight: Sight, park: Place) -> ParkView:
    """The flows of one park as this visitor sees them."""
    by_direction: dict[str, list[Flow]] = {IN: [], OUT: [], WITHIN: []}
    for flow in sight.flows:
        direction = direction_of(flow, park)
        if direction:
            by_direction[direction].append(flow)
    detailed = sight.sees(park)
    arcs = {direction: sight.arcs(flows) for direction, flows in by_direction.items()}
    return ParkView(
        detailed,
        [(direction, str(DIRECTION_WORDS[direction]), arc_lines(found)) for direction, found in arcs.items()],
        _waste_lines(sight, park, by_direction) if detailed else [],
        [pair for found in arcs.values() for pair in found],
    )


def _waste_lines(sight: Sight, park: Place, by_direction: dict[str, list[Flow]]) -> list[WasteLine]:
    lines: dict[str, WasteLine] = {}
    partners: dict[tuple[str, str], dict[Place, float]] = defaultdict(lambda: defaultdict(float))

    def line_of(waste_type: str) -> WasteLine:
        return lines.setdefault(waste_type, WasteLine(waste_name(waste_type), waste_colour(waste_type)))

    for direction, flows in by_direction.items():
        for flow in flows:
            line = line_of(flow.waste_type)
            line.tonnes[direction] = line.tonnes.get(direction, 0.0) + flow.tonnes
            if direction != WITHIN:
                other = flow.sender.place if direction == IN else flow.taker.place
                partners[flow.waste_type, direction][other] += flow.tonnes
    for rest in sight.left_over_rows():
        if rest.end.place.key == park.key:
            line = line_of(rest.waste_type)
            line.left_over = (line.left_over or 0.0) + rest.tonnes
    for (waste_type, direction), places in partners.items():
        ranked = sorted(places.items(), key=lambda item: (-item[1], item[0].key))
        lines[waste_type].partners[direction] = [
            (place_name(one), place_url(one), tonnes) for one, tonnes in ranked
        ]
    return sorted(lines.values(), key=lambda line: -(sum(line.tonnes.values()) + (line.left_over or 0.0)))


@dataclass(frozen=True, slots=True)
class ListingLine:
    """A listing in the park, as the list of listings shows it."""

    kind: str
    title: str
    url: str
    tonnes: Decimal
    estimate: bool
    estimate_note: str
    second: str
    code: str


def listing_lines(rows: Iterable[Row], kind: str) -> list[ListingLine]:
    word = waste_name if kind == "supply" else use_name
    return [
        ListingLine(
            kind,
            word(row.kind),
            url_for(f"listings.{kind}", code=row.code),
            row.t_per_month,
            row.quantity_quality == "estimate",
            row.note,
            named(row),
            row.code,
        )
        for row in rows
    ]


def overdue_text(count: int) -> str:
    """How many stockpiles are past their deadline; blank for none."""
    if not count:
        return ""
    return ngettext(
        "The deadline for remediating %(num)s stockpile has passed.",
        "The deadlines for remediating %(num)s stockpiles have passed.", count,
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that awaits the committee."""

    text: str
    url: str


def waiting(bids: int, unmeasured: int, view: ParkView, stale: bool, overdue: str = "") -> Sequence[Waiting]:
    """What a committee may want to look after today; empty where nothing waits.

    ``overdue`` says how many stockpiles of the park should have been remediated by now; blank where none.
    """
    found = [Waiting(overdue, url_for("stockpiles.register", overdue=1))] if overdue else []
    left = [line for line in view.wastes if line.left_over]
    if left:
        found.append(
            Waiting(
                _("No taker yet for: %(wastes)s.", wastes=_(", ").join(line.waste for line in left[:4])),
                "#wastes",
            )
        )
    if bids:
        found.append(
            Waiting(
                _("Bids awaiting an answer from enterprises of the park: %(count)s.", count=bids), "#listings"
            )
        )
    if unmeasured:
        found.append(
            Waiting(
                _("Supplies that no laboratory has measured yet: %(count)s.", count=unmeasured), "#listings"
            )
        )
    if stale:
        found.append(
            Waiting(_("The market has changed since the plan was made; a new plan is on its way."), "#flows")
        )
    return found


def tables(view: ParkView) -> list[Table]:
    """What the page shows as tables of a workbook; what is hidden there is hidden here."""
    figure = [Column(head, "t", TONNES) for head in (
        _("Comes in"), _("Goes out"), _("Stays within"), _("Left over in the whole period"),
    )]
    rows = [
        [words(line.waste), *(tonnes(line.tonnes.get(way)) for way in (IN, OUT, WITHIN)), tonnes(line.left_over)]
        for line in view.wastes
    ]
    columns = [Column(_("Waste type")), *figure]
    found = [Table("wastes", _("By waste type"), columns, rows, stated=False)] if rows else []
    heads = [Column(head) for head in (_("From"), _("To"), _("Waste type"))]
    for key, title, lines in view.directions:
        flows = [
            [words(line.source), words(line.target), words(line.waste),
             hidden() if line.tonnes is None else tonnes(line.tonnes)]
            for line in lines
        ]
        found.append(Table(key, title, [*heads, Column(_("Tonnes"), "t", TONNES)], flows, stated=False))
    return found

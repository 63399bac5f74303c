"""The answer of a what-if as tables; of places this visitor may not see, sums with three or more enterprises only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting
from marketplace.palette import DEMAND_COLOUR, FLOW_COLOUR, waste_colour
from marketplace.security.actor import Actor
from marketplace.symbiosis.flows import End, Place
from marketplace.symbiosis.presenters import place_name, place_url, use_name, waste_name
from marketplace.symbiosis.queries import Atlas
from marketplace.symbiosis.rules import sees_enterprises, too_few
from marketplace.tables import MISSING, NUMBER, TONNES, Cell, Column, Table, money, tonnes, words
from matching.whatif.difference import LEAST_T

Pair = tuple[float, float]
GAIN_NOTE = _l(
    "An estimate: what the plan's prices ascribe to each. The sender has the worth of its tonnes, the taker the rest of"
    " what the trade brings. It adds up to the whole; it is no forecast of anybody's profit."
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure before and after, and the difference in words with its sign."""

    label: str
    before: str
    after: str
    change: str
    note: str = ""
    better: bool | None = None


@dataclass(frozen=True, slots=True)
class WasteLine:
    waste: str
    colour: str
    placed: Pair
    left: Pair


@dataclass(frozen=True, slots=True)
class FirmLine:
    """An enterprise, or all those of a place together; tonnes and yuan as (before, after)."""

    name: str
    url: str | None
    sends: Pair
    takes: Pair
    gain_yuan: float
    firms: int


@dataclass(frozen=True, slots=True)
class RouteLine:
    source: str
    source_url: str | None
    target: str
    target_url: str | None
    waste: str
    colour: str
    use: str
    before_t: float
    after_t: float
    ends: tuple[Place, Place] | None


@dataclass(slots=True)
class AnswerView:
    """``hidden`` counts enterprises and routes that are not shown because fewer than three stand behind them."""

    figures: list[Figure]
    wastes: list[WasteLine]
    winners: list[FirmLine]
    losers: list[FirmLine]
    routes: list[RouteLine]
    hidden: int
    seconds: str
    proven: bool
    gap: str
    nothing: bool


def figures_of(answer: dict[str, Any]) -> list[Figure]:
    """What a committee asks first: tonnes placed, left over, value, freight, carbon, money that changes hands."""
    totals = answer["totals"]

    def mass(key: str, label: str, better: int) -> Figure:
        return _figure(label, totals[key], formatting.tonnes_text, better)

    def yuan(key: str, label: str, better: int, note: str = "") -> Figure:
        return _figure(label, totals[key], formatting.money_text, better, note)

    rows = [
        mass("tonnes", _("Tonnes placed"), 1),
        mass("left_over_t", _("Left over"), -1),
        yuan("value_yuan", _("Gain of both sides"), 1, _("Price paid less price asked less freight.")),
        yuan("freight_yuan", _("Freight"), -1),
        _figure(
            _("Emissions avoided"), [kg / 1000 for kg in totals["carbon_kg"]],
            lambda t: formatting.carbon_text(t * 1000), 1,
        ),
    ]
    if any(totals["transfer_yuan"]):
        rows.append(yuan("transfer_yuan", _("Subsidies paid and fees spared"), 0))
    if any(totals["fee_yuan"]):
        rows.append(yuan("fee_yuan", _("Fee due"), -1, _("Before: if nobody acted upon it.")))
    return rows


def _figure(
    label: str, pair: Sequence[float], said: Callable[[float], str], better: int, note: str = ""
) -> Figure:
    before, after = pair
    change = after - before
    # Below a ten-millionth of the figure it is the solver's rounding, not a change.
    same = abs(change) <= 1e-7 * max(1.0, abs(before), abs(after))
    sign = "" if same else "+" if change > 0 else "−"
    text = _("unchanged") if same else f"{sign}{said(abs(change))}"
    improves = None if same or not better else (change > 0) == (better > 0)
    return Figure(label, said(before), said(after), text, note, improves)


def answer_view(answer: dict[str, Any], atlas: Atlas, actor: Actor) -> AnswerView:
    """The tables of ``answer`` as ``actor`` may see them."""
    firms, hidden_firms = _firms(answer, atlas, actor)
    routes, hidden_routes = _routes(answer, atlas, actor)
    wastes = [
        WasteLine(waste_name(waste), waste_colour(waste), (placed, placed_after), (left, left_after))
        for waste, placed, placed_after, left, left_after in answer["wastes"]
        if abs(placed_after - placed) >= LEAST_T or abs(left_after - left) >= LEAST_T
    ]
    return AnswerView(
        figures_of(answer),
        sorted(wastes, key=lambda line: -abs(line.left[1] - line.left[0])),
        [line for line in firms if line.gain_yuan > 0],
        [line for line in reversed(firms) if line.gain_yuan < 0],
        routes, hidden_firms + hidden_routes, formatting.number(answer["seconds"], 1),
        answer["status"] in ("optimal", "within_gap"), formatting.percent(answer["gap"], 3),
        nothing=not (wastes or firms or routes or hidden_firms or hidden_routes),
    )


def _firms(answer: dict[str, Any], atlas: Atlas, actor: Actor) -> tuple[list[FirmLine], int]:
    """Enterprises one by one where they may be seen, those of other places together; the greatest gain first."""
    ends = {end.enterprise.code: end for end in atlas.enterprises.values()}
    lines: list[FirmLine] = []
    others: dict[str, list[tuple[End, list[float]]]] = defaultdict(list)
    for code, *figures in answer["firms"]:
        sends, takes, gain = (figures[0], figures[1]), (figures[2], figures[3]), figures[7] - figures[6]
        if code in answer["plants"]:
            lines.append(FirmLine(answer["plants"][code], None, sends, takes, gain, 1))
        elif code in ends and sees_enterprises(actor, ends[code].place):
            place = ends[code].enterprise
            lines.append(FirmLine(place_name(place), place_url(place), sends, takes, gain, 1))
        elif code in ends:
            others[ends[code].place.key].append((ends[code], figures))
    hidden = 0
    for members in others.values():
        if too_few({end.enterprise_id for end, _figures in members}):
            hidden += len(members)
            continue
        sums = [sum(figures[at] for _end, figures in members) for at in range(8)]
        place = members[0][0].place
        lines.append(FirmLine(
            place_name(place), place_url(place), (sums[0], sums[1]), (sums[2], sums[3]), sums[7] - sums[6], len(members)
        ))
    return sorted(lines, key=lambda line: (-line.gain_yuan, line.name)), hidden


def _routes(answer: dict[str, Any], atlas: Atlas, actor: Actor) -> tuple[list[RouteLine], int]:
    offers, wants = atlas.offers_by_code(), atlas.wants_by_code()
    lines, hidden = [], 0
    for supply, demand, before, after in answer["routes"]:
        offer, want = offers.get(supply), wants.get(demand)
        plant = answer["plants"].get(demand)
        if offer is None or (want is None and plant is None):
            continue
        if not any(sees_enterprises(actor, one.end.place) for one in (offer, want) if one is not None):
            hidden += 1
            continue
        source = _shown(offer.end, actor)
        target = _shown(want.end, actor) if want else None
        lines.append(RouteLine(
            place_name(source), place_url(source), place_name(target) if target else str(plant),
            place_url(target) if target else None, waste_name(offer.waste_type), waste_colour(offer.waste_type),
            use_name(want.use) if want else "", before, after, (source, target) if target else None,
        ))
    return lines, hidden


def _shown(end: End, actor: Actor) -> Place:
    """The enterprise where it may be seen, else the place it lies in."""
    return end.enterprise if sees_enterprises(actor, end.place) else end.place


def tables(view: AnswerView) -> list[Table]:
    """The answer as tables, of a workbook and, but for the first, of the page."""
    return [
        _figure_table(view), _waste_table(view),
        _firm_table("winners", _("Who gains"), view.winners), _firm_table("losers", _("Who loses"), view.losers),
        _route_table(view),
    ]


def _figure_table(view: AnswerView) -> Table:
    columns = [Column(one) for one in (_("Figure"), _("Today"), _("With the changes"), _("Difference"))]
    rows = [[words(text) for text in (one.label, one.before, one.after, one.change)] for one in view.figures]
    return Table("figures", _("In figures"), columns, rows, stated=False)


def _waste_table(view: AnswerView) -> Table:
    heads = (_("Placed today"), _("Placed then"), _("Difference"), _("Left over today"), _("Left over then"))
    columns = [Column(_("Waste type")), *(Column(head, kind=TONNES) for head in heads)]
    rows = [
        [words(one.waste, colour=one.colour), *map(tonnes, one.placed), _more(one.placed), *map(tonnes, one.left)]
        for one in view.wastes
    ]
    return Table("wastes", _("By waste type"), columns, rows, stated=False)


def _firm_table(key: str, title: str, lines: Sequence[FirmLine]) -> Table:
    columns = [
        Column(_("Enterprise")), Column(_("Gain"), kind=NUMBER),
        *(Column(head, kind=TONNES) for head in (_("Sends"), _("Difference"), _("Takes in"), _("Difference"))),
    ]
    rows = [
        [
            words(_whose(one), one.url), money(one.gain_yuan),
            tonnes(one.sends[1]), _more(one.sends), tonnes(one.takes[1]), _more(one.takes),
        ]
        for one in lines
    ]
    return Table(key, title, columns, rows, stated=False)


def _whose(line: FirmLine) -> str:
    return line.name if line.firms == 1 else _("%(place)s: %(count)s enterprises", place=line.name, count=line.firms)


def _route_table(view: AnswerView) -> Table:
    heads = [Column(head) for head in (_("From"), _("To"), _("Waste type"), _("Use"))]
    columns = [*heads, *(Column(head, kind=TONNES) for head in (_("Today"), _("Then"), _("Difference")))]
    rows = [
        [
            words(one.source, one.source_url), words(one.target, one.target_url),
            words(one.waste, colour=one.colour), words(one.use), tonnes(one.before_t), tonnes(one.after_t),
            _more((one.before_t, one.after_t)),
        ]
        for one in view.routes
    ]
    return Table("routes", _("What goes another way"), columns, rows, stated=False)


def _more(pair: Pair) -> Cell:
    """A difference with its sign, an arrow before it: colour alone would not do."""
    change = pair[1] - pair[0]
    if abs(change) < LEAST_T:
        return Cell(_("unchanged"), 0.0, MISSING)
    mark = "▲ +" if change > 0 else "▼ −"
    return Cell(f"{mark}{formatting.tonnes_text(abs(change))}", round(change, 3))


def route_map(view: AnswerView) -> dict[str, object]:
    """What goes another way on the map: more a full line, less a dashed one, as wide as the difference."""
    flows = []
    for at, line in enumerate(view.routes):
        change = line.after_t - line.before_t
        if line.ends is None or abs(change) < LEAST_T:
            continue
        source, target = line.ends
        flows.append({
            "id": f"route-{at}", "tonnes": abs(change),
            "from": [source.lon, source.lat], "to": [target.lon, target.lat],
            "colour": FLOW_COLOUR if change > 0 else DEMAND_COLOUR, "dash": "solid" if change > 0 else [9, 4],
            "group": _("More than today") if change > 0 else _("Less than today"),
            "name": _("%(source)s → %(target)s", source=line.source, target=line.target),
            "text": _("%(waste)s: %(before)s → %(after)s", waste=line.waste,
                      before=formatting.tonnes_text(line.before_t), after=formatting.tonnes_text(line.after_t)),
        })
    return {"points": [], "flows": flows, "words": {}}


def urls_of(what_if_id: int) -> dict[str, str]:
    """Where the page's own forms go."""
    names = ("answer", "share", "copy", "delete", "excel")
    return {name: url_for(f"what_ifs.{name}", what_if_id=what_if_id) for name in names}

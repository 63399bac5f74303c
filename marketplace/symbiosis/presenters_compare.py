"""A comparison in words: signs are said by arrow and word, never by colour alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from marketplace import formatting
from marketplace.palette import DEMAND_COLOUR, FLOW_COLOUR, NEUTRAL_COLOUR
from marketplace.symbiosis.comparing import Compared, whole
from marketplace.symbiosis.flows import VIEWS
from marketplace.symbiosis.presenters import (
    VIEW_WORDS,
    arc_colour,
    arc_id,
    arc_name,
    place_name,
    place_url,
    waste_name,
)
from marketplace.symbiosis.selection import Sight, Wanted

# Below this two figures are alike: both are rounded sums.
ALIKE_T = 0.05


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One arc of both views; a figure is None where it is hidden, ``said`` is its difference in words."""

    key: str
    source: str
    source_url: str | None
    target: str
    target_url: str | None
    waste: str
    colour: str
    one: float | None
    other: float | None
    difference: float | None
    said: str


@dataclass(frozen=True, slots=True)
class TotalLine:
    label: str
    one: str | None
    other: str | None
    said: str | None


def compare_options(wanted: Wanted, endpoint: str) -> list[dict[str, object]]:
    """Links that lay another view beside this one, and one that takes it away."""
    others = [view for view in VIEWS if view != wanted.view]
    return [
        {
            "url": url_for(endpoint, **wanted.query(compare=view)),
            "label": VIEW_WORDS[view] if view else _("Nothing"),
            "current": wanted.compare == view,
        }
        for view in ("", *others)
    ]


def compared_lines(rows: Iterable[Compared]) -> list[ComparedLine]:
    return [
        ComparedLine(
            arc_id(row.arc),
            place_name(row.arc.source),
            place_url(row.arc.source),
            place_name(row.arc.target),
            place_url(row.arc.target),
            waste_name(row.arc.waste_type),
            arc_colour(row.arc),
            row.one_t,
            row.other_t,
            row.difference_t,
            difference_text(row.difference_t),
        )
        for row in rows
        if row.arc.source is not None and row.arc.target is not None
    ]


def difference_text(tonnes: float | None) -> str:
    """``▲ 12 kt more``, ``▼ 3 t less``, ``= alike``."""
    if tonnes is None:
        return ""
    if abs(tonnes) < ALIKE_T:
        return _("= alike")
    return _signed(tonnes, formatting.tonnes_text(abs(tonnes)))


def _signed(difference: float, amount: str) -> str:
    if difference > 0:
        return _("▲ %(amount)s more", amount=amount)
    return _("▼ %(amount)s less", amount=amount)


def total_lines(one: Sight, other: Sight) -> list[TotalLine]:
    """Tonnes, freight and emissions of both views; what a tonne is worth differs in kind and is not compared."""
    first, second = whole(one, other)
    rows = [
        (_("Tonnes placed"), "tonnes", formatting.tonnes_text),
        (_("Freight"), "freight_yuan", formatting.money_text),
        (_("Emissions avoided"), "carbon_kg", formatting.carbon_text),
    ]
    lines = []
    for label, name, text in rows:
        a, b = (None if found is None else getattr(found, name) for found in (first, second))
        said = None
        if a is not None and b is not None:
            said = _("= alike") if abs(a - b) < ALIKE_T else _signed(a - b, text(abs(a - b)))
        lines.append(TotalLine(label, None if a is None else text(a), None if b is None else text(b), said))
    return lines


def compared_map(rows: Iterable[Compared], one: str, other: str) -> dict[str, object]:
    """Arcs as wide as the difference; more is a full line, less a dashed one, alike a dotted one."""
    shown = [row for row in rows if row.difference_t is not None and None not in row.ends]
    groups = (
        (1, _("More in: %(view)s", view=one), FLOW_COLOUR, "solid"),
        (-1, _("Less in: %(view)s", view=one), DEMAND_COLOUR, [9, 4]),
        (0, _("Alike in both"), NEUTRAL_COLOUR, [3, 3]),
    )
    flows = []
    for sign, name, colour, dash in groups:
        flows += [
            {
                "id": arc_id(row.arc),
                "from": [row.arc.source.lon, row.arc.source.lat],
                "to": [row.arc.target.lon, row.arc.target.lat],
                "tonnes": abs(row.difference_t),
                "colour": colour,
                "dash": dash,
                "group": name,
                "name": arc_name(row.arc),
                "text": _(
                    "%(waste)s. %(one)s: %(a)s; %(other)s: %(b)s; %(difference)s",
                    waste=waste_name(row.arc.waste_type),
                    one=one,
                    a=formatting.tonnes_text(row.one_t),
                    other=other,
                    b=formatting.tonnes_text(row.other_t),
                    difference=difference_text(row.difference_t),
                ),
            }
            for row in shown
            if _sign(row.difference_t) == sign
        ]
    return {"points": [], "flows": flows, "words": {}}


def _sign(difference: float) -> int:
    return 0 if abs(difference) < ALIKE_T else 1 if difference > 0 else -1

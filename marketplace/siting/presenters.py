"""Siting in words: candidates, decisions with their reasons, conflicts, and where waste lies unplaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting
from marketplace.palette import waste_colour
from marketplace.reasons import declare
from marketplace.siting.forms import OBJECTIVE_WORDS
from marketplace.symbiosis.presenters import place_name, use_name, waste_name
from marketplace.symbiosis.queries import Atlas
from marketplace.tables import MISSING, NUMBER, TONNES, Cell, Column, Table, money, tonnes, words
from models.siting import SitingStudy

if TYPE_CHECKING:
    from matching.siting import RequirementsConflict

declare({
    "siting:too_many": _l("A study holds at most %(most)s candidates."),
    "siting:file_large": _l("The file is larger than %(most)s kB. Send fewer candidates."),
    "siting:file_encoding": _l("The file is neither UTF-8 nor GB 18030 text. Save it as CSV UTF-8."),
    "siting:file_empty": _l("The file holds no candidate: one line of headings, then one line for each."),
    "siting:column_unknown": _l("The column %(column)s is not known. Take it out or correct its name."),
    "siting:column_missing": _l("The column %(column)s is missing."),
    "siting:cell_missing": _l("Line %(line)s, %(column)s: this is missing."),
    "siting:cell_no_number": _l("Line %(line)s, %(column)s: “%(found)s” is not a number."),
    "siting:cell_range": _l("Line %(line)s, %(column)s: %(found)s is not between %(low)s and %(high)s."),
    "siting:cell_pattern": _l(
        "Line %(line)s, %(column)s: no demand %(found)s on the market; its code stands on its page."
    ),
    "siting:cell_park": _l("Line %(line)s, %(column)s: no park %(found)s."),
    "siting:cell_place": _l("Line %(line)s, %(column)s: name a park, or give latitude and longitude."),
})


@dataclass(frozen=True, slots=True)
class StudyLine:
    title: str
    url: str
    author: str
    made: str
    shared: bool
    stale: bool
    candidates: int
    opened: str
    gain: str


def study_lines(rows: Iterable[SitingStudy], revision: int) -> list[StudyLine]:
    return [
        StudyLine(
            row.title, url_for("siting.study", study_id=row.id), row.author.display_name,
            formatting.moment(row.created_at), row.shared, row.answer is not None and row.market_revision != revision,
            len(row.candidates),
            str(sum(one["opened"] for one in row.answer["decisions"])) if row.answer else formatting.MISSING,
            formatting.money_text(row.answer["gain_yuan"]) if row.answer else formatting.MISSING,
        )
        for row in rows
    ]


def asked_lines(row: SitingStudy) -> list[tuple[str, str]]:
    """What is made greatest and what every choice keeps."""
    asked = row.asked
    lines = [(_("What is made greatest"), str(OBJECTIVE_WORDS[row.objective]))]
    if asked.get("budget_yuan") is not None:
        lines.append((_("Budget"), formatting.money_text(asked["budget_yuan"])))
    if asked.get("most_open") is not None:
        lines.append((_("At most so many plants"), formatting.number(asked["most_open"])))
    lines += [
        (_("Must be placed"), _("at least %(tonnes)s of %(waste)s", tonnes=formatting.tonnes_text(least),
                                waste=waste_name(waste)))
        for waste, least in asked.get("at_least", [])
    ]
    return lines


def candidate_table(row: SitingStudy, atlas: Atlas) -> Table:
    """The candidates and, where there is an answer, what is decided of each and why."""
    parks = {park.code: place_name(park) for park in atlas.parks.values()}
    columns = [
        Column(_("Candidate")), Column(_("Use")), Column(_("Place")), Column(_("Room a month"), kind=TONNES),
        Column(_("Cost of opening"), kind=NUMBER),
    ]
    decisions = row.answer["decisions"] if row.answer else [None] * len(row.candidates)
    if row.answer:
        columns += [Column(_("Decision")), Column(_("Takes in"), kind=TONNES), Column(_("Why"))]
    rows = []
    for one, decided in zip(row.candidates, decisions, strict=True):
        line = [
            words(one["name"]), words(use_name(one["use"])),
            words(parks.get(one["park"], f"{one['lat']:.3f}, {one['lon']:.3f}")), tonnes(one["t_per_month"]),
            money(one["open_cost_yuan"]),
        ]
        if decided:
            line += [
                words(_("✓ open") if decided["opened"] else _("leave")),
                tonnes(decided["tonnes"]) if decided["opened"] else Cell(formatting.MISSING, None, MISSING),
                words(_why(decided, row.objective)),
            ]
        rows.append(line)
    return Table("candidates", _("Candidates"), columns, rows, stated=False)


def _why(decided: dict[str, Any], objective: str) -> str:
    if decided["opened"]:
        parts = []
        for waste, _tonnes, unplaced, moved in decided["taken"]:
            if unplaced >= 1:
                parts.append(_("%(tonnes)s of %(waste)s that nobody took", tonnes=formatting.tonnes_text(unplaced),
                               waste=waste_name(waste)))
            if moved >= 1:
                parts.append(_("%(tonnes)s of %(waste)s from other takers", tonnes=formatting.tonnes_text(moved),
                               waste=waste_name(waste)))
        if decided["missed_t"]:
            parts.append(_("without it %(tonnes)s less would be placed",
                           tonnes=formatting.tonnes_text(decided["missed_t"])))
        return formatting.listed(parts)
    if decided["impossible"]:
        return _("It cannot open while the rest is kept.")
    if not decided["tried"]:
        return _("Not among the most promising; not tried open.")
    if decided["short"] is None:
        return ""
    if objective == "tonnes":
        return _("Open, it would place %(tonnes)s less in all.", tonnes=formatting.tonnes_text(decided["short"]))
    return _("It would have to cost %(money)s less to be worth opening.", money=formatting.money_text(decided["short"]))


@dataclass(frozen=True, slots=True)
class AnswerView:
    figures: list[tuple[str, str]]
    gained: Table
    proven: bool
    gap: str
    seconds: str


def answer_view(answer: dict[str, Any]) -> AnswerView:
    """The choice as a whole."""
    before, after = answer["tonnes"]
    figures = [
        (_("Plants opened"), formatting.number(sum(one["opened"] for one in answer["decisions"]))),
        (_("Cost of opening"), formatting.money_text(answer["opening_yuan"])),
        (_("Gain beyond the cost"), formatting.money_text(answer["gain_yuan"])),
        (_("Placed in addition"), formatting.tonnes_text(after - before)),
        (_("Placed in all"), formatting.tonnes_text(after)),
    ]
    rows = [
        [words(waste_name(waste), colour=waste_colour(waste)), tonnes(gained)]
        for waste, gained in sorted(answer["gained_t"].items(), key=lambda one: -one[1])
    ]
    columns = [Column(_("Waste type")), Column(_("Placed in addition"), kind=TONNES)]
    gained = Table("gained", _("Placed in addition, by waste type"), columns, rows, stated=False)
    return AnswerView(
        figures, gained, answer["status"] in ("optimal", "within_gap"), formatting.percent(answer["gap"], 3),
        formatting.number(answer["seconds"], 1),
    )


def conflict_text(conflict: RequirementsConflict) -> str:
    """The smallest set of what is asked that cannot be kept together, in words."""
    told = formatting.listed(_requirement(one.kind, one.subject) for one in conflict.requirements)
    text = _("No choice of candidates keeps this together: %(what)s. Loosen one of them.", what=told)
    if conflict.reachable_t is not None:
        text += " " + _("With the rest kept, at most %(tonnes)s can be placed.",
                        tonnes=formatting.tonnes_text(conflict.reachable_t))
    return text


def _requirement(kind: str, subject: str) -> str:
    if kind == "budget":
        return _("the budget")
    if kind == "most_open":
        return _("the number of plants")
    if kind == "must_open":
        return _("that %(plant)s must open", plant=subject)
    return _("the tonnes of %(waste)s that must be placed", waste=waste_name(subject))


def unplaced_view(cells: Sequence[dict[str, Any]], atlas: Atlas) -> tuple[Table, dict[str, object]]:
    """The cells as a table, the most tonnes first, and as points of a map, the areas of the dots by tonnes."""
    columns = [
        Column(_("Waste type")), Column(_("Around")), Column(_("Unplaced here"), kind=TONNES),
        Column(_("Within 50 km"), kind=TONNES),
    ]
    rows, points = [], []
    for number, cell in enumerate(sorted(cells, key=lambda one: -one["tonnes"])):
        where = _around(cell, atlas)
        name, colour = waste_name(cell["waste"]), waste_colour(cell["waste"])
        rows.append([words(name, colour=colour), words(where), tonnes(cell["tonnes"]), tonnes(cell["within"])])
        points.append({
            "id": f"cell-{number}", "kind": "supply", "name": name, "lat": cell["lat"], "lon": cell["lon"],
            "tonnes": cell["tonnes"], "colour": colour, "group": name, "url": None,
            "text": _("%(tonnes)s unplaced", tonnes=formatting.tonnes_text(cell["tonnes"])),
        })
    table = Table("unplaced", _("Where waste lies unplaced"), columns, rows, stated=False)
    return table, {"points": points, "flows": [], "words": {"supplies": _("Unplaced tonnes")}}


def _around(cell: dict[str, Any], atlas: Atlas) -> str:
    """The nearest park with its distance: a place says more than degrees do."""
    from matching.distance import great_circle_km

    parks = list(atlas.parks.values())
    where = f"{cell['lat']:.2f}, {cell['lon']:.2f}"
    if not parks:
        return where
    here = np.float64(cell["lat"]), np.float64(cell["lon"])
    km = great_circle_km(*here, np.array([one.lat for one in parks]), np.array([one.lon for one in parks]))
    nearest = int(np.argmin(km))
    return _("%(km)s from %(park)s", km=formatting.kilometres(float(km[nearest])), park=place_name(parks[nearest]))

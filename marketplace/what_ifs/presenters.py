"""What-ifs in words: the changes, and what each would do, as this visitor may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from marketplace import formatting
from marketplace.errors import Refusal
from marketplace.reasons import declare, refusal_text
from marketplace.security.actor import Actor
from marketplace.symbiosis.presenters import place_name, use_name
from marketplace.symbiosis.queries import Atlas
from marketplace.tables import Column, Table, words
from marketplace.what_ifs.forms import ChangeForm
from models.whatifs import WhatIf

KIND_WORDS = {
    "stop": _l("A plant stands still"),
    "new_plant": _l("A new plant"),
    "new_limit": _l("Another limit"),
    "freight_times": _l("Dearer or cheaper freight"),
    "rail_line": _l("A railway"),
    "subsidy": _l("A subsidy for carriage"),
    "disposal_fee": _l("A disposal fee in steps"),
}
KIND_NOTES = {
    "stop": _l("It produces nothing and takes nothing in for some months; what lies on its ground may leave."),
    "new_plant": _l("It takes over limits, residues and price from a plant that is there already."),
    "new_limit": _l("A limit of acceptance is relaxed, tightened or lifted."),
    "freight_times": _l("Every road costs so much more or less."),
    "rail_line": _l("Tonnes may go by road to a loading point, on by rail, and on by road again."),
    "subsidy": _l("So much is paid for every tonne-kilometre from one banner or park to another."),
    "disposal_fee": _l("What is not used bears a fee that falls as the use rate of its supply rises."),
}
declare({
    "what_if:market_large": _l(
        "This market is too large to be planned while you wait. Export it with “gongsheng db export-scenario” and ask"
        " with “gongsheng what-if” or “gongsheng siting”."
    ),
    "what_if:too_many": _l("A what-if has at most %(most)s changes. Make another one."),
    "what_if:not_yours": _l(
        "You can ask about the plants of your own park or banner. Ask the city's regulator about others."
    ),
    "what_if:unknown_enterprise": _l("There is no enterprise %(found)s on the market now. Choose one of the list."),
    "what_if:outside_horizon": _l("%(found)s lies outside the months of the market, %(first)s to %(last)s."),
    "what_if:not_between": _l("It must lie between %(least)s and %(most)s; found %(found)s."),
    "what_if:missing": _l("This is missing. Fill it in."),
    "what_if:unknown_use": _l("The use %(found)s is not in the catalogue. Choose one of the list."),
    "what_if:no_place": _l(
        "Latitude %(lat)s and longitude %(lon)s are no place on earth. Are they the right way round?"
    ),
    "what_if:in_the_void": _l(
        "The place lies %(nearest_km)s km from the nearest enterprise of the market, farther than %(most_km)s km:"
        " nothing would go there. Check latitude and longitude."
    ),
    "what_if:not_positive": _l("It must be more than 0; found %(found)s."),
    "what_if:not_a_number": _l("This is not a number."),
    "what_if:unknown_park": _l("There is no park %(found)s. Choose one of the list."),
    "what_if:accepts_nothing": _l("The plant accepts no waste type. Choose another plant to be like."),
    "what_if:unknown_waste_type": _l("The waste type %(found)s is not in the catalogue."),
    "what_if:not_a_share": _l("A share lies between 0 and 1; found %(found)s for %(waste_type)s."),
    "what_if:unknown_basis": _l("A limit binds each lot or the month's mix; found %(found)s."),
    "what_if:does_not_mix": _l("%(property)s does not mix in proportion to tonnes, so it can only bind each lot."),
    "what_if:min_above_max": _l("At least %(min)s and at most %(max)s cannot both hold. Change one of them."),
    "what_if:unknown_property": _l("The property %(found)s is not in the catalogue. Choose one of the list."),
    "what_if:demand_or_use": _l("Choose one demand, or every demand of one use."),
    "what_if:unknown_demand": _l("The demand %(found)s is not on the market now. Choose one of the list."),
    "what_if:no_demand_of_use": _l("No demand on the market is for the use %(found)s."),
    "what_if:two_points": _l("A railway needs at least two places where wagons are loaded; found %(found)s."),
    "what_if:negative": _l("It cannot be less than 0; found %(found)s."),
    "what_if:region_or_park": _l("A subsidy goes by banner or by park; found %(found)s."),
    "what_if:fee_rises": _l("The fee must not rise from step to step, found %(found)s: who uses more would pay more."),
    "what_if:shares_rise_to_one": _l("The use rates of the steps must rise, the last one to 100 %%; found %(found)s."),
    "what_if:twice": _l("There is such a change already, and it holds for the whole market. Remove it first."),
    "what_if:not_a_list": _l("Changes are a list; found %(found)s."),
    "what_if:unknown_kind": _l("There is no change of the kind %(found)s; there are %(known)s."),
    "what_if:unknown_field": _l("A change of this kind has no such field."),
    "what_if:another_shape": _l("This does not have the form that is expected; found %(found)s."),
})


def change_text(change: Mapping[str, Any], atlas: Atlas) -> str:
    """One change in one sentence, with its units."""
    return _SENTENCES[str(change["kind"])](change, atlas)


def _stop(change: Mapping[str, Any], atlas: Atlas) -> str:
    months = ngettext("%(num)s month", "%(num)s months", change["months"])
    return _("%(enterprise)s stands still for %(months)s from %(month)s.", months=months,
             enterprise=_firm(change["enterprise"], atlas), month=formatting.month(change["first_month"]))


def _plant(change: Mapping[str, Any], atlas: Atlas) -> str:
    parks = {park.code: park for park in atlas.parks.values()}
    park = parks.get(change["park"])
    where = place_name(park) if park else f"{change['lat']:.4f}, {change['lon']:.4f}"
    return _("New plant %(name)s (%(use)s) with room for %(tonnes)s a month at %(where)s, paying %(price)s.",
             name=change["name"], use=use_name(change["use"]), tonnes=formatting.tonnes_text(change["t_per_month"]),
             where=where, price=formatting.yuan_per_t(change["bid_yuan_per_t"]))


def _limit(change: Mapping[str, Any], atlas: Atlas) -> str:
    from marketplace.i18n import named
    from models.catalogue.reference import catalogue

    entry = catalogue().properties.get(change["property"])
    name = named(entry) if entry else change["property"]
    limits = formatting.limits(change["minimum"], change["maximum"])
    if limits and entry:
        limits = formatting.measured(limits, formatting.unit(entry.unit))
    wants = atlas.wants_by_code()
    if change["demand"]:
        want = wants.get(change["demand"])
        whose = f"{place_name(want.end.enterprise)} · {use_name(want.use)}" if want else change["demand"]
    else:
        whose = _("every demand for %(use)s", use=use_name(change["use"]))
    if not limits:
        return _("No limit on %(property)s any more at %(whose)s.", property=name, whose=whose)
    return _("%(property)s %(limits)s at %(whose)s.", property=name, limits=limits, whose=whose)


def _freight(change: Mapping[str, Any], atlas: Atlas) -> str:
    return _("Freight by road %(percent)s.", percent=signed((change["factor"] - 1) * 100, "%"))


def _rail(change: Mapping[str, Any], atlas: Atlas) -> str:
    return _("A railway with loading points at %(points)s: %(rate)s yuan/t·km and %(handling)s yuan/t of loading.",
             points=formatting.listed(name for name, _lat, _lon in change["points"]),
             rate=formatting.number(change["rate_yuan_per_t_km"], 4),
             handling=formatting.number(change["handling_yuan_per_t"], 2))


def _subsidy(change: Mapping[str, Any], atlas: Atlas) -> str:
    rate = formatting.number(change["yuan_per_t_km"], 4)
    said = (
        _("%(rate)s yuan/t·km for what goes from one park to another", rate=rate) if change["between"] == "park"
        else _("%(rate)s yuan/t·km for what goes from one banner to another", rate=rate)
    )
    most = change.get("most_yuan_per_t")
    return said + ("" if most is None else _(", at most %(price)s", price=formatting.yuan_per_t(most)))


def _fee(change: Mapping[str, Any], atlas: Atlas) -> str:
    steps = [
        _("up to %(share)s %(fee)s", share=formatting.percent(share, 1), fee=formatting.yuan_per_t(fee))
        for share, fee in change["steps"]
    ]
    return _("A fee on what is not used, by the use rate of its supply: %(steps)s.", steps=formatting.listed(steps))


_SENTENCES = {
    "stop": _stop, "new_plant": _plant, "new_limit": _limit, "freight_times": _freight, "rail_line": _rail,
    "subsidy": _subsidy, "disposal_fee": _fee,
}


def _firm(code: str, atlas: Atlas) -> str:
    for end in atlas.enterprises.values():
        if end.enterprise.code == code:
            return place_name(end.enterprise)
    return code


def signed(value: float, unit: str = "") -> str:
    """A difference with its sign: ``+20 %``, ``−3``; nothing is 0 without one."""
    text = formatting.number(abs(value), 1)
    if text == "0":
        return formatting.measured("0", unit)
    return formatting.measured(f"{'+' if value > 0 else '−'}{text}", unit)


@dataclass(frozen=True, slots=True)
class ListLine:
    """One what-if of the list; ``figures`` are its main differences, empty before there is an answer."""

    id: int
    title: str
    url: str
    author: str
    made: str
    mine: bool
    shared: bool
    changes: int
    figures: list[Any]
    stale: bool


def list_lines(rows: Iterable[WhatIf], actor: Actor, revision: int) -> list[ListLine]:
    from marketplace.what_ifs.page import figures_of

    return [
        ListLine(
            row.id, row.title, url_for("what_ifs.what_if", what_if_id=row.id), row.author.display_name,
            formatting.moment(row.created_at), row.author_id == actor.user_id, row.shared, len(row.changes),
            figures_of(row.answer)[:3] if row.answer else [],
            row.answer is not None and row.market_revision != revision,
        )
        for row in rows
    ]


def kind_links(row: WhatIf) -> list[tuple[str, str, str]]:
    """Address, name and meaning of every kind of change."""
    return [
        (url_for("what_ifs.change", what_if_id=row.id, kind=kind), str(KIND_WORDS[kind]), str(KIND_NOTES[kind]))
        for kind in KIND_WORDS
    ]


def beside_fields(form: ChangeForm, reasons: Iterable[Refusal]) -> None:
    """Put each reason beside the field it belongs to, the first of the form where it belongs to none."""
    own = [name for name in form._fields if name != "csrf_token"]
    for reason in reasons:
        name = form.names.get(reason.field, reason.field)
        field = form._fields[name if name in form._fields else own[0]]
        field.errors = [*field.errors, refusal_text(reason)]


@dataclass(frozen=True, slots=True)
class Compared:
    """What-ifs side by side: changes in words, and a row of figures for every label."""

    titles: list[tuple[str, str]]
    changes: list[list[str]]
    rows: list[tuple[str, str, list[Any]]]


def compared(rows: Sequence[WhatIf], places: Atlas) -> Compared:
    """Each figure as it is today, then as it would be with each what-if."""
    from marketplace.what_ifs.page import figures_of

    figures = [{one.label: one for one in figures_of(row.answer or {})} for row in rows]
    labels = list(dict.fromkeys(label for one in figures for label in one))
    return Compared(
        [(row.title, url_for("what_ifs.what_if", what_if_id=row.id)) for row in rows],
        [[change_text(change, places) for change in row.changes] for row in rows],
        [
            (label, next(one[label].before for one in figures if label in one), [one.get(label) for one in figures])
            for label in labels
        ],
    )


def compared_table(compared: Compared) -> Table:
    """The same for a workbook: today, then each what-if and its difference."""
    columns = [Column(_("Figure")), Column(_("Today"))]
    for title, _url in compared.titles:
        columns += [Column(title), Column(_("Difference"))]
    rows = [
        [
            words(label), words(before),
            *(words(text) for one in cells for text in ((one.after, one.change) if one else ("", ""))),
        ]
        for label, before, cells in compared.rows
    ]
    return Table("compared", str(_("What-ifs side by side")), columns, rows, stated=False)

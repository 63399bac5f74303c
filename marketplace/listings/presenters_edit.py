"""Posting in words: steps, the summary that fills as one goes, refusals, and what somebody else changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from marketplace import formatting
from marketplace.i18n import named
from marketplace.listings.changes import SUPPLY, Earlier
from marketplace.listings.steps import ACCEPTS, AMOUNT, ASSAYS, PRICE, REVIEW, SPECS, STEPS, WHAT
from marketplace.reasons import declare
from models.catalogue.reference import catalogue
from models.listings import Demand, Listing, SaleMode, Supply
from models.organisations import Site

declare(
    {
        "listing:no_tonnes": _l("Nothing is offered or wanted yet: state the tonnes per month."),
        "listing:months_swapped": _l("The last month is before the first month. Pick a later one."),
        "listing:over": _l("The last month, %(month)s, has passed. Pick a later one."),
        "listing:lot_too_large": _l(
            "The smallest lot, %(lot)s t, is more than there ever is in a month, %(most)s t: "
            "nobody could take it."
        ),
        "listing:not_identified": _l(
            "This waste may be hazardous. The law wants it identified (GB 5085.7) before it is offered: "
            "enter the result of the identification with the laboratory results."
        ),
        "listing:accepts_nothing": _l("No waste type is accepted yet. Tick at least one."),
        "listing:no_licence": _l(
            "%(waste)s is hazardous waste, and your enterprise has no licence on record that covers it. Have "
            "the licence entered by the administrator, or leave this waste type out."
        ),
        "listing:type_has_bids": _l(
            "There are bids on this listing, so its kind can no longer change. Withdraw it and post another."
        ),
        "listing:promised": _l(
            "Accepted bids promise up to %(promised)s t in a month: it cannot be less than that."
        ),
        "listing:promised_until": _l(
            "Contracts hold %(promised)s t up to and including %(month)s, and with this change the listing would offer"
            " only %(offered)s t by then."
        ),
        "listing:not_published": _l("This is a draft; only a published listing can be withdrawn."),
        "listing:changed_meanwhile": _l(
            "Somebody changed this listing while you looked at it. Look at it again before you publish it."
        ),
        "listing:not_your_site": _l("Pick one of your enterprise's sites from the list."),
    }
)

STEP_TITLES = {
    (SUPPLY, WHAT): _l("What and where"), ("demand", WHAT): _l("Use and place"),
    AMOUNT: _l("How much and when"),
    PRICE: _l("Price"), ("demand", PRICE): _l("Residues and price"), ASSAYS: _l("Laboratory results"),
    ACCEPTS: _l("Accepted wastes"), SPECS: _l("Limits"), REVIEW: _l("Review"),
}
FIELD_NAMES = {
    "waste_type_id": _l("Waste type"), "use_id": _l("Use"), "site_id": _l("Site"), "note": _l("Note"),
    "t_per_month": _l("Tonnes per month"), "stock_t": _l("Stock on site today"),
    "start_month": _l("First month"), "end_month": _l("Last month"),
    "min_lot_t": _l("Smallest lot"), "max_distance_km": _l("Greatest distance"),
    "ask_yuan_per_t": _l("Price"), "bid_yuan_per_t": _l("Price"), "assays": _l("Laboratory results"),
    "accepts": _l("Accepted wastes"), "specs": _l("Limits"), "residues": _l("Residues"),
    "sale_mode": _l("How bids are answered"),
}
GRADE_NAMES = {
    "一级": _l("Grade 1"), "二级": _l("Grade 2"), "三级": _l("Grade 3"),
    "Ⅰ": _l("Class I"), "Ⅱ": _l("Class II"), "Ⅲ": _l("Class III"),
    "第I类直接充填": _l("Class I waste, filled directly"),
    "第II类或其他途径": _l("Class II waste or another way"),
    "I类场": _l("Class I site"), "II类场": _l("Class II site"),
    "I类优等": _l("Type I, superior"), "I类一等": _l("Type I, first rate"),
    "II类一等": _l("Type II, first rate"), "II类合格": _l("Type II, qualified"),
    "III类一等": _l("Type III, first rate"), "III类合格": _l("Type III, qualified"),
}
WITHDRAW_REASONS = {
    "placed": _l("The tonnes found a partner elsewhere"),
    "stopped": _l("Production or intake has stopped"),
    "changed": _l("Quality or quantity has changed"),
    "mistake": _l("It was posted by mistake"),
    "other": _l("Another reason"),
}


@dataclass(frozen=True, slots=True)
class StepView:
    """One step in the list of steps: ``url`` is None before the listing exists."""

    key: str
    number: int
    title: str
    url: str | None
    current: bool
    done: bool
    lines: tuple[tuple[str, str], ...]


def step_title(kind: str, step: str) -> str:
    return str(STEP_TITLES.get((kind, step)) or STEP_TITLES[step])


def grade_name(grade: str) -> str:
    return str(GRADE_NAMES.get(grade, grade))


def site_name(site: Site) -> str:
    """A site by its name, or by where it is."""
    if site.name:
        return site.name
    where = f"{site.lat:.4f}, {site.lon:.4f}"
    return _("Main site (%(where)s)", where=where) if site.is_main else _("Site at %(where)s", where=where)


def step_views(kind: str, listing: Listing | None, current: str) -> list[StepView]:
    """The steps with what the listing holds of each so far."""
    views = []
    for number, key in enumerate(STEPS[kind], start=1):
        lines = _lines(listing, key) if listing is not None else ()
        views.append(StepView(
            key, number, step_title(kind, key), step_url(kind, listing, key), key == current, bool(lines),
            lines,
        ))
    return views


def step_url(kind: str, listing: Listing | None, step: str) -> str | None:
    if listing is None:
        return None
    if step == REVIEW:
        return url_for(f"listings.edit_{kind}", code=listing.code)
    return url_for(f"listings.edit_{kind}_step", code=listing.code, step=step)


def _lines(listing: Listing, step: str) -> tuple[tuple[str, str], ...]:
    made = {
        WHAT: _what_lines, AMOUNT: _amount_lines, PRICE: _price_lines, ASSAYS: _assay_lines,
        ACCEPTS: _accept_lines, SPECS: _spec_lines,
    }.get(step)
    return tuple(made(listing)) if made else ()


def _what_lines(listing: Listing) -> list[tuple[str, str]]:
    kind = (
        (_("Waste type"), named(listing.waste_type)) if isinstance(listing, Supply)
        else (_("Use"), named(listing.use))
    )
    return [kind, (_("Site"), site_name(listing.site))]


def _amount_lines(listing: Listing) -> list[tuple[str, str]]:
    stock = listing.stock_t if isinstance(listing, Supply) else 0
    if not listing.t_per_month and not stock:
        return []
    first = formatting.month(listing.start_month)
    months = (
        _("%(first)s to %(last)s", first=first, last=formatting.month(listing.end_month)) if listing.end_month
        else _("from %(first)s, no end", first=first)
    )
    lines = [
        (_("Tonnes per month"), formatting.tonnes_text(listing.t_per_month)),
        (_("Months"), months),
    ]
    if stock:
        lines.append((_("Stock"), formatting.tonnes_text(stock)))
    if listing.min_lot_t:
        lines.append((_("Smallest lot"), formatting.tonnes_text(listing.min_lot_t)))
    if listing.max_distance_km:
        lines.append((_("Greatest distance"), formatting.kilometres(listing.max_distance_km)))
    return lines


def _price_lines(listing: Listing) -> list[tuple[str, str]]:
    lines = []
    if isinstance(listing, Demand) and listing.residues:
        lines.append((_("Residues"), formatting.listed([named(row.waste_type) for row in listing.residues])))
    price = listing.ask_yuan_per_t if isinstance(listing, Supply) else listing.bid_yuan_per_t
    if price is None:
        return lines
    lines.append((_("Price"), price_words(listing, price)))
    if listing.sale_mode == SaleMode.FIRST_COME:
        lines.append((_("How bids are answered"), _("First come, first served")))
    return lines


def price_words(listing: Listing, price: object) -> str:
    """The price with who pays: a sign alone is misread."""
    amount = formatting.yuan(abs(price), 2)
    if price == 0:
        return _("free of charge")
    if isinstance(listing, Supply):
        return (
            _("the taker pays %(amount)s yuan/t", amount=amount) if price > 0
            else _("the producer pays %(amount)s yuan/t", amount=amount)
        )
    return (
        _("pays %(amount)s yuan/t delivered", amount=amount) if price > 0
        else _("charges %(amount)s yuan/t taken", amount=amount)
    )


def _assay_lines(listing: Supply) -> list[tuple[str, str]]:
    count = len(listing.assays)
    if not count:
        return []
    return [(_("Tested"), ngettext("%(num)d property", "%(num)d properties", count))]


def _accept_lines(listing: Demand) -> list[tuple[str, str]]:
    if not listing.accepts:
        return []
    return [(_("Accepts"), formatting.listed([named(row.waste_type) for row in listing.accepts]))]


def _spec_lines(listing: Demand) -> list[tuple[str, str]]:
    count = len(listing.specs)
    return [(_("Limits"), ngettext("%(num)d limit", "%(num)d limits", count))] if count else []


def earlier_words(earlier: Sequence[Earlier], site_names: Mapping[int, str]) -> list[str]:
    """One sentence per changed field: who changed it when, from what to what."""
    sentences = []
    for one in earlier:
        who = one.by or _("The administration")
        for name, (old, new) in one.values.items():
            field, when = str(FIELD_NAMES.get(name, name)), formatting.moment(one.at)
            if isinstance(old, list):
                things = formatting.listed([_entry_name(key) for key in dict.fromkeys([*old, *new])])
                sentences.append(_("%(who)s changed %(field)s (%(things)s) at %(when)s.",
                                   who=who, field=field, things=things, when=when))
                continue
            sentences.append(_(
                "%(who)s changed %(field)s from %(old)s to %(new)s at %(when)s.", who=who, field=field,
                old=_value(name, old, site_names), new=_value(name, new, site_names), when=when,
            ))
    return sentences


def _value(name: str, value: object, site_names: Mapping[int, str]) -> str:
    if value is None or value == "":
        return _("nothing")
    if name in ("start_month", "end_month"):
        return formatting.month(str(value))
    if name == "site_id":
        return site_names.get(int(str(value)), str(value))
    if name in ("waste_type_id", "use_id"):
        data = catalogue()
        row = data.waste_types.get(str(value)) or data.uses.get(str(value))
        return named(row) if row else str(value)
    if name == "note":
        text = str(value)
        return _("“%(text)s”", text=text if len(text) <= 60 else text[:59] + "…")
    return formatting.number(float(str(value)), 3)


def _entry_name(key: str) -> str:
    data, first = catalogue(), key.split("|")[0]
    row = data.properties.get(first) or data.waste_types.get(first)
    return named(row) if row else first

"""The steps of posting, in order, and how each one's form is made from a listing or from what was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from marketplace.i18n import named
from marketplace.listings import defaults, recipes
from marketplace.listings.changes import DEMAND, SUPPLY
from marketplace.listings.forms.assays import EXTRA_ROWS, AssaysForm, measurable
from marketplace.listings.forms.demand import (
    AcceptsForm,
    DemandAmountForm,
    DemandPriceForm,
    DemandWhatForm,
    SpecsForm,
)
from marketplace.listings.forms.fields import StepForm, read_place_fields
from marketplace.listings.forms.supply import SupplyAmountForm, SupplyPriceForm, SupplyWhatForm
from marketplace.listings.rules import IDENTIFICATION
from marketplace.listings.writing import entries_of
from marketplace.months import month_after
from models.assays import AssayKind
from models.catalogue.reference import catalogue
from models.listings import Demand, Listing, Supply
from models.organisations import Site

WHAT, AMOUNT, PRICE, ASSAYS, ACCEPTS, SPECS, REVIEW = (
    "what", "amount", "price", "assays", "accepts", "specs", "review",
)
STEPS = {
    SUPPLY: (WHAT, AMOUNT, PRICE, ASSAYS, REVIEW),
    DEMAND: (WHAT, AMOUNT, ACCEPTS, SPECS, PRICE, REVIEW),
}
_MONTHS_AHEAD = 48

Sent = MultiDict[str, str] | None


@dataclass(frozen=True, slots=True)
class Market:
    """What the forms offer besides the listing: sites with their names, and the first month to pick."""

    sites: Sequence[Site]
    site_names: Sequence[str]
    first_month: str


def next_step(kind: str, step: str) -> str:
    """The step after ``step``; after the last one, the last one."""
    order = STEPS[kind]
    return order[min(order.index(step) + 1, len(order) - 1)]


def make_form(kind: str, step: str, listing: Listing | None, market: Market, sent: Sent = None) -> StepForm:
    """The form of one step: what was sent where there is something, else what the listing holds."""
    form = _MAKERS[(kind, step)](listing, market, sent)
    if sent is None:
        form.version.data = str(listing.version) if listing is not None else "0"
    return form


def _what(form_class: type[Any], column: str) -> Any:
    def make(listing: Listing | None, market: Market, sent: Sent) -> StepForm:
        stored = {}
        if listing is not None:
            stored = {column: getattr(listing, column), "site": str(listing.site_id), "note": listing.note}
        form = form_class(formdata=read_place_fields(sent) if sent is not None else None, data=stored)
        form[column].choices = choices_of(column)
        form.offer_sites(market.sites, market.site_names)
        return form

    return make


def choices_of(column: str) -> list[tuple[str, str]]:
    """Waste types or uses by name, after an empty choice that must be left."""
    data = catalogue()
    if column == "waste_type_id":
        rows = [(waste.id, named(waste)) for waste in data.waste_types.values()]
    else:
        rows = [(use.id, named(use)) for use in data.uses.values() if not use.generates]
    return [("", _("Choose …")), *rows]


def _amount(form_class: type[Any], names: Sequence[str]) -> Any:
    def make(listing: Listing, market: Market, sent: Sent) -> StepForm:
        stored = {name: getattr(listing, name) for name in names}
        if not stored["t_per_month"]:
            # A draft has no tonnes yet; an empty field asks for them, a zero would look like an answer.
            stored |= {"t_per_month": None, "stock_t": stored.get("stock_t") or None}
            stored["start_month"] = max(stored["start_month"], market.first_month)
        stored["end_month"] = stored["end_month"] or ""
        form = form_class(formdata=sent, data=stored)
        last = month_after(market.first_month, _MONTHS_AHEAD)
        form.start_month.offer(market.first_month, last)
        form.end_month.offer(market.first_month, last)
        return form

    return make


def _supply_price(listing: Supply, _market: Market, sent: Sent) -> StepForm:
    form = SupplyPriceForm(formdata=sent)
    form.offer_sides()
    if sent is None:
        form.read(listing)
    return form


def _demand_price(listing: Demand, _market: Market, sent: Sent) -> StepForm:
    form = DemandPriceForm(formdata=sent, data={"rows": _residue_rows(listing)})
    form.offer_sides()
    if sent is None:
        form.read(listing)
    return form


def _residue_rows(demand: Demand) -> list[dict[str, Any]]:
    stored = {row.waste_type_id: row.yield_t_per_t for row in demand.residues}
    proposed = {one.waste_type_id: one.yield_t_per_t for one in recipes.default_residues(demand.use_id)}
    first_time = not stored and demand.status == "draft"
    rows = {**(proposed if first_time else dict.fromkeys(proposed)), **stored}
    return [*({"waste_type_id": key, "yield_t_per_t": value} for key, value in rows.items()), {}]


def _assays(listing: Supply, _market: Market, sent: Sent) -> StepForm:
    existing = {entry.property_id: entry for entry in entries_of(listing, "assays")}
    form = AssaysForm(formdata=sent, data={"rows": assay_rows(listing)})
    form.offer_identification()
    form.existing = existing
    identified = existing.get(IDENTIFICATION)
    if sent is None and identified is not None:
        form.identified.data = f"{identified.value:g}"
        form.laboratory.data, form.sampled_on.data = identified.laboratory, identified.sampled_on
    return form


def assay_rows(supply: Supply) -> list[dict[str, Any]]:
    """Properties worth assaying with what is stored, other stored results, then rows to fill freely."""
    entries = catalogue().properties
    stored = {row.property_id: row for row in supply.assays if row.property_id != IDENTIFICATION}
    suggested = [one.property_id for one in recipes.suggested_properties(supply.waste_type_id)]
    rows = []
    for key in [*(one for one in suggested), *(one for one in stored if one not in suggested)]:
        row = stored.get(key)
        if row is None:
            rows.append({"property_id": key, "method": entries[key].test_method[:120]})
        elif measurable(key):
            rows.append({
                "property_id": key, "value": row.value, "sd": row.sd, "method": row.method,
                "laboratory": row.laboratory, "sampled_on": row.sampled_on,
            })
    return rows + [{} for _row in range(EXTRA_ROWS)]


def typical_properties(supply: Supply) -> set[str]:
    """The properties whose stored value is typical of the waste type, not measured."""
    return {row.property_id for row in supply.assays if row.kind == AssayKind.TYPICAL}


def _accepts(listing: Demand, _market: Market, sent: Sent) -> StepForm:
    stored = {row.waste_type_id: row.max_share for row in listing.accepts}
    rows = []
    for one in recipes.default_accepts(listing.use_id):
        take = one.waste_type_id in stored if stored else one.usual
        share = stored.pop(one.waste_type_id, one.max_share) if take else one.max_share
        rows.append({"waste_type_id": one.waste_type_id, "take": take, "max_share_pct": _percent(share)})
    rows += [
        {"waste_type_id": key, "take": True, "max_share_pct": _percent(share)}
        for key, share in stored.items()
    ]
    return AcceptsForm(formdata=sent, data={"rows": [*rows, {}]})


def _percent(share: Any) -> Any:
    return (share * 100).normalize()


def _specs(listing: Demand, _market: Market, sent: Sent) -> StepForm:
    grades = defaults.grades_of_use(listing.use_id)
    grade = sent.get("grade", "") if sent is not None else likely_grade(listing)
    rows = (
        [_stored_spec(row) for row in listing.specs] if listing.specs
        else [spec_row(one) for one in default_specs(listing, grade)]
    )
    if sent is not None and "fill" in sent:
        # A button asks for it: what stood in the rows gives way to the limits of the catalogue.
        rows, sent = [spec_row(one) for one in default_specs(listing, grade)], None
        form = SpecsForm(formdata=None, data={"rows": [*rows, {}, {}], "grade": grade})
        form.version.data = str(listing.version)
    else:
        form = SpecsForm(formdata=sent, data={"rows": [*rows, {}, {}], "grade": grade})
    form.grade.choices = [(one, one) for one in grades] or [("", "—")]
    if form.grade.data not in grades:
        form.grade.data = grades[0] if grades else ""
    return form


def likely_grade(demand: Demand) -> str:
    """The grade whose limits the demand's are most like; for one without limits, the middle grade."""
    grades = defaults.grades_of_use(demand.use_id)
    if not grades:
        return ""
    stored = {(row.property_id, row.minimum, row.maximum) for row in demand.specs}
    if not stored:
        return grades[(len(grades) - 1) // 2]
    alike = Counter({
        grade: sum(
            (one.property_id, one.minimum, one.maximum) in stored for one in default_specs(demand, grade)
        )
        for grade in grades
    })
    return alike.most_common(1)[0][0]


def default_specs(demand: Demand, grade: str) -> tuple[defaults.DefaultLimit, ...]:
    """What the catalogue proposes for this demand at ``grade``."""
    return defaults.default_limits(demand.use_id, grade, [row.waste_type_id for row in demand.accepts])


def spec_row(limit: defaults.DefaultLimit) -> dict[str, Any]:
    """A proposed limit as the data of a form row."""
    return {
        "property_id": limit.property_id, "waste_type_id": limit.waste_type_id or "",
        "minimum": limit.minimum, "maximum": limit.maximum, "basis": limit.basis,
        "standard": limit.standard[:120], "clause": limit.clause[:60],
    }


def _stored_spec(row: Any) -> dict[str, Any]:
    return {
        "property_id": row.property_id, "waste_type_id": row.waste_type_id or "", "minimum": row.minimum,
        "maximum": row.maximum, "basis": row.basis, "standard": row.standard, "clause": row.clause,
    }


_SHARED = ("t_per_month", "start_month", "end_month", "min_lot_t", "max_distance_km")
_MAKERS: dict[tuple[str, str], Any] = {
    (SUPPLY, WHAT): _what(SupplyWhatForm, "waste_type_id"),
    (SUPPLY, AMOUNT): _amount(SupplyAmountForm, (*_SHARED, "stock_t")),
    (SUPPLY, PRICE): _supply_price,
    (SUPPLY, ASSAYS): _assays,
    (DEMAND, WHAT): _what(DemandWhatForm, "use_id"),
    (DEMAND, AMOUNT): _amount(DemandAmountForm, _SHARED),
    (DEMAND, ACCEPTS): _accepts,
    (DEMAND, SPECS): _specs,
    (DEMAND, PRICE): _demand_price,
}

"""The rows of the posting tables in words: what a property is asked for, what the catalogue proposes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from marketplace import formatting
from marketplace.i18n import language, named
from marketplace.listings import defaults, recipes
from marketplace.listings.presenters_edit import grade_name
from marketplace.listings.steps import default_specs, typical_properties
from models.catalogue.reference import ProcessFlow, UseSpec, catalogue
from models.listings import Demand, Supply

# A result asked by many uses is shown at once, the rest behind one click.
SHOWN_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class PropertyView:
    key: str
    name: str
    unit: str
    hint: str
    typical: bool
    default_method: str


@dataclass(frozen=True, slots=True)
class SpecView:
    """A limit's row; ``state`` is ``default``, ``own`` (differs from a default) or ``added`` (has none)."""

    name: str
    unit: str
    waste: str
    state: str
    default_text: str
    firm: bool
    condition: str
    linear: bool


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule in words of a standard; ``text`` is the standard's own, in Chinese."""

    title: str
    text: str
    source: str


def unit_of(key: str) -> str:
    entry = catalogue().properties.get(key)
    return "" if entry is None or entry.unit == "1" else entry.unit


def property_view(key: str, supply: Supply) -> PropertyView:
    entry = catalogue().properties[key]
    asked = {one.property_id: one for one in recipes.suggested_properties(supply.waste_type_id)}
    uses = asked[key].use_names if key in asked else ()
    names = [zh if language() == "zh" else en for zh, en in uses[:3]]
    hint = ""
    if names:
        listed = ("、" if language() == "zh" else ", ").join(names)
        hint = (
            _("asked for: %(uses)s and %(count)s more", uses=listed, count=len(uses) - 3) if len(uses) > 3
            else _("asked for: %(uses)s", uses=listed)
        )
    return PropertyView(
        key, named(entry), unit_of(key), hint, key in typical_properties(supply), entry.test_method[:120]
    )


def spec_views(form: Any, demand: Demand, grade: str) -> list[SpecView | None]:
    """A view for each row of the form; None for a row one fills freely."""
    proposed = {(one.waste_type_id or "", one.property_id): one for one in default_specs(demand, grade)}
    return [
        _spec_view(row.form, proposed.get((row.waste_type_id.data or "", row.property_id.data)))
        if row.property_id.data in catalogue().properties else None
        for row in form.rows
    ]


def _spec_view(row: Any, default: defaults.DefaultLimit | None) -> SpecView:
    data = catalogue()
    key, waste = row.property_id.data, row.waste_type_id.data
    waste_name = named(data.waste_types[waste]) if waste in data.waste_types else ""
    if default is None:
        return SpecView(
            named(data.properties[key]), unit_of(key), waste_name, "added", "", False, "",
            defaults.mixes_linearly(key),
        )
    return SpecView(
        named(data.properties[key]), unit_of(key), waste_name,
        "default" if _as_proposed(row, default) else "own",
        limit_text(default.minimum, default.maximum), default.firm, default.condition,
        defaults.mixes_linearly(key),
    )


def _as_proposed(row: Any, default: defaults.DefaultLimit) -> bool:
    return (
        _same(row.minimum.data, default.minimum) and _same(row.maximum.data, default.maximum)
        and row.basis.data == default.basis
    )


def _same(typed: Any, proposed: float | None) -> bool:
    if typed is None or proposed is None:
        return typed is None and proposed is None
    return abs(float(typed) - proposed) < 1e-9


def limit_text(low: float | None, high: float | None) -> str:
    """``≤ 8``, ``≥ 70`` or ``50–70``."""
    if low is None:
        return f"≤ {formatting.plain_number(high)}" if high is not None else ""
    if high is None:
        return f"≥ {formatting.plain_number(low)}"
    return f"{formatting.plain_number(low)}–{formatting.plain_number(high)}"


def rule_views(demand: Demand, grade: str) -> list[RuleView]:
    return [_rule_view(spec) for spec in defaults.rules_in_words(demand.use_id, grade)]


def _rule_view(spec: UseSpec) -> RuleView:
    data = catalogue()
    entry = data.properties.get(spec.property_key or "")
    title = named(entry) if entry is not None else _("Condition")
    limit = limit_text(spec.min, spec.max)
    if limit:
        title = f"{title} {limit} {'' if spec.unit in ('1', 'cat') else spec.unit}".rstrip()
    text = " · ".join(part for part in (spec.condition, spec.note) if part)
    return RuleView(title, text, " ".join(part for part in (spec.standard, spec.clause) if part))


def accept_hint(use_id: str, waste_type_id: str) -> str:
    """Where a proposed share comes from."""
    found = next((one for one in recipes.default_accepts(use_id) if one.waste_type_id == waste_type_id), None)
    if found is None:
        return ""
    if found.flow is None:
        return _("admitted by the standard of this use")
    return _("in the recipe: %(quantity)s %(unit)s", quantity=_quantity(found.flow), unit=found.flow.unit)


def _quantity(flow: ProcessFlow) -> str:
    values = [value for value in (flow.qty_min, flow.qty_typ, flow.qty_max) if value is not None]
    if not values:
        return "?"
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def residue_hint(use_id: str, waste_type_id: str) -> str:
    """How a proposed yield was estimated."""
    proposed = recipes.default_residues(use_id)
    found = next((one for one in proposed if one.waste_type_id == waste_type_id), None)
    if found is None:
        return ""
    if found.yield_t_per_t is None:
        return _("left by this use; the catalogue knows no quantity")
    return _(
        "estimate: %(residual)s %(unit)s left ÷ %(intake)s %(unit)s taken in",
        residual=f"{found.residual_t:g}", intake=f"{found.intake_t:g}", unit=found.unit,
    )


def grade_choices(grades: Sequence[str]) -> list[tuple[str, str]]:
    return [(grade, grade_name(grade)) for grade in grades]


def waste_choices(without: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Waste types by name for the rows one adds."""
    rows: Mapping[str, Any] = catalogue().waste_types
    choices = [(key, named(row)) for key, row in rows.items() if key not in without]
    return [("", _("Pick a waste type …")), *choices]

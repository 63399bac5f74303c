"""The rows of the posting tables in words: what a property is asked for, what the catalogue proposes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting
from marketplace.i18n import language, named
from marketplace.listings import defaults, recipes
from marketplace.listings.rules import IDENTIFICATION
from marketplace.listings.steps import default_specs, typical_properties
from models.assays import AssayKind
from models.catalogue.reference import ProcessFlow, UseSpec, catalogue
from models.listings import Demand, Supply

# A result asked by many uses is shown at once, the rest behind one click.
SHOWN_AT_ONCE = 8
# Words that the catalogue's sources carry beside the numbers of standards; titles of laws stay in their own language.
_STANDARD_WORDS = (
    ("等工程常用界", " and customary engineering limits"), ("工程常用界", "customary engineering limit "),
    ("原文数值未核实", "figures not checked"), ("原文未核实", "text not checked"), ("未核实", "not checked"),
    ("(已读)", ""), ("脱硫石膏质量要求", "quality of FGD gypsum"), ("膨胀成分区(常识)", "bloating diagram"),
)
_TABLE = re.compile(r"表\s*(\d+)")


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
    """A rule in words of a standard; ``note`` is the standard's own, in Chinese."""

    title: str
    condition: str
    note: str
    source: str


def unit_of(key: str) -> str:
    entry = catalogue().properties.get(key)
    return "" if entry is None else formatting.unit(entry.unit)


def property_view(key: str, supply: Supply) -> PropertyView:
    entry = catalogue().properties[key]
    asked = {one.property_id: one for one in recipes.suggested_properties(supply.waste_type_id)}
    uses = asked[key].use_names if key in asked else ()
    names = [zh if language() == "zh" else en for zh, en in uses[:3]]
    hint = ""
    if names:
        listed = formatting.listed(names)
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
        formatting.limits(default.minimum, default.maximum), default.firm, condition_text(default.condition),
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


def assay_lines(supply: Supply) -> list[tuple[str, str]]:
    """Every result as the review shows it."""
    names = catalogue().properties
    lines = []
    for row in supply.assays:
        if row.property_id == IDENTIFICATION:
            told = _("not hazardous") if row.value == 0 else _("hazardous")
            lines.append((_("Hazard identification"), told))
            continue
        value = f"{formatting.number(row.value, 4)} {unit_of(row.property_id)}".rstrip()
        if row.kind == AssayKind.TYPICAL:
            value = _("%(value)s (typical, not measured)", value=value)
        lines.append((named(names[row.property_id]), value))
    return lines


def spec_lines(demand: Demand) -> list[tuple[str, str]]:
    """Every limit as the review shows it."""
    names = catalogue().properties
    lines = []
    for row in demand.specs:
        text = f"{formatting.limits(row.minimum, row.maximum)} {unit_of(row.property_id)}".rstrip()
        if row.waste_type is not None:
            text = _("%(limit)s, only %(waste)s", limit=text, waste=named(row.waste_type))
        if row.basis == defaults.BLEND:
            text = _("%(limit)s, in the month's mix", limit=text)
        lines.append((named(names[row.property_id]), text))
    return lines


def accept_lines(demand: Demand) -> list[tuple[str, str]]:
    """Every accepted waste with its share."""
    return [
        (
            named(row.waste_type),
            _("at most %(share)s of a month's intake", share=formatting.percent(row.max_share, 1)),
        )
        for row in demand.accepts
    ]


def rule_views(demand: Demand, grade: str) -> list[RuleView]:
    return [_rule_view(spec) for spec in defaults.rules_in_words(demand.use_id, grade)]


# Conditions of the standards as people say them; other words of a standard stay in its own language.
CONDITIONS = {
    "F类": _l("class F only"), "C类": _l("class C only"), "脱硝": _l("ash of a boiler with denitrification"),
    "干法/半干法脱硫": _l("ash of dry or semi-dry desulphurisation"),
    "实心": _l("solid bricks"),
    "空心率>25%": _l("bricks with a void share above 25 %"),
    "值必须为 pc": _l("must be a pulverised-coal boiler"),
    "值必须为 no": _l("must not be hazardous"), "值必须为 I": _l("must be class I"),
    "需文件": _l("needs documents"), "许可证或豁免": _l("needs a licence or an exemption"),
}


def condition_text(condition: str) -> str:
    return str(CONDITIONS.get(condition, condition))


def source_text(standard: str, clause: str) -> str:
    """Standard and clause; in English the word for "table" is put into English."""
    text = " ".join(part for part in (standard, clause) if part)
    if language() == "zh":
        return text
    for chinese, english in _STANDARD_WORDS:
        text = text.replace(chinese, english)
    return _TABLE.sub(r"Table \1", text)


def _rule_view(spec: UseSpec) -> RuleView:
    data = catalogue()
    entry = data.properties.get(spec.property_key or "")
    title = named(entry) if entry is not None else _("Condition")
    limit = formatting.limits(spec.min, spec.max)
    if limit:
        title = f"{title} {limit} {formatting.unit(spec.unit)}".rstrip()
    return RuleView(title, condition_text(spec.condition), spec.note, source_text(spec.standard, spec.clause))


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


def waste_choices(without: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Waste types by name for the rows one adds."""
    rows: Mapping[str, Any] = catalogue().waste_types
    choices = [(key, named(row)) for key, row in rows.items() if key not in without]
    return [("", _("Pick a waste type …")), *choices]

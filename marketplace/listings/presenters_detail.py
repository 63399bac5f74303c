"""One listing in full: its facts, assays against the limits of the uses it could serve, its grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from marketplace import formatting
from marketplace.i18n import language, named
from marketplace.listings.presenters_edit import grade_name
from marketplace.listings.presenters_rows import source_text
from marketplace.matches.bands import Band, band
from marketplace.matches.grades import Grade, applies, grades
from models.catalogue.reference import UseSpec, catalogue
from models.listings import Demand, Supply


@dataclass(frozen=True, slots=True)
class UseBand:
    """One use's limit on one property, with its standard."""

    use: str
    standard: str
    band: Band


@dataclass(frozen=True, slots=True)
class AssayView:
    name: str
    value: str
    spread: str
    unit: str
    method: str
    laboratory: str
    day: str
    typical: bool
    bands: list[UseBand]


@dataclass(frozen=True, slots=True)
class GradeView:
    use: str
    standard: str
    met: str
    open_grade: str
    missing: str
    by_hand: list[str]


@dataclass(frozen=True, slots=True)
class SpecView:
    name: str
    waste: str
    limit: str
    unit: str
    blend: bool
    standard: str
    note: str


def values_of(supply: Supply) -> dict[str, float]:
    """The assayed values by property, with those that follow from them."""
    return _values_and_spreads(supply)[0]


def _values_and_spreads(supply: Supply) -> tuple[dict[str, float], dict[str, float]]:
    """Values and their spreads by property, assayed or following from assays; what is not known is left out."""
    import numpy as np

    from matching.derived import derived_spread, with_derived

    keys = tuple(sorted(catalogue().properties))
    row = np.full((2, 1, len(keys)), np.nan)
    for assay in supply.assays:
        row[:, 0, keys.index(assay.property_id)] = float(assay.value), np.nan if assay.sd is None else assay.sd
    known = (with_derived(row[0], keys)[0], derived_spread(row[0], row[1], keys)[0])
    values, spreads = (
        {key: float(value) for key, value in zip(keys, column, strict=True) if not np.isnan(value)}
        for column in known
    )
    return values, spreads


def assay_views(supply: Supply) -> tuple[list[AssayView], list[AssayView]]:
    """Every assay with the limits that uses of this waste type set to it, and the limits on what is not assayed."""
    values, spreads = _values_and_spreads(supply)
    limits = _limits(supply.waste_type_id, values)
    views = []
    for assay in supply.assays:
        entry = catalogue().properties[assay.property_id]
        typical = assay.kind == "typical"
        views.append(
            AssayView(
                name=named(entry), value=formatting.number(assay.value, 4),
                spread=formatting.number(assay.sd, 3) if assay.sd is not None else "",
                unit=formatting.unit(entry.unit), method=assay.method or entry.test_method,
                laboratory="" if typical else assay.laboratory,
                day=formatting.day(assay.sampled_on) if assay.sampled_on else "",
                typical=typical,
                bands=_bands(limits.pop(assay.property_id, []), float(assay.value)),
            )
        )
    # What most uses ask for is read first.
    views.sort(key=lambda view: -len(view.bands))
    return views, [_open_limit(key, specs, values.get(key), spreads.get(key)) for key, specs in limits.items()]


def _open_limit(key: str, specs: Sequence[UseSpec], value: float | None, spread: float | None) -> AssayView:
    """Limits on a property that has no assay of its own; ``value`` where it follows from other assays."""
    entry = catalogue().properties[key]
    return AssayView(
        name=named(entry), value=_("not assayed") if value is None else formatting.number(value, 4),
        spread="" if value is None or spread is None else formatting.number(spread, 3),
        unit=formatting.unit(entry.unit),
        method=entry.test_method if value is None else _("computed from its parts"), laboratory="", day="",
        typical=False, bands=_bands(specs, value),
    )


def _limits(waste_type: str, values: dict[str, float]) -> dict[str, list[UseSpec]]:
    found: dict[str, list[UseSpec]] = {}
    for spec in catalogue().use_specs:
        numeric = spec.property_key and (spec.min is not None or spec.max is not None)
        if waste_type in spec.waste_ids and numeric and applies(spec, values):
            found.setdefault(spec.property_key or "", []).append(spec)
    return found


def _bands(specs: Sequence[UseSpec], value: float | None) -> list[UseBand]:
    views = []
    for spec in specs:
        entry = catalogue().properties[spec.property_key or ""]
        use = spec.use_zh if language() == "zh" else spec.use_en
        grade = "" if spec.grade in ("", "all") else f" {grade_name(spec.grade)}"
        views.append(
            UseBand(use + grade, source_text(spec.standard, spec.clause),
                    band(named(entry), entry.unit, value, spec.min, spec.max))
        )
    # What is not met is what a reader looks for; the sort keeps the catalogue's order otherwise.
    return sorted(views, key=lambda view: view.band.state != "no")


def grade_views(supply: Supply) -> list[GradeView]:
    """Which grade of each graded standard the lot meets."""
    return [_grade(one) for one in grades(catalogue().use_specs, supply.waste_type_id, values_of(supply))]


def _grade(grade: Grade) -> GradeView:
    properties = catalogue().properties
    missing = [named(properties[key]) for key in grade.missing]
    return GradeView(
        use=grade.use_zh if language() == "zh" else grade.use_en, standard=source_text(grade.standard, ""),
        met=grade_name(grade.met or ""), open_grade=grade_name(grade.open_grade or ""),
        missing=formatting.listed(missing), by_hand=list(grade.by_hand),
    )


def spec_views(demand: Demand) -> list[SpecView]:
    """The acceptance specs of a demand."""
    views = []
    for spec in demand.specs:
        unit = catalogue().properties[spec.property_id].unit
        views.append(
            SpecView(
                name=named(spec.property), waste=named(spec.waste_type) if spec.waste_type else "",
                limit=formatting.limits(spec.minimum, spec.maximum), unit=formatting.unit(unit),
                blend=spec.basis == "blend", standard=source_text(spec.standard, spec.clause), note=spec.note,
            )
        )
    return views

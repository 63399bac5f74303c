"""Which grade of a standard a lot meets: the best one all of whose numeric limits are met by its assays.

Categorical and textual rules cannot be judged from an assay; they are listed beside the grade for a person to check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from models.catalogue.reference import UseSpec

# Rows of these grades bind every grade of their standard.
_COMMON = frozenset({"", "all"})
# Where a standard limits F and C ash apart, calcium decides which a lot is; below this share of CaO it is F.
_F_CLASS, _C_CLASS, _CALCIUM_LIMIT = "F类", "C类", 10.0


@dataclass(frozen=True, slots=True)
class Judged:
    """One numeric limit against one lot; ``met`` is None where the property is not assayed."""

    spec: UseSpec
    value: float | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Grade:
    """How a lot stands to one graded use.

    ``met`` is the best grade met, None where none is; ``open_grade`` is the best grade that is not ruled out but
    lacks assays; ``missing`` names these properties; ``by_hand`` are the rules a person has to check.
    """

    use_zh: str
    use_en: str
    standard: str
    met: str | None
    open_grade: str | None
    missing: tuple[str, ...]
    by_hand: tuple[str, ...]


def judge(spec: UseSpec, values: Mapping[str, float]) -> Judged:
    """One limit against the assayed values, bounds inclusive."""
    value = values.get(spec.property_key or "")
    if value is None:
        return Judged(spec, None, None)
    met = (spec.min is None or value >= spec.min) and (spec.max is None or value <= spec.max)
    return Judged(spec, value, met)


def grades(specs: Sequence[UseSpec], waste_type: str, values: Mapping[str, float]) -> list[Grade]:
    """Grades of ``waste_type`` under every graded standard among ``specs``."""
    own = [spec for spec in specs if waste_type in spec.waste_ids and spec.hardness == "hard"]
    found = []
    for _use, rows in groupby(sorted(own, key=lambda spec: spec.use_id), key=lambda spec: spec.use_id):
        group = sorted(rows, key=lambda spec: spec.spec_id)
        names = list(dict.fromkeys(spec.grade for spec in group if spec.grade not in _COMMON))
        if len(names) > 1:
            found.append(_grade(group, names, values))
    return found


def _grade(group: Sequence[UseSpec], names: Sequence[str], values: Mapping[str, float]) -> Grade:
    met = open_grade = None
    missing: tuple[str, ...] = ()
    for name in names:
        judged = [
            judge(spec, values) for spec in group
            if spec.grade in (*_COMMON, name) and _numeric(spec) and applies(spec, values)
        ]
        lacking = tuple(dict.fromkeys(one.spec.property_key or "" for one in judged if one.met is None))
        if any(one.met is False for one in judged):
            continue
        if lacking and open_grade is None:
            open_grade, missing = name, lacking
        if not lacking:
            met = name
            break
    by_hand = tuple(dict.fromkeys(spec.note or spec.condition for spec in group if not _numeric(spec)))
    return Grade(group[0].use_zh, group[0].use_en, group[0].standard, met, open_grade, missing, by_hand)


def _numeric(spec: UseSpec) -> bool:
    return spec.property_key is not None and (spec.min is not None or spec.max is not None)


def applies(spec: UseSpec, values: Mapping[str, float]) -> bool:
    """Whether a conditional limit binds this lot, as far as its assays tell.

    F and C ash are told apart by calcium; where it is not assayed, the F limits are asked for, which are the
    stricter ones.  Other conditions (denitrification, dry
    desulphurisation) depend on the plant and are left to a person.
    """
    if spec.condition in (_F_CLASS, _C_CLASS):
        is_c = "cao" in values and values["cao"] >= _CALCIUM_LIMIT
        return (spec.condition == _C_CLASS) == is_c
    return not spec.condition

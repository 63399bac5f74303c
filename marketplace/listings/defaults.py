"""What the catalogue proposes for a demand's limits: one proposal per property, each with its standard.

The catalogue's ``grade`` says three different things: a product grade one chooses (Ⅱ, S95), a scope (the
mixture, one component), or something that does not bind the intake at all (tax, the product, the place).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from models.catalogue.reference import UseSpec, catalogue

EACH, BLEND = "each", "blend"
LINEAR = ("linear_dry", "linear_ar")
_COMMON = ("", "all", "cement", "原矿", "(煅烧/自燃矸石、煤渣等)")
_MIXTURE = ("混合料", "入炉混合燃料", "配料", "入窑")
_COMPONENT = {"矸石组分": ("gangue",)}
_NOT_THE_INTAKE = ("VAT", "产品", "场址", "接收方")


@dataclass(frozen=True, slots=True)
class DefaultLimit:
    """A proposed limit; no waste type: it binds all; ``firm`` is false for a merely customary bound."""

    property_id: str
    waste_type_id: str | None
    minimum: float | None
    maximum: float | None
    basis: str
    standard: str
    clause: str
    condition: str
    firm: bool

    @property
    def key(self) -> tuple[str | None, str, str]:
        return self.waste_type_id, self.property_id, self.basis


def mixes_linearly(property_id: str) -> bool:
    """Whether a limit on the property may be asked of the month's mixture instead of each lot."""
    entry = catalogue().properties.get(property_id)
    return entry is not None and entry.mixing in LINEAR


def grades_of_use(use_id: str) -> tuple[str, ...]:
    """The product grades among which one is enough, in the order of the standard; maybe none."""
    fixed = {*_COMMON, *_MIXTURE, *_COMPONENT, *_NOT_THE_INTAKE}
    specs = catalogue().specs_of_use(use_id)
    return tuple(dict.fromkeys(spec.grade for spec in specs if spec.grade not in fixed))


def default_limits(use_id: str, grade: str, accepted: Collection[str]) -> tuple[DefaultLimit, ...]:
    """The limits proposed for a demand of ``use_id`` at ``grade`` that takes the waste types ``accepted``."""
    limits: dict[tuple[str | None, str, str], DefaultLimit] = {}
    specs = _in_force(use_id, grade)
    for spec in specs:
        if _in_words(spec, specs):
            continue
        basis = BLEND if spec.grade in _MIXTURE else EACH
        for waste in _bound_wastes(spec, accepted):
            limit = DefaultLimit(
                str(spec.property_key), waste, spec.min, spec.max, basis, spec.standard, spec.clause,
                spec.condition, spec.hardness == "hard",
            )
            limits[limit.key] = _stricter(limits.get(limit.key), limit)
    return tuple(limits.values())


def rules_in_words(use_id: str, grade: str) -> tuple[UseSpec, ...]:
    """What the standards ask beyond numbers one can compare: categories, conditions, duties of the place."""
    specs = _in_force(use_id, grade)
    return tuple(spec for spec in specs if _in_words(spec, specs))


def _in_force(use_id: str, grade: str) -> tuple[UseSpec, ...]:
    other = {one for one in grades_of_use(use_id) if one != grade}
    return tuple(spec for spec in catalogue().specs_of_use(use_id) if spec.grade not in other)


def _in_words(spec: UseSpec, among: Sequence[UseSpec]) -> bool:
    if spec.property_key is None or spec.unit == "cat" or spec.grade in _NOT_THE_INTAKE:
        return True
    if spec.min is None and spec.max is None:
        return True
    if spec.grade in _MIXTURE and not mixes_linearly(spec.property_key):
        return True
    # Of limits that depend on a condition (class F or C) the strictest of the pair is proposed, the other is
    # told; one that stands alone under its condition does not bind everybody and is told only.
    rivals = [one for one in among if one.property_key == spec.property_key and one.grade == spec.grade]
    return bool(spec.condition) and (len(rivals) == 1 or spec != _strictest(rivals))


def _strictest(specs: Sequence[UseSpec]) -> UseSpec:
    infinity = float("inf")
    return min(specs, key=lambda one: (infinity if one.max is None else one.max, -(one.min or -infinity)))


def _bound_wastes(spec: UseSpec, accepted: Collection[str]) -> tuple[str | None, ...]:
    """The waste types the limit binds, ``(None,)`` for all that are accepted."""
    scope = _COMPONENT.get(spec.grade) or spec.waste_ids
    bound = tuple(sorted(set(scope) & set(accepted)))
    if not accepted or not scope or set(bound) == set(accepted):
        return (None,)
    return bound


def _stricter(one: DefaultLimit | None, other: DefaultLimit) -> DefaultLimit:
    if one is None:
        return other
    lows = [value for value in (one.minimum, other.minimum) if value is not None]
    highs = [value for value in (one.maximum, other.maximum) if value is not None]
    return replace(
        one if one.firm else other, minimum=max(lows, default=None), maximum=min(highs, default=None)
    )

"""Which grade of its standard a lot meets, on the catalogue's own limits and on made-up ones."""

from __future__ import annotations

import pytest

from marketplace.matches.grades import Grade, applies, grades, judge
from models.catalogue.reference import UseSpec, catalogue

ASH = {"fineness_45um": 20.0, "water_demand_ratio": 100.0, "loi": 6.0, "moisture": 0.5, "so3": 2.0, "fcao": 0.5,
       "sio2": 52.0, "al2o3": 30.0, "fe2o3": 6.0, "cao": 4.0, "density_true": 2.2, "activity_28d": 75.0}


def concrete(values: dict[str, float]) -> Grade:
    """The ash grade for concrete under GB/T 1596."""
    found = [one for one in grades(catalogue().use_specs, "fly_ash_pc", values) if "1596" in one.standard]
    assert found
    return next(one for one in found if "water_demand_ratio" in one.missing or "water_demand_ratio" in values)


def own_specs(grade: str) -> dict[str, tuple[float | None, float | None]]:
    """The catalogue's limits of one grade for ash in concrete."""
    return {
        spec.property_key: (spec.min, spec.max) for spec in catalogue().use_specs
        if spec.use_id == "concrete_scm_fa" and spec.grade == grade and spec.property_key
    }


def test_bounds_are_inclusive() -> None:
    spec = next(spec for spec in catalogue().use_specs if spec.property_key and spec.max is not None)
    assert judge(spec, {spec.property_key: spec.max}).met is True
    assert judge(spec, {spec.property_key: spec.max * 1.0001 + 1e-9}).met is False
    assert judge(spec, {}).met is None


def test_f_and_c_ash_are_told_apart_by_calcium() -> None:
    limits = {
        condition: next(spec for spec in catalogue().use_specs if spec.condition == condition)
        for condition in ("F类", "C类")
    }
    assert [applies(limits["F类"], {"cao": cao}) for cao in (2.0, 9.9, 10.0, 30.0)] == [True, True, False, False]
    assert [applies(limits["C类"], {"cao": cao}) for cao in (2.0, 9.9, 10.0, 30.0)] == [False, False, True, True]
    # Not assayed: the stricter limits are asked for.
    assert applies(limits["F类"], {}) and not applies(limits["C类"], {})


@pytest.mark.parametrize("waste", ["fly_ash_pc", "gangue", "bf_slag", "fgd_gypsum"])
def test_with_no_assay_no_grade_is_claimed(waste: str) -> None:
    for grade in grades(catalogue().use_specs, waste, {}):
        assert grade.met is None
        assert grade.open_grade is None or grade.missing


def test_grades_are_tried_from_the_best_down() -> None:
    specs = made_up(("I", 5.0), ("II", 8.0), ("III", 10.0))
    assert [_met(specs, loi) for loi in (4.0, 5.0, 6.0, 8.0, 9.0, 10.0, 11.0)] == [
        "I", "I", "II", "II", "III", "III", None
    ]


def test_a_grade_that_lacks_an_assay_is_possible_not_met() -> None:
    specs = [*made_up(("I", 5.0), ("II", 8.0)), *made_up(("I", 12.0), property_key="moisture")]
    [grade] = grades(specs, "fly_ash_pc", {"loi": 4.0})
    assert (grade.met, grade.open_grade, grade.missing) == ("II", "I", ("moisture",))


def test_rules_for_all_grades_bind_each() -> None:
    specs = [*made_up(("I", 5.0), ("II", 8.0)), *made_up(("all", 1.0), property_key="so3")]
    [grade] = grades(specs, "fly_ash_pc", {"loi": 4.0, "so3": 1.1})
    assert grade.met is None


def test_soft_rules_and_other_wastes_do_not_count() -> None:
    assert grades(made_up(("I", 5.0), ("II", 8.0)), "gangue", {"loi": 4.0}) == []
    soft = [_with(spec, hardness="soft") for spec in made_up(("I", 5.0), ("II", 8.0))]
    assert grades(soft, "fly_ash_pc", {"loi": 4.0}) == []


def made_up(*limits: tuple[str, float], property_key: str = "loi") -> list[UseSpec]:
    """Upper limits by grade on one property of ash, under one standard."""
    like = next(spec for spec in catalogue().use_specs if spec.property_key == "loi")
    return [
        _with(like, spec_id=f"{property_key}-{number}", use_id="made_up", grade=grade, property_key=property_key,
              waste_ids=("fly_ash_pc",), min=None, max=most, hardness="hard", condition="")
        for number, (grade, most) in enumerate(limits)
    ]


def _with(spec: UseSpec, **values: object) -> UseSpec:
    from dataclasses import replace

    return replace(spec, **values)


def _met(specs: list[UseSpec], loi: float) -> str | None:
    return grades(specs, "fly_ash_pc", {"loi": loi})[0].met

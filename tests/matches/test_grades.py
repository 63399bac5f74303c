"""Which grade of its standard a lot meets, on the catalogue's own limits and on made-up ones."""

from __future__ import annotations

import pytest

from marketplace.matches.grades import Grade, applies, grades, judge
from models.catalogue.reference import UseSpec, catalogue

# A dry F ash that no limit but the three graded ones decides on.
ASH = {
    "res45": 10.0, "water_demand": 94.0, "loi": 4.0, "moisture": 0.5, "so3": 2.0, "f_cao": 0.5, "saf": 85.0,
    "density": 2.2, "sai28": 75.0, "ira": 0.5, "igamma": 0.5, "cao": 4.0,
}


def concrete(**values: float | None) -> Grade:
    """The grade under GB/T 1596 for concrete of an ash with other values; None: not assayed."""
    assayed = {key: value for key, value in {**ASH, **values}.items() if value is not None}
    found = grades(catalogue().use_specs, "fly_ash_pc", assayed)
    return next(one for one in found if "1596" in one.standard)


@pytest.mark.parametrize(
    ("values", "met"),
    [
        ({}, "Ⅰ"),
        ({"loi": 5.0}, "Ⅰ"),
        ({"loi": 5.1}, "Ⅱ"),
        ({"loi": 8.0, "res45": 30.0}, "Ⅱ"),
        ({"loi": 4.0, "res45": 30.1}, "Ⅲ"),
        ({"water_demand": 115.0}, "Ⅲ"),
        ({"water_demand": 115.5}, None),
        ({"so3": 3.1}, None),
        ({"f_cao": 2.0}, None),
        # The same free lime is within the limit of a C ash, but then its soundness has to be known.
        ({"f_cao": 2.0, "cao": 12.0, "soundness": 4.0, "saf": 60.0}, "Ⅰ"),
        ({"f_cao": 2.0, "cao": 12.0, "saf": 60.0}, None),
    ],
)
def test_ash_for_concrete(values: dict[str, float], met: str | None) -> None:
    assert concrete(**values).met == met


def test_what_is_missing_is_named_and_what_a_person_checks_is_listed() -> None:
    grade = concrete(sai28=None)
    assert (grade.met, grade.open_grade, grade.missing) == (None, "Ⅰ", ("sai28",))
    assert grade.by_hand


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

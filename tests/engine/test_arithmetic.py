"""Our arcsine and exponential against those of the C library, to the last two bits."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matching.arithmetic import arcsine, exponential


@given(st.floats(0, 1))
def test_arcsine_is_right_to_two_units_in_the_last_place(x: float) -> None:
    wanted = math.asin(x)
    assert abs(float(arcsine(np.array([x]))[0]) - wanted) <= 2 * math.ulp(wanted)


@given(st.floats(-600, 600))
def test_exponential_is_right_to_two_units_in_the_last_place(x: float) -> None:
    wanted = math.exp(x)
    assert abs(float(exponential(np.array([x]))[0]) - wanted) <= 2 * math.ulp(wanted)


def test_the_ends_are_exact() -> None:
    assert arcsine(np.array([0.0, 1.0])).tolist() == [0.0, math.pi / 2]
    assert exponential(np.array([0.0])).tolist() == [1.0]


def test_neither_ever_turns_back() -> None:
    """What is nearer or pays better may never come out worse by rounding."""
    x = np.linspace(0, 1, 200_001)
    assert (np.diff(arcsine(x)) >= 0).all()
    assert (np.diff(exponential(np.linspace(-500, 500, 200_001))) > 0).all()
    around = 0.5 + np.arange(-50, 51) * np.spacing(0.5)
    assert (np.diff(arcsine(around)) >= 0).all()

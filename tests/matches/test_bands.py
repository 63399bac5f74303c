"""A value against its limits: where limit and value are drawn, and the margin in words of both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.formatting import limits
from marketplace.matches.bands import band


@pytest.fixture(scope="module", autouse=True)
def in_english() -> Iterator[None]:
    app: Flask = create_app(Settings(database_url="sqlite://", secret_key="only for tests", https=False))
    with app.test_request_context(headers={"Cookie": "lang=en"}):
        yield
    app.extensions["gongsheng_engine"].dispose()


@pytest.mark.parametrize(
    ("value", "low", "high", "state", "words"),
    [
        (6.2, None, 8.0, "yes", "Loss on ignition 6.2 %, limit ≤ 8, margin 22 %"),
        (8.0, None, 8.0, "yes", "Loss on ignition 8 %, limit ≤ 8, margin 0 %"),
        (9.2, None, 8.0, "no", "Loss on ignition 9.2 %, limit ≤ 8, outside by 1.2"),
        (38.0, 40.0, None, "no", "Loss on ignition 38 %, limit ≥ 40, outside by 2"),
        (50.0, 40.0, None, "yes", "Loss on ignition 50 %, limit ≥ 40, margin 25 %"),
        (7.0, 6.0, 9.0, "yes", "Loss on ignition 7 %, limit 6–9, margin 17 %"),
        (None, None, 8.0, "unknown", "Loss on ignition: not assayed, limit ≤ 8 %"),
        (0.5, 0.0, 1.0, "yes", "Loss on ignition 0.5 %, limit 0–1, margin 0.5"),
    ],
)
def test_words(value: float | None, low: float | None, high: float | None, state: str, words: str) -> None:
    found = band("Loss on ignition", "%", value, low, high)
    assert (found.state, found.text) == (state, words)
    assert (found.tick is None) == (value is None)


@pytest.mark.parametrize(
    ("low", "high", "words"), [(None, 8.0, "≤ 8"), (40.0, None, "≥ 40"), (6.0, 9.0, "6–9"), (0.5, 1.25, "0.5–1.25")]
)
def test_limits(low: float | None, high: float | None, words: str) -> None:
    assert limits(low, high) == words


figures = some.floats(-1000, 1000).map(lambda value: round(value, 3))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.one_of(some.none(), figures), some.one_of(some.none(), figures), some.one_of(some.none(), figures))
def test_everything_is_drawn_within_the_picture_and_where_it_belongs(
    value: float | None, one: float | None, other: float | None
) -> None:
    if one is None and other is None:
        one = 1.0
    low, high = (one, other) if one is None or other is None else (min(one, other), max(one, other))
    found = band("x", "%", value, low, high)
    assert 0 <= found.x0 <= found.x1 <= 100
    if found.tick is None:
        return
    assert 0 <= found.tick <= 100
    if found.state == "yes":
        assert found.x0 <= found.tick <= found.x1
    else:
        # Rounded to a hundredth of the picture, a value just outside may fall on the limit.
        assert found.tick <= found.x0 or found.tick >= found.x1

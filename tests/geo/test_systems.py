"""Coordinates of Chinese maps: published point pairs, and the way there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.geo import systems
from marketplace.geo.china import in_china, look_swapped
from marketplace.geo.doubt import likely_system, metres_between
from marketplace.geo.systems import Place

# The test points of the published formulas (evil-transform; coordtransform).
WGS_GCJ = [
    (Place(31.1774276, 121.5272106), Place(31.17530398364597, 121.531541859215)),
    (Place(22.543847, 113.912316), Place(22.540796131694766, 113.9171764808363)),
    (Place(39.911954, 116.377817), Place(39.91334545536069, 116.38404722455657)),
    (Place(39.915, 116.404), Place(39.91640428150164, 116.41024449916938)),
]
GCJ_BD = [(Place(39.915, 116.404), Place(39.92133699351021, 116.41036949371029))]

inside = st.builds(Place, st.floats(18.0, 53.0), st.floats(74.0, 134.0))


@pytest.mark.parametrize(("wgs", "gcj"), WGS_GCJ)
def test_the_shift_agrees_with_the_published_points(wgs: Place, gcj: Place) -> None:
    assert metres_between(systems.wgs84_to_gcj02(wgs), gcj) < 0.1
    assert metres_between(systems.gcj02_to_wgs84(gcj), wgs) < 0.1


@pytest.mark.parametrize(("gcj", "baidu"), GCJ_BD)
def test_the_shift_of_baidu_agrees_with_the_published_point(gcj: Place, baidu: Place) -> None:
    assert metres_between(systems.gcj02_to_bd09(gcj), baidu) < 0.1


@given(inside)
def test_there_and_back_is_the_same_point_within_a_metre(place: Place) -> None:
    assert metres_between(systems.gcj02_to_wgs84(systems.wgs84_to_gcj02(place)), place) < 0.01
    assert metres_between(systems.bd09_to_wgs84(systems.wgs84_to_bd09(place)), place) < 0.01


@given(inside)
def test_the_shift_is_of_the_known_size(place: Place) -> None:
    assert 20 < metres_between(systems.wgs84_to_gcj02(place), place) < 1000


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown coordinate system"):
        systems.to_wgs84(Place(39.8, 110.0), "utm")


def test_outside_the_formulas_nothing_is_shifted() -> None:
    paris = Place(48.85, 2.35)
    assert systems.wgs84_to_gcj02(paris) == paris
    assert systems.bd09_to_wgs84(paris) == paris


@pytest.mark.parametrize(
    "place",
    [
        (39.82, 109.96), (40.65, 109.84), (41.9, 107.0), (43.65, 111.98), (49.6, 117.4),
        (53.48, 122.37), (18.25, 109.5), (39.47, 75.99), (47.84, 88.13), (31.23, 121.47),
        (45.75, 132.97), (29.65, 91.1), (25.03, 121.56), (22.3, 114.17), (40.12, 124.38), (24.0, 97.85),
        (16.83, 112.33), (50.25, 127.5), (48.36, 134.3), (44.4, 131.15),
    ],
)
def test_places_in_china_are_inside(place: tuple[float, float]) -> None:
    assert in_china(Place(*place))


@pytest.mark.parametrize(
    "place",
    [
        (47.92, 106.91), (39.03, 125.75), (21.03, 105.85), (43.12, 131.9), (43.24, 76.9),
        (28.61, 77.21), (27.7, 85.32), (35.68, 139.69), (37.57, 126.98), (52.03, 113.5), (0.0, 0.0),
        (-39.8, 109.9), (90.0, 0.0), (48.85, 2.35),
    ],
)
def test_places_elsewhere_are_outside(place: tuple[float, float]) -> None:
    assert not in_china(Place(*place))


def test_swapped_degrees_are_noticed() -> None:
    assert look_swapped(Place(109.96, 39.82))
    assert not look_swapped(Place(39.82, 109.96))
    assert not look_swapped(Place(0.0, 0.0))


SITE = Place(39.60, 109.78)


def test_a_point_off_a_chinese_map_is_noticed_beside_a_known_site() -> None:
    near = Place(SITE.lat + 0.0003, SITE.lon - 0.0002)
    assert likely_system(systems.wgs84_to_gcj02(near), [SITE]) == systems.GCJ02
    assert likely_system(systems.wgs84_to_bd09(near), [SITE]) == systems.BD09


def test_a_true_point_is_believed() -> None:
    assert likely_system(SITE, [SITE]) is None
    assert likely_system(Place(SITE.lat + 0.0045, SITE.lon - 0.0045), [SITE]) is None
    assert likely_system(Place(38.0, 108.0), [SITE]) is None
    assert likely_system(systems.wgs84_to_gcj02(SITE), []) is None

"""Whether a point can lie in China: a coarse outline that errs outwards, some 30 km on land, more at sea.

It catches swapped or mistyped coordinates; it is no boundary and is never drawn.
"""

from __future__ import annotations

from marketplace.geo.systems import Place

# (longitude, latitude), going round by the east; drawn by hand with room to spare.
_OUTLINE: tuple[tuple[float, float], ...] = (
    (73.3, 39.3), (73.4, 40.3), (75.2, 40.9), (76.6, 40.7), (78.2, 41.5), (79.8, 42.3), (80.0, 43.3),
    (80.1, 45.0), (82.0, 45.6), (82.6, 47.5), (85.2, 47.5), (85.5, 48.7), (87.2, 49.4), (88.2, 49.0),
    (90.3, 47.9), (91.3, 46.8), (91.3, 45.5), (93.5, 45.2), (95.6, 44.6), (96.2, 43.1), (100.0, 42.95),
    (102.0, 42.5), (105.0, 41.95), (107.5, 42.7), (110.0, 42.9), (111.7, 43.9), (111.6, 45.3),
    (114.0, 45.2), (115.9, 45.9), (119.2, 47.0), (117.5, 47.6), (115.4, 47.5), (115.3, 48.3),
    (116.5, 50.2), (119.0, 50.3), (119.0, 52.0), (120.3, 52.9), (120.6, 53.7), (123.6, 53.85),
    (126.2, 53.2), (127.9, 50.1), (130.7, 49.15), (131.1, 48.1), (134.6, 48.7), (135.3, 48.5),
    (134.0, 46.3), (133.4, 44.9), (131.6, 44.7), (131.6, 43.4), (130.9, 42.3), (129.9, 42.7),
    (128.4, 41.7), (126.9, 41.5), (125.4, 40.3), (124.5, 39.6), (123.0, 38.2), (123.4, 35.0),
    (124.0, 31.0), (124.9, 25.5), (122.6, 21.3), (118.0, 3.4), (108.5, 3.4), (109.0, 16.0), (107.7, 18.5),
    (107.7, 21.3), (106.3, 22.2), (106.5, 23.0), (105.2, 23.1), (103.9, 22.3), (102.4, 22.2),
    (101.9, 20.9), (99.9, 21.6), (98.7, 23.6), (97.3, 23.7), (97.9, 25.6), (98.5, 27.4), (97.1, 27.5),
    (95.2, 26.5), (91.4, 26.6), (91.4, 27.6), (89.2, 27.1), (88.5, 27.7), (85.9, 27.6), (83.5, 28.9),
    (81.0, 29.9), (78.2, 31.1), (78.3, 32.4), (77.6, 35.2), (75.6, 36.5), (74.2, 37.1),

)


def in_china(place: Place) -> bool:
    """Whether the point (WGS-84 degrees) lies within the coarse outline."""
    inside = False
    lon0, lat0 = _OUTLINE[-1]
    for lon1, lat1 in _OUTLINE:
        # A ray to the east crosses an edge whose ends lie on either side of the point's latitude.
        if (lat1 > place.lat) != (lat0 > place.lat):
            crossing = lon1 + (place.lat - lat1) / (lat0 - lat1) * (lon0 - lon1)
            if place.lon < crossing:
                inside = not inside
        lon0, lat0 = lon1, lat1
    return inside


def look_swapped(place: Place) -> bool:
    """Whether latitude and longitude stand in each other's place: wrong as they are, right when swapped."""
    return not in_china(place) and in_china(Place(place.lon, place.lat))

"""Clustered markets of any size, built as arrays: the same seed gives the same market."""

from __future__ import annotations

import numpy as np

from matching.catalogue import Catalogue, Property, Use, WasteType
from matching.problem import (
    BLEND,
    EACH,
    NO_WASTE,
    Carbon,
    Demands,
    Enterprises,
    Freight,
    MatchProblem,
    Parks,
    Residues,
    Specs,
    Supplies,
)

SEED = 20270101
WASTES = tuple(f"w{n}" for n in range(8))
PROPERTIES = ("loi", "so3", "sio2", "al2o3", "cao", "moisture", "cl")
# A box of northern China, about 1,100 km from south to north and 1,800 km from west to east, with its towns.
SOUTH, NORTH, WEST, EAST, TOWNS = 30.0, 40.0, 100.0, 120.0, 400
# What a listing offers or wants is carried this far, in travelled kilometres.
LIMITS_KM = (100.0, 300.0)
MONTHS = tuple(f"2027-{month:02d}" for month in range(1, 13))


def clustered_market(
    size: int, *, seed: int = SEED, limits_km: tuple[float, float] = LIMITS_KM, towns: int = TOWNS
) -> MatchProblem:
    """``size`` supplies and as many demands around towns.

    Every demand accepts up to three of eight waste types and has five specs (seven in ten on every lot, three on the
    mix); a supply has about five of seven properties assayed; one receiver in twenty is not checked.  At 100,000 x
    100,000 about 85 million pairs are in range.
    """
    rng = np.random.default_rng(seed)
    places = np.column_stack([rng.uniform(SOUTH, NORTH, towns), rng.uniform(WEST, EAST, towns)])
    firms = max(size // 4, 1)
    place = places[rng.integers(0, towns, firms)] + rng.normal(0, 0.15, (firms, 2))
    blank = ("",) * firms
    enterprises = Enterprises(
        _ids("E", firms), blank, blank, blank, np.full(firms, -1), place[:, 0], place[:, 1], rng.random(firms) < 0.95,
        (frozenset(),) * firms,
    )  # fmt: skip
    return MatchProblem(
        "clustered", MONTHS, 1.35, Freight(), Carbon(), _catalogue(), WASTES, PROPERTIES, ("use",),
        Parks((), (), (), (), np.zeros(0), np.zeros(0)), enterprises, _supplies(rng, size, place, limits_km),
        _demands(rng, size, place, limits_km), _specs(rng, size),
        Residues(np.zeros(0, int), np.zeros(0, int), np.zeros(0)),
    )  # fmt: skip


def _ids(letter: str, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{n:07d}" for n in range(count))


def _catalogue() -> Catalogue:
    return Catalogue(
        {key: WasteType(key, key, key, False, ()) for key in WASTES},
        {key: Property(key, key, key, "%", "linear_ar" if key == "moisture" else "linear_dry") for key in PROPERTIES},
        {"use": Use("use", "use", "use")},
    )


def _windows(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    first = np.where(rng.random(size) < 0.3, rng.integers(0, 9, size), 0)
    return first, np.where(rng.random(size) < 0.3, np.minimum(first + rng.integers(1, 6, size), 11), 11)


def _supplies(
    rng: np.random.Generator, size: int, place: np.ndarray, limits_km: tuple[float, float]
) -> Supplies:
    firm = rng.integers(0, len(place), size)
    values = rng.uniform(1, 12, (size, len(PROPERTIES))).round(2)
    values[rng.random(values.shape) < 2 / 7] = np.nan
    first, last = _windows(rng, size)
    return Supplies(
        _ids("S", size), firm, rng.integers(0, len(WASTES), size), place[firm, 0], place[firm, 1],
        np.floor(rng.lognormal(7, 1, size)), np.zeros(size), first, last,
        rng.integers(-40, 40, size).astype(float), np.full(size, 30.0), rng.uniform(*limits_km, size).round(),
        values, np.full_like(values, np.nan),
    )  # fmt: skip


def _demands(
    rng: np.random.Generator, size: int, place: np.ndarray, limits_km: tuple[float, float]
) -> Demands:
    firm = rng.integers(0, len(place), size)
    share = np.full((size, len(WASTES)), np.nan)
    for _ in range(3):
        share[np.arange(size), rng.integers(0, len(WASTES), size)] = 1.0
    first, last = _windows(rng, size)
    return Demands(
        _ids("D", size), firm, np.zeros(size, int), place[firm, 0], place[firm, 1],
        np.floor(rng.lognormal(7, 1, size)), first, last, rng.integers(-20, 90, size).astype(float),
        np.full(size, 30.0), rng.uniform(*limits_km, size).round(), share,
    )  # fmt: skip


def _specs(rng: np.random.Generator, size: int) -> Specs:
    key = np.sort(np.argsort(rng.random((size, len(PROPERTIES))), axis=1)[:, :5], axis=1).ravel()
    count = len(key)
    return Specs(
        np.repeat(np.arange(size), 5), np.full(count, NO_WASTE), key, np.full(count, -np.inf),
        rng.uniform(6, 14, count).round(2), np.where(rng.random(count) < 0.3, BLEND, EACH),
    )  # fmt: skip

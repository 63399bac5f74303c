"""Properties that follow from others: oxide sums and ratios, alkali equivalent, radioactivity indexes.

An assay of the property itself always stands; it is computed only where every component is assayed, because a
missing component is not zero.  Formulas: catalogue ``properties.csv`` (blend_note) and GB 6566-2010 for the
indexes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

_Columns = Mapping[str, np.ndarray]

FORMULAS: dict[str, tuple[tuple[str, ...], Callable[[_Columns], np.ndarray]]] = {
    "saf": (("sio2", "al2o3", "fe2o3"), lambda c: c["sio2"] + c["al2o3"] + c["fe2o3"]),
    "na2o_eq": (("na2o", "k2o"), lambda c: c["na2o"] + 0.658 * c["k2o"]),
    "al_si": (("al2o3", "sio2"), lambda c: c["al2o3"] / c["sio2"]),
    "flux": (
        ("fe2o3", "cao", "mgo", "k2o", "na2o"),
        lambda c: c["fe2o3"] + c["cao"] + c["mgo"] + c["k2o"] + c["na2o"],
    ),
    "basicity": (
        ("cao", "mgo", "sio2", "al2o3"),
        lambda c: (c["cao"] + c["mgo"]) / (c["sio2"] + c["al2o3"]),
    ),
    "ira": (("act_ra",), lambda c: c["act_ra"] / 200),
    "igamma": (
        ("act_ra", "act_th", "act_k"),
        lambda c: c["act_ra"] / 370 + c["act_th"] / 260 + c["act_k"] / 4200,
    ),
}


def derived_spread(value: np.ndarray, sd: np.ndarray, properties: tuple[str, ...]) -> np.ndarray:
    """``sd`` of shape (supplies, properties) with the spreads of what :func:`with_derived` fills in; a new array.

    First order, components independent: the root of the sum of (slope x sd) squared (JCGM 100:2008, 5.1.2), the slopes
    taken by central differences.  NaN where the spread of a component is not known, or where the property has an assay
    of its own, whose spread stands.
    """
    found, filled = sd.copy(), with_derived(value, properties)
    at = {key: index for index, key in enumerate(properties)}
    for key, (parts, formula) in FORMULAS.items():
        if key not in at or any(part not in at for part in parts):
            continue
        columns = {part: value[:, at[part]] for part in parts}
        variance = np.zeros(len(value))
        with np.errstate(divide="ignore", invalid="ignore"):
            for part in parts:
                # A step of a millionth: the error of a central difference is of its square.
                step = 1e-6 * np.maximum(np.abs(columns[part]), 1.0)
                above = formula({**columns, part: columns[part] + step})
                below = formula({**columns, part: columns[part] - step})
                variance += ((above - below) / (2 * step) * sd[:, at[part]]) ** 2
        computed = np.isnan(value[:, at[key]]) & np.isfinite(filled[:, at[key]]) & np.isfinite(variance)
        found[computed, at[key]] = np.sqrt(variance[computed])
    return found


def with_derived(value: np.ndarray, properties: tuple[str, ...]) -> np.ndarray:
    """``value`` of shape (supplies, properties) with the derived columns filled where they can be; a new
    array.
    """
    filled = value.copy()
    at = {key: index for index, key in enumerate(properties)}
    for key, (parts, formula) in FORMULAS.items():
        if key not in at or any(part not in at for part in parts):
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            computed = formula({part: value[:, at[part]] for part in parts})
        own = filled[:, at[key]]
        filled[:, at[key]] = np.where(np.isnan(own) & np.isfinite(computed), computed, own)
    return filled

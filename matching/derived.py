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

"""Whether two markets are the same, array by array."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np


def differences(one: Any, other: Any, path: str = "problem") -> list[str]:
    """The paths at which two frozen structures differ; NaN equals NaN."""
    if dataclasses.is_dataclass(one):
        return [
            found for field in dataclasses.fields(one)
            for found in differences(
                getattr(one, field.name), getattr(other, field.name), f"{path}.{field.name}"
            )
        ]
    arrays = isinstance(one, np.ndarray)
    same = np.array_equal(one, other, equal_nan=one.dtype.kind == "f") if arrays else one == other
    return [] if same else [path]

"""One measure as it is told: number, unit, definition."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """One number (None where it is not defined), its unit and what it means."""

    value: float | None
    unit: str
    definition: str

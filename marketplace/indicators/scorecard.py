"""The market's own scorecard of a park: shares worked out from records, weighed as the regulator has set.

The official scoring of zero-waste parks is not known to this project; nothing here stands for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from marketplace.indicators.facts import ZERO, Figures
from models.indicators import Criterion

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many, of things rather than tonnes."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Part:
    """One criterion: its share from 0 to 1 with what stands behind it, None where nothing is recorded.

    ``weight`` is as it was set, ``share_of_score`` what it counts among the criteria that have a figure; ``points`` of
    100 are the two together.
    """

    criterion: Criterion
    value: Decimal | None
    part: Decimal | int | None
    whole: Decimal | int | None
    weight: Decimal
    share_of_score: Decimal | None = None

    @property
    def points(self) -> Decimal | None:
        if self.value is None or self.share_of_score is None:
            return None
        return self.value * self.share_of_score * 100


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Parts in their order, and their points together; ``total`` None where no criterion that counts has a figure."""

    parts: tuple[Part, ...]

    @property
    def total(self) -> Decimal | None:
        points = [part.points for part in self.parts if part.points is not None]
        return sum(points, ZERO) if points else None

    @property
    def counted(self) -> int:
        return sum(1 for part in self.parts if part.points is not None)


def scorecard(
    found: Figures, weighings: Count, assays: Count, heaps: Count, weights: Mapping[str, Decimal]
) -> Scorecard:
    """The scorecard of a park over a year; what has no figure is left out, and the others make up the whole."""
    stored = None
    if found.produced is not None and found.stored is not None:
        stored = max(ZERO, found.produced - max(ZERO, found.stored))
    whole = None if found.used is None or found.produced is None else found.produced + (found.from_before or ZERO)
    tonnes = {
        Criterion.USE_RATE: (found.used, whole),
        Criterion.NEW_GANGUE: (found.gangue_used, found.gangue_produced),
        Criterion.NOT_STORED: (stored, found.produced),
        Criterion.WITHIN: (found.within, found.used),
    }
    things = {
        Criterion.BOTH_WEIGHINGS: weighings, Criterion.ASSAYED: assays, Criterion.REMEDIATED: heaps,
    }
    values = tonnes | {key: (one.part, one.whole) for key, one in things.items()}
    parts = [_part(criterion, *values[criterion], weights.get(criterion, ZERO)) for criterion in Criterion]
    counted = sum((part.weight for part in parts if part.value is not None), ZERO)
    return Scorecard(tuple(
        part if part.value is None or not counted or not part.weight
        else Part(part.criterion, part.value, part.part, part.whole, part.weight, part.weight / counted)
        for part in parts
    ))


def _part(criterion: Criterion, part: Decimal | int | None, whole: Decimal | int | None, weight: Decimal) -> Part:
    """A share kept within 0 and 1: a returned lot may take a figure of a short period below nothing."""
    if part is None or not whole or whole < 0:
        return Part(criterion, None, part, whole, weight)
    return Part(criterion, min(ONE, max(ZERO, Decimal(part) / Decimal(whole))), part, whole, weight)

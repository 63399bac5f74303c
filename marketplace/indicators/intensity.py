"""Generation intensity: tonnes produced per 10,000 yuan of value added, of periods that the ledger covers whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.indicators.facts import Figures
from marketplace.indicators.rules import months_of_period
from models.indicators import ValueAdded
from models.listings import QuantityQuality

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Intensity:
    """One period: ``t_per_10k_yuan`` None where production is not recorded in each of its ``months``."""

    entered: ValueAdded
    months: int
    covered: int
    produced: Decimal | None
    t_per_10k_yuan: Decimal | None

    @property
    def estimate(self) -> bool:
        return self.entered.quality == QuantityQuality.ESTIMATE


def intensities(entered: Iterable[ValueAdded], by_month: Mapping[str, Figures]) -> list[Intensity]:
    """The intensity of every period that value added was entered for; half a year's tonnes say nothing of a year."""
    found = []
    for row in entered:
        months = months_of_period(row.period)
        made = [by_month[month].produced for month in months if month in by_month]
        known = [tonnes for tonnes in made if tonnes is not None]
        whole = sum(known, ZERO) if len(known) == len(months) else None
        found.append(Intensity(
            row, len(months), len(known), whole, None if whole is None else whole / row.amount,
        ))
    return found


def latest(found: Sequence[Intensity]) -> Intensity | None:
    """The one that stands for the year: the whole year's, else that of the newest quarter, else month."""
    told = [one for one in found if one.t_per_10k_yuan is not None]
    return max(told, key=lambda one: (-len(one.entered.period), one.entered.period)) if told else None

"""Figures with their interval, by interval arithmetic, and the stated numbers they are made of."""

from __future__ import annotations

from dataclasses import dataclass

from models.catalogue.factors import Factor

MARKET = "market"
MOISTURE = "moisture"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with the least and the most it may be; ``low <= value <= high``, all in the same unit.

    ``unstated`` names the numbers in it whose spread nobody states: their part of the interval is nil because
    it is not known, not because they are exact.
    """

    value: float
    low: float
    high: float
    unstated: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"the interval {self.low}..{self.high} does not hold {self.value}")

    @property
    def spread_stated(self) -> bool:
        """Whether anything in it has a stated spread, so that there is an interval to show."""
        return self.low < self.high

    def plus(self, other: Quantity) -> Quantity:
        return Quantity(
            self.value + other.value, self.low + other.low, self.high + other.high, self.unstated | other.unstated
        )

    def minus(self, other: Quantity) -> Quantity:
        return self.plus(other.times(-1.0))

    def times(self, number: float) -> Quantity:
        """The same, ``number`` times; a negative number turns the interval round."""
        ends = (self.low * number, self.high * number)
        return Quantity(self.value * number, min(ends), max(ends), self.unstated)


NOTHING = Quantity(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Stated:
    """A number per tonne or per tonne-kilometre and where it comes from.

    ``factors`` are the rows of the catalogue it is made of; none where the market's settings state a number of
    their own.  ``source`` is what the settings say of it.
    """

    quantity: Quantity
    factors: tuple[Factor, ...] = ()
    source: str = ""


def of_factor(factor: Factor, scale: float = 1.0) -> Quantity:
    """The factor times ``scale`` with its stated spread; ``ValueError`` for a factor without a value.

    A bound that is not stated is taken to be the value, and the factor is named as one without a spread.
    """
    if factor.value is None:
        raise ValueError(f"{factor.id} has no value: it is not known, not zero")
    low = factor.value if factor.min is None else factor.min
    high = factor.value if factor.max is None else factor.max
    unstated = frozenset() if factor.min is not None and factor.max is not None else frozenset({factor.id})
    return Quantity(factor.value, low, high, unstated).times(scale)


def total(parts: list[Quantity]) -> Quantity:
    """The sum; lows with lows and highs with highs, for one factor errs the same way wherever it is used."""
    whole = NOTHING
    for part in parts:
        whole = whole.plus(part)
    return whole

"""How many tonnes of a listing are still free, month by month.

The same arithmetic as the engine's: a supply may send in a month what it has produced since its first month,
and the stock it began with, less what has been promised until then; a demand may take its capacity each month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from marketplace.months import months_between

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Promise:
    """Tonnes per month already promised in the months ``first``..``last`` (inclusive)."""

    first: str
    last: str
    t_per_month: Decimal


@dataclass(frozen=True, slots=True)
class Room:
    """A listing's window and tonnes; ``stock_t`` is None for a demand, which cannot keep room for later.

    ``last`` is the last month in which a bid may run: the listing's own, or the market's horizon.
    """

    first: str
    last: str
    t_per_month: Decimal
    stock_t: Decimal | None
    promises: Sequence[Promise] = field(default_factory=tuple)

    def free_per_month(self, first: str, last: str) -> Decimal:
        """The most tonnes per month that can be added evenly in every month ``first``..``last``; never negative."""
        months = months_between(first, last)
        if not months:
            return ZERO
        promised = self._promised()
        if self.stock_t is None:
            return max(ZERO, min(self.t_per_month - promised.get(month, ZERO) for month in months))
        return max(ZERO, min(self._even_rates(months, promised)))

    def _promised(self) -> Mapping[str, Decimal]:
        total: dict[str, Decimal] = {}
        for promise in self.promises:
            for month in months_between(promise.first, promise.last):
                total[month] = total.get(month, ZERO) + promise.t_per_month
        return total

    def _even_rates(self, months: list[str], promised: Mapping[str, Decimal]) -> list[Decimal]:
        """What each month allows: (produced + stock - promised until then) / months sent until then."""
        wanted = set(months)
        end = max(months[-1], max(promised, default=months[-1]))
        produced, gone, sent_months = self.stock_t or ZERO, ZERO, 0
        rates = []
        for month in months_between(min(self.first, months[0]), end):
            if self.first <= month <= self.last:
                produced += self.t_per_month
            gone += promised.get(month, ZERO)
            sent_months += month in wanted
            # Later months count as well: what is sent now is missing for a promise that comes afterwards.
            if sent_months:
                rates.append((produced - gone) / sent_months)
        return rates

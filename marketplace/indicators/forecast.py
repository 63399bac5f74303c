"""Where a year will end: what is recorded, what is on the road, and what contracts in force are still to send.

An estimate, and always shown as one.  It counts the sites that have a ledger or a contract: of a site that has
neither, nobody knows what it uses itself.  What sites use or store themselves is not foretold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.indicators.facts import GANGUE, PRODUCED, SiteMonth
from marketplace.months import months_between

ZERO = Decimal(0)
Source = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Offer:
    """A published supply of a site: tonnes per month from ``first`` to ``last`` (None: no end)."""

    source: Source
    t_per_month: Decimal
    first: str
    last: str | None

    def in_month(self, month: str) -> Decimal:
        return self.t_per_month if self.first <= month and (self.last is None or month <= self.last) else ZERO


@dataclass(frozen=True, slots=True)
class ToCome:
    """What is still to come: supplies, contracted tonnes by source and month, tonnes on the road by source."""

    offers: Sequence[Offer]
    contracted: Mapping[Source, Mapping[str, Decimal]]
    on_the_road: Mapping[Source, Decimal]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Tonnes at the end of the year with their parts.

    ``not_foreseen`` counts the sources of which some remaining month has neither a record nor a supply;
    ``outside_t_per_month`` is what sites without ledger and contract offer, which is not in the forecast.
    """

    produced_recorded: Decimal
    produced_offered: Decimal
    used_recorded: Decimal
    on_the_road: Decimal
    contracted: Decimal
    use_rate: Decimal | None
    gangue_rate: Decimal | None
    months_to_come: tuple[str, ...]
    not_foreseen: int
    outside_t_per_month: Decimal

    @property
    def produced(self) -> Decimal:
        return self.produced_recorded + self.produced_offered

    @property
    def used(self) -> Decimal:
        return self.used_recorded + self.on_the_road + self.contracted


@dataclass(slots=True)
class _Source:
    made: dict[str, Decimal]
    offered: Decimal = ZERO
    used: Decimal = ZERO
    road: Decimal = ZERO
    contracted: Decimal = ZERO
    gap: bool = False

    @property
    def produced(self) -> Decimal:
        return sum(self.made.values(), ZERO) + self.offered

    @property
    def use(self) -> Decimal:
        return self.used + self.road + self.contracted


def forecast(rows: Iterable[SiteMonth], to_come: ToCome, *, year: int, this_month: str) -> Forecast | None:
    """The forecast of ``year`` from the rows of it; None for a year that is over or of which nothing is known.

    The present month counts as it is recorded where production is, else as it is offered.
    """
    last = f"{year}-12"
    if this_month > last:
        return None
    months = months_between(max(this_month, f"{year}-01"), last)
    sources = _recorded(rows)
    for source, by_month in to_come.contracted.items():
        left = sum((tonnes for month, tonnes in by_month.items() if month in months), ZERO)
        if left:
            sources[source].contracted = left
    for source, tonnes in to_come.on_the_road.items():
        sources[source].road = tonnes
    outside = ZERO
    offered: dict[Source, list[Offer]] = defaultdict(list)
    for offer in to_come.offers:
        if offer.source in sources:
            offered[offer.source].append(offer)
        else:
            outside += offer.t_per_month
    for source, one in sources.items():
        for month in months:
            if month not in one.made:
                more = sum((offer.in_month(month) for offer in offered[source]), ZERO)
                one.offered += more
                one.gap = one.gap or not more
    return _summed(sources, tuple(months), outside) if sources else None


def _recorded(rows: Iterable[SiteMonth]) -> dict[Source, _Source]:
    sources: dict[Source, _Source] = defaultdict(lambda: _Source({}))
    for row in rows:
        if row.moved:
            one = sources[row.site_id, row.waste]
            one.used += row.used
            if PRODUCED in row.tonnes:
                one.made[row.month] = one.made.get(row.month, ZERO) + row.of(PRODUCED)
    return sources


def _summed(sources: Mapping[Source, _Source], months: tuple[str, ...], outside: Decimal) -> Forecast:
    every = list(sources.values())
    gangue = [one for (_site, waste), one in sources.items() if waste == GANGUE]
    made = sum((one.produced for one in gangue), ZERO)
    whole = sum((max(one.produced, one.use) for one in every), ZERO)
    produced = sum((one.produced for one in every), ZERO)
    return Forecast(
        produced_recorded=sum((tonnes for one in every for tonnes in one.made.values()), ZERO),
        produced_offered=sum((one.offered for one in every), ZERO),
        used_recorded=sum((one.used for one in every), ZERO),
        on_the_road=sum((one.road for one in every), ZERO),
        contracted=sum((one.contracted for one in every), ZERO),
        use_rate=sum((one.use for one in every), ZERO) / whole if produced and whole else None,
        gangue_rate=sum((min(one.produced, one.use) for one in gangue), ZERO) / made if made else None,
        months_to_come=months, not_foreseen=sum(1 for one in every if one.gap), outside_t_per_month=outside,
    )

"""One year's book as one actor sees it: which places in full, which as totals, which not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from marketplace.indicators.facts import Figures, SiteMonth, figures, stock_after
from marketplace.indicators.places import Place
from marketplace.indicators.queries import Book
from marketplace.indicators.rules import hidden_places
from marketplace.security.actor import Actor
from marketplace.security.permissions import may

VIEW = "indicator.view_detail"


@dataclass(frozen=True, slots=True)
class KeptChange:
    """Tonnes put into storage and disposed of in ``months``, and in the same months of the year before."""

    now: Decimal
    before: Decimal
    months: tuple[str, ...]

    @property
    def reduction(self) -> Decimal | None:
        """By which share of what it was it has gone down; below zero: it has grown."""
        return (self.before - self.now) / self.before if self.before > 0 else None


class Sight:
    """``full``: every figure with its months and records.  ``shown``: the figures of the year, without months."""

    def __init__(self, actor: Actor, book: Book, places: Sequence[Place]) -> None:
        self.actor, self.book, self.places = actor, book, places

    def full(self, place: Place) -> bool:
        return may(self.actor, VIEW, place)

    def shown(self, place: Place) -> bool:
        return self.full(place) or place.key not in self._hidden

    def rows(self, place: Place) -> list[SiteMonth]:
        return [row for row in self.book.rows if place.holds(row.spot)]

    def figures(self, place: Place) -> Figures | None:
        """The figures of the year; None where they are hidden from this actor."""
        return figures(self.rows(place)) if self.shown(place) else None

    def kept_change(self, place: Place) -> KeptChange | None:
        """Storage and disposal beside the same months a year earlier; None without months recorded in both years."""
        now, before = (_by_month(rows, place) for rows in (self.book.rows, self.book.rows_before))
        months = sorted(now.keys() & before.keys())
        if not months:
            return None
        kept = [figures(row for month in months for row in one[month]).kept for one in (now, before)]
        if kept[0] is None or kept[1] is None:
            return None
        return KeptChange(kept[0], kept[1], tuple(f"{self.book.year}-{month}" for month in months))

    def stock(self, place: Place, last: str | None = None) -> Decimal | None:
        """What lies in stock at the end of month ``last``, or after everything recorded; None where nobody knows."""
        where = self.book.ground.spots
        before = [tonnes for (site, _waste), tonnes in self.book.stock_before.items() if place.holds(where[site])]
        return stock_after([row for row in self.rows(place) if last is None or row.month <= last], before)

    @cached_property
    def _hidden(self) -> frozenset[str]:
        # What the reader sees anyway protects nobody else.
        unknown = [row for row in self.book.rows if not may(self.actor, VIEW, row.spot)]
        return hidden_places(self.places, unknown)


def _by_month(rows: Iterable[SiteMonth], place: Place) -> dict[str, list[SiteMonth]]:
    """The rows of ``place`` by the month of the year, ``01`` to ``12``, as far as anything is left of them."""
    found: dict[str, list[SiteMonth]] = defaultdict(list)
    for row in rows:
        if place.holds(row.spot) and row.moved:
            found[row.month[5:]].append(row)
    return found

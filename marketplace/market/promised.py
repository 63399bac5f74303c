"""What accepted bids have taken of each listing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Bid, BidStatus, Demand, Supply


@dataclass(frozen=True, slots=True)
class Promised:
    """Tonnes promised of one listing in each month that has any."""

    by_month: dict[str, float]

    def left_per_month(self, t_per_month: float) -> float:
        """What is free in every month: the greatest month of promises counts; never negative."""
        return max(0.0, t_per_month - max(self.by_month.values(), default=0.0))

    def left_of_stock(self, stock_t: float, t_per_month: float) -> float:
        """The stock less what the promises take beyond each month's production; never negative."""
        beyond = sum(max(0.0, tonnes - t_per_month) for tonnes in self.by_month.values())
        return max(0.0, stock_t - beyond)


def promised(session: Session, months: Sequence[str]) -> dict[str, Promised]:
    """Promises of accepted bids within ``months``, by listing code.

    A bid counts against the listing it is on and against the bidder's own listing it names.
    """
    codes = [
        select(model.code).where(model.id == column).scalar_subquery()
        for model, column in (
            (Supply, Bid.supply_id), (Demand, Bid.demand_id), (Supply, Bid.own_supply_id),
            (Demand, Bid.own_demand_id),
        )
    ]
    accepted = session.execute(
        select(*codes, Bid.t_per_month, Bid.start_month, Bid.end_month)
        .where(Bid.status == BidStatus.ACCEPTED)
    )
    by_listing: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for *named, tonnes, first, last in accepted:
        for code in (code for code in named if code is not None):
            for month in months:
                if first <= month <= last:
                    by_listing[code][month] += float(tonnes)
    return {code: Promised(dict(amounts)) for code, amounts in by_listing.items()}

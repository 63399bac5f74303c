"""What accepted bids have taken of each listing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Bid, BidStatus, Demand, Supply


def promised_t_per_month(session: Session, months: Sequence[str]) -> dict[str, float]:
    """By listing code, the most tonnes that accepted bids promise in any one of ``months``.

    A bid counts against the listing it is on and against the bidder's own listing it names.  The greatest
    month stands for all: what remains can then be delivered in every month.
    """
    own_supply = select(Supply.code).where(Supply.id == Bid.own_supply_id).scalar_subquery()
    own_demand = select(Demand.code).where(Demand.id == Bid.own_demand_id).scalar_subquery()
    on_supply = select(Supply.code).where(Supply.id == Bid.supply_id).scalar_subquery()
    on_demand = select(Demand.code).where(Demand.id == Bid.demand_id).scalar_subquery()
    accepted = session.execute(
        select(on_supply, on_demand, own_supply, own_demand, Bid.t_per_month, Bid.start_month, Bid.end_month)
        .where(Bid.status == BidStatus.ACCEPTED)
    )
    by_month: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for *codes, tonnes, first, last in accepted:
        for code in (code for code in codes if code is not None):
            for month in months:
                if first <= month <= last:
                    by_month[code][month] += float(tonnes)
    return {code: max(amounts.values()) for code, amounts in by_month.items()}

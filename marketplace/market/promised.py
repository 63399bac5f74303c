"""What contracts have taken of each listing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from marketplace.ledger.queries import PROMISED
from models import Contract, Demand, LedgerBalance, Supply


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


def promised(
    session: Session, months: Sequence[str], only: Collection[str] | None = None
) -> dict[str, Promised]:
    """What contracts hold of each listing within ``months``, by listing code, as the ledger says.

    A contract counts against the supply and against the demand it names.  ``only`` asks for these codes alone.
    """
    by_listing: dict[str, dict[str, float]] = defaultdict(dict)
    for model, own, site in (
        (Supply, Contract.supply_id, Contract.from_site_id), (Demand, Contract.demand_id, Contract.to_site_id),
    ):
        asked = true() if only is None else model.code.in_(sorted(only))
        rows = session.execute(
            select(model.code, LedgerBalance.month, func.sum(LedgerBalance.tonnes))
            .join(Contract, own == model.id)
            .join(LedgerBalance, (LedgerBalance.contract_id == Contract.id) & (LedgerBalance.site_id == site))
            .where(LedgerBalance.account.in_(PROMISED), LedgerBalance.month.in_(months), asked)
            .group_by(model.code, LedgerBalance.month)
        )
        for code, month, tonnes in rows:
            if tonnes:
                by_listing[code][month] = float(tonnes)
    return {code: Promised(amounts) for code, amounts in by_listing.items()}

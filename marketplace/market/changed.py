"""What every change that may alter a match has to say."""

from __future__ import annotations

from marketplace.unit_of_work import UnitOfWork
from models.listings import Demand, Supply

REFRESH_PLAN = "refresh_plan"
SINGLE_FAILURES = "single_failures"


def market_changed(uow: UnitOfWork, *listings: Supply | Demand | None) -> None:
    """Move the market's revision with this change, and leave the making of a new plan to the worker.

    ``listings`` are those that the change alters (None among them is passed over); without any, everything may be
    different and processes that keep an index of the market read it anew.  However many changes come before the
    worker does, one job waits.
    """
    uow.touch_market(*(listing for listing in listings if listing is not None))
    uow.enqueue(REFRESH_PLAN, {}, dedupe_key=REFRESH_PLAN)

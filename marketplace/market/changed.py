"""What every change that may alter a match has to say."""

from __future__ import annotations

from marketplace.unit_of_work import UnitOfWork

REFRESH_PLAN = "refresh_plan"


def market_changed(uow: UnitOfWork) -> None:
    """Move the market's revision with this change, and leave the making of a new plan to the worker.

    However many changes come before the worker does, one job waits.
    """
    uow.touch_market()
    uow.enqueue(REFRESH_PLAN, {}, dedupe_key=REFRESH_PLAN)

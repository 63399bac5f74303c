"""What the worker has kept beside the newest plan."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from marketplace.market import market_revision
from marketplace.symbiosis.queries import newest_plan


class Outlook(NamedTuple):
    """``failures`` None: not worked out yet; ``stale``: the market has changed since the plan was made."""

    made_at: datetime
    stale: bool
    months: int
    failures: list[dict[str, Any]] | None
    prices: list[dict[str, Any]]


def outlook(session: Session) -> Outlook | None:
    """Of the newest plan; None before the first."""
    plan = newest_plan(session)
    if plan is None:
        return None
    told = plan.summary
    stale = plan.market_revision != market_revision(session)
    return Outlook(plan.created_at, stale, len(told.get("months", ())), told.get("failures"), told.get("prices", []))

"""When a sign-in is tried too often: counted in the database, so that every worker counts alike."""

from __future__ import annotations

import datetime as dt

from marketplace.errors import Refusal

WINDOW = dt.timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 8
FAILURES_PER_ADDRESS = 40


def may_try(*, account_failures: int, address_failures: int) -> list[Refusal]:
    """Why a sign-in may not be tried now; empty where it may."""
    if account_failures >= FAILURES_PER_ACCOUNT or address_failures >= FAILURES_PER_ADDRESS:
        return [Refusal("sign_in:too_often", {"minutes": int(WINDOW.total_seconds() // 60)}, "password")]
    return []

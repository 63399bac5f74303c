"""Which quarters a report can be made of: pure functions."""

from __future__ import annotations

import re

from marketplace.errors import Refusal
from marketplace.indicators.rules import months_of_period
from marketplace.months import month_after

_QUARTER = re.compile(r"2\d{3}-Q[1-4]")


def quarter_possible(text: str, this_month: str) -> list[Refusal]:
    """A quarter as in ``2027-Q1`` that has begun."""
    if not _QUARTER.fullmatch(text):
        return [Refusal("report:no_quarter", {"typed": text[:20]}, "quarter")]
    if months_of_period(text)[0] > this_month:
        return [Refusal("report:quarter_ahead", {"quarter": text, "month": this_month}, "quarter")]
    return []


def quarter_of(month: str) -> str:
    """The quarter in which ``month`` lies."""
    return f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"


def last_whole(this_month: str) -> str:
    """The newest quarter that is over: what the next meeting is about."""
    return quarter_of(month_after(this_month, -3))


def first_asked(first_month: str | None, this_month: str) -> str:
    """The quarter that is shown first: the last whole one, in a market that is younger than it the present one."""
    whole = last_whole(this_month)
    return quarter_of(this_month) if first_month and quarter_of(first_month) > whole else whole


def quarters(first_month: str, this_month: str) -> list[str]:
    """The quarters from ``first_month`` to the present one, the newest first; at least the last whole one."""
    month = months_of_period(quarter_of(this_month))[0]
    first = min(first_month, months_of_period(last_whole(this_month))[0])
    found = []
    while quarter_of(month) >= quarter_of(first):
        found.append(quarter_of(month))
        month = month_after(month, -3)
    return found


def twelve_months_to(last: str) -> list[str]:
    """The twelve months that end with ``last``."""
    return [month_after(last, back) for back in range(-11, 1)]

"""Months as ``YYYY-MM`` text: their text order is their order in time."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def month_of(moment: dt.datetime) -> str:
    """The month of an aware moment, in Shanghai."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m")


def month_start(month: str) -> dt.datetime:
    """The first moment of a month in Shanghai, aware."""
    return dt.datetime.fromisoformat(f"{month}-01").replace(tzinfo=SHANGHAI)


def months_between(first: str, last: str) -> list[str]:
    """The months from ``first`` to ``last`` inclusive; empty where ``last`` is before ``first``."""
    months, month = [], first
    while month <= last:
        months.append(month)
        month = month_after(month)
    return months


def month_after(month: str, count: int = 1) -> str:
    """The month ``count`` months after ``month``."""
    year, number = map(int, month.split("-"))
    total = year * 12 + number - 1 + count
    return f"{total // 12:04d}-{total % 12 + 1:02d}"

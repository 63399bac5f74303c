"""Deadlines in working days.

Monday to Friday are counted.  The public holidays of China, and the weekends that are worked in their place, are
announced year by year by the State Council and are not known here; pages that name a deadline say so.
"""

from __future__ import annotations

import datetime as dt

from marketplace.months import SHANGHAI

SATURDAY = 5
# Receiver's confirmation (Measures for the transfer of hazardous waste, order 23, article 18), and disputes alike.
CONFIRM_WITHIN_DAYS = 5
DISPUTE_DAYS = 5


def end_of_working_day(moment: dt.datetime, days: int) -> dt.datetime:
    """The last second, in Shanghai, of the ``days``-th working day after the day of ``moment``; aware."""
    day = moment.astimezone(SHANGHAI).date()
    left = days
    while left:
        day += dt.timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return dt.datetime.combine(day, dt.time(23, 59, 59), SHANGHAI)

"""What awaits an enterprise in words: one line, one button, how long there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from marketplace.alerts.words import page
from marketplace.formatting import moment
from marketplace.i18n import named
from marketplace.listings.presenters import listing_title
from marketplace.pages.queries_today import Awaiting

_SOON = timedelta(hours=24)
# By kind: the heading of its count, the line, the button.
_WORDS: dict[str, tuple[LazyString, LazyString, LazyString]] = {
    "bid": (_l("Bids to answer"), _l("%(who)s bids on %(listing)s"), _l("Compare and answer")),
    "counter": (_l("Counter-offers"), _l("%(who)s offers other terms for %(listing)s"), _l("Answer")),
    "award": (_l("Tenders to award"), _l("The tender on %(listing)s is closed and waits for your award"), _l("Award")),
    "closing": (_l("Tenders closing today"), _l("The tender on %(listing)s closes"), _l("Look at it")),
    "contract": (_l("Contracts to confirm"), _l("Contract %(contract)s with %(who)s"), _l("Read and confirm")),
    "amendment": (
        _l("Amendments to answer"), _l("%(who)s proposes a change of contract %(contract)s"), _l("Answer"),
    ),
    "leaving": (_l("Leaving today"), _l("%(transfer)s to %(who)s, %(vehicle)s"), _l("Weigh out")),
    "coming": (_l("On the way to you"), _l("%(transfer)s from %(who)s, %(vehicle)s"), _l("Weigh in")),
    "delivery": (_l("Deliveries to accept"), _l("%(transfer)s from %(who)s"), _l("Accept or dispute")),
    "dispute": (_l("Disputes open"), _l("%(transfer)s with %(who)s"), _l("Settle")),
}


@dataclass(frozen=True, slots=True)
class TodayLine:
    topic: str
    text: str
    url: str
    button: str
    until: str
    late: bool
    soon: bool


def today_lines(found: Sequence[Awaiting], now: datetime) -> list[TodayLine]:
    """The lines in the order given."""
    return [_line(one, now) for one in found]


def today_counts(found: Sequence[Awaiting]) -> list[tuple[str, int]]:
    """How many of each kind, in the fixed order of kinds, those without any left out."""
    counts = Counter(one.kind for one in found)
    return [(str(words[0]), counts[kind]) for kind, words in _WORDS.items() if counts[kind]]


def _line(one: Awaiting, now: datetime) -> TodayLine:
    topic, text, button = _WORDS[one.kind]
    values = {
        key: listing_title(value) if key == "listing" else named(value) if key == "who" else value
        for key, value in one.about.items()
    }
    values["vehicle"] = values.get("vehicle") or "—"
    return TodayLine(
        str(topic), str(text) % values, page(*one.path), str(button),
        moment(one.deadline) if one.deadline else "", one.deadline is not None and one.deadline < now,
        one.deadline is not None and now <= one.deadline < now + _SOON,
    )

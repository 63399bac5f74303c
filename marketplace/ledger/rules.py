"""What may be recorded by hand and what may be corrected: pure functions with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from marketplace.errors import Refusal
from models.ledger import SOURCES, Account

# What a person records; everything else comes from contracts and transfers, which have changes of their own.
BY_HAND = frozenset({"stock.opened", "produced", "used", "disposed"})
DISPOSAL_METHODS = ("landfill", "incineration", "other")


def month_possible(month: str, last: str, day: date | None, today: date) -> list[Refusal]:
    """A ledger tells what was: no month after ``last`` and no day after today; the day lies in the month."""
    if month > last:
        return [Refusal("ledger:month_ahead", {"last": last}, "month")]
    if day is not None and f"{day:%Y-%m}" != month:
        return [Refusal("ledger:day_outside", {"month": month}, "day")]
    if day is not None and day > today:
        return [Refusal("ledger:day_ahead", {}, "day")]
    return []


def not_opened(opened: Decimal) -> list[Refusal]:
    """The opening stock is entered once; another figure is a correction."""
    return [Refusal("ledger:already_opened", {"opened": opened}, "waste_type_id")] if opened else []


def enough(tonnes: Decimal, there: Decimal) -> list[Refusal]:
    """No more is used or disposed of than there is."""
    return [] if tonnes <= there else [Refusal("ledger:not_there", {"tonnes": tonnes, "there": there}, "tonnes")]


def accepted(waste_type_id: str, accepted_by_demand: Iterable[str] | None) -> list[Refusal]:
    """A use takes only what its demand accepts; without a demand nothing is asked."""
    if accepted_by_demand is None or waste_type_id in set(accepted_by_demand):
        return []
    return [Refusal("ledger:use_does_not_accept", field="demand")]


def may_correct(
    *, kind: str, by_hand: bool, taken_back: bool, reason: str, lines: Iterable[tuple[str, Account, Decimal]],
    balances: Mapping[tuple[str, str], Decimal],
) -> list[Refusal]:
    """Why an entry cannot be taken back; ``lines`` are its own: waste type, account, tonnes."""
    if kind not in BY_HAND or not by_hand:
        return [Refusal("ledger:not_by_hand")]
    if taken_back:
        return [Refusal("ledger:already_corrected")]
    reasons = [] if reason.strip() else [Refusal("ledger:reason_missing", field="reason")]
    for waste, account, tonnes in lines:
        left = balances.get((waste, account), Decimal(0)) - tonnes
        if account not in SOURCES and left < 0:
            reasons.append(Refusal("ledger:gone_since", {"tonnes": tonnes, "there": left + tonnes}))
    return reasons


def split(tonnes: Decimal, first: Decimal, second: Decimal) -> tuple[Decimal, Decimal]:
    """``tonnes`` taken from ``first`` as far as it goes, and the rest from ``second``."""
    taken = min(tonnes, max(first, Decimal(0)))
    return taken, tonnes - taken

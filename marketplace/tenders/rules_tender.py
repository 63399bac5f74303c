"""May this be put out to tender, who may bid in it, is this bid good enough: pure functions with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from marketplace.errors import Refusal
from marketplace.tenders.rules import Terms
from models.tenders import TenderMode, TenderStatus

SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the owner enters to put a listing out to tender."""

    mode: TenderMode
    deadline: datetime
    reserve_yuan_per_t: Decimal | None = None
    step_yuan_per_t: Decimal = Decimal(0)
    extension_s: int = 0
    invited_only: bool = False
    terms: str = ""


@dataclass(frozen=True, slots=True)
class Entrance:
    """What the rules need to know of a tender and of the enterprise that wants to bid in it.

    ``now`` is the server's time when the bid arrived.
    """

    status: TenderStatus
    now: datetime
    deadline: datetime
    own: bool
    invited: bool
    taker_qualified: bool
    hazardous: bool = False
    taker_licensed: bool = True
    published: bool = True


def may_open(
    plan: Plan, *, now: datetime, published: bool, running: bool, open_bids: int, invited: int
) -> list[Refusal]:
    """Why the listing cannot be put out to tender like this."""
    reasons = []
    if not published:
        reasons.append(Refusal("bid:not_published"))
    if running:
        reasons.append(Refusal("tender:runs_already"))
    if open_bids:
        reasons.append(Refusal("tender:bids_wait", {"count": open_bids}))
    if plan.deadline < now + SHORTEST:
        reasons.append(Refusal("tender:deadline_past", {"now": now}, "deadline_day"))
    elif plan.deadline > now + LONGEST:
        reasons.append(Refusal("tender:deadline_far", {"days": LONGEST.days}, "deadline_day"))
    if plan.invited_only and not invited:
        reasons.append(Refusal("tender:nobody_invited", field="invited"))
    return reasons


def may_enter(entrance: Entrance) -> list[Refusal]:
    """Why this enterprise may not bid in the tender now."""
    reasons = []
    if entrance.now >= entrance.deadline and entrance.status in (TenderStatus.OPEN, TenderStatus.CLOSED):
        reasons.append(Refusal("tender:after_deadline", {"now": entrance.now, "deadline": entrance.deadline}))
    elif entrance.status != TenderStatus.OPEN:
        reasons.append(Refusal("tender:not_open"))
    if not entrance.published:
        reasons.append(Refusal("bid:not_published"))
    if entrance.own:
        reasons.append(Refusal("tender:own"))
    if not entrance.invited:
        reasons.append(Refusal("tender:not_invited"))
    if not entrance.taker_qualified:
        reasons.append(Refusal("bid:taker_not_qualified"))
    if entrance.hazardous and not entrance.taker_licensed:
        reasons.append(Refusal("bid:taker_not_licensed"))
    return reasons


def meets_reserve(price: Decimal, reserve: Decimal | None, *, supply: bool) -> list[Refusal]:
    """Why the price is refused: below the least a supply's owner takes, above the most a demand's owner pays."""
    if reserve is None or (price >= reserve if supply else price <= reserve):
        return []
    if supply:
        return [Refusal("tender:below_reserve", {"price": price, "reserve": reserve}, "price_yuan_per_t")]
    return [Refusal("tender:above_reserve", {"price": price, "reserve": reserve}, "price_yuan_per_t")]


def improves(before: Terms, wanted: Terms, step: Decimal, *, supply: bool) -> list[Refusal]:
    """Why a bid that was seen by others may not become this one: it may only get better, by a step at least."""
    reasons = []
    gain = wanted.price_yuan_per_t - before.price_yuan_per_t
    gain = gain if supply else -gain
    more = wanted.t_per_month > before.t_per_month
    if gain < 0 or (gain == 0 and not more):
        values = {"before": before.price_yuan_per_t, "price": wanted.price_yuan_per_t}
        higher = Refusal("tender:not_higher", values, "price_yuan_per_t")
        reasons.append(higher if supply else Refusal("tender:not_lower", values, "price_yuan_per_t"))
    elif 0 < gain < step:
        reasons.append(Refusal("tender:step_too_small", {"step": step, "gain": gain}, "price_yuan_per_t"))
    if wanted.t_per_month < before.t_per_month:
        values = {"before": before.t_per_month, "tonnes": wanted.t_per_month}
        reasons.append(Refusal("tender:fewer_tonnes", values, "t_per_month"))
    if wanted.start_month > before.start_month or wanted.end_month < before.end_month:
        field = "start_month" if wanted.start_month > before.start_month else "end_month"
        reasons.append(Refusal("tender:fewer_months", {"first": before.start_month, "last": before.end_month}, field))
    return reasons


def moved_deadline(deadline: datetime, now: datetime, extension_s: int) -> datetime:
    """The deadline after a bid at ``now``: one in the last ``extension_s`` seconds leaves that many to the others."""
    return max(deadline, now + timedelta(seconds=extension_s))


def may_cancel(status: TenderStatus, reason: str) -> list[Refusal]:
    """Why the owner may not call the tender off: it is over already, or no reason is given."""
    if status not in (TenderStatus.OPEN, TenderStatus.CLOSED):
        return [Refusal("tender:over")]
    return [] if reason.strip() else [Refusal("tender:reason_missing", field="reason")]


def may_ask(status: TenderStatus, *, now: datetime, deadline: datetime) -> list[Refusal]:
    """Questions are asked and answered while bids can still be made of the answer."""
    return [] if status == TenderStatus.OPEN and now < deadline else [Refusal("tender:no_more_questions")]


def may_award(status: TenderStatus, *, version: int, seen: int) -> list[Refusal]:
    """Why nothing can be awarded now; an award is decided on what was seen."""
    if status == TenderStatus.OPEN:
        return [Refusal("tender:still_runs")]
    if status != TenderStatus.CLOSED:
        return [Refusal("tender:over")]
    return [] if version == seen else [Refusal("tender:changed")]


def award_within_bid(tonnes: Decimal, bid_t: Decimal, field: str) -> list[Refusal]:
    """Nobody is awarded more than it bid for; zero means that it gets nothing."""
    if tonnes < 0:
        return [Refusal("tender:negative_award", {"tonnes": tonnes}, field)]
    if tonnes > bid_t:
        return [Refusal("tender:more_than_bid", {"tonnes": tonnes, "bid": bid_t}, field)]
    return []


def may_withdraw(status: TenderStatus, *, now: datetime, deadline: datetime) -> list[Refusal]:
    """A sealed bid is taken back before the deadline; after it, it binds."""
    if now >= deadline and status in (TenderStatus.OPEN, TenderStatus.CLOSED):
        return [Refusal("tender:after_deadline", {"now": now, "deadline": deadline})]
    return [] if status == TenderStatus.OPEN else [Refusal("tender:not_open")]


def of_mode(mode: TenderMode, wanted: TenderMode) -> list[Refusal]:
    """A sealed tender takes sealed bids only, an open one open bids."""
    return [] if mode == wanted else [Refusal("tender:other_mode")]

"""What may be changed of a contract, and when: pure functions with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from marketplace.errors import Refusal
from marketplace.ledger.queries import MonthTonnes
from marketplace.tenders.room import Promise, Room
from models.contracts import Amendment, AmendmentStatus, Contract, ContractStatus, Side

ZERO = Decimal(0)


def may_propose(contract: Contract, *, version: int, waits: bool) -> list[Refusal]:
    """Why no change can be proposed now."""
    if contract.status not in (ContractStatus.PROPOSED, ContractStatus.ACTIVE):
        return [Refusal("amendment:contract_over")]
    if waits:
        return [Refusal("amendment:one_waits")]
    return [] if contract.version == version else [Refusal("contract:changed")]


def may_answer(amendment: Amendment, side: Side, *, agree: bool) -> list[Refusal]:
    """Why ``side`` cannot answer: it is decided already, or it is one's own proposal (which one takes back instead)."""
    if amendment.status != AmendmentStatus.PROPOSED:
        return [Refusal("amendment:decided")]
    own = amendment.proposed_by_side == side
    if agree and own:
        return [Refusal("amendment:own")]
    return []


def says_something(changes: Mapping[str, object], reason: str) -> list[Refusal]:
    """A proposal changes something and says why."""
    reasons = [] if changes else [Refusal("amendment:nothing", field="reason")]
    return reasons + ([] if reason.strip() else [Refusal("contract:reason_missing", field="reason")])


def not_below_sent(months: Mapping[str, Decimal], held: Mapping[str, MonthTonnes]) -> list[Refusal]:
    """What is sent cannot be agreed away."""
    reasons = []
    for month, tonnes in months.items():
        if month in held and tonnes < held[month].sent:
            values = {"month": month, "tonnes": tonnes, "sent": held[month].sent}
            reasons.append(Refusal("amendment:below_sent", values, month_field(month)))
    return reasons


def within_room(room: Room, more: Mapping[str, Decimal]) -> list[Refusal]:
    """Whether a listing can bear ``more`` tonnes in each month (minus: fewer), all of them together."""
    outside = [month for month, tonnes in more.items() if tonnes > 0 and not room.first <= month <= room.last]
    if outside:
        values = {"month": outside[0], "first": room.first, "last": room.last}
        return [Refusal("amendment:month_outside", values, month_field(outside[0]))]
    # What is given back makes room first; then month by month, each asked with those before it taken.
    for month, tonnes in sorted(more.items(), key=lambda one: (one[1] > 0, one[0])):
        free = room.free_per_month(month, month)
        if tonnes > free:
            values = {"month": month, "free": free, "tonnes": tonnes}
            return [Refusal("amendment:no_room", values, month_field(month))]
        room = replace(room, promises=(*room.promises, Promise(month, month, tonnes)))
    return []


def month_field(month: str) -> str:
    """The name of the form's field for a month."""
    return f"month_{month.replace('-', '_')}"

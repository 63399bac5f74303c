"""When a listing may be published, changed or withdrawn: pure functions that return reasons."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from marketplace.errors import Refusal
from marketplace.months import months_between
from matching.catalogue import WasteType

TO_BE_IDENTIFIED = "to_be_identified"
IDENTIFICATION = "hazard_flag"


@dataclass(frozen=True, slots=True)
class Draft:
    """What both kinds of listing have, as the rules need it; months are ``YYYY-MM``."""

    t_per_month: Decimal
    stock_t: Decimal
    start_month: str
    end_month: str | None
    min_lot_t: Decimal | None
    this_month: str


def amount_possible(draft: Draft) -> list[Refusal]:
    """Tonnes, months and lot must fit each other."""
    reasons = []
    if draft.t_per_month + draft.stock_t <= 0:
        reasons.append(Refusal("listing:no_tonnes", field="t_per_month"))
    if draft.end_month is not None and draft.end_month < draft.start_month:
        reasons.append(Refusal("listing:months_swapped", field="end_month"))
    elif draft.end_month is not None and draft.end_month < draft.this_month:
        reasons.append(Refusal("listing:over", {"month": draft.end_month}, "end_month"))
    lot, most = draft.min_lot_t or Decimal(0), draft.t_per_month + draft.stock_t
    if 0 < most < lot:
        reasons.append(Refusal("listing:lot_too_large", {"lot": lot, "most": most}, "min_lot_t"))
    return reasons


def may_publish_supply(draft: Draft, *, hazardous: str, assayed: Collection[str]) -> list[Refusal]:
    """Why a supply may not be published.  Waste of unknown danger must be identified before it is offered."""
    reasons = amount_possible(draft)
    if hazardous == TO_BE_IDENTIFIED and IDENTIFICATION not in assayed:
        reasons.append(Refusal("listing:not_identified", field="assays"))
    return reasons


def may_publish_demand(
    draft: Draft, *, accepted: Mapping[str, WasteType], licences: Collection[str]
) -> list[Refusal]:
    """Why a demand may not be published; hazardous waste may only be wanted by who is licensed for it."""
    reasons = amount_possible(draft)
    if not accepted:
        reasons.append(Refusal("listing:accepts_nothing", field="accepts"))
    reasons += [
        Refusal("listing:no_licence", {"waste": waste.id, "codes": waste.hw_codes}, "accepts")
        for waste in accepted.values() if not licensed_for(waste, licences)
    ]
    return reasons


def licensed_for(waste: WasteType, licences: Collection[str]) -> bool:
    """Whether ``licences`` cover ``waste``, as the engine's gate has it: one of its HW codes or its own id."""
    return not waste.hazardous or bool({*waste.hw_codes, waste.id} & set(licences))


def may_change_type(*, changes_type: bool, has_bids: bool, field: str) -> list[Refusal]:
    """Others have bid on what was offered: its kind stays, everything else may change."""
    return [Refusal("listing:type_has_bids", field=field)] if changes_type and has_bids else []


def covers_promises(
    *, t_per_month: Decimal, stock_t: Decimal | None, start_month: str, end_month: str | None,
    promised: Mapping[str, Decimal],
) -> list[Refusal]:
    """Contracts hold tonnes, by month, that an edit may not take away.

    The arithmetic of a listing's room: a demand (``stock_t`` None) takes its tonnes each month; a supply may have
    given, up to each month, its stock and what it has produced since its first month.
    """
    if stock_t is None:
        most = max(promised.values(), default=Decimal(0))
        return [Refusal("listing:promised", {"promised": most}, "t_per_month")] if most > t_per_month else []
    gone = Decimal(0)
    for month in sorted(promised):
        gone += promised[month]
        until = min(month, end_month) if end_month else month
        offered = stock_t + t_per_month * len(months_between(start_month, until))
        if gone > offered:
            values = {"promised": gone, "offered": offered, "month": month}
            return [Refusal("listing:promised_until", values, "t_per_month")]
    return []


def may_withdraw(*, status: str) -> list[Refusal]:
    """Only what was published can be withdrawn; a draft is nobody's business yet."""
    return [Refusal("listing:not_published")] if status == "draft" else []

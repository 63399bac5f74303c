"""A contract's page: what it says, how far it is, what has happened, what is proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting
from marketplace.contracts.presenters import (
    AMENDMENT_WORDS,
    OFF_SPEC_WORDS,
    PAYER_WORDS,
    SIDE_WORDS,
    STATUS_MARKS,
    STATUS_WORDS,
)
from marketplace.contracts.rules import confirmed
from marketplace.i18n import named
from marketplace.ledger.queries import MonthTonnes
from models.contracts import Amendment, AmendmentStatus, Contract, ContractStatus, OffSpec, Side
from models.events import Event

ZERO = Decimal(0)
STEP_WORDS = {
    "contract.made": _l("The contract was drawn up from the accepted bid."),
    "contract.confirmed": _l("%(who)s confirmed."),
    "contract.active": _l("Both sides have confirmed: the contract is in force."),
    "contract.declined": _l("%(who)s declined it."),
    "contract.ended": _l("%(who)s ended it early; %(freed)s t are free again."),
    "contract.lapsed": _l("Not confirmed in time: it lapsed, and %(freed)s t are free again."),
    "contract.completed": _l("Its months are over: completed; %(freed)s t were not sent."),
    "amendment.proposed": _l("%(who)s proposed change %(number)s."),
    "amendment.agreed": _l("%(who)s agreed to change %(number)s."),
    "amendment.refused": _l("%(who)s refused change %(number)s."),
    "amendment.withdrawn": _l("%(who)s took back change %(number)s."),
    "transfer.loaded": _l("Consignment %(transfer)s was weighed out."),
    "transfer.received": _l("Consignment %(transfer)s was weighed in."),
    "transfer.accepted": _l("Consignment %(transfer)s was accepted."),
    "transfer.rejected": _l("Consignment %(transfer)s was sent back."),
    "transfer.disputed": _l("A dispute over consignment %(transfer)s was opened."),
    "dispute.settled": _l("The dispute over consignment %(transfer)s is settled."),
}
MARKS = {
    "contract.active": "good", "contract.declined": "bad", "contract.ended": "bad", "contract.lapsed": "bad",
    "transfer.rejected": "bad", "transfer.disputed": "warn", "amendment.proposed": "warn",
}


@dataclass(frozen=True, slots=True)
class ContractLine:
    """One contract in a list; ``share`` is what is sent of what was agreed, 0-100."""

    code: str
    url: str
    other: str
    mine: str
    waste: str
    months: str
    total: str
    sent: str
    share: float
    price: str
    status: str
    mark: str
    waits: str


@dataclass(frozen=True, slots=True)
class MonthLine:
    month: str
    planned: str
    sent: str
    left: str
    share: float


@dataclass(frozen=True, slots=True)
class Step:
    when: str
    text: str
    detail: str
    mark: str
    url: str


@dataclass(frozen=True, slots=True)
class AmendmentView:
    number: int
    status: str
    waits: bool
    by: str
    when: str
    reason: str
    own: bool
    changes: list[tuple[str, str, str]]


def contract_line(contract: Contract, enterprise_id: int | None, held: Mapping[str, MonthTonnes]) -> ContractLine:
    """``held`` is what the ledger says of each month."""
    side = contract.side_of(enterprise_id)
    other = contract.producer if side == Side.TAKER else contract.taker
    total = sum((row.planned_t for row in contract.months), ZERO)
    sent = sum((row.sent for row in held.values()), ZERO)
    return ContractLine(
        code=contract.code, url=url_for("contracts.contract", code=contract.code),
        other=named(other) if side else f"{named(contract.producer)} → {named(contract.taker)}",
        mine=str(SIDE_WORDS[side]) if side else "", waste=named(contract.waste_type),
        months=f"{formatting.month(contract.start_month)} – {formatting.month(contract.end_month)}",
        total=formatting.number(total, 1), sent=formatting.number(sent, 1), share=_share(sent, total),
        price=formatting.yuan(contract.price_yuan_per_t, 2), status=str(STATUS_WORDS[ContractStatus(contract.status)]),
        mark=STATUS_MARKS.get(ContractStatus(contract.status), ""), waits=waits_for(contract, side),
    )


def waits_for(contract: Contract, side: Side | None) -> str:
    """What ``side`` has to do now, in words; empty where nothing waits for it."""
    if side is None:
        return ""
    asked = next((one for one in contract.amendments if one.status == AmendmentStatus.PROPOSED), None)
    if asked is not None and asked.proposed_by_side != side:
        return _("A proposed change waits for your answer.")
    if contract.status == ContractStatus.PROPOSED and not confirmed(contract, side) and asked is None:
        return _("Please confirm by %(day)s.", day=formatting.moment(contract.confirm_by))
    return ""


def month_lines(contract: Contract, held: Mapping[str, MonthTonnes]) -> list[MonthLine]:
    """Agreed, sent and still to be sent, by month."""
    rows = []
    for row in contract.months:
        now = held.get(row.month, MonthTonnes())
        rows.append(MonthLine(
            formatting.month(row.month), formatting.number(row.planned_t, 1), formatting.number(now.sent, 1),
            formatting.number(now.contracted + now.reserved, 1), _share(now.sent, row.planned_t),
        ))
    return rows


def terms(contract: Contract) -> list[tuple[str, str]]:
    """What was agreed beside the tonnes, as names and words."""
    at = _("at the gate") if contract.freight_payer == Side.TAKER else _("delivered")
    rows = [
        (_("Price"), _("%(price)s yuan/t, %(at)s", price=formatting.yuan(contract.price_yuan_per_t, 2), at=at)),
        (_("Freight is paid by"), str(PAYER_WORDS[Side(contract.freight_payer)])),
        (_("A month may be over or under by"), formatting.percent(contract.tolerance, 2)),
        (_("The two weighings may differ by"), formatting.percent(contract.weighing_tolerance, 2)),
        (_("A lot outside the limits"), str(OFF_SPEC_WORDS[OffSpec(contract.off_spec)])),
        (_("Sampling"), contract.sampling or formatting.MISSING),
    ]
    if contract.cross_province_ref:
        rows.append((_("Number of the cross-province report"), contract.cross_province_ref))
    return rows


def limits(contract: Contract) -> list[tuple[str, str, str, str]]:
    """Property, limit, basis and standard of each limit."""
    return [
        (
            named(spec.property),
            formatting.measured(
                formatting.limits(spec.minimum, spec.maximum), formatting.unit(spec.property.unit)
            ),
            _("every lot") if spec.basis == "each" else _("the month's mix"), spec.standard,
        )
        for spec in contract.specs
    ]


def steps(contract: Contract, events: Sequence[Event]) -> list[Step]:
    """The story, newest first."""
    names = {Side.PRODUCER: named(contract.producer), Side.TAKER: named(contract.taker)}
    told = []
    for event in reversed(events):
        data = event.data
        values = {
            "who": names.get(data.get("side"), ""), "number": data.get("number", ""),
            "freed": formatting.number(Decimal(str(data.get("freed_t", 0))), 1), "transfer": data.get("transfer", ""),
        }
        url = url_for("transfers.transfer", code=data["transfer"]) if data.get("transfer") else ""
        told.append(Step(
            formatting.moment(event.at), str(STEP_WORDS[event.kind]) % values, str(data.get("reason", "")),
            MARKS.get(event.kind, ""), url,
        ))
    return told


def amendment_views(contract: Contract, side: Side | None) -> list[AmendmentView]:
    """Every change, newest first, with what was and what would be."""
    names = {Side.PRODUCER: named(contract.producer), Side.TAKER: named(contract.taker)}
    return [
        AmendmentView(
            one.number, str(AMENDMENT_WORDS[AmendmentStatus(one.status)]), one.status == AmendmentStatus.PROPOSED,
            names[Side(one.proposed_by_side)], formatting.moment(one.proposed_at), one.reason,
            one.proposed_by_side == side, _changed(contract, one),
        )
        for one in reversed(contract.amendments)
    ]


def _changed(contract: Contract, amendment: Amendment) -> list[tuple[str, str, str]]:
    """Name, what holds now (blank once it is decided), what was proposed."""
    waits = amendment.status == AmendmentStatus.PROPOSED
    planned = {row.month: row.planned_t for row in contract.months}
    rows = [
        (
            _("%(month)s, t", month=formatting.month(month)),
            formatting.number(planned.get(month, ZERO), 3) if waits else "", formatting.number(Decimal(tonnes), 3),
        )
        for month, tonnes in sorted(amendment.changes.get("months", {}).items())
    ]
    for name, (label, shown) in _SHOWN.items():
        if name in amendment.changes:
            now = shown(getattr(contract, name)) if waits else ""
            rows.append((str(label), now, shown(amendment.changes[name])))
    return rows


def _share_words(value: Any) -> str:
    return formatting.percent(Decimal(str(value)), 2)


_SHOWN: dict[str, tuple[Any, Any]] = {
    "price_yuan_per_t": (_l("Price, yuan/t"), lambda value: formatting.yuan(Decimal(str(value)), 2)),
    "freight_payer": (_l("Freight is paid by"), lambda value: str(PAYER_WORDS[Side(value)])),
    "tolerance": (_l("A month may be over or under by"), _share_words),
    "weighing_tolerance": (_l("The two weighings may differ by"), _share_words),
    "off_spec": (_l("A lot outside the limits"), lambda value: str(OFF_SPEC_WORDS[OffSpec(value)])),
    "sampling": (_l("Sampling"), str),
    "clauses": (_l("Pollution prevention"), str),
    "cross_province_ref": (_l("Number of the cross-province report"), str),
}


def _share(part: Decimal, whole: Decimal) -> float:
    return float(min(Decimal(100), part / whole * 100)) if whole else 0.0

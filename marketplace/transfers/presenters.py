"""Consignments in words and figures: rows of lists, and whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

import marketplace.transfers.refusal_words  # noqa: F401 - the words of the refusals are declared there
from marketplace import formatting
from marketplace.i18n import named
from models.base import utc_now
from models.contracts import Contract, ContractStatus, Side
from models.organisations import Site
from models.transfers import Gate, Source, Transfer, TransferStatus

S = TransferStatus
STATUS_WORDS = {
    S.PLANNED: _l("Planned"),
    S.LOADED: _l("Under way"),
    S.RECEIVED: _l("Awaiting confirmation"),
    S.ACCEPTED: _l("Confirmed"),
    S.DISPUTED: _l("Disputed"),
    S.REJECTED: _l("Sent back"),
    S.CANCELLED: _l("Cancelled"),
}
# How a chip is marked: done, waiting for somebody's decision, gone wrong.
STATUS_MARKS = {S.ACCEPTED: "yes", S.DISPUTED: "unknown", S.REJECTED: "no"}
SIDE_WORDS = {Side.PRODUCER: _l("Producer"), Side.TAKER: _l("Receiver")}
SOURCE_WORDS = {
    Source.FORM: _l("entered by hand"), Source.CSV: _l("from a CSV file"),
    Source.API: _l("from the weighbridge's program"),
}
GATE_WORDS = {Gate.OUT: _l("Out-weight"), Gate.IN: _l("In-weight")}


@dataclass(frozen=True, slots=True)
class TransferLine:
    """One consignment as a row, seen from one side."""

    code: str
    url: str
    waste: str
    other_side: str
    outgoing: bool
    month: str
    when: str
    vehicle: str
    driver: str
    planned_t: str
    out_t: str
    in_t: str
    difference: str
    status: str
    status_word: str
    mark: str
    turn: str
    mine: bool
    weigh_url: str
    contract_code: str


def transfer_lines(transfers: Sequence[Transfer], enterprise_id: int | None) -> list[TransferLine]:
    """Rows of ``transfers`` for the people of one enterprise."""
    return [transfer_line(transfer, enterprise_id) for transfer in transfers]


def transfer_line(transfer: Transfer, enterprise_id: int | None) -> TransferLine:
    contract = transfer.contract
    side = contract.side_of(enterprise_id)
    out, came = transfer.weighing(Gate.OUT), transfer.weighing(Gate.IN)
    turn, whose = whose_turn(transfer)
    return TransferLine(
        code=transfer.code, url=transfer_url(transfer), waste=named(contract.waste_type),
        other_side=named(contract.taker if side == Side.PRODUCER else contract.producer),
        outgoing=side == Side.PRODUCER, month=formatting.month(transfer.month),
        when=formatting.moment(transfer.planned_for), vehicle=transfer.vehicle, driver=transfer.driver,
        planned_t=formatting.number(transfer.planned_t, 3), out_t=formatting.number(out and out.net_t, 3),
        in_t=formatting.number(came and came.net_t, 3),
        difference=difference_words(transfer), status=transfer.status,
        status_word=str(STATUS_WORDS[S(transfer.status)]), mark=STATUS_MARKS.get(S(transfer.status), ""),
        turn=turn, mine=side in whose,
        weigh_url=url_for("transfers.weigh", code=transfer.code) if may_weigh(transfer, side) else "",
        contract_code=contract.code,
    )


def may_weigh(transfer: Transfer, side: Side | None) -> bool:
    """Whether the next thing is a weighing at the gate of ``side``."""
    if transfer.status == S.PLANNED:
        return side == Side.PRODUCER and transfer.contract.status == ContractStatus.ACTIVE
    return transfer.status == S.LOADED and side == Side.TAKER


def difference_words(transfer: Transfer) -> str:
    """What arrived less what left, in tonnes, with its sign; a dash before both are known."""
    out, came = transfer.weighing(Gate.OUT), transfer.weighing(Gate.IN)
    if out is None or came is None:
        return formatting.MISSING
    return signed(came.net_t - out.net_t)


def signed(value: object) -> str:
    """A figure with its sign, a true minus, to the kilogram."""
    text = formatting.number(value, 3)  # type: ignore[arg-type]
    return text.replace("-", "−") if text == "0" or text.startswith("-") else f"+{text}"


def whose_turn(transfer: Transfer) -> tuple[str, frozenset[Side]]:
    """What happens next in one sentence, and which sides it is up to; nobody's where nothing is left to do."""
    contract = transfer.contract
    names = {"producer": named(contract.producer), "taker": named(contract.taker)}
    if transfer.status == S.PLANNED and contract.status != ContractStatus.ACTIVE:
        return _("The contract is no longer in force; this can only be cancelled."), frozenset(Side)
    if transfer.status == S.PLANNED:
        return _("%(producer)s weighs the vehicle out.", **names), frozenset({Side.PRODUCER})
    if transfer.status == S.LOADED:
        return _("%(taker)s weighs the vehicle in.", **names), frozenset({Side.TAKER})
    if transfer.status == S.RECEIVED:
        by = formatting.moment(transfer.confirm_by)
        if transfer.confirm_by is not None and transfer.confirm_by < utc_now():
            return _("%(taker)s has not confirmed; it was due by %(by)s.", by=by, **names), frozenset({Side.TAKER})
        return _("%(taker)s confirms by %(by)s.", by=by, **names), frozenset({Side.TAKER})
    if transfer.status == S.DISPUTED:
        return _dispute_turn(transfer, names)
    return _("Nothing is left to do."), frozenset()


def _dispute_turn(transfer: Transfer, names: dict[str, str]) -> tuple[str, frozenset[Side]]:
    dispute = next((one for one in transfer.disputes if one.status == "open"), None)
    by = formatting.moment(dispute.deadline if dispute else None)
    if dispute is None or dispute.proposed_t is None:
        return _("Both sides agree on the tonnes by %(by)s.", by=by), frozenset(Side)
    other = Side.TAKER if dispute.proposed_by_side == Side.PRODUCER else Side.PRODUCER
    return _("%(side)s answers the proposal by %(by)s.", side=names[other.value], by=by), frozenset({other})


def transfer_url(transfer: Transfer) -> str:
    return url_for("transfers.transfer", code=transfer.code)


def place_words(site: Site, enterprise: object) -> str:
    """A site as one finds it: the enterprise and, where it has one, the site's own name."""
    return f"{named(enterprise)} · {site.name}" if site.name else named(enterprise)


def contract_choice(contract: Contract, enterprise_id: int | None) -> str:
    """A contract in one line for a list of choices."""
    other = contract.taker if contract.producer_id == enterprise_id else contract.producer
    return f"{contract.code} · {named(contract.waste_type)} · {named(other)}"


def column_words() -> list[tuple[str, bool, str]]:
    """The columns of a CSV file of weighings, which are also the fields of the API: name, needed, meaning."""
    return [
        ("transfer", True, _("Code of the consignment, as on its page")),
        ("gate", True, _("out at the producer's gate, in at the receiver's")),
        ("slip_no", True, _("Number of the slip; a site knows every number once")),
        ("gross", True, _("Gross weight, in the unit of the line")),
        ("tare", True, _("Tare weight, in the unit of the line")),
        ("unit", True, _("t or kg")),
        ("weighed_at", True, _("Beijing time, like 2027-01-15 08:30")),
        ("vehicle", False, _("Plate; empty: as planned")),
        ("driver", False, _("Name; empty: as planned")),
    ]

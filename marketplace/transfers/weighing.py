"""Weighing: one verb however a reading comes, and the correction of a mistyped slip.

The same slip twice is one slip.  The transfer's row is locked before anything is looked up, so of two requests
with one slip the later finds what the earlier kept; the unique rules over slip numbers and gates are the guard.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError

from marketplace.errors import NotPossible, Refusal, refuse
from marketplace.market.changed import market_changed
from marketplace.security.actor import Actor
from marketplace.transfers import booking, queries, rules
from marketplace.transfers.disputes import close_dispute, open_dispute
from marketplace.transfers.files import Upload, content_type, file_possible
from marketplace.transfers.parties import facts, locked_transfer, open_dispute_of, side_of, tell, tell_other
from marketplace.transfers.readings import Reading
from marketplace.transfers.results import keep_results
from marketplace.transfers.working_days import CONFIRM_WITHIN_DAYS, end_of_working_day
from marketplace.unit_of_work import UnitOfWork
from models.constraints import refused_by
from models.contracts import Contract, Side
from models.transfers import Gate, Source, Transfer, TransferFile, TransferStatus, Weighing

_KNOWN_SLIP = "uq_weighings_site_id_slip_no"
_WEIGHED = "uq_weighings_transfer_id_gate"


@dataclass(frozen=True, slots=True)
class Beside:
    """What may come with a reading: a picture of the slip, and the laboratory's results at the taker's gate."""

    upload: Upload | None = None
    results: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The slip as it is kept; ``first`` is False where it was known already."""

    weighing: Weighing
    first: bool


def record_weighing(
    *, uow: UnitOfWork, actor: Actor, code: str, reading: Reading, source: Source, beside: Beside | None = None
) -> Recorded:
    """Keep one slip and what follows from it.  A known slip with the same figures changes nothing.

    Raises :class:`NotPossible`: ``slip:conflict`` for a known number with other figures, and every other reason.
    """
    beside = beside or Beside()
    transfer = locked_transfer(uow, code)
    side = side_of(actor, transfer, "transfer.weigh")
    refuse(rules.own_gate(reading.gate, side))
    refuse(file_possible(beside.upload) if beside.upload else [])
    site_id = _site(transfer.contract, reading.gate)
    known = queries.slip(uow.session, site_id, reading.slip_no)
    if known is not None:
        refuse([] if rules.same_slip(known, transfer, reading) else [_conflict(known)])
        _keep_file(uow, actor, transfer, reading.gate, beside.upload)
        return Recorded(known, first=False)
    refuse(_refusals(uow, transfer, reading))
    weighing = Weighing(
        transfer=transfer, site_id=site_id, gate=reading.gate, slip_no=reading.slip_no, gross_t=reading.gross_t,
        tare_t=reading.tare_t, weighed_at=reading.weighed_at, vehicle=reading.vehicle or transfer.vehicle,
        source=source, recorded_by=actor.user_id, recorded_at=uow.now,
    )
    uow.session.add(weighing)
    _flush(uow)
    _keep_file(uow, actor, transfer, reading.gate, beside.upload)
    if reading.gate == Gate.OUT:
        _load(uow, actor, transfer, weighing, reading)
    else:
        keep_results(transfer, dict(beside.results))
        _receive(uow, actor, transfer, weighing)
    return Recorded(weighing, first=True)


def correct_weighing(*, uow: UnitOfWork, actor: Actor, code: str, reading: Reading, reason: str) -> Transfer:
    """Put right a mistyped slip of one's own gate, and say why.

    The ledger's entries are taken back by new ones and written anew; what the slip said before stays in the event.
    """
    transfer = locked_transfer(uow, code)
    side = side_of(actor, transfer, "transfer.weigh")
    refuse([
        *rules.own_gate(reading.gate, side), *rules.may_correct(transfer, reading.gate), *rules.says_why(reason),
    ])
    slip, arrived = queries.weighed(transfer, reading.gate), transfer.weighing(Gate.IN)
    old = figures(slip)
    if old == reading_figures(reading):
        # A second click, or nothing to put right.
        return transfer
    before = queries.weighed(transfer, Gate.OUT) if reading.gate == Gate.IN else None
    after = arrived if reading.gate == Gate.OUT else None
    refuse(rules.reading_possible(reading, now=uow.now, before=before, after=after))
    taken = ("transfer.received",) if arrived is not None else ()
    booking.take_back(uow, actor.user_id, transfer, taken, reason)
    if reading.gate == Gate.OUT:
        booking.take_back(uow, actor.user_id, transfer, ("transfer.loaded",), reason)
        refuse(_manifest_vehicle(transfer, reading) + _load_refusals(uow, transfer, reading))
        transfer.vehicle = reading.vehicle or transfer.vehicle
    slip.slip_no, slip.gross_t, slip.tare_t = reading.slip_no, reading.gross_t, reading.tare_t
    slip.weighed_at, slip.vehicle = reading.weighed_at, reading.vehicle or slip.vehicle
    _flush(uow)
    event = uow.record(
        actor.user_id, "weighing.corrected", transfer, **facts(transfer), gate=reading.gate.value,
        reason=reason.strip(), before=old, after=figures(slip),
    )
    tell_other(uow, transfer, event, side)
    if reading.gate == Gate.OUT:
        booking.post_loaded(uow, actor.user_id, transfer, slip)
    if arrived is not None:
        transfer.confirm_by = _confirm_by(arrived)
        booking.post_received(uow, actor.user_id, transfer, queries.weighed(transfer, Gate.OUT), arrived)
        _compare(uow, actor, transfer)
    booking.free_rest(uow, actor.user_id, transfer.contract, reason)
    market_changed(uow, transfer.contract.supply, transfer.contract.demand)
    return transfer


def note_refused(
    *, uow: UnitOfWork, actor: Actor, code: str, reading: Reading, source: Source, reasons: list[Refusal]
) -> None:
    """Keep that a slip was refused and why: a truck stands at the gate, and the figures must not be lost.

    A known number with other figures is an event of its own kind, of which the people of that gate are told.
    """
    transfer = queries.transfer_by_code(uow.session, code)
    if transfer is None:
        return
    side = side_of(actor, transfer, "transfer.weigh")
    known = queries.slip(uow.session, _site(transfer.contract, reading.gate), reading.slip_no)
    codes = [reason.code for reason in reasons]
    told = {"gate": reading.gate.value, "source": source.value, "offered": reading_figures(reading)}
    if "slip:conflict" not in codes or known is None:
        uow.record(actor.user_id, "weighing.refused", transfer, **facts(transfer), side=side, reasons=codes, **told)
        return
    event = uow.record(
        actor.user_id, "slip.conflict", transfer, **facts(transfer), slip_no=reading.slip_no, known=figures(known),
        **told,
    )
    uow.notify(queries.people_of(uow.session, transfer, side), event)


def figures(weighing: Weighing) -> dict[str, object]:
    """A slip as events keep it."""
    return {
        "slip_no": weighing.slip_no, "gross_t": weighing.gross_t, "tare_t": weighing.tare_t,
        "weighed_at": weighing.weighed_at, "vehicle": weighing.vehicle,
    }


def reading_figures(reading: Reading) -> dict[str, object]:
    """A reading as events keep it."""
    return {
        "slip_no": reading.slip_no, "gross_t": reading.gross_t, "tare_t": reading.tare_t,
        "weighed_at": reading.weighed_at, "vehicle": reading.vehicle,
    }


def _site(contract: Contract, gate: Gate) -> int:
    return contract.from_site_id if gate == Gate.OUT else contract.to_site_id


def _conflict(known: Weighing) -> Refusal:
    values = {"slip": known.slip_no, "gross": known.gross_t, "tare": known.tare_t, "code": known.transfer.code}
    return Refusal("slip:conflict", values, "slip_no")


def _refusals(uow: UnitOfWork, transfer: Transfer, reading: Reading) -> list[Refusal]:
    out = transfer.weighing(Gate.OUT)
    if transfer.weighing(reading.gate) is not None:
        return [Refusal("weighing:already", {"slip": queries.weighed(transfer, reading.gate).slip_no}, "slip_no")]
    reasons = rules.contract_open(transfer.contract) if reading.gate == Gate.OUT else []
    reasons = reasons or rules.may_move(transfer, rules.AFTER[reading.gate])
    if reasons:
        return reasons
    reasons = rules.reading_possible(reading, now=uow.now, before=out if reading.gate == Gate.IN else None)
    if not reading.vehicle and not transfer.vehicle:
        reasons.append(Refusal("weighing:no_vehicle", field="vehicle"))
    if reading.gate == Gate.OUT and not reasons:
        reasons = _manifest_vehicle(transfer, reading) + _load_refusals(uow, transfer, reading)
    return reasons


def _manifest_vehicle(transfer: Transfer, reading: Reading) -> list[Refusal]:
    """One vehicle, one manifest: the vehicle that leaves is the one its manifest names."""
    if transfer.manifest_no and reading.vehicle and reading.vehicle != transfer.vehicle:
        values = {"planned": transfer.vehicle, "found": reading.vehicle}
        return [Refusal("weighing:manifest_vehicle", values, "vehicle")]
    return []


def _load_refusals(uow: UnitOfWork, transfer: Transfer, reading: Reading) -> list[Refusal]:
    left = booking.month_left(uow, transfer.contract, transfer.month, beside=transfer)
    room = booking.free_of_listings(uow, transfer.contract, transfer.month)
    return rules.load_possible(left, reading.net_t, room)


def _load(uow: UnitOfWork, actor: Actor, transfer: Transfer, out: Weighing, reading: Reading) -> None:
    transfer.status, transfer.vehicle = TransferStatus.LOADED, out.vehicle
    transfer.driver = reading.driver or transfer.driver
    event = uow.record(
        actor.user_id, "transfer.loaded", transfer, **facts(transfer), **_slip(out), vehicle=out.vehicle
    )
    tell_other(uow, transfer, event, Side.PRODUCER)
    if booking.post_loaded(uow, actor.user_id, transfer, out):
        market_changed(uow, transfer.contract.supply, transfer.contract.demand)


def _receive(uow: UnitOfWork, actor: Actor, transfer: Transfer, came: Weighing) -> None:
    transfer.status, transfer.confirm_by = TransferStatus.RECEIVED, _confirm_by(came)
    out = queries.weighed(transfer, Gate.OUT)
    event = uow.record(
        actor.user_id, "transfer.received", transfer, **facts(transfer), **_slip(came), out_t=out.net_t,
        confirm_by=transfer.confirm_by,
    )
    tell(uow, transfer, event)
    booking.post_received(uow, actor.user_id, transfer, out, came)
    _compare(uow, actor, transfer)


def _compare(uow: UnitOfWork, actor: Actor, transfer: Transfer) -> None:
    """Weighings that differ too much open a dispute; a correction that brings them together ends it."""
    out_t, in_t = (queries.weighed(transfer, gate).net_t for gate in (Gate.OUT, Gate.IN))
    agree = rules.within_tolerance(out_t, in_t, transfer.contract.weighing_tolerance)
    dispute = open_dispute_of(transfer)
    if dispute is None and not agree:
        open_dispute(uow, actor.user_id, transfer, about="weight")
    elif dispute is not None and dispute.about == "weight":
        # What was proposed was proposed for other figures.
        dispute.proposed_t, dispute.proposed_by_side = None, None
        if agree:
            close_dispute(uow, dispute, "corrected")
            transfer.status = TransferStatus.RECEIVED


def _confirm_by(came: Weighing) -> dt.datetime:
    """Counted from the arrival, not from when somebody entered it."""
    return end_of_working_day(came.weighed_at, CONFIRM_WITHIN_DAYS)


def _slip(weighing: Weighing) -> dict[str, object]:
    return {"slip_no": weighing.slip_no, "net_t": weighing.net_t, "source": weighing.source}


def _flush(uow: UnitOfWork) -> None:
    try:
        uow.session.flush()
    except IntegrityError as error:
        # Another consignment of the site, or of another request, took the number at this very moment.
        name = refused_by(error)
        if name == _KNOWN_SLIP:
            raise NotPossible([Refusal("slip:taken", field="slip_no")]) from error
        if name == _WEIGHED:
            raise NotPossible([Refusal("transfer:changed")]) from error
        raise


def _keep_file(uow: UnitOfWork, actor: Actor, transfer: Transfer, gate: Gate, upload: Upload | None) -> None:
    """Keep a file once, however often it is sent."""
    if upload is None or any(row.sha256 == upload.sha256 and row.gate == gate for row in transfer.files):
        return
    transfer.files.append(TransferFile(
        gate=gate, name=upload.safe_name, content_type=content_type(upload.content) or "",
        size_bytes=len(upload.content), sha256=upload.sha256, content=upload.content, uploaded_by=actor.user_id,
        uploaded_at=uow.now,
    ))
    uow.session.flush()

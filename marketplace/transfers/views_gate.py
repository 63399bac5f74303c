"""The gate: what is expected today, one short screen for one weighing, and the correction of a mistyped slip."""

from __future__ import annotations

import datetime as dt

from flask import flash, redirect, render_template, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import formatting
from marketplace.errors import NotFound, NotPossible, Refusal
from marketplace.i18n import named
from marketplace.months import SHANGHAI
from marketplace.reasons import refusal_text
from marketplace.security.permissions import require
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.transfers import page, presenters, queries, rules
from marketplace.transfers.entering import enter
from marketplace.transfers.forms import WeighForm, with_results
from marketplace.transfers.readings import parse_reading
from marketplace.transfers.weighing import Beside, correct_weighing
from models.base import utc_now
from models.contracts import Side
from models.transfers import Gate, Source, Transfer

# What the last person at this browser weighed in; most weighbridges print kilograms.
UNIT = "gate_unit"
MOST_VEHICLES = 300


def gate() -> ResponseReturnValue:
    """Today's vehicles: those to weigh out, and those that are on their way here."""
    actor = current_actor()
    tomorrow = dt.datetime.combine(_today() + dt.timedelta(days=1), dt.time(), SHANGHAI)
    rows = queries.at_gate(db_session(), actor.enterprise_id, limit=MOST_VEHICLES)
    later = {row.code for row in rows if row.planned_for is not None and row.planned_for >= tomorrow}
    lines = presenters.transfer_lines(rows, actor.enterprise_id)
    leaving = [line for line in lines if line.outgoing]
    return render_template(
        "transfers/gate.html", today=formatting.day(_today()), coming=[line for line in lines if not line.outgoing],
        leaving=[line for line in leaving if line.code not in later],
        later=[line for line in leaving if line.code in later],
    )


def weigh(code: str) -> ResponseReturnValue:
    """One weighing at one's own gate.  Sent twice, it ends where the first ended."""
    transfer, gate_of = _own(code)
    kind = with_results(WeighForm, page.limited_properties(transfer.contract)) if gate_of == Gate.IN else WeighForm
    form = kind()
    if not form.is_submitted():
        form.vehicle.data, form.driver.data = transfer.vehicle, transfer.driver
        form.weighed_at.data = utc_now().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
        form.unit.data = browser.get(UNIT, "t")
    if form.validate_on_submit():
        reading, faults = parse_reading(form.told(code, gate_of.value))
        try:
            if reading is None:
                raise NotPossible(faults)
            results = {key: float(value) for key, value in form.results().items()}
            beside = Beside(form.upload(), results)
            enter(current_actor(), code, reading, Source.FORM, beside)
        except NotPossible as refused:
            page.beside_fields(form, refused, "slip_no")
        else:
            browser[UNIT] = form.unit.data
            flash(_("Slip %(slip)s is kept: net %(net)s t.", slip=reading.slip_no,
                    net=formatting.number(reading.net_t, 3)), "done")
            return redirect(url_for("transfers.transfer", code=code))
    return _form_page(transfer, gate_of, form, correcting=False)


def correct(code: str) -> ResponseReturnValue:
    """Put right the slip of one's own gate, with a reason."""
    transfer, gate_of = _own(code)
    slip = transfer.weighing(gate_of)
    if slip is None:
        return redirect(url_for("transfers.transfer", code=code))
    form = WeighForm()
    if not form.is_submitted():
        form.slip_no.data, form.unit.data = slip.slip_no, "t"
        form.gross.data, form.tare.data = map(formatting.plain_number, (slip.gross_t, slip.tare_t))
        form.weighed_at.data = slip.weighed_at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
        form.vehicle.data = slip.vehicle
    if form.validate_on_submit():
        reading, faults = parse_reading(form.told(code, gate_of.value))
        try:
            if reading is None:
                raise NotPossible([*faults, *rules.says_why(form.reason.data or "")])
            with unit_of_work() as uow:
                correct_weighing(
                    uow=uow, actor=current_actor(), code=code, reading=reading, reason=form.reason.data or ""
                )
        except NotPossible as refused:
            page.beside_fields(form, refused, "slip_no")
        else:
            flash(_("The slip is corrected; what it said before stays in the record."), "done")
            return redirect(url_for("transfers.transfer", code=code))
    barred = rules.may_correct(transfer, gate_of)
    return _form_page(transfer, gate_of, form, correcting=True, barred=barred)


def _form_page(
    transfer: Transfer, gate_of: Gate, form: WeighForm, *, correcting: bool, barred: list[Refusal] | None = None
) -> ResponseReturnValue:
    contract, done = transfer.contract, transfer.weighing(gate_of)
    if not correcting and not form.is_submitted():
        barred = rules.contract_open(contract) if gate_of == Gate.OUT else []
        barred = barred or rules.may_move(transfer, rules.AFTER[gate_of])
    return render_template(
        "transfers/weigh.html", form=form, transfer=transfer, gate=gate_of.value, correcting=correcting,
        waste=named(contract.waste_type), done=done,
        other=named(contract.taker if gate_of == Gate.OUT else contract.producer),
        out=transfer.weighing(Gate.OUT), results=[f for f in form if f.short_name.startswith("result_")],
        barred=[refusal_text(reason) for reason in barred or []],
    ), 422 if form.errors else 200


def _own(code: str) -> tuple[Transfer, Gate]:
    """The consignment and the gate at which the person's side weighs it."""
    actor, transfer = current_actor(), queries.transfer_by_code(db_session(), code)
    if transfer is None:
        raise NotFound(code)
    require(actor, "transfer.weigh", transfer.contract)
    side = transfer.contract.side_of(actor.enterprise_id)
    return transfer, Gate.OUT if side == Side.PRODUCER else Gate.IN


def _today() -> dt.date:
    return utc_now().astimezone(SHANGHAI).date()

"""Consignments: the list, one page each, planning and deciding.  The gate is in ``views_gate.py``."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from marketplace import formatting
from marketplace.errors import NotFound, NotPossible
from marketplace.i18n import named
from marketplace.market import engine_catalogue
from marketplace.months import month_of
from marketplace.reasons import refusal_text
from marketplace.security.permissions import may, require
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.transfers import disputes, page, presenters, queries, rules, service, views_csv, views_gate
from marketplace.transfers.forms import PlanForm, ReasonForm, ResultsForm, TonnesForm, with_results
from marketplace.unit_of_work import UnitOfWork
from marketplace.urls import Url
from models.base import utc_now
from models.contracts import Contract

PER_PAGE = 50


def transfers() -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    wanted = queries.Filter(**{
        name: request.args.get(name, "").strip()[:40] for name in ("status", "side", "month", "contract")
    })
    number = max(1, request.args.get("page", 1, type=int) or 1)
    rows, total = queries.transfers_of(
        session, actor.enterprise_id, wanted, limit=PER_PAGE, offset=(min(number, 10_000) - 1) * PER_PAGE
    )
    months, contracts = page.list_choices(session, actor.enterprise_id)
    return render_template(
        "transfers/list.html", lines=presenters.transfer_lines(rows, actor.enterprise_id), wanted=wanted, total=total,
        months=months, contracts=contracts, statuses=presenters.STATUS_WORDS, number=number,
        pages=max(1, -(-total // PER_PAGE)),
        active=[
            (contract.code, presenters.contract_choice(contract, actor.enterprise_id))
            for contract in queries.active_contracts(session, actor.enterprise_id)
        ],
    )


def transfer(code: str) -> ResponseReturnValue:
    return page.show(code)


def file(code: str, file_id: int) -> ResponseReturnValue:
    session = db_session()
    found = queries.transfer_by_code(session, code)
    if found is None:
        raise NotFound(code)
    require(current_actor(), "transfer.view", found.contract)
    kept = queries.file_of(session, found.id, file_id)
    if kept is None:
        raise NotFound(str(file_id))
    # A picture is looked at; anything else is only ever saved, whatever a browser might make of it.
    answer = send_file(
        BytesIO(kept.content), mimetype=kept.content_type, download_name=kept.name,
        as_attachment=not kept.content_type.startswith("image/"),
    )
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


def new_transfer(contract_code: str) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    contract = queries.contract_by_code(session, contract_code)
    if contract is None:
        raise NotFound(contract_code)
    require(actor, "transfer.plan", contract)
    form = PlanForm(submission_key=uuid.uuid4().hex)
    _month_choices(form, contract)
    if form.validate_on_submit():
        try:
            with unit_of_work() as uow:
                made = service.plan_transfer(uow=uow, actor=actor, contract_id=contract.id, plan=form.plan())
        except NotPossible as refused:
            page.beside_fields(form, refused, "planned_t")
        else:
            flash(_("The consignment is planned, and the other side has been told."), "done")
            return redirect(presenters.transfer_url(made))
    waste = engine_catalogue().waste_types.get(contract.waste_type_id)
    return render_template(
        "transfers/plan.html", form=form, contract=contract, waste=named(contract.waste_type),
        hazardous=bool(waste and waste.hazardous), months=page.month_rows(contract),
        other=named(contract.taker if contract.producer_id == actor.enterprise_id else contract.producer),
        barred=[refusal_text(reason) for reason in rules.contract_open(contract)],
    ), 422 if form.errors else 200


def _month_choices(form: PlanForm, contract: Contract) -> None:
    months = [row.month for row in contract.months if row.planned_t > 0]
    form.month.choices = [(month, formatting.month(month)) for month in months]
    if not form.is_submitted() and months:
        this = month_of(utc_now())
        form.month.data = this if this in months else months[0]


def accept(code: str, version: int) -> ResponseReturnValue:
    return _done(code, _("Confirmed. These tonnes count for both sides."), lambda uow: service.accept_transfer(
        uow=uow, actor=current_actor(), code=code, version=version
    ))


def agree(code: str, version: int) -> ResponseReturnValue:
    return _done(code, _("Settled. The agreed tonnes count for both sides."), lambda uow: disputes.agree_tonnes(
        uow=uow, actor=current_actor(), code=code, version=version
    ))


def cancel(code: str) -> ResponseReturnValue:
    form = ReasonForm(prefix="cancel-")
    return _with_form(code, form, _("The consignment is cancelled, and the other side has been told."),
                      lambda uow: service.cancel_transfer(
                          uow=uow, actor=current_actor(), code=code, reason=form.reason.data))


def reject(code: str, version: int) -> ResponseReturnValue:
    form = ReasonForm(prefix="reject-")
    return _with_form(code, form, _("The lot is sent back, and the producer has been told."),
                      lambda uow: service.reject_transfer(
                          uow=uow, actor=current_actor(), code=code, version=version, reason=form.reason.data))


def dispute(code: str, version: int) -> ResponseReturnValue:
    form = ReasonForm(prefix="dispute-")
    return _with_form(code, form, _("A dispute over the quality is open, and the producer has been told."),
                      lambda uow: service.dispute_quality(
                          uow=uow, actor=current_actor(), code=code, version=version, reason=form.reason.data))


def propose(code: str) -> ResponseReturnValue:
    form = TonnesForm(prefix="propose-")
    return _with_form(code, form, _("Your proposal stands, and the other side has been told."),
                      lambda uow: disputes.propose_tonnes(
                          uow=uow, actor=current_actor(), code=code, tonnes=form.tonnes.data))


def results(code: str) -> ResponseReturnValue:
    found = queries.transfer_by_code(db_session(), code)
    if found is None or not may(current_actor(), "transfer.view", found.contract):
        raise NotFound(code)
    form = with_results(ResultsForm, page.limited_properties(found.contract))()
    return _with_form(code, form, _("The results are kept."), lambda uow: service.record_results(
        uow=uow, actor=current_actor(), code=code,
        results={key: None if value is None else float(value) for key, value in form.results().items()},
    ))


def _done(code: str, words: str, change: Callable[[UnitOfWork], object]) -> ResponseReturnValue:
    """Make one change and come back to the page; what is not possible is said there."""
    try:
        with unit_of_work() as uow:
            change(uow)
    except NotPossible as refused:
        return page.show(code, refused=refused), 409
    flash(words, "done")
    return redirect(url_for("transfers.transfer", code=code))


def _with_form(
    code: str, form: FlaskForm, words: str, change: Callable[[UnitOfWork], object]
) -> ResponseReturnValue:
    """:func:`_done` with a form: what was typed is kept where it is not right or not possible."""
    if not form.validate_on_submit():
        return page.show(code, form=form), 422
    try:
        with unit_of_work() as uow:
            change(uow)
    except NotPossible as refused:
        return page.show(code, form=form, refused=refused), 409
    flash(words, "done")
    return redirect(url_for("transfers.transfer", code=code))


URLS = [
    Url("/transfers", transfers, "transfer.list"),
    Url("/transfers/new/<contract_code>", new_transfer, "transfer.plan", ("GET", "POST")),
    Url("/transfers/import", views_csv.import_weighings, "transfer.weigh", ("GET", "POST")),
    Url("/transfers/import/template.csv", views_csv.template, "transfer.weigh"),
    Url("/transfers/<code>", transfer, "transfer.view"),
    Url("/transfers/<code>/files/<int:file_id>", file, "transfer.view"),
    Url("/transfers/<code>/cancel", cancel, "transfer.plan", ("POST",)),
    Url("/transfers/<code>/results", results, "transfer.decide", ("POST",)),
    Url("/transfers/<code>/accept/<int:version>", accept, "transfer.decide", ("POST",)),
    Url("/transfers/<code>/reject/<int:version>", reject, "transfer.decide", ("POST",)),
    Url("/transfers/<code>/dispute/<int:version>", dispute, "transfer.decide", ("POST",)),
    Url("/transfers/<code>/propose", propose, "transfer.settle", ("POST",)),
    Url("/transfers/<code>/agree/<int:version>", agree, "transfer.settle", ("POST",)),
    Url("/transfers/<code>/correct", views_gate.correct, "transfer.weigh", ("GET", "POST")),
    Url("/gate", views_gate.gate, "transfer.weigh"),
    Url("/gate/<code>", views_gate.weigh, "transfer.weigh", ("GET", "POST")),
]

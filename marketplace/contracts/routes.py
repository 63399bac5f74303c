"""Contracts: mine, one page each, confirming, ending, changing.  The document is in ``routes_document.py``."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.contracts import page, presenters_page, queries, service, service_amendments
from marketplace.contracts.forms import AmendForm, ReasonForm, amend_form
from marketplace.contracts.presenters import STATUS_WORDS
from marketplace.contracts.routes_document import URLS as DOCUMENT_URLS
from marketplace.errors import NotPossible
from marketplace.ledger.queries import contracts_months
from marketplace.reasons import refusal_text
from marketplace.security.permissions import require
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.unit_of_work import UnitOfWork
from marketplace.urls import Url
from models.contracts import Contract, ContractStatus


def contracts() -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    wanted = request.args.get("status", "")
    status = wanted if wanted in set(ContractStatus) else ""
    # The administrator belongs to no enterprise and sees all.
    rows = queries.contracts_of(session, actor.enterprise_id, status=status)
    held = contracts_months(session, rows)
    lines = [presenters_page.contract_line(row, actor.enterprise_id, held.get(row.id, {})) for row in rows]
    return render_template(
        "contracts/list.html", lines=sorted(lines, key=lambda line: not line.waits), statuses=STATUS_WORDS,
        status=status,
    )


def contract(code: str) -> ResponseReturnValue:
    return page.show(code)


def confirm(code: str, version: int) -> ResponseReturnValue:
    return _do(
        code, lambda uow, row: service.confirm_contract(
            uow=uow, actor=current_actor(), contract_id=row.id, version=version
        ), _("Confirmed. The other side has been told."),
    )


def decline(code: str) -> ResponseReturnValue:
    return _with_reason(code, "decline", service.decline_contract, _("Declined. The tonnes are free again."))


def end(code: str) -> ResponseReturnValue:
    return _with_reason(code, "end", service.end_contract, _("Ended. What was not sent is free again."))


def amend(code: str) -> ResponseReturnValue:
    row = page.readable(code)
    require(current_actor(), "contract.amend", row)
    months = page.amendable_months(row)
    form = amend_form(row, months)
    barred = page.barred_from_amending(row)
    if form.validate_on_submit():
        try:
            with unit_of_work() as uow:
                service_amendments.propose_amendment(
                    uow=uow, actor=current_actor(), contract_id=row.id, version=_version(form),
                    changes=form.changes(months), reason=form.reason.data or "",
                )
        except NotPossible as refused:
            _beside_fields(form, refused)
        else:
            flash(_("The change is proposed. It holds once the other side agrees."), "done")
            return redirect(url_for("contracts.contract", code=code))
    return render_template(
        "contracts/amend.html", form=form, contract=row, months=[form[page.month_field(month)] for month in months],
        barred=[] if form.errors else barred,
    ), 422 if form.errors else 200


def agree(code: str, number: int) -> ResponseReturnValue:
    return _do(
        code, lambda uow, row: service_amendments.agree_amendment(
            uow=uow, actor=current_actor(), contract_id=row.id, number=number
        ), _("Agreed. The change holds from now on."),
    )


def refuse_change(code: str, number: int) -> ResponseReturnValue:
    return _do(
        code, lambda uow, row: service_amendments.refuse_amendment(
            uow=uow, actor=current_actor(), contract_id=row.id, number=number
        ), _("Done. The contract stays as it is."),
    )


def _do(code: str, act: Callable[[UnitOfWork, Contract], object], done: str) -> ResponseReturnValue:
    """One change on the page's contract; a refusal is shown on the page as it stands now."""
    row = page.readable(code)
    try:
        with unit_of_work() as uow:
            act(uow, row)
    except NotPossible as refused:
        return page.show(code, refused=refused), 409
    flash(done, "done")
    return redirect(url_for("contracts.contract", code=code))


def _with_reason(code: str, prefix: str, verb: Callable[..., object], done: str) -> ResponseReturnValue:
    form = ReasonForm(prefix=f"{prefix}-")
    if not form.validate_on_submit():
        return page.show(code, form=form), 422
    return _do(
        code, lambda uow, row: verb(
            uow=uow, actor=current_actor(), contract_id=row.id, reason=form.reason.data or ""
        ), done,
    )


def _version(form: AmendForm) -> int:
    text = form.version.data or ""
    return int(text) if text.isdigit() else 0


def _beside_fields(form: AmendForm, refused: NotPossible) -> None:
    for reason in refused.reasons:
        field = form._fields.get(reason.field, form.reason)
        field.errors = [*field.errors, refusal_text(reason)]


URLS = [
    Url("/contracts", contracts, "contract.view"),
    Url("/contracts/<code>", contract, "contract.view"),
    Url("/contracts/<code>/confirm/<int:version>", confirm, "contract.confirm", ("POST",)),
    Url("/contracts/<code>/decline", decline, "contract.confirm", ("POST",)),
    Url("/contracts/<code>/end", end, "contract.end", ("POST",)),
    Url("/contracts/<code>/changes/new", amend, "contract.amend", ("GET", "POST")),
    Url("/contracts/<code>/changes/<int:number>/agree", agree, "contract.amend", ("POST",)),
    Url("/contracts/<code>/changes/<int:number>/refuse", refuse_change, "contract.amend", ("POST",)),
    *DOCUMENT_URLS,
]

"""The administrator's pages."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.admin import presenters, queries, service
from marketplace.admin.forms import AccountForm
from marketplace.admin.views_queue import queue, retry_job, retry_mail
from marketplace.errors import NotPossible
from marketplace.i18n import named
from marketplace.market.plan import latest_plan
from marketplace.reasons import refusal_text
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.urls import Url


def overview() -> ResponseReturnValue:
    session = db_session()
    return render_template(
        "admin/overview.html", unchecked=queries.unchecked_count(session),
        account_count=queries.account_count(session), plan=latest_plan(session),
        jobs=queries.recent_jobs(session), job_words=presenters.JOB_WORDS, job_kinds=presenters.JOB_KINDS,
    )


def enterprises() -> ResponseReturnValue:
    words = request.args.get("q", "").strip()[:80]
    page = max(1, request.args.get("page", 1, type=int))
    rows, count, page = queries.enterprises(db_session(), words=words, page=page)
    return render_template(
        "admin/enterprises.html", enterprises=rows, count=count, words=words, page=page,
        pages=max(1, -(-count // queries.PAGE)),
    )


def qualify(enterprise_id: int) -> ResponseReturnValue:
    qualified = request.form.get("qualified") == "yes"
    with unit_of_work() as uow:
        enterprise = service.set_qualified(
            uow=uow, actor=current_actor(), enterprise_id=enterprise_id, qualified=qualified
        )
        name = named(enterprise)
    if qualified:
        flash(_("%(name)s counts as checked from now on.", name=name), "done")
    else:
        flash(_("%(name)s no longer counts as checked.", name=name), "warning")
    return redirect(url_for("admin.enterprises", q=request.form.get("q") or None))


def accounts() -> ResponseReturnValue:
    return render_template("admin/accounts.html", accounts=queries.accounts(db_session()))


def new_account() -> ResponseReturnValue:
    session, form = db_session(), AccountForm()
    nothing = [("", _("None"))]
    form.enterprise_id.choices = nothing + [(str(row.id), named(row)) for row in queries.all_enterprises(session)]
    form.park_id.choices = nothing + [(str(row.id), named(row)) for row in queries.all_parks(session)]
    form.region_id.choices = nothing + [(row.id, named(row)) for row in queries.all_regions(session)]
    if form.validate_on_submit():
        account = service.NewAccount(
            email=form.email.data, display_name=form.display_name.data, role=form.role.data,
            password=form.password.data,
            enterprise_id=int(form.enterprise_id.data) if form.enterprise_id.data else None,
            park_id=int(form.park_id.data) if form.park_id.data else None, region_id=form.region_id.data or None,
        )
        try:
            with unit_of_work() as uow:
                service.create_account(uow=uow, actor=current_actor(), account=account)
        except NotPossible as refused:
            form.email.errors = [refusal_text(reason) for reason in refused.reasons]
        else:
            flash(_("The account is made. Give the person the first password by a safe way."), "done")
            return redirect(url_for("admin.accounts"))
    return render_template("admin/new_account.html", form=form), 422 if form.errors else 200


def set_active(user_id: int) -> ResponseReturnValue:
    active = request.form.get("active") == "yes"
    with unit_of_work() as uow:
        service.set_active(uow=uow, actor=current_actor(), user_id=user_id, active=active)
    flash(_("The account is open again.") if active else _("The account is closed and signed out."), "done")
    return redirect(url_for("admin.accounts"))


URLS = [
    Url("/admin", overview, "admin.view"),
    Url("/admin/enterprises", enterprises, "admin.view"),
    Url("/admin/enterprises/<int:enterprise_id>/qualified", qualify, "admin.qualify", ("POST",)),
    Url("/admin/queue", queue, "admin.queue"),
    Url("/admin/queue/<int:job_id>/retry", retry_job, "admin.queue", ("POST",)),
    Url("/admin/mails/<int:mail_id>/retry", retry_mail, "admin.queue", ("POST",)),
    Url("/admin/accounts", accounts, "admin.accounts"),
    Url("/admin/accounts/new", new_account, "admin.accounts", ("GET", "POST")),
    Url("/admin/accounts/<int:user_id>/active", set_active, "admin.accounts", ("POST",)),
]

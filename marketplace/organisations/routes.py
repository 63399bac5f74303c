"""The public page of an enterprise, and the form in which it names itself and its sites."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.errors import NotFound, NotPossible
from marketplace.organisations import presenters, queries, service  # noqa: F401  (presenters declare the words)
from marketplace.organisations.forms import EnterpriseForm
from marketplace.pages.presenters import listing_lines
from marketplace.reasons import refusal_text
from marketplace.security.permissions import require
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.urls import PUBLIC, Url
from models.listings import Demand, Supply


def enterprise(code: str) -> ResponseReturnValue:
    session = db_session()
    found = queries.enterprise_by_code(session, code)
    if found is None:
        raise NotFound(code)
    return render_template(
        "organisations/enterprise.html", enterprise=found,
        supplies=listing_lines(queries.published_of(session, Supply, found.id)),
        demands=listing_lines(queries.published_of(session, Demand, found.id)),
    )


def edit(code: str) -> ResponseReturnValue:
    found, actor = queries.enterprise_by_code(db_session(), code), current_actor()
    if found is None:
        raise NotFound(code)
    require(actor, "enterprise.edit", found)
    form = EnterpriseForm(
        version=found.version, name=found.name, name_en=found.name_en,
        sites=[{"site_id": site.id, "name": site.name} for site in found.sites],
    )
    if form.validate_on_submit():
        profile = service.Profile(
            form.name.data, form.name_en.data or "",
            {int(entry["site_id"]): entry["name"] or "" for entry in form.sites.data if entry["site_id"].isdigit()},
        )
        try:
            with unit_of_work() as uow:
                service.update_profile(
                    uow=uow, actor=actor, enterprise_id=found.id, profile=profile,
                    version=int(form.version.data) if str(form.version.data).isdigit() else 0,
                )
        except NotPossible as refused:
            # Saving again is then a decision on what is stored now, so the page carries the new version.
            form.version.data = found.version
            form.name.errors = [refusal_text(reason) for reason in refused.reasons]
        else:
            flash(_("Saved."), "done")
            return redirect(url_for("organisations.enterprise", code=code))
    return render_template("organisations/edit.html", form=form, enterprise=found), 422 if form.errors else 200


URLS = [
    Url("/enterprises/<code>", enterprise, PUBLIC),
    Url("/enterprises/<code>/edit", edit, "enterprise.edit", ("GET", "POST")),
]

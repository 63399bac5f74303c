"""Posting step by step: every step that is sent is kept in the draft, so nothing is lost on the way."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import lru_cache
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import formatting
from marketplace.errors import NotFound, NotPossible, Refusal
from marketplace.i18n import named
from marketplace.listings import page_edit, presenters_edit, queries_edit, service, steps
from marketplace.listings.changes import DEMAND, SUPPLY, DoubleSubmission, StaleEdit
from marketplace.listings.forms.fields import StepForm
from marketplace.listings.forms.place import PlaceForm
from marketplace.listings.forms.withdraw import WithdrawForm
from marketplace.months import month_of
from marketplace.reasons import refusal_text
from marketplace.security.permissions import may, require
from marketplace.session import current_actor, db_session, unit_of_work
from matching.catalogue import Catalogue, read_catalogue
from models.base import utc_now
from models.catalogue import DATA_FOLDER
from models.catalogue.reference import catalogue as reference
from models.listings import Listing

_CREATE = {SUPPLY: service.create_supply, DEMAND: service.create_demand}
_EDIT = {SUPPLY: service.edit_supply, DEMAND: service.edit_demand}


def new_supply() -> ResponseReturnValue:
    return _new(SUPPLY)


def new_demand() -> ResponseReturnValue:
    return _new(DEMAND)


def edit_supply(code: str) -> ResponseReturnValue:
    return _review(SUPPLY, code)


def edit_demand(code: str) -> ResponseReturnValue:
    return _review(DEMAND, code)


def edit_supply_step(code: str, step: str) -> ResponseReturnValue:
    return _step(SUPPLY, code, step)


def edit_demand_step(code: str, step: str) -> ResponseReturnValue:
    return _step(DEMAND, code, step)


def publish_supply(code: str) -> ResponseReturnValue:
    return _publish(SUPPLY, code)


def publish_demand(code: str) -> ResponseReturnValue:
    return _publish(DEMAND, code)


def withdraw_supply(code: str) -> ResponseReturnValue:
    return _withdraw(SUPPLY, code)


def withdraw_demand(code: str) -> ResponseReturnValue:
    return _withdraw(DEMAND, code)


def copy_supply(code: str) -> ResponseReturnValue:
    return _copy(SUPPLY, code)


def copy_demand(code: str) -> ResponseReturnValue:
    return _copy(DEMAND, code)


@lru_cache(maxsize=1)
def engine_catalogue() -> Catalogue:
    """The catalogue as the engine reads it; what is hazardous is decided there and nowhere else."""
    return read_catalogue(DATA_FOLDER)


def _new(kind: str) -> ResponseReturnValue:
    market = page_edit.market(db_session(), current_actor().enterprise_id, utc_now())
    if request.method == "GET":
        form = steps.make_form(kind, steps.WHAT, None, market)
        form.submission_key.data = uuid.uuid4().hex
        return _page(kind, steps.WHAT, None, form)
    form = steps.make_form(kind, steps.WHAT, None, market, request.form)
    key = form.submission_key.data or uuid.uuid4().hex
    if not form.validate():
        return _page(kind, steps.WHAT, None, form, status=422)
    try:
        with unit_of_work() as uow:
            listing = _CREATE[kind](
                uow=uow, actor=current_actor(), changes=form.changes(), submission_key=key
            )
            code = listing.code
    except DoubleSubmission:
        listing = queries_edit.by_submission(db_session(), kind, key)
        if listing is None:
            raise
        code = listing.code
    except NotPossible as error:
        return _refused(kind, steps.WHAT, None, form, error.reasons)
    _tell_conversion(form)
    return redirect(url_for(f"listings.edit_{kind}_step", code=code, step=steps.AMOUNT))


def _step(kind: str, code: str, step: str) -> ResponseReturnValue:
    if step == steps.REVIEW:
        return redirect(url_for(f"listings.edit_{kind}", code=code))
    if step not in steps.STEPS[kind]:
        abort(404)
    listing = _own(kind, code)
    market = page_edit.market(db_session(), listing.enterprise_id, utc_now())
    if request.method == "GET":
        return _page(kind, step, listing, steps.make_form(kind, step, listing, market))
    form = steps.make_form(kind, step, listing, market, request.form)
    if page_edit.only_redraws(form, listing, request.form):
        return _page(kind, step, listing, form)
    if not form.validate():
        return _page(kind, step, listing, form, status=422)
    try:
        with unit_of_work() as uow:
            _EDIT[kind](
                uow=uow, actor=current_actor(), code=code, version=form.seen_version(),
                changes=form.changes(), catalogue=engine_catalogue(),
            )
    except StaleEdit as stale:
        # Saving again is on top of what is there now: the other person's change has been read by then.
        form.version.data = str(stale.version)
        return _page(kind, step, _own(kind, code), form, status=409, stale=stale)
    except NotPossible as error:
        return _refused(kind, step, _own(kind, code), form, error.reasons)
    _tell_conversion(form)
    onward = steps.REVIEW if "to_review" in request.form else steps.next_step(kind, step)
    return redirect(presenters_edit.step_url(kind, _own(kind, code), onward) or "")


def _review(kind: str, code: str, refused: list[Refusal] | None = None) -> ResponseReturnValue:
    listing = _own(kind, code)
    reasons = service.publishable(listing, engine_catalogue(), month_of(utc_now()))
    shown = [*(refused or []), *(reason for reason in reasons if reason not in (refused or []))]
    return render_template(
        "listings/edit_review.html", kind=kind, listing=listing, title=_title(kind, listing),
        steps=page_edit.review_steps(kind, listing), reasons=_in_words(shown),
        blocked=bool(reasons), warnings=page_edit.warnings(listing, engine_catalogue()),
        detail_url=page_edit.detail_url(kind, listing), copy_key=uuid.uuid4().hex,
    ), 409 if refused else 200


def _publish(kind: str, code: str) -> ResponseReturnValue:
    version = request.form.get("version", "")
    try:
        with unit_of_work() as uow:
            listing = service.publish(
                uow=uow, actor=current_actor(), kind=kind, code=code,
                version=int(version) if version.isascii() and version.isdigit() else 0,
                catalogue=engine_catalogue(),
            )
    except NotPossible as error:
        return _review(kind, code, error.reasons)
    flash(_("%(code)s is published: everybody can see it now.", code=listing.code), "done")
    return redirect(page_edit.detail_url(kind, listing) or url_for(f"listings.edit_{kind}", code=code))


def _withdraw(kind: str, code: str) -> ResponseReturnValue:
    listing = _own(kind, code)
    form = WithdrawForm(formdata=request.form if request.method == "POST" else None)
    form.offer(presenters_edit.WITHDRAW_REASONS)
    if request.method == "POST" and form.validate():
        with unit_of_work() as uow:
            service.withdraw(uow=uow, actor=current_actor(), kind=kind, code=code, reason=form.words())
        flash(_("%(code)s is withdrawn. You can publish it again at any time.", code=code), "done")
        return redirect(url_for(f"listings.edit_{kind}", code=code))
    return render_template(
        "listings/edit_withdraw.html", kind=kind, listing=listing, title=_title(kind, listing), form=form,
        bidders=len(queries_edit.open_bidders(db_session(), listing)),
    ), 422 if form.errors else 200


def _copy(kind: str, code: str) -> ResponseReturnValue:
    key = request.form.get("submission_key", "")[:64] or uuid.uuid4().hex
    try:
        with unit_of_work() as uow:
            made = service.copy(
                uow=uow, actor=current_actor(), kind=kind, code=code, submission_key=key
            ).code
    except DoubleSubmission:
        listing = queries_edit.by_submission(db_session(), kind, key)
        if listing is None:
            raise
        made = listing.code
    flash(_("%(made)s is a new draft with the content of %(code)s.", made=made, code=code), "done")
    return redirect(url_for(f"listings.edit_{kind}_step", code=made, step=steps.WHAT))


def _own(kind: str, code: str) -> Listing:
    """The listing, if the actor may edit it; a draft of others is not even known to exist."""
    listing = queries_edit.listing_to_edit(db_session(), kind, code)
    actor = current_actor()
    if listing is None or (listing.status == "draft" and not may(actor, "listing.view_draft", listing)):
        raise NotFound(code)
    require(actor, "listing.edit", listing)
    return listing


def _page(
    kind: str, step: str, listing: Listing | None, form: StepForm, *, status: int = 200,
    stale: StaleEdit | None = None,
) -> ResponseReturnValue:
    told = []
    if stale is not None and listing is not None:
        names = {site.id: presenters_edit.site_name(site) for site in page_edit.sites(db_session(), listing)}
        told = presenters_edit.earlier_words(stale.earlier, names)
    return render_template(
        f"listings/edit_{step}.html", kind=kind, step=step, listing=listing, form=form, stale=told,
        title=_title(kind, listing), step_title=presenters_edit.step_title(kind, step),
        steps=presenters_edit.step_views(kind, listing, step), systems=page_edit.REMEDIES,
        **page_edit.rows_of(step, form, listing),
    ), status


def _refused(
    kind: str, step: str, listing: Listing | None, form: StepForm, reasons: list[Refusal]
) -> ResponseReturnValue:
    """The page again, each reason beside its field, or above the form where its field is elsewhere."""
    elsewhere = []
    for reason, text in zip(reasons, _in_words(reasons), strict=True):
        field = form._fields.get(reason.field)
        if field is not None and reason.field not in ("rows",):
            field.errors = [*field.errors, text]
        else:
            elsewhere.append(text)
    form.form_errors = [*form.form_errors, *elsewhere]
    return _page(kind, step, listing, form, status=409)


def _in_words(reasons: list[Refusal]) -> list[str]:
    wastes = reference().waste_types
    return [
        refusal_text(replace(reason, values={
            key: named(wastes[value]) if key == "waste" and value in wastes else value
            for key, value in reason.values.items()
        }))
        for reason in reasons
    ]


def _title(kind: str, listing: Listing | None) -> str:
    if listing is None:
        return _("Post a supply") if kind == SUPPLY else _("Post a demand")
    if listing.status == "draft":
        return _("Draft supply %(code)s", code=listing.code) if kind == SUPPLY else _(
            "Draft demand %(code)s", code=listing.code
        )
    return _("Edit supply %(code)s", code=listing.code) if kind == SUPPLY else _(
        "Edit demand %(code)s", code=listing.code
    )


def _tell_conversion(form: Any) -> None:
    if not isinstance(form, PlaceForm) or form.conversion is None:
        return
    moved = form.conversion
    flash(_(
        "The point was converted to WGS-84: %(lat)s, %(lon)s, %(metres)s m from what was typed.",
        lat=f"{moved.place.lat:.6f}", lon=f"{moved.place.lon:.6f}", metres=formatting.number(moved.metres),
    ), "done")



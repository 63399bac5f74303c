"""Tenders: the list, putting a listing out, the page of one tender, bids, questions, calling off."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from marketplace.errors import NotFound, NotPossible
from marketplace.i18n import named
from marketplace.listings.presenters import listing_title, listing_url
from marketplace.months import SHANGHAI
from marketplace.reasons import refusal_text
from marketplace.security.permissions import may, require
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.tenders import presenters_tender, queries, queries_tender, service_bids, service_tender
from marketplace.tenders.bidding import BidOffer
from marketplace.tenders.forms_tender import AnswerForm, CancelForm, QuestionForm, TenderForm
from marketplace.tenders.page_tender import show_tender, tender_bid_form
from marketplace.tenders.sealing import Sealer
from models.base import utc_now
from models.listings import ListingStatus
from models.tenders import Tender, TenderMode


def sealer() -> Sealer:
    return Sealer(current_app.extensions["gongsheng_settings"].sealing_secret)


def tenders() -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    view = presenters_tender.tender_view
    return render_template(
        "tenders/tenders.html",
        running=[view(one) for one in queries_tender.open_to(session, actor.enterprise_id)],
        mine=[view(one) for one in queries_tender.put_out_by(session, actor.enterprise_id)],
        bidden=[view(one) for one in queries_tender.with_bids_of(session, actor.enterprise_id)],
    )


def new_tender_on_supply(code: str) -> ResponseReturnValue:
    return _new_tender("supply", code)


def new_tender_on_demand(code: str) -> ResponseReturnValue:
    return _new_tender("demand", code)


def tender_page(tender_id: int) -> ResponseReturnValue:
    return show_tender(found(tender_id), sealer())


def bid_in(tender_id: int) -> ResponseReturnValue:
    tender = found(tender_id)
    form = tender_bid_form(tender, None)
    if form.validate_on_submit():
        offer = BidOffer(
            terms=form.terms(), waste_type_id=form.waste_type_id.data, own_listing=form.own_listing.data or "",
            message=form.message.data or "", submission_key=form.submission_key.data or None,
        )
        try:
            with unit_of_work() as uow:
                values: dict[str, Any] = {"uow": uow, "actor": current_actor(), "tender_id": tender_id, "offer": offer}
                if tender.mode == TenderMode.SEALED:
                    service_bids.place_sealed(**values, sealer=sealer())
                else:
                    service_bids.place_ascending(**values)
        except NotPossible as refused:
            beside(form, refused, "t_per_month")
        else:
            flash(_placed(tender), "done")
            return redirect(url_for("tenders.tender_page", tender_id=tender_id))
    return show_tender(found(tender_id), sealer(), bid_form=form)


def withdraw_sealed(tender_id: int) -> ResponseReturnValue:
    with unit_of_work() as uow:
        service_bids.withdraw_sealed(uow=uow, actor=current_actor(), sealer=sealer(), tender_id=tender_id)
    flash(_("Your sealed bid is taken back."), "done")
    return redirect(url_for("tenders.tender_page", tender_id=tender_id))


def ask(tender_id: int) -> ResponseReturnValue:
    form = QuestionForm()
    if form.validate_on_submit():
        try:
            with unit_of_work() as uow:
                service_tender.ask(
                    uow=uow, actor=current_actor(), tender_id=tender_id, question=form.question.data or ""
                )
        except NotPossible as refused:
            beside(form, refused, "question")
        else:
            flash(_("Your question is sent. All bidders will read it and its answer, without your name."), "done")
            return redirect(url_for("tenders.tender_page", tender_id=tender_id))
    return show_tender(found(tender_id), sealer(), question_form=form)


def answer(tender_id: int, question_id: int) -> ResponseReturnValue:
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            with unit_of_work() as uow:
                service_tender.answer(
                    uow=uow, actor=current_actor(), tender_id=tender_id, question_id=question_id,
                    words=form.answer.data or "",
                )
        except NotPossible as refused:
            beside(form, refused, "answer")
        else:
            flash(_("The answer can be read by all bidders."), "done")
            return redirect(url_for("tenders.tender_page", tender_id=tender_id))
    return show_tender(found(tender_id), sealer(), answer_form=form, answering=question_id)


def cancel_tender(tender_id: int) -> ResponseReturnValue:
    form = CancelForm()
    if form.validate_on_submit():
        try:
            with unit_of_work() as uow:
                service_tender.cancel_tender(
                    uow=uow, actor=current_actor(), tender_id=tender_id, reason=form.reason.data or ""
                )
        except NotPossible as refused:
            beside(form, refused, "reason")
        else:
            flash(_("The tender is called off."), "done")
            return redirect(url_for("tenders.tender_page", tender_id=tender_id))
    return show_tender(found(tender_id), sealer(), cancel_form=form)


def found(tender_id: int) -> Tender:
    """The tender of that number; NotFound where there is none."""
    tender = queries_tender.tender_with_names(db_session(), tender_id)
    if tender is None:
        raise NotFound(str(tender_id))
    return tender


def beside(form: FlaskForm, refused: NotPossible, otherwise: str) -> None:
    """Put every reason beside its field, or beside the field ``otherwise``."""
    for reason in refused.reasons:
        field = form._fields.get(reason.field) or form[otherwise]
        field.errors = [*field.errors, refusal_text(reason)]


def _placed(tender: Tender) -> str:
    if tender.mode == TenderMode.SEALED:
        return _("Your bid is sealed. Until the deadline you alone can see it, replace it or take it back.")
    return _("Your bid is placed and can be seen by all bidders, without your name.")


def _new_tender(kind: str, code: str) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    listing = queries.listing_by_code(session, kind, code)
    if listing is None or listing.status == ListingStatus.DRAFT:
        raise NotFound(code)
    require(actor, "tender.manage", listing)
    fitting = queries_tender.fitting_enterprises(session, listing)
    form = TenderForm(submission_key=uuid.uuid4().hex)
    form.offer(fitting, [named(row) for row in fitting])
    if not form.is_submitted():
        soon = (utc_now() + timedelta(days=7)).astimezone(SHANGHAI)
        form.deadline_day.data, form.deadline_time.data = soon.date(), soon.replace(hour=17, minute=0, second=0).time()
    if form.validate_on_submit() and (chosen := _chosen(form)) is not None:
        try:
            with unit_of_work() as uow:
                tender = service_tender.open_tender(
                    uow=uow, actor=actor, kind=kind, code=code, plan=form.plan(), invited=chosen,
                    submission_key=form.submission_key.data or None,
                )
        except NotPossible as refused:
            beside(form, refused, "mode")
        else:
            flash(_("The tender runs. Who is invited has been told."), "done")
            return redirect(url_for("tenders.tender_page", tender_id=tender.id))
    return render_template(
        "tenders/new_tender.html", form=form, kind=kind, listing=listing, title=listing_title(listing),
        listing_url=listing_url(listing),
        waiting=queries_tender.open_bids_on(session, listing), may_decide=may(actor, "bid.decide", listing),
    ), 422 if form.errors else 200


def _chosen(form: TenderForm) -> list[int] | None:
    """The ids of everybody invited; None where a written name is nobody's, which the field then says."""
    known = queries_tender.enterprises_called(db_session(), form.written())
    if unknown := [word for word in form.written() if word not in known]:
        form.others.errors = [
            *form.others.errors,
            _("No enterprise is called “%(name)s”. Write the whole name or the code.", name=unknown[0][:60]),
        ]
        return None
    return sorted({*(form.invited.data or ()), *(row.id for row in known.values())})



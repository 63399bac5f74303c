"""Awarding a closed tender: the tonnes typed, or the plan as it stands."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.errors import NotPossible
from marketplace.security.permissions import require
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.tenders import queries_tender
from marketplace.tenders.forms_tender import award_form, awarded
from marketplace.tenders.page_tender import show_tender
from marketplace.tenders.service_award import award_tender
from marketplace.tenders.views_tender import beside, found, sealer
from models.tenders import TenderStatus


def award(tender_id: int) -> ResponseReturnValue:
    tender = found(tender_id)
    require(current_actor(), "tender.manage", tender.listing)
    bids = queries_tender.bids_in(db_session(), tender_id)
    form = award_form(bids)()
    if tender.status == TenderStatus.AWARDED:
        # A second click on the same button: the first one awarded it.
        return redirect(url_for("tenders.tender_page", tender_id=tender_id))
    if form.validate_on_submit():
        version = form.version.data or ""
        try:
            with unit_of_work() as uow:
                award_tender(
                    uow=uow, actor=current_actor(), tender_id=tender_id,
                    version=int(version) if version.isdigit() and len(version) < 9 else 0,
                    tonnes=awarded(form, bids), reason=form.reason.data or "",
                )
        except NotPossible as refused:
            beside(form, refused, "reason")
        else:
            flash(_("The tender is awarded. Every bidder has been told its own result."), "done")
            return redirect(url_for("tenders.tender_page", tender_id=tender_id))
    fresh = found(tender_id)
    form.version.data, form.version.raw_data = str(fresh.version), None
    return show_tender(fresh, sealer(), award=form)

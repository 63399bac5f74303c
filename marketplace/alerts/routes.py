"""The inbox."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.alerts import presenters, queries, service
from marketplace.alerts.words import enterprises_in
from marketplace.organisations.queries import enterprise_names
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.urls import Url


def inbox() -> ResponseReturnValue:
    actor, session = current_actor(), db_session()
    notices = queries.inbox(session, user_id=actor.user_id)
    views = presenters.notice_views(
        notices, actor, enterprise_names(session, enterprises_in(notices)), queries.listings_of(session, notices)
    )
    return render_template("alerts/inbox.html", notices=views)


def open_notice(notice_id: int) -> ResponseReturnValue:
    """Mark a notice as read and go to what it is about."""
    actor = current_actor()
    with unit_of_work() as uow:
        notice = service.read_notice(uow=uow, actor=actor, notice_id=notice_id)
        target = presenters.notice_url(notice, actor)
    return redirect(target)


def read_all() -> ResponseReturnValue:
    with unit_of_work() as uow:
        service.read_all(uow=uow, actor=current_actor())
    return redirect(url_for("alerts.inbox"))


URLS = [
    Url("/inbox", inbox, "inbox.read"),
    Url("/inbox/<int:notice_id>", open_notice, "inbox.mark", ("POST",)),
    Url("/inbox/read-all", read_all, "inbox.mark", ("POST",)),
]

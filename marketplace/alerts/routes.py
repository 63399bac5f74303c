"""The inbox, and how a person wants to be told."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.alerts import presenters, queries, service
from marketplace.alerts.topics import Channels, Topic
from marketplace.alerts.words import enterprises_in
from marketplace.organisations.queries import enterprise_names
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.urls import Url


def inbox() -> ResponseReturnValue:
    actor, session = current_actor(), db_session()
    topic = presenters.topic_named(request.args.get("topic", ""))
    notices = queries.inbox(session, user_id=actor.user_id, topic=topic)
    views = presenters.notice_views(
        notices, actor, enterprise_names(session, enterprises_in(notices)), queries.listings_of(session, notices)
    )
    return render_template(
        "alerts/inbox.html", days=presenters.by_day(views), topic=topic, topics=presenters.TOPIC_WORDS,
        unread_count=queries.unread_count(session, user_id=actor.user_id), most=queries.MOST,
        cut=len(notices) == queries.MOST,
    )


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


def choices() -> ResponseReturnValue:
    """Inbox and mail, topic by topic; a box that is not ticked is not sent."""
    actor = current_actor()
    if request.method == "POST":
        wanted = {
            topic: Channels(f"inbox-{topic.value}" in request.form, f"mail-{topic.value}" in request.form)
            for topic in Topic
        }
        with unit_of_work() as uow:
            service.choose(uow=uow, actor=actor, choices=wanted)
        flash(_("Saved."), "done")
        return redirect(url_for("alerts.choices"))
    rows = presenters.choice_rows(queries.choices(db_session(), user_id=actor.user_id))
    return render_template("alerts/choices.html", rows=rows, email=queries.email_of(db_session(), actor.user_id))


URLS = [
    Url("/inbox", inbox, "inbox.read"),
    Url("/inbox/<int:notice_id>", open_notice, "inbox.mark", ("POST",)),
    Url("/inbox/read-all", read_all, "inbox.mark", ("POST",)),
    Url("/account/notices", choices, "account.use", ("GET", "POST")),
]

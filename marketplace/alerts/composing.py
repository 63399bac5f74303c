"""A notice as a mail, in the recipient's language, with links that lead to this site."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache

from flask import Flask, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.alerts.presenters import topic_word
from marketplace.alerts.queries import listings_of
from marketplace.alerts.topics import topic_of
from marketplace.alerts.words import Told, enterprises_in, notice_link, notice_text
from marketplace.config import Settings
from marketplace.organisations.queries import enterprise_names
from marketplace.security.actor import Actor
from models.notices import Mail

_LONGEST_SUBJECT = 120


def compose(session: Session, mail: Mail, settings: Settings) -> EmailMessage:
    """The mail of a notice; the same row gives the same mail."""
    notice, person = mail.notice, mail.notice.user
    actor = Actor(person.id, person.role, person.enterprise_id, person.park_id, person.display_name)
    message = EmailMessage()
    with _app(settings).test_request_context(base_url=settings.public_url), force_locale(person.locale):
        told = Told(
            notice.kind, notice.data, actor, enterprise_names(session, enterprises_in([notice])),
            listings_of(session, [notice]),
        )
        # What people typed may hold line breaks, which no header may.
        sentence = " ".join(notice_text(told).split())
        root = settings.public_url.rstrip("/")
        message["Subject"] = f"{topic_word(topic_of(notice.kind))} · {sentence}"[:_LONGEST_SUBJECT]
        message.set_content(_(
            "%(name)s,\n\n%(sentence)s\n\n%(link)s\n\nYou choose which mails you get: %(choices)s\n",
            name=person.display_name, sentence=sentence, link=root + notice_link(told),
            choices=root + url_for("alerts.choices"),
        ))
    message["From"], message["To"] = settings.mail_from, person.email
    message["Message-ID"] = f"<{mail.message_id}>"
    message["Date"] = format_datetime(mail.created_at)
    message["Auto-Submitted"] = "auto-generated"
    return message


@lru_cache(maxsize=4)
def _app(settings: Settings) -> Flask:
    """An application of the worker's own, for words and addresses; it serves nobody."""
    from marketplace.app import create_app

    return create_app(settings)

"""Who is told of an event and how: notices and their mails, kept or lost with the change itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.alerts.topics import DEFAULTS, Channels, Topic, topic_of
from models.events import Event
from models.jobs import Job
from models.notices import Mail, Notice, NoticeChoice

SEND_MAIL = "send_mail"


def tell(
    session: Session, user_ids: Iterable[int], event: Event, *, kind: str, data: dict[str, Any], now: datetime
) -> list[Notice]:
    """Leave a notice per person about ``event``, and a mail with its job where the person wants one.

    Who wants neither is told nothing.  A notice that is for the mail alone does not show in the inbox.
    """
    people = sorted(set(user_ids))
    chosen = channels_of(session, people, topic_of(kind))
    notices = []
    for user_id in people:
        by = chosen[user_id]
        if not by.inbox and not by.mail:
            continue
        notice = Notice(
            user_id=user_id, event_id=event.id, kind=kind, data=data, created_at=now, in_inbox=by.inbox
        )
        notices.append(notice)
        session.add(notice)
        if by.mail:
            key = message_id(event, user_id)
            session.add(Mail(notice=notice, message_id=key, created_at=now))
            session.add(Job(kind=SEND_MAIL, payload={"message_id": key}, created_at=now, run_after=now))
    return notices


def channels_of(session: Session, user_ids: Iterable[int], topic: Topic) -> dict[int, Channels]:
    """By person, how each wants to hear of ``topic``."""
    people = list(user_ids)
    rows = session.scalars(
        select(NoticeChoice).where(NoticeChoice.user_id.in_(people), NoticeChoice.topic == topic.value)
    ) if people else ()
    return dict.fromkeys(people, DEFAULTS[topic]) | {row.user_id: Channels(row.by_inbox, row.by_mail) for row in rows}


def message_id(event: Event, user_id: int) -> str:
    """The Message-ID of what one person is told of one event: the same however often it is computed."""
    seed = f"{event.id}|{event.kind}|{event.at.isoformat()}|{user_id}"
    return f"{event.id}.{user_id}.{hashlib.sha256(seed.encode()).hexdigest()[:24]}@notices.gongsheng"

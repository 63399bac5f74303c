"""Reading notices, and choosing how to be told."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from marketplace.alerts.topics import Channels, Topic
from marketplace.errors import NotFound
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.unit_of_work import UnitOfWork
from models.accounts import User
from models.notices import Notice, NoticeChoice


def read_notice(*, uow: UnitOfWork, actor: Actor, notice_id: int) -> Notice:
    """Mark one notice of the actor as read; reading it again changes nothing."""
    notice = uow.session.get(Notice, notice_id)
    if notice is None:
        raise NotFound(str(notice_id))
    require(actor, "inbox.mark", notice)
    notice.read_at = notice.read_at or uow.now
    return notice


def read_all(*, uow: UnitOfWork, actor: Actor) -> int:
    """Mark all notices of the actor as read; how many there were."""
    require(actor, "inbox.read")
    unread = uow.session.scalars(
        select(Notice).where(Notice.user_id == actor.user_id, Notice.read_at.is_(None), Notice.in_inbox)
    ).all()
    for notice in unread:
        notice.read_at = uow.now
    return len(unread)


def choose(*, uow: UnitOfWork, actor: Actor, choices: Mapping[Topic, Channels]) -> None:
    """Keep how the actor wants to hear of each topic; what is told from now on follows it."""
    require(actor, "account.use")
    # The person's row is the lock: two pages saved at once end in one whole set of choices.
    if uow.lock(User, actor.user_id) is None:
        raise NotFound(str(actor.user_id))
    rows = {
        row.topic: row
        for row in uow.session.scalars(select(NoticeChoice).where(NoticeChoice.user_id == actor.user_id))
    }
    for topic, by in choices.items():
        row = rows.get(topic.value)
        if row is None:
            uow.session.add(
                NoticeChoice(user_id=actor.user_id, topic=topic.value, by_inbox=by.inbox, by_mail=by.mail)
            )
        else:
            row.by_inbox, row.by_mail = by.inbox, by.mail

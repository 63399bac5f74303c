"""Reading notices."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.errors import NotFound
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.unit_of_work import UnitOfWork
from models.notices import Notice


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
        select(Notice).where(Notice.user_id == actor.user_id, Notice.read_at.is_(None))
    ).all()
    for notice in unread:
        notice.read_at = uow.now
    return len(unread)

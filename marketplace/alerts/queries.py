"""Reads of notices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.alerts.topics import DEFAULTS, Channels, Topic, topic_of
from models.accounts import User
from models.events import EVENT_KINDS
from models.listings import Demand, Supply
from models.notices import Notice, NoticeChoice

# The inbox shows so many; a topic shows as many of its own.
MOST = 200


def unread_count(session: Session, *, user_id: int) -> int:
    query = select(func.count()).where(Notice.user_id == user_id, Notice.read_at.is_(None), Notice.in_inbox)
    return session.scalar(query) or 0


def inbox(session: Session, *, user_id: int, topic: Topic | None = None, limit: int = MOST) -> Sequence[Notice]:
    """The newest notices of a person, of one topic where given."""
    query = select(Notice).where(Notice.user_id == user_id, Notice.in_inbox)
    if topic is not None:
        query = query.where(Notice.kind.in_([kind for kind in EVENT_KINDS if topic_of(kind) == topic]))
    return session.scalars(query.order_by(Notice.id.desc()).limit(limit)).all()


def choices(session: Session, *, user_id: int) -> dict[Topic, Channels]:
    """What holds for a person, topic by topic: the choice made, else the default."""
    rows = session.scalars(select(NoticeChoice).where(NoticeChoice.user_id == user_id))
    made = {row.topic: Channels(row.by_inbox, row.by_mail) for row in rows}
    return {topic: made.get(topic.value, DEFAULTS[topic]) for topic in Topic}


def email_of(session: Session, user_id: int | None) -> str:
    """The address a person's mails go to."""
    return session.scalar(select(User.email).where(User.id == user_id)) or ""


def listings_of(session: Session, notices: Sequence[Notice]) -> dict[str, Supply | Demand]:
    """The listings that ``notices`` are about, by code, each with what names it."""
    codes = {
        code for notice in notices for key in ("listing_code", "partner_code") if (code := notice.data.get(key))
    }
    if not codes:
        return {}
    supplies = select(Supply).where(Supply.code.in_(codes)).options(joinedload(Supply.waste_type))
    demands = select(Demand).where(Demand.code.in_(codes)).options(joinedload(Demand.use))
    return {row.code: row for query in (supplies, demands) for row in session.scalars(query)}

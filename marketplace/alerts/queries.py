"""Reads of notices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.notices import Notice


def unread_count(session: Session, *, user_id: int) -> int:
    return session.scalar(select(func.count()).where(Notice.user_id == user_id, Notice.read_at.is_(None))) or 0


def inbox(session: Session, *, user_id: int, limit: int = 100) -> Sequence[Notice]:
    """The newest notices of a person, unread ones first."""
    query = select(Notice).where(Notice.user_id == user_id).options(joinedload(Notice.event))
    return session.scalars(query.order_by(Notice.read_at.is_not(None), Notice.id.desc()).limit(limit)).all()

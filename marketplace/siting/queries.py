"""Reads of siting studies."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from marketplace.security.actor import Actor
from models.siting import SitingStudy

SHOWN = 100


def readable(session: Session, actor: Actor) -> Sequence[SitingStudy]:
    """One's own and those that are shared, the newest first."""
    mine = or_(SitingStudy.author_id == actor.user_id, SitingStudy.shared.is_(True))
    query = select(SitingStudy).where(mine).options(joinedload(SitingStudy.author))
    return session.scalars(query.order_by(SitingStudy.id.desc()).limit(SHOWN)).all()


def study_by_id(session: Session, study_id: int) -> SitingStudy | None:
    query = select(SitingStudy).where(SitingStudy.id == study_id)
    return session.scalar(query.options(joinedload(SitingStudy.author)))

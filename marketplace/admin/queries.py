"""Reads for the administrator."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.accounts import User
from models.jobs import Job, JobStatus
from models.organisations import Enterprise, Park, Region

PAGE = 50


def enterprises(session: Session, *, words: str, page: int) -> tuple[Sequence[Enterprise], int, int]:
    """A page of enterprises, those not checked first; how many there are; the page, at most the last one."""
    query = select(Enterprise)
    if words:
        pattern = f"%{words.replace('%', '').replace('_', '')}%"
        query = query.where(or_(Enterprise.name.ilike(pattern), Enterprise.name_en.ilike(pattern)))
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    query = query.options(joinedload(Enterprise.region), selectinload(Enterprise.licences))
    query = query.order_by(Enterprise.qualified, Enterprise.name, Enterprise.id)
    page = min(page, max(1, -(-count // PAGE)))
    return session.scalars(query.offset((page - 1) * PAGE).limit(PAGE)).all(), count, page


def accounts(session: Session) -> Sequence[User]:
    query = select(User).options(joinedload(User.enterprise), joinedload(User.park), joinedload(User.region))
    return session.scalars(query.order_by(User.active.desc(), User.role, User.email)).all()


def all_enterprises(session: Session) -> Sequence[Enterprise]:
    return session.scalars(select(Enterprise).order_by(Enterprise.name, Enterprise.id)).all()


def all_parks(session: Session) -> Sequence[Park]:
    return session.scalars(select(Park).order_by(Park.name, Park.id)).all()


def all_regions(session: Session) -> Sequence[Region]:
    return session.scalars(select(Region).order_by(Region.id)).all()


def unchecked_count(session: Session) -> int:
    return session.scalar(select(func.count()).where(Enterprise.qualified.is_(False))) or 0


def account_count(session: Session) -> int:
    return session.scalar(select(func.count()).where(User.active.is_(True))) or 0


def recent_jobs(session: Session, limit: int = 20) -> Sequence[Job]:
    """What waits, runs or failed first, then the newest that is done."""
    query = select(Job).order_by(Job.status == JobStatus.DONE, Job.id.desc())
    return session.scalars(query.limit(limit)).all()

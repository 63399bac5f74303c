"""Reads of the worker's queue."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from models.jobs import Job, JobStatus
from models.notices import Mail, MailStatus, Notice

MOST = 100


def jobs(session: Session, *, status: str = "", kind: str = "") -> Sequence[Job]:
    """What failed first, then what runs, waits, and the newest that is done."""
    query = select(Job)
    if status in set(JobStatus):
        query = query.where(Job.status == status)
    if kind:
        query = query.where(Job.kind == kind)
    order = case({JobStatus.FAILED: 0, JobStatus.RUNNING: 1, JobStatus.QUEUED: 2}, value=Job.status, else_=3)
    return session.scalars(query.order_by(order, Job.id.desc()).limit(MOST)).all()


def counts(session: Session) -> dict[str, int]:
    """How many jobs there are by status."""
    return {status: count for status, count in session.execute(select(Job.status, func.count()).group_by(Job.status))}


def kinds(session: Session) -> Sequence[str]:
    return session.scalars(select(Job.kind).distinct().order_by(Job.kind)).all()


def mails(session: Session) -> Sequence[Mail]:
    """Mails that failed, are under way or wait; then the newest that were sent."""
    order = case({MailStatus.FAILED: 0, MailStatus.SENDING: 1, MailStatus.WAITING: 2}, value=Mail.status, else_=3)
    query = select(Mail).options(joinedload(Mail.notice).joinedload(Notice.user))
    return session.scalars(query.order_by(order, Mail.id.desc()).limit(MOST)).all()


def mail_counts(session: Session) -> dict[str, int]:
    """How many mails there are by status."""
    query = select(Mail.status, func.count()).group_by(Mail.status)
    return {status: count for status, count in session.execute(query)}

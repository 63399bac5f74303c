"""Reads of accounts and of earlier sign-in attempts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.accounts import SignInAttempt, User


def user_by_email(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def staff_of(session: Session, enterprise_ids: Collection[int]) -> Sequence[int]:
    """The ids of the active people of some enterprises."""
    query = select(User.id).where(User.enterprise_id.in_(enterprise_ids), User.active.is_(True))
    return session.scalars(query.order_by(User.id)).all()


def failures_since(
    session: Session, since: dt.datetime, *, email: str | None = None, address: str | None = None
) -> int:
    """Failed attempts since ``since`` for one account or from one address."""
    query = select(func.count()).select_from(SignInAttempt)
    query = query.where(SignInAttempt.at >= since, SignInAttempt.ok.is_(False))
    if email is not None:
        query = query.where(SignInAttempt.email == email.strip().lower())
    if address is not None:
        query = query.where(SignInAttempt.address == address)
    return session.scalar(query) or 0

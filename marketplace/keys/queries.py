"""Reads of keys."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import ApiKey
from models.accounts import User


def keys_of(session: Session, enterprise_id: int | None) -> Sequence[tuple[ApiKey, str]]:
    """The keys of an enterprise with the name of who made each, those in use first, then the newest."""
    query = select(ApiKey, User.display_name).join(User, User.id == ApiKey.created_by)
    query = query.where(ApiKey.enterprise_id == enterprise_id)
    rows = session.execute(query.order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc()))
    return [(key, name) for key, name in rows]


def live_keys(session: Session, enterprise_id: int | None) -> Sequence[int]:
    """The ids of the keys of an enterprise that are in use."""
    return session.scalars(
        select(ApiKey.id).where(ApiKey.enterprise_id == enterprise_id, ApiKey.revoked_at.is_(None))
    ).all()


def key_and_maker(session: Session, digest: str) -> tuple[ApiKey, User] | None:
    """The key in use with ``digest`` and the active person it acts as, still of the key's enterprise."""
    row = session.execute(
        select(ApiKey, User).join(User, User.id == ApiKey.created_by).where(
            ApiKey.digest == digest, ApiKey.revoked_at.is_(None), User.active.is_(True),
            User.enterprise_id == ApiKey.enterprise_id,
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None

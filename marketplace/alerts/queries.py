"""Reads of notices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.listings import Demand, Supply
from models.notices import Notice


def unread_count(session: Session, *, user_id: int) -> int:
    return session.scalar(select(func.count()).where(Notice.user_id == user_id, Notice.read_at.is_(None))) or 0


def inbox(session: Session, *, user_id: int, limit: int = 100) -> Sequence[Notice]:
    """The newest notices of a person, unread ones first."""
    query = select(Notice).where(Notice.user_id == user_id).options(joinedload(Notice.event))
    return session.scalars(query.order_by(Notice.read_at.is_not(None), Notice.id.desc()).limit(limit)).all()


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

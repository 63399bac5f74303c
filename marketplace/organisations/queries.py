"""Reads of enterprises."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.i18n import named
from models.listings import Demand, ListingStatus, Supply
from models.organisations import Enterprise


def enterprise_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Names by id, in the language of the request."""
    if not ids:
        return {}
    rows = session.execute(select(Enterprise.id, Enterprise.name, Enterprise.name_en).where(Enterprise.id.in_(ids)))
    return {row.id: named(row) for row in rows}


def enterprise_by_code(session: Session, code: str) -> Enterprise | None:
    query = select(Enterprise).where(Enterprise.code == code).options(
        joinedload(Enterprise.region), joinedload(Enterprise.park), selectinload(Enterprise.sites),
        selectinload(Enterprise.licences),
    )
    return session.scalar(query)


def published_of(
    session: Session, model: type[Supply] | type[Demand], enterprise_id: int
) -> Sequence[Supply | Demand]:
    """The published listings of one enterprise, by code."""
    kind = model.waste_type if model is Supply else model.use
    query = select(model).where(model.enterprise_id == enterprise_id, model.status == ListingStatus.PUBLISHED)
    query = query.options(joinedload(kind), joinedload(model.enterprise).joinedload(Enterprise.region))
    return session.scalars(query.order_by(model.code)).all()

"""Reads of one park: its enterprises, its listings, and what waits there."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.assays import Assay, AssayKind
from models.bids import Bid, BidStatus
from models.listings import Demand, ListingStatus, Supply
from models.organisations import Enterprise, Park, Site

SHOWN = 60


def park_by_code(session: Session, code: str) -> Park | None:
    return session.scalar(select(Park).where(Park.code == code).options(joinedload(Park.region)))


def park_by_id(session: Session, park_id: int) -> Park | None:
    return session.scalar(select(Park).where(Park.id == park_id).options(joinedload(Park.region)))


def _in_park(park_id: int) -> ColumnElement[bool]:
    """A listing lies in the park of its site; a main site without one lies in its enterprise's."""
    return or_(
        Site.park_id == park_id,
        and_(Site.is_main, Site.park_id.is_(None), Enterprise.park_id == park_id),
    )


def listings_in(session: Session, park_id: int, model: type[Supply] | type[Demand]) -> Sequence[Row]:
    """Published listings in the park, the largest first: code, kind, tonnes per month, whose they are."""
    kind = model.waste_type_id if model is Supply else model.use_id
    query = (
        select(
            model.code,
            kind.label("kind"),
            model.t_per_month,
            model.quantity_quality,
            model.note,
            Enterprise.code.label("enterprise"),
            Enterprise.name,
            Enterprise.name_en,
        )
        .join(Site, Site.id == model.site_id)
        .join(Enterprise, Enterprise.id == model.enterprise_id)
        .where(model.status == ListingStatus.PUBLISHED, _in_park(park_id))
    )
    return session.execute(query.order_by(model.t_per_month.desc(), model.code).limit(SHOWN)).all()


def enterprises_in(session: Session, park_id: int) -> Sequence[Row]:
    """Enterprises with a place in the park, by name, with how many listings of each kind they publish."""

    def count_of(model: type[Supply] | type[Demand]) -> ColumnElement[int]:
        return (
            select(func.count())
            .select_from(model)
            .where(model.enterprise_id == Enterprise.id, model.status == ListingStatus.PUBLISHED)
            .scalar_subquery()
        )

    query = select(
        Enterprise.code,
        Enterprise.name,
        Enterprise.name_en,
        Enterprise.qualified,
        count_of(Supply).label("supplies"),
        count_of(Demand).label("demands"),
    ).where(exists().where(Site.enterprise_id == Enterprise.id).where(_in_park(park_id)))
    return session.execute(query.order_by(Enterprise.name).limit(SHOWN * 4)).all()


def open_bids_in(session: Session, park_id: int) -> int:
    """Bids that wait for an answer of the park's enterprises."""
    answered = 0
    for model, column in ((Supply, Bid.supply_id), (Demand, Bid.demand_id)):
        query = (
            select(func.count(Bid.id))
            .join(model, model.id == column)
            .join(Site, Site.id == model.site_id)
            .join(Enterprise, Enterprise.id == model.enterprise_id)
            .where(Bid.status == BidStatus.OPEN, _in_park(park_id))
        )
        answered += session.scalar(query) or 0
    return answered


def supplies_without_laboratory(session: Session, park_id: int) -> int:
    """Published supplies of the park that no laboratory has measured."""
    measured = exists().where(Assay.supply_id == Supply.id, Assay.kind == AssayKind.MEASURED)
    query = (
        select(func.count(Supply.id))
        .join(Site, Site.id == Supply.site_id)
        .join(Enterprise, Enterprise.id == Supply.enterprise_id)
        .where(Supply.status == ListingStatus.PUBLISHED, _in_park(park_id), ~measured)
    )
    return session.scalar(query) or 0

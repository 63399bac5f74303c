"""Reads of the board and the desk: totals are added up by the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.ledger.queries import PROMISED
from models.assays import DemandAccept
from models.bids import Bid, BidStatus
from models.contracts import Contract
from models.ledger import Account, LedgerBalance
from models.listings import Demand, ListingStatus, Supply
from models.organisations import Enterprise, Region, Site

PUBLISHED = ListingStatus.PUBLISHED


# Fewer enterprises than these behind a public figure, and one could work out the tonnes of one of them.
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Agreed:
    """Contracts that hold tonnes, those tonnes, and how many were weighed out: None where too few have sent any."""

    contracts: int
    tonnes: Decimal
    weighed_t: Decimal | None


@dataclass(frozen=True, slots=True)
class Side:
    """Listings and tonnes per month on one side of the market, under one heading."""

    listings: int = 0
    t_per_month: Decimal = Decimal(0)


def offered_by_waste(session: Session) -> dict[str, Side]:
    query = select(Supply.waste_type_id, func.count(), func.sum(Supply.t_per_month))
    rows = session.execute(query.where(Supply.status == PUBLISHED).group_by(Supply.waste_type_id))
    return {key: Side(count, total) for key, count, total in rows}


def wanted_by_waste(session: Session) -> dict[str, Side]:
    """Room by accepted waste type; a demand that accepts several types counts its whole room under each."""
    query = (
        select(DemandAccept.waste_type_id, func.count(), func.sum(Demand.t_per_month))
        .join(Demand, Demand.id == DemandAccept.demand_id)
        .where(Demand.status == PUBLISHED)
        .group_by(DemandAccept.waste_type_id)
    )
    return {key: Side(count, total) for key, count, total in session.execute(query)}


def by_region(session: Session, model: type[Supply] | type[Demand]) -> dict[str | None, Side]:
    query = (
        select(Enterprise.region_id, func.count(), func.sum(model.t_per_month))
        .join(model, model.enterprise_id == Enterprise.id)
        .where(model.status == PUBLISHED)
        .group_by(Enterprise.region_id)
    )
    return {key: Side(count, total) for key, count, total in session.execute(query)}


def regions(session: Session) -> dict[str, Region]:
    """The banners and districts by id."""
    return {region.id: region for region in session.scalars(select(Region))}


def newest(session: Session, model: type[Supply] | type[Demand], limit: int) -> Sequence[Supply | Demand]:
    kind = model.waste_type if model is Supply else model.use
    query = select(model).where(model.status == PUBLISHED)
    query = query.options(joinedload(model.enterprise).joinedload(Enterprise.region), joinedload(kind))
    return session.scalars(query.order_by(model.published_at.desc(), model.id.desc()).limit(limit)).all()


def places(session: Session, model: type[Supply] | type[Demand], limit: int) -> Sequence[Row]:
    """Code, kind id, name of the enterprise, coordinates and tonnes of the largest published listings."""
    kind = model.waste_type_id if model is Supply else model.use_id
    query = (
        select(
            model.code, kind.label("kind"), Enterprise.name, Enterprise.name_en, Site.lat, Site.lon,
            model.t_per_month,
        )
        .join(Enterprise, Enterprise.id == model.enterprise_id)
        .join(Site, Site.id == model.site_id)
        .where(model.status == PUBLISHED)
        .order_by(model.t_per_month.desc(), model.id)
    )
    return session.execute(query.limit(limit)).all()


def agreed(session: Session) -> Agreed:
    """What contracts hold, as the ledgers of the producers' sites say; weighed tonnes only of three or more."""
    held, at_producer = LedgerBalance.tonnes, LedgerBalance.site_id == Contract.from_site_id
    sent = LedgerBalance.account == Account.SENT
    sender = case((sent & (held > 0), Contract.producer_id))
    query = (
        select(
            func.count(Contract.id.distinct()), func.sum(held), func.sum(case((sent, held), else_=0)),
            func.count(sender.distinct()),
        )
        .join(LedgerBalance, (LedgerBalance.contract_id == Contract.id) & at_producer)
        .where(LedgerBalance.account.in_(PROMISED), held > 0)
    )
    contracts, total, weighed, senders = session.execute(query).one()
    return Agreed(contracts, total or Decimal(0), weighed if senders >= _ENOUGH else None)


def listings_of(session: Session, model: type[Supply] | type[Demand], enterprise_id: int) -> Sequence[Supply | Demand]:
    """All listings of an enterprise, drafts first, then published, then withdrawn."""
    kind = model.waste_type if model is Supply else model.use
    query = select(model).where(model.enterprise_id == enterprise_id).options(joinedload(kind))
    # The words happen to sort the way the desk wants them: draft, published, withdrawn.
    return session.scalars(query.order_by(model.status, model.code)).all()


def open_bids_by_listing(session: Session, model: type[Supply] | type[Demand], enterprise_id: int) -> dict[int, int]:
    column = Bid.supply_id if model is Supply else Bid.demand_id
    query = (
        select(column, func.count())
        .join(model, model.id == column)
        .where(model.enterprise_id == enterprise_id, Bid.status == BidStatus.OPEN)
        .group_by(column)
    )
    return {listing_id: count for listing_id, count in session.execute(query)}

"""Reads of plans, contracts and the places between which tonnes flow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlalchemy.orm import Session, aliased

from marketplace.ledger.queries import PROMISED
from marketplace.market import market_revision
from marketplace.market.kept import Kept
from marketplace.symbiosis.flows import ENTERPRISE, PARK, REGION, End, Place
from models.contracts import Contract
from models.ledger import Account, LedgerBalance, LedgerEntry, LedgerPosting
from models.listings import Demand, ListingStatus, Supply
from models.organisations import Enterprise, Park, Region, Site
from models.plans import Plan, PlanFlow

NOWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Offer:
    """A supply as the sender of flows: what it offers, where, and whether its tonnes are an estimate."""

    end: End
    waste_type: str


@dataclass(frozen=True, slots=True)
class Want:
    """A demand as the taker of flows."""

    end: End
    use: str


@dataclass(frozen=True, slots=True)
class Atlas:
    """Every place of the market, its enterprises, and its listings by id."""

    parks: dict[int, Place]
    enterprises: dict[int, End]
    supplies: dict[int, Offer]
    demands: dict[int, Want]

    def offers_by_code(self) -> dict[str, Offer]:
        return {offer.end.listing: offer for offer in self.supplies.values()}

    def wants_by_code(self) -> dict[str, Want]:
        return {want.end.listing: want for want in self.demands.values()}


_atlases: Kept[Atlas] = Kept(4)


def database_of(session: Session) -> str:
    """The database behind ``session``, as part of the key of what a process keeps."""
    return str(session.get_bind().engine.url)


def atlas(session: Session) -> Atlas:
    """The places and listings of the market, kept until the market changes."""
    return _atlases.get((database_of(session), market_revision(session)), lambda: _read_atlas(session))


def parks(session: Session) -> dict[int, Place]:
    """Every park by its id, in the order of their codes."""
    rows = session.execute(
        select(Park.id, Park.code, Park.name, Park.name_en, Park.lat, Park.lon, Park.region_id).order_by(Park.code)
    )
    return {
        row.id: Place(PARK, row.code, row.name, row.name_en, row.lat, row.lon, row.id, row.region_id) for row in rows
    }


def _read_atlas(session: Session) -> Atlas:
    known = parks(session)
    rows = _enterprise_rows(session)
    regions = _regions(session, rows)
    ends = {row.id: _end(row, row, known, regions) for row in rows}
    by_id = {row.id: row for row in rows}
    supplies = {
        row.id: Offer(_end(by_id[row.enterprise_id], row, known, regions), row.kind)
        for row in _listing_rows(session, Supply, Supply.waste_type_id)
    }
    demands = {
        row.id: Want(_end(by_id[row.enterprise_id], row, known, regions), row.kind)
        for row in _listing_rows(session, Demand, Demand.use_id)
    }
    return Atlas(known, ends, supplies, demands)


def _enterprise_rows(session: Session) -> Sequence[Row]:
    query = select(
        Enterprise.id,
        Enterprise.code,
        Enterprise.name,
        Enterprise.name_en,
        Enterprise.region_id,
        func.coalesce(Site.park_id, Enterprise.park_id).label("park_id"),
        Site.lat,
        Site.lon,
    ).join(Site, (Site.enterprise_id == Enterprise.id) & Site.is_main)
    return session.execute(query.order_by(Enterprise.id)).all()


def _listing_rows(session: Session, model: type[Supply] | type[Demand], kind: object) -> Sequence[Row]:
    """Every listing that was ever published: a plan may still speak of one withdrawn since."""
    # A further site outside the park is not in the park of its enterprise.
    park = case((Site.is_main, func.coalesce(Site.park_id, Enterprise.park_id)), else_=Site.park_id)
    query = (
        select(
            model.id,
            model.code,
            model.enterprise_id,
            model.quantity_quality,
            kind.label("kind"),
            park.label("park_id"),
            Site.lat,
            Site.lon,
        )
        .join(Site, Site.id == model.site_id)
        .join(Enterprise, Enterprise.id == model.enterprise_id)
        .where(model.status != ListingStatus.DRAFT)
    )
    return session.execute(query.order_by(model.id)).all()


def _regions(session: Session, rows: Sequence[Row]) -> dict[str | None, Place]:
    """A banner stands where its enterprises outside parks stand on average."""
    outside: dict[str | None, list[Row]] = defaultdict(list)
    for row in rows:
        outside[row.region_id].append(row)
    names = {row.id: row for row in session.scalars(select(Region))}
    places = {}
    for region, members in outside.items():
        away = [row for row in members if row.park_id is None] or members
        lat, lon = (sum(getattr(row, axis) for row in away) / len(away) for axis in ("lat", "lon"))
        name = names.get(region)
        places[region] = Place(
            REGION, region or NOWHERE, name.name_zh if name else "", name.name_en if name else "", lat, lon,
            region_id=region,
        )
    return places


def _end(enterprise: Row, site: Row, known: dict[int, Place], regions: dict[str | None, Place]) -> End:
    place = known[site.park_id] if site.park_id is not None else regions[enterprise.region_id]
    own = Place(
        ENTERPRISE, enterprise.code, enterprise.name, enterprise.name_en, site.lat, site.lon, site.park_id,
        place.region_id or enterprise.region_id,
    )
    return End(
        enterprise.id,
        own,
        place,
        site.code if site is not enterprise else "",
        site is not enterprise and site.quantity_quality == "estimate",
    )


def plan_rows(session: Session, plan_id: int) -> Sequence[Row]:
    query = select(
        PlanFlow.supply_id,
        PlanFlow.demand_id,
        PlanFlow.month,
        PlanFlow.tonnes,
        PlanFlow.value_yuan_per_t,
        PlanFlow.distance_km,
    )
    return session.execute(query.where(PlanFlow.plan_id == plan_id).order_by(PlanFlow.id)).all()


def newest_plan(session: Session) -> Row | None:
    """The newest plan for value with blending, without its flows."""
    query = select(Plan.id, Plan.created_at, Plan.market_revision, Plan.status, Plan.summary)
    return session.execute(
        query.where(Plan.objective == "value", Plan.blend.is_(True)).order_by(Plan.id.desc()).limit(1)
    ).first()


def _of_contract() -> tuple[ColumnElement[Any], ...]:
    """What a trade's row says of its contract."""
    return (
        Contract.id, Contract.supply_id, Contract.demand_id, Contract.producer_id, Contract.taker_id,
        Contract.waste_type_id, Contract.price_yuan_per_t,
    )


def weighed_trades(session: Session, months: Sequence[str]) -> Sequence[Row]:
    """What was weighed out under contracts in ``months``, by the month of the slip, less what came back in them."""
    origin = aliased(LedgerEntry)
    happened = func.coalesce(origin.kind, LedgerEntry.kind)
    loaded = (LedgerPosting.account == Account.IN_TRANSIT) & (happened == "transfer.loaded")
    returned = (LedgerPosting.account == Account.STOCK) & (happened == "transfer.returned")
    tonnes = func.sum(case((loaded, LedgerPosting.tonnes), else_=-LedgerPosting.tonnes))
    query = (
        select(*_of_contract(), LedgerPosting.month, tonnes.label("tonnes"), tonnes.label("weighed_t"))
        .join(LedgerEntry, LedgerEntry.contract_id == Contract.id)
        .join(LedgerPosting, LedgerPosting.seq == LedgerEntry.seq)
        .outerjoin(origin, origin.seq == LedgerEntry.corrects_seq)
        .where(
            LedgerPosting.contract_id.is_(None), LedgerPosting.site_id == Contract.from_site_id,
            LedgerPosting.month.in_(months), loaded | returned,
        )
        .group_by(Contract.id, LedgerPosting.month)
        .having(tonnes > 0)
    )
    return session.execute(query.order_by(Contract.id, LedgerPosting.month)).all()


def trades(session: Session) -> Sequence[Row]:
    """What contracts hold of each month, as the ledger of the producer's site says, and how much of it was weighed out.

    What was declined, or freed by an early end, is held no more.
    """
    sent = case((LedgerBalance.account == Account.SENT, LedgerBalance.tonnes), else_=0)
    query = (
        select(
            *_of_contract(),
            LedgerBalance.month,
            func.sum(LedgerBalance.tonnes).label("tonnes"),
            func.sum(sent).label("weighed_t"),
        )
        .join(
            LedgerBalance,
            (LedgerBalance.contract_id == Contract.id) & (LedgerBalance.site_id == Contract.from_site_id),
        )
        .where(LedgerBalance.account.in_(PROMISED))
        .group_by(Contract.id, LedgerBalance.month)
        .having(func.sum(LedgerBalance.tonnes) > 0)
    )
    return session.execute(query.order_by(Contract.id, LedgerBalance.month)).all()

"""Reads of the ledger for indicators: what each site did in each month, what lay there, and what is still to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.indicators.facts import Deal, Line, SiteMonth
from marketplace.indicators.places import CITY, CITY_NAMES, CITY_OF, PARK, REGION, Place, Spot
from marketplace.ledger.queries import ZERO
from models.catalogue.reference import catalogue
from models.contracts import Contract
from models.ledger import Account, LedgerBalance, LedgerEntry, LedgerPosting
from models.listings import Demand, ListingStatus, Supply
from models.organisations import Enterprise, Park, Region, Site

# The product of a use that is none: storing or burying.
_DISPOSED = "disposed"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where every site counts, and whose it is."""

    spots: dict[int, Spot]
    owners: dict[int, int]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything indicators of ``year`` are made from: rows of that year and of the one before, by site and month.

    ``stock_before`` is what lay at each site when the year began, by site and waste type.  Hazardous waste is left out.
    """

    year: int
    rows: tuple[SiteMonth, ...]
    stock_before: dict[tuple[int, str], Decimal]
    ground: Ground
    rows_before: tuple[SiteMonth, ...] = field(default=())


def places(session: Session) -> list[Place]:
    """The cities, the banners in which there is a park or an enterprise, and the parks: each below what holds it."""
    used = set(session.scalars(select(Enterprise.region_id).distinct())) | set(
        session.scalars(select(Park.region_id).distinct())
    )
    regions = [row for row in session.scalars(select(Region).order_by(Region.id)) if row.id in used]
    parks = session.scalars(select(Park).order_by(Park.code)).all()
    found: list[Place] = []
    for city, (name, name_en) in CITY_NAMES.items():
        own = [row for row in regions if CITY_OF.get(row.id) == city]
        if own:
            found.append(Place(CITY, str(city), name, name_en))
            found += [one for row in own for one in _with_parks(row, parks)]
    elsewhere = [row for row in regions if row.id not in CITY_OF]
    found += [one for row in elsewhere for one in _with_parks(row, parks)]
    return found + [_park(row) for row in parks if row.region_id is None]


def place_by_key(session: Session, kind: str, code: str) -> Place | None:
    return next((one for one in places(session) if (one.kind, one.code) == (kind, code)), None)


def ground(session: Session) -> Ground:
    """A site counts for its park and that park's banner; outside parks for its enterprise's banner."""
    region_of = {row.id: row.region_id for row in session.execute(select(Park.id, Park.region_id))}
    query = select(
        Site.id, Site.park_id, Site.is_main, Enterprise.id.label("owner"), Enterprise.park_id.label("inherited"),
        Enterprise.region_id,
    ).join(Enterprise, Enterprise.id == Site.enterprise_id)
    spots, owners = {}, {}
    for row in session.execute(query):
        park = row.park_id if row.park_id is not None else row.inherited if row.is_main else None
        spots[row.id] = Spot(park, (region_of.get(park) if park is not None else None) or row.region_id)
        owners[row.id] = row.owner
    return Ground(spots, owners)


def years(session: Session) -> list[int]:
    """The years in which tonnes have moved, newest first."""
    year = func.substr(LedgerPosting.month, 1, 4)
    rows = session.scalars(select(year).where(LedgerPosting.contract_id.is_(None)).distinct())
    return sorted({int(one) for one in rows}, reverse=True)


def book(session: Session, year: int) -> Book:
    """The book of ``year``; each kind of row is one read."""
    where = ground(session)
    rows = _site_months(session, where, f"{year - 1}-01", f"{year}-12")
    return Book(
        year, tuple(row for row in rows if row.month >= f"{year}-01"), _stock_before(session, f"{year}-01"), where,
        tuple(row for row in rows if row.month < f"{year}-01"),
    )


def entry_lines(first: str, last: str, sites: Collection[int] | None = None) -> Select[tuple]:
    """Lines of tonnes that exist in the months, with what happened even where a line takes it back."""
    origin = aliased(LedgerEntry)
    query = (
        select(
            LedgerPosting.site_id, LedgerPosting.waste_type_id, LedgerPosting.month, LedgerPosting.account,
            func.coalesce(origin.kind, LedgerEntry.kind).label("happened"), LedgerEntry.contract_id,
        )
        .join(LedgerEntry, LedgerEntry.seq == LedgerPosting.seq)
        .outerjoin(origin, origin.seq == LedgerEntry.corrects_seq)
        .where(
            LedgerPosting.contract_id.is_(None), LedgerPosting.month >= first, LedgerPosting.month <= last,
            LedgerPosting.waste_type_id.not_in(hazardous()),
        )
    )
    return query if sites is None else query.where(LedgerPosting.site_id.in_(sites))


def hazardous() -> list[str]:
    """The waste types that no figure here counts: they have rules and forms of their own."""
    return sorted(key for key, one in catalogue().waste_types.items() if one.hazardous == "yes")


def deals(session: Session, ids: Iterable[int]) -> dict[int, Deal]:
    """What the contracts say that the indicators need, by id."""
    query = (
        select(Contract.id, Contract.from_site_id, Contract.to_site_id, Contract.taker_id, Demand.use_id)
        .outerjoin(Demand, Demand.id == Contract.demand_id)
        .where(Contract.id.in_(sorted(set(ids))))
    )
    return {
        row.id: Deal(row.from_site_id, row.to_site_id, row.taker_id, disposes(row.use_id))
        for row in session.execute(query)
    }


def disposes(use_id: str | None) -> bool:
    """Whether a use is none, but storing or burying."""
    return use_id is not None and catalogue().uses[use_id].main_product == _DISPOSED


def _site_months(session: Session, where: Ground, first: str, last: str) -> list[SiteMonth]:
    lines = entry_lines(first, last).add_columns(func.sum(LedgerPosting.tonnes).label("tonnes"))
    # By the names of the columns: PostgreSQL does not see that two expressions with one parameter are the same.
    found = session.execute(lines.group_by(*lines.selected_columns[:4], "happened", LedgerEntry.contract_id)).all()
    known = deals(session, {row.contract_id for row in found if row.contract_id is not None})
    months: dict[tuple[int, str, str], SiteMonth] = {}
    for row in found:
        key = (row.site_id, row.waste_type_id, row.month)
        if key not in months:
            months[key] = SiteMonth(
                row.site_id, where.owners[row.site_id], where.spots[row.site_id], row.waste_type_id, row.month
            )
        deal = known.get(row.contract_id or 0)
        to_park = where.spots[deal.to_site_id].park_id if deal else None
        months[key].add(Line(row.account, row.happened, exact(row.tonnes)), deal, to_park)
    return [months[key] for key in sorted(months)]


def _stock_before(session: Session, month: str) -> dict[tuple[int, str], Decimal]:
    rows = session.execute(
        select(LedgerPosting.site_id, LedgerPosting.waste_type_id, func.sum(LedgerPosting.tonnes).label("tonnes"))
        .where(
            LedgerPosting.account == Account.STOCK, LedgerPosting.month < month,
            LedgerPosting.waste_type_id.not_in(hazardous()),
        )
        .group_by(LedgerPosting.site_id, LedgerPosting.waste_type_id)
    )
    return {(row.site_id, row.waste_type_id): exact(row.tonnes) for row in rows}


def exact(total: object) -> Decimal:
    """A sum of tonnes as the database gives it, to the kilogram: SQLite adds up in float64."""
    return Decimal(str(total)).quantize(Decimal("0.001"))


def offers(session: Session) -> list[Row]:
    """Published supplies: site, waste type, tonnes per month and the months they are offered in."""
    return list(session.execute(
        select(
            Supply.site_id, Supply.waste_type_id, Supply.t_per_month, Supply.start_month, Supply.end_month
        ).where(Supply.status == ListingStatus.PUBLISHED, Supply.waste_type_id.not_in(hazardous()))
    ))


def promised(session: Session, first: str, last: str) -> dict[tuple[int, str], dict[str, Decimal]]:
    """What contracts in force are still to send for use, by the sender's site and waste type, then by month."""
    rows = session.execute(
        select(
            LedgerBalance.site_id, LedgerBalance.waste_type_id, LedgerBalance.month, LedgerBalance.tonnes,
            Demand.use_id,
        )
        .join(Contract, Contract.id == LedgerBalance.contract_id)
        .outerjoin(Demand, Demand.id == Contract.demand_id)
        .where(
            LedgerBalance.account == Account.CONTRACTED, LedgerBalance.site_id == Contract.from_site_id,
            LedgerBalance.month >= first, LedgerBalance.month <= last, LedgerBalance.tonnes > 0,
            LedgerBalance.waste_type_id.not_in(hazardous()),
        )
    )
    found: dict[tuple[int, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        if not disposes(row.use_id):
            found[row.site_id, row.waste_type_id][row.month] += row.tonnes
    return found


def on_the_road(session: Session) -> dict[tuple[int, str], Decimal]:
    """What was weighed out for use and not yet weighed in, by the sender's site and waste type."""
    rows = session.execute(
        select(
            LedgerPosting.site_id, LedgerPosting.waste_type_id, LedgerEntry.contract_id,
            func.sum(LedgerPosting.tonnes).label("tonnes"),
        )
        .join(LedgerEntry, LedgerEntry.seq == LedgerPosting.seq)
        .where(LedgerPosting.account == Account.IN_TRANSIT, LedgerPosting.waste_type_id.not_in(hazardous()))
        .group_by(LedgerPosting.site_id, LedgerPosting.waste_type_id, LedgerEntry.contract_id)
    ).all()
    known = deals(session, {row.contract_id for row in rows})
    found: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        tonnes = exact(row.tonnes)
        if tonnes > ZERO and not known[row.contract_id].disposes:
            found[row.site_id, row.waste_type_id] += tonnes
    return found


def _with_parks(region: Region, parks: Iterable[Park]) -> list[Place]:
    own = Place(REGION, region.id, region.name_zh, region.name_en, region_id=region.id)
    return [own, *(_park(row) for row in parks if row.region_id == region.id)]


def _park(row: Park) -> Place:
    return Place(PARK, row.code, row.name, row.name_en, park_id=row.id, region_id=row.region_id)


def in_park(park_id: int) -> object:
    """A listing or a heap lies in the park of its site; a main site without one lies in its enterprise's."""
    return or_(
        Site.park_id == park_id, Site.is_main & Site.park_id.is_(None) & (Enterprise.park_id == park_id)
    )

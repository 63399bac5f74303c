"""Reads of the register of stockpiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, false, func, select, true
from sqlalchemy.orm import Session, joinedload

from marketplace.indicators.places import CITY_OF, PARK, REGION, Place
from marketplace.security.actor import ADMIN, COMMITTEE, REGULATOR, Actor
from models.events import Event
from models.organisations import Enterprise, Park, Region, Site
from models.stockpiles import Remediation, Stockpile

FINISHED = (Remediation.DONE, Remediation.VERIFIED)


@dataclass(frozen=True, slots=True)
class Sieve:
    """What of the register is wanted; blank: all.  ``park`` and ``region`` are codes."""

    waste: str = ""
    park: str = ""
    region: str = ""
    state: str = ""
    overdue: bool = False


def all_stockpiles(session: Session) -> Sequence[Stockpile]:
    """The whole register, for totals that name nobody."""
    return session.scalars(_with_places(select(Stockpile)).order_by(Stockpile.id)).all()


def stockpiles_for(session: Session, actor: Actor, sieve: Sieve, today: date) -> Sequence[Stockpile]:
    """What ``actor`` may see one by one, overdue ones and early deadlines first."""
    query = _with_places(select(Stockpile)).where(_in_reach(actor))
    if sieve.waste:
        query = query.where(Stockpile.waste_type_id == sieve.waste)
    if sieve.park:
        query = query.where(Stockpile.park.has(Park.code == sieve.park))
    if sieve.region:
        query = query.where(Stockpile.region_id == sieve.region)
    if sieve.state:
        query = query.where(Stockpile.remediation == sieve.state)
    if sieve.overdue:
        query = query.where(_overdue(today))
    return session.scalars(query.order_by(Stockpile.deadline.is_(None), Stockpile.deadline, Stockpile.id)).all()


def stockpile_by_id(session: Session, stockpile_id: int) -> Stockpile | None:
    return session.scalar(_with_places(select(Stockpile)).where(Stockpile.id == stockpile_id))


def stockpile_made_by(session: Session, key: str) -> Stockpile | None:
    """The stockpile that the same form has made already."""
    return session.scalar(select(Stockpile).where(Stockpile.submission_key == key))


def overdue_in(session: Session, park_id: int, today: date) -> int:
    """Stockpiles of a park whose deadline has passed and whose remediation is not done."""
    query = select(func.count(Stockpile.id)).where(Stockpile.park_id == park_id, _overdue(today))
    return session.scalar(query) or 0


def finished_in(session: Session, place: Place) -> tuple[int, int]:
    """How many of the place's stockpiles are finished, and how many there are."""
    where = Stockpile.region_id.in_([slug for slug, city in CITY_OF.items() if city == place.code])
    if place.kind in (PARK, REGION):
        where = Stockpile.park_id == place.park_id if place.kind == PARK else Stockpile.region_id == place.region_id
    rows = session.scalars(select(Stockpile.remediation).where(where)).all()
    return sum(1 for one in rows if one in FINISHED), len(rows)


def parks_for(session: Session, actor: Actor) -> Sequence[Park]:
    """The parks a heap may be entered in."""
    query = select(Park).options(joinedload(Park.region)).order_by(Park.name)
    if actor.role == COMMITTEE:
        query = query.where(Park.id == actor.park_id)
    elif actor.region_id is not None:
        query = query.where(Park.region_id == actor.region_id)
    return session.scalars(query).all()


def sites_for(session: Session, actor: Actor) -> Sequence[Site]:
    """The sites a heap may be entered at, by enterprise."""
    query = select(Site).join(Enterprise, Enterprise.id == Site.enterprise_id).outerjoin(
        Park, Park.id == func.coalesce(Site.park_id, _inherited())
    )
    if actor.role == COMMITTEE:
        query = query.where(Park.id == actor.park_id)
    elif actor.region_id is not None:
        query = query.where(func.coalesce(Park.region_id, Enterprise.region_id) == actor.region_id)
    query = query.options(joinedload(Site.enterprise), joinedload(Site.park))
    return session.scalars(query.order_by(Enterprise.name, Site.id)).all()


def regions(session: Session) -> Sequence[Region]:
    return session.scalars(select(Region).order_by(Region.id)).all()


def site_by_id(session: Session, site_id: int) -> Site | None:
    return session.scalar(
        select(Site).where(Site.id == site_id)
        .options(joinedload(Site.park), joinedload(Site.enterprise).joinedload(Enterprise.park))
    )


def story_of(session: Session, row: Stockpile) -> Sequence[Event]:
    """What happened to a stockpile's row, newest first."""
    return session.scalars(
        select(Event).where(Event.subject_type == "stockpile", Event.subject_id == str(row.id))
        .order_by(Event.id.desc()).options(joinedload(Event.actor))
    ).all()


def _inherited() -> ColumnElement[int]:
    """A main site without a park lies in its enterprise's."""
    return case((Site.is_main, Enterprise.park_id), else_=None)


def _overdue(today: date) -> ColumnElement[bool]:
    return and_(Stockpile.deadline < today, Stockpile.remediation.not_in(FINISHED))


def _in_reach(actor: Actor) -> ColumnElement[bool]:
    """The rows of permission ``stockpile.view``, as a condition."""
    if actor.role == ADMIN or (actor.role == REGULATOR and actor.region_id is None):
        return true()
    if actor.role == COMMITTEE:
        return Stockpile.park_id == actor.park_id
    return Stockpile.region_id == actor.region_id if actor.role == REGULATOR else false()


def _with_places(query: Select[tuple[Stockpile]]) -> Select[tuple[Stockpile]]:
    return query.options(
        joinedload(Stockpile.park), joinedload(Stockpile.region), joinedload(Stockpile.waste_type),
        joinedload(Stockpile.enterprise), joinedload(Stockpile.site),
    )

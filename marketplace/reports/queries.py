"""Reads for a report: which places an actor may have one of, and since when the ledger tells anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.indicators.places import CITY, CITY_OF, PARK, REGION, Place, Spot
from marketplace.indicators.queries import places
from marketplace.security.actor import Actor
from marketplace.security.permissions import may
from marketplace.stockpiles.queries import Sieve, stockpiles_for
from models.ledger import LedgerPosting
from models.organisations import Park
from models.stockpiles import Stockpile


def places_for(session: Session, actor: Actor) -> list[Place]:
    """The places this actor may have a report of, the widest first."""
    return [one for one in places(session) if may(actor, "report.view", one)]


def first_month(session: Session) -> str | None:
    """The first month in which tonnes moved; None for an empty ledger."""
    return session.scalar(select(func.min(LedgerPosting.month)).where(LedgerPosting.contract_id.is_(None)))


def spots_of_parks(session: Session) -> dict[int, Spot]:
    """Where each park counts: in its banner."""
    return {row.id: Spot(row.id, row.region_id) for row in session.execute(select(Park.id, Park.region_id))}


def stockpiles_in(session: Session, actor: Actor, place: Place, today: date) -> Sequence[Stockpile]:
    """The stockpiles of a place that this actor may see one by one, overdue ones and early deadlines first."""
    if place.kind == PARK:
        return stockpiles_for(session, actor, Sieve(park=place.code), today)
    if place.kind == REGION:
        return stockpiles_for(session, actor, Sieve(region=place.region_id or ""), today)
    rows = stockpiles_for(session, actor, Sieve(), today)
    return [row for row in rows if place.kind == CITY and CITY_OF.get(row.region_id or "") == place.code]

"""A listing that appears is told to those whom it fits well: once per pair, the best few only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.queries import staff_of
from marketplace.unit_of_work import UnitOfWork
from models.events import Event
from models.listings import Demand, Listing, ListingStatus, Supply, kind_of

if TYPE_CHECKING:
    from matching.result import Match

MATCH_NOTICES = "match_notices"
# The engine's score runs from 0 to 100; below this a partner is one among many.
LEAST_SCORE = 80.0
MOST_PER_LISTING = 5


@dataclass(frozen=True, slots=True)
class _Pair:
    supply: Supply
    demand: Demand
    score: float


def tell_of_matches(session: Session, *, kind: str, code: str, now: datetime | None = None) -> int:
    """Tell the owners of the best partners of a listing just published; how many pairs were told of."""
    from marketplace.matches.queries import answer_for, demand_by_code, supply_by_code
    from matching.result import FEASIBLE

    listing = (supply_by_code if kind == "supply" else demand_by_code)(session, code)
    if listing is None or listing.status != ListingStatus.PUBLISHED:
        return 0
    best = [one for one in answer_for(session, listing).partners if one.status == FEASIBLE and one.score >= LEAST_SCORE]
    best = sorted(best, key=lambda one: (-one.score, one.supply, one.demand))[:MOST_PER_LISTING]
    return sum(_tell(session, kind, one, now) for one in best)


def _tell(session: Session, kind: str, match: Match, now: datetime | None) -> bool:
    """One pair in one change.  Both rows are locked: the partner may be published at the same moment."""
    with UnitOfWork(session, now=now) as uow:
        pair = _locked(uow, match)
        if pair is None or _told_already(session, pair):
            return False
        listing: Listing = pair.supply if kind == "supply" else pair.demand
        partner: Listing = pair.demand if kind == "supply" else pair.supply
        if listing.enterprise_id == partner.enterprise_id:
            return False
        event = uow.record(
            None, "match.found", pair.supply, listing=kind_of(listing), listing_code=listing.code,
            owner=listing.enterprise_id, partner_code=partner.code, partner_owner=partner.enterprise_id,
            demand=pair.demand.code, score=round(pair.score, 1),
        )
        uow.notify(staff_of(session, [partner.enterprise_id]), event)
        return True


def _locked(uow: UnitOfWork, match: Match) -> _Pair | None:
    found = []
    for model, code in ((Supply, match.supply), (Demand, match.demand)):
        row_id = uow.session.scalar(select(model.id).where(model.code == code))
        row = uow.lock(model, row_id) if row_id is not None else None
        if row is None or row.status != ListingStatus.PUBLISHED:
            return None
        found.append(row)
    return _Pair(found[0], found[1], match.score)


def _told_already(session: Session, pair: _Pair) -> bool:
    rows = session.scalars(select(Event.data).where(
        Event.subject_type == "supply", Event.subject_id == str(pair.supply.id), Event.kind == "match.found"
    ))
    return any(data["demand"] == pair.demand.code for data in rows)

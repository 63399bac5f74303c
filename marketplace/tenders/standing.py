"""From rows to what the rules ask for: who would take the waste, with which licences, and what is still free."""

from __future__ import annotations

from sqlalchemy.orm import Session

from marketplace.listings.rules import licensed_for
from marketplace.market import engine_catalogue, market_settings
from marketplace.months import month_after
from marketplace.tenders import queries, queries_tender
from marketplace.tenders.room import Room
from marketplace.tenders.rules import Standing
from models.listings import Listing, ListingStatus, Supply
from models.organisations import Enterprise


def standing_of(session: Session, listing: Listing, enterprise_id: int | None, waste_type_id: str) -> Standing:
    """Where ``enterprise_id`` stands towards ``listing`` for one waste type."""
    taker_id = enterprise_id if isinstance(listing, Supply) else listing.enterprise_id
    taker = session.get(Enterprise, taker_id) if taker_id is not None else None
    waste = engine_catalogue().waste_types.get(waste_type_id)
    licences = {licence.code for licence in taker.licences} if taker else set()
    return Standing(
        published=listing.status == ListingStatus.PUBLISHED,
        own_listing=listing.enterprise_id == enterprise_id,
        under_tender=queries_tender.running_on(session, listing) is not None,
        already_open=queries.has_open_bid(session, listing, enterprise_id),
        taker_qualified=bool(taker and taker.qualified),
        hazardous=bool(waste and waste.hazardous),
        taker_licensed=waste is None or licensed_for(waste, licences),
    )


def room_of(session: Session, listing: Listing) -> Room:
    """What ``listing`` can still give or take; a listing without an end runs to the end of the market's horizon."""
    return Room(
        first=listing.start_month,
        last=listing.end_month or max(horizon_end(session), listing.start_month),
        t_per_month=listing.t_per_month,
        stock_t=listing.stock_t if isinstance(listing, Supply) else None,
        promises=queries.promises(session, listing),
    )


def horizon_end(session: Session) -> str:
    """The last month of the market's horizon."""
    settings = market_settings(session)
    return month_after(settings.first_month, settings.months - 1)

"""Reads of bids."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.ledger.queries import promised_by_month
from marketplace.tenders.room import Promise
from models.bids import Bid, BidStatus, Party
from models.listings import Demand, Listing, Supply


def on(listing: Listing) -> object:
    """The condition "this bid is on ``listing``"."""
    return Bid.supply_id == listing.id if isinstance(listing, Supply) else Bid.demand_id == listing.id


def touching(listing: Listing) -> object:
    """The condition "this bid takes tonnes of ``listing``": it is on it, or it names it as the bidder's own."""
    if isinstance(listing, Supply):
        return or_(Bid.supply_id == listing.id, Bid.own_supply_id == listing.id)
    return or_(Bid.demand_id == listing.id, Bid.own_demand_id == listing.id)


def listing_by_code(session: Session, kind: str, code: str) -> Listing | None:
    model = Supply if kind == "supply" else Demand
    return session.scalar(
        select(model).where(model.code == code).options(joinedload(model.enterprise), joinedload(model.site))
    )


def promises(session: Session, listing: Listing) -> tuple[Promise, ...]:
    """What contracts hold of ``listing``, month by month, as the ledger says."""
    return tuple(
        Promise(month, month, tonnes) for month, tonnes in promised_by_month(session, listing).items()
    )


def has_open_bid(session: Session, listing: Listing, enterprise_id: int | None) -> bool:
    query = select(Bid.id).where(
        on(listing), Bid.bidder_enterprise_id == enterprise_id, Bid.status == BidStatus.OPEN
    )
    return session.scalar(query.limit(1)) is not None


def by_submission(session: Session, key: str) -> Bid | None:
    return session.scalar(select(Bid).where(Bid.submission_key == key))


def _with_names(query: Select[tuple[Bid]]) -> Select[tuple[Bid]]:
    return query.options(
        selectinload(Bid.rounds), joinedload(Bid.bidder), joinedload(Bid.waste_type),
        joinedload(Bid.supply).joinedload(Supply.enterprise), joinedload(Bid.supply).joinedload(Supply.site),
        joinedload(Bid.demand).joinedload(Demand.enterprise), joinedload(Bid.demand).joinedload(Demand.site),
    )


def bid_with_names(session: Session, bid_id: int) -> Bid | None:
    return session.scalar(_with_names(select(Bid).where(Bid.id == bid_id)))


def bids_on(session: Session, listing: Listing, *, bidder_enterprise_id: int | None = None) -> Sequence[Bid]:
    """Bids on ``listing``, open ones first, then newest first; of one bidder where given."""
    query = _with_names(select(Bid).where(on(listing)))
    if bidder_enterprise_id is not None:
        query = query.where(Bid.bidder_enterprise_id == bidder_enterprise_id)
    return session.scalars(query.order_by(Bid.status != BidStatus.OPEN, Bid.created_at.desc(), Bid.id)).all()


def open_on(session: Session, listing: Listing) -> Sequence[int]:
    """The ids of the open bids on ``listing``."""
    return session.scalars(select(Bid.id).where(on(listing), Bid.status == BidStatus.OPEN)).all()


def bids_of(session: Session, enterprise_id: int, *, limit: int = 50) -> Sequence[Bid]:
    """Bids an enterprise has placed, open ones first, then newest first."""
    query = _with_names(select(Bid).where(Bid.bidder_enterprise_id == enterprise_id))
    return session.scalars(
        query.order_by(Bid.status != BidStatus.OPEN, Bid.created_at.desc(), Bid.id).limit(limit)
    ).all()


def awaiting(session: Session, enterprise_id: int) -> Sequence[Bid]:
    """Open bids that wait for an enterprise's answer, oldest first: on its listings, and its own that were countered.

    Bids in a tender are answered by the award, not one by one.
    """
    supplies = select(Supply.id).where(Supply.enterprise_id == enterprise_id)
    demands = select(Demand.id).where(Demand.enterprise_id == enterprise_id)
    on_ours = or_(Bid.supply_id.in_(supplies), Bid.demand_id.in_(demands)) & (Bid.awaits == Party.OWNER)
    countered = (Bid.bidder_enterprise_id == enterprise_id) & (Bid.awaits == Party.BIDDER)
    query = _with_names(
        select(Bid).where(Bid.status == BidStatus.OPEN, Bid.tender_id.is_(None), or_(on_ours, countered))
    )
    return session.scalars(query.order_by(Bid.created_at, Bid.id)).all()


def own_listings(session: Session, enterprise_id: int | None, listing: Listing) -> Sequence[Listing]:
    """Published listings of the other kind by which an enterprise could serve ``listing``."""
    if isinstance(listing, Supply):
        query = select(Demand).where(Demand.enterprise_id == enterprise_id, Demand.status == "published")
        query = query.where(Demand.accepts.any(waste_type_id=listing.waste_type_id))
        return session.scalars(query.order_by(Demand.code)).all()
    accepted = [row.waste_type_id for row in listing.accepts]
    query = select(Supply).where(Supply.enterprise_id == enterprise_id, Supply.status == "published")
    return session.scalars(query.where(Supply.waste_type_id.in_(accepted)).order_by(Supply.code)).all()

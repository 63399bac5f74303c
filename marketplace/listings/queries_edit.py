"""Reads for posting and editing: the listing with its lists, the sites to choose from, who changed what."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.listings.changes import Earlier
from marketplace.tenders.queries import touching
from models.bids import Bid, BidStatus
from models.events import Event
from models.listings import Demand, Listing, Supply, kind_of
from models.market import MarketSettings
from models.organisations import Enterprise, Site

MODELS: dict[str, type[Supply] | type[Demand]] = {"supply": Supply, "demand": Demand}


def listing_id(session: Session, kind: str, code: str) -> int | None:
    model = MODELS[kind]
    return session.scalar(select(model.id).where(model.code == code))


def listing_to_edit(session: Session, kind: str, code: str) -> Listing | None:
    """The listing with everything the form shows, in few queries."""
    model = MODELS[kind]
    query = select(model).where(model.code == code).options(
        joinedload(model.site), joinedload(model.enterprise).selectinload(Enterprise.licences)
    )
    if model is Supply:
        query = query.options(joinedload(Supply.waste_type), selectinload(Supply.assays))
    else:
        query = query.options(
            joinedload(Demand.use), selectinload(Demand.accepts), selectinload(Demand.specs),
            selectinload(Demand.residues),
        )
    return session.scalar(query)


def by_submission(session: Session, kind: str, key: str) -> Listing | None:
    model = MODELS[kind]
    return session.scalar(select(model).where(model.submission_key == key))


def sites_of(session: Session, enterprise_id: int) -> Sequence[Site]:
    """The places of an enterprise, the main one first."""
    query = select(Site).where(Site.enterprise_id == enterprise_id)
    return session.scalars(query.order_by(Site.is_main.desc(), Site.id)).all()


def horizon(session: Session) -> tuple[str, int] | None:
    """The first month of the market's plan and how many months it looks ahead; None before it is set."""
    row = session.execute(select(MarketSettings.first_month, MarketSettings.months)).first()
    return (row.first_month, row.months) if row else None


def changes_since(session: Session, listing: Listing, version: int) -> list[Earlier]:
    """What was changed after ``version``, oldest first: the version itself is among the changed values."""
    subject = kind_of(listing)
    events = session.scalars(
        select(Event).options(joinedload(Event.actor)).order_by(Event.id).where(
            Event.subject_type == subject, Event.subject_id == str(listing.id),
            Event.kind == f"{subject}.updated",
        )
    )
    found = []
    for event in events:
        changed = event.data.get("changed", {})
        if isinstance(changed, dict) and changed.get("version", [0])[0] >= version:
            values = {name: (pair[0], pair[1]) for name, pair in changed.items() if name != "version"}
            found.append(Earlier(event.actor.display_name if event.actor else "", event.at, values))
    return found


def has_bids(session: Session, listing: Listing) -> bool:
    """Whether anybody's bid is open on, or was accepted for, the listing."""
    query = select(Bid.id).where(touching(listing), Bid.status.in_((BidStatus.OPEN, BidStatus.ACCEPTED)))
    return session.scalar(query.limit(1)) is not None


def open_bidders(session: Session, listing: Listing) -> list[int]:
    """The enterprises whose bids on the listing are open."""
    query = select(Bid.bidder_enterprise_id).where(touching(listing), Bid.status == BidStatus.OPEN)
    return sorted(set(session.scalars(query)))

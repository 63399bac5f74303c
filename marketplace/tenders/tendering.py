"""What every verb on tenders shares: the tender locked after its listing, who may enter, what events carry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.accounts.queries import staff_of
from marketplace.errors import NotFound
from marketplace.tenders import queries_tender
from marketplace.tenders.bidding import lock_listings
from marketplace.tenders.rules_tender import Entrance
from marketplace.tenders.standing import standing_of
from marketplace.unit_of_work import UnitOfWork
from models.events import Event
from models.listings import Listing, kind_of
from models.tenders import Tender, TenderStatus

CLOSE_TENDER = "close_tender"


def locked_tender(uow: UnitOfWork, tender_id: int, *also: Listing | None) -> Tender:
    """The tender as it is now; its listing, and ``also``, are locked before it, as everybody does."""
    tender = uow.session.get(Tender, tender_id)
    if tender is None:
        raise NotFound(str(tender_id))
    lock_listings(uow, tender.listing, *also)
    locked = uow.lock(Tender, tender_id)
    if locked is None:
        raise NotFound(str(tender_id))
    return locked


def entrance_of(
    session: Session, tender: Tender, enterprise_id: int | None, waste_type_id: str, *, now: datetime
) -> Entrance:
    """Where ``enterprise_id`` stands towards the tender at the server's time ``now``."""
    standing = standing_of(session, tender.listing, enterprise_id, waste_type_id)
    invited = {row.enterprise_id for row in tender.invitations}
    return Entrance(
        status=TenderStatus(tender.status), now=now, deadline=tender.deadline, own=standing.own_listing,
        invited=not tender.invited_only or enterprise_id in invited, taker_qualified=standing.taker_qualified,
        hazardous=standing.hazardous, taker_licensed=standing.taker_licensed, published=standing.published,
    )


def close_at_deadline(uow: UnitOfWork, tender: Tender) -> None:
    """Leave the closing for the worker, due at the deadline as it stands now."""
    uow.enqueue(
        CLOSE_TENDER, {"tender_id": tender.id}, f"{CLOSE_TENDER}:{tender.id}:{tender.deadline.timestamp()}",
        run_after=tender.deadline,
    )


def tell_followers(uow: UnitOfWork, tender: Tender, event: Event, *also: int) -> None:
    """The owner's people, the invited, and whoever's bid is there to be read are told; sealed bidders are not known."""
    bidders = [bid.bidder_enterprise_id for bid in queries_tender.bids_in(uow.session, tender.id)]
    invited = [row.enterprise_id for row in tender.invitations]
    uow.notify(staff_of(uow.session, {*bidders, *invited, *also}), event)


def tell(uow: UnitOfWork, enterprises: Iterable[int], event: Event) -> None:
    """The people of these enterprises are told."""
    uow.notify(staff_of(uow.session, set(enterprises)), event)


def facts(tender: Tender) -> dict[str, object]:
    """What every event of a tender carries."""
    listing = tender.listing
    return {
        "tender": tender.id, "listing": kind_of(listing), "listing_code": listing.code, "owner": listing.enterprise_id,
    }

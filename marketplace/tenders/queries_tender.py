"""Reads of tenders."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.bids import Bid
from models.events import Event
from models.listings import Demand, Listing, ListingStatus, Supply
from models.notices import Notice
from models.organisations import Enterprise
from models.tenders import SealedBid, Tender, TenderInvitation, TenderStatus

RUNNING = (TenderStatus.OPEN, TenderStatus.CLOSED)


def running_on(session: Session, listing: Listing) -> Tender | None:
    """The tender that ``listing`` is out to: until it is awarded or cancelled, bids are placed there."""
    own = Tender.supply_id == listing.id if isinstance(listing, Supply) else Tender.demand_id == listing.id
    return session.scalar(select(Tender).where(own, Tender.status.in_(RUNNING)))


def by_submission(session: Session, key: str) -> Tender | None:
    return session.scalar(select(Tender).where(Tender.submission_key == key))


def tender_with_names(session: Session, tender_id: int) -> Tender | None:
    return session.scalar(_with_names(select(Tender).where(Tender.id == tender_id)))


def open_to(session: Session, enterprise_id: int | None) -> Sequence[Tender]:
    """Running tenders of others that an enterprise may bid in, the next deadline first."""
    invited = exists().where(
        TenderInvitation.tender_id == Tender.id, TenderInvitation.enterprise_id == enterprise_id
    )
    # Not the negated condition: a tender on a supply names no demand, and of nothing nobody knows whose it is not.
    own = select(Tender.id).where(_owned_by(enterprise_id))
    query = select(Tender).where(
        Tender.status == TenderStatus.OPEN, or_(Tender.invited_only.is_(False), invited), Tender.id.not_in(own)
    )
    return session.scalars(_with_names(query).order_by(Tender.deadline, Tender.id)).all()


def put_out_by(session: Session, enterprise_id: int | None) -> Sequence[Tender]:
    """Tenders of an enterprise, those that wait for its award first, then the newest."""
    query = select(Tender).where(_owned_by(enterprise_id))
    return session.scalars(
        _with_names(query).order_by(Tender.status != TenderStatus.CLOSED, Tender.id.desc()).limit(100)
    ).all()


def with_bids_of(session: Session, enterprise_id: int | None) -> Sequence[Tender]:
    """Tenders in which an enterprise's bids can be read (open ones, and sealed ones once opened), newest first."""
    placed = exists().where(Bid.tender_id == Tender.id, Bid.bidder_enterprise_id == enterprise_id)
    return session.scalars(_with_names(select(Tender).where(placed)).order_by(Tender.id.desc()).limit(100)).all()


def _owned_by(enterprise_id: int | None) -> object:
    return or_(
        Tender.supply_id.in_(select(Supply.id).where(Supply.enterprise_id == enterprise_id)),
        Tender.demand_id.in_(select(Demand.id).where(Demand.enterprise_id == enterprise_id)),
    )


def _with_names(query: Select[tuple[Tender]]) -> Select[tuple[Tender]]:
    return query.options(
        joinedload(Tender.supply).joinedload(Supply.enterprise),
        joinedload(Tender.supply).joinedload(Supply.waste_type),
        joinedload(Tender.demand).joinedload(Demand.enterprise), joinedload(Tender.demand).joinedload(Demand.use),
        selectinload(Tender.invitations), selectinload(Tender.questions),
    )


def bids_in(session: Session, tender_id: int) -> Sequence[Bid]:
    """The readable bids of a tender in the order they came."""
    query = select(Bid).where(Bid.tender_id == tender_id).order_by(Bid.id)
    return session.scalars(query.options(joinedload(Bid.bidder), selectinload(Bid.rounds))).all()


def bid_of(session: Session, tender_id: int, enterprise_id: int | None) -> Bid | None:
    return session.scalar(select(Bid).where(Bid.tender_id == tender_id, Bid.bidder_enterprise_id == enterprise_id))


def sealed_in(session: Session, tender_id: int) -> Sequence[SealedBid]:
    return session.scalars(select(SealedBid).where(SealedBid.tender_id == tender_id).order_by(SealedBid.id)).all()


def sealed_by_tag(session: Session, tender_id: int, tag: str) -> SealedBid | None:
    return session.scalar(
        select(SealedBid).where(SealedBid.tender_id == tender_id, SealedBid.bidder_tag == tag)
    )


def sealing_log(session: Session, tender_id: int) -> dict[str, str]:
    """The last digest the event log holds of each sealed bid that was not withdrawn, by the id of its row."""
    rows = session.execute(
        select(Event.subject_id, Event.kind, Event.data)
        .where(Event.subject_type == "sealedbid", Event.kind.in_(("sealed_bid.placed", "sealed_bid.withdrawn")))
        .order_by(Event.id)
    )
    held: dict[str, str] = {}
    for subject, kind, data in rows:
        if data["tender"] != tender_id:
            continue
        if kind == "sealed_bid.withdrawn":
            held.pop(subject, None)
        else:
            held[subject] = data["digest"]
    return held


def faults_of(session: Session, tender_id: int) -> list[dict[str, object]]:
    """What was found wrong with sealed bids when the tender was opened."""
    rows = session.scalars(select(Event.data).where(Event.kind == "sealed_bid.faulty").order_by(Event.id))
    return [data for data in rows if data["tender"] == tender_id]


def fitting_enterprises(session: Session, listing: Listing) -> Sequence[Enterprise]:
    """Who could bid: enterprises with a published listing of the other kind and a waste in common, by name."""
    if isinstance(listing, Supply):
        own = select(Demand.enterprise_id).where(
            Demand.status == ListingStatus.PUBLISHED, Demand.accepts.any(waste_type_id=listing.waste_type_id)
        )
    else:
        wastes = [row.waste_type_id for row in listing.accepts]
        own = select(Supply.enterprise_id).where(
            Supply.status == ListingStatus.PUBLISHED, Supply.waste_type_id.in_(wastes)
        )
    query = select(Enterprise).where(Enterprise.id.in_(own), Enterprise.id != listing.enterprise_id)
    return session.scalars(query.order_by(Enterprise.name, Enterprise.id).limit(300)).all()


def enterprises_called(session: Session, words: Sequence[str]) -> dict[str, Enterprise]:
    """Enterprises by the code or the whole name that was written."""
    if not words:
        return {}
    rows = session.scalars(select(Enterprise).where(
        or_(Enterprise.code.in_(words), Enterprise.name.in_(words), Enterprise.name_en.in_(words))
    ))
    return {key: row for row in rows for key in (row.code, row.name, row.name_en) if key in words}


def open_bids_on(session: Session, listing: Listing) -> int:
    """How many plain bids on the listing still wait for an answer."""
    own = Bid.supply_id == listing.id if isinstance(listing, Supply) else Bid.demand_id == listing.id
    return len(session.scalars(select(Bid.id).where(own, Bid.status == "open")).all())


def some_waste(listing: Listing) -> str:
    """A waste the listing is about: a supply's own, the first that a demand takes."""
    if isinstance(listing, Supply):
        return listing.waste_type_id
    return listing.accepts[0].waste_type_id if listing.accepts else ""


def calling_off(session: Session, tender_id: int) -> Event | None:
    """The event by which a tender was called off."""
    return session.scalar(select(Event).where(
        Event.kind == "tender.cancelled", Event.subject_type == "tender", Event.subject_id == str(tender_id)
    ))


def told_of(session: Session, event_id: int) -> set[int]:
    """The people who have a notice of an event."""
    return set(session.scalars(select(Notice.user_id).where(Notice.event_id == event_id)))

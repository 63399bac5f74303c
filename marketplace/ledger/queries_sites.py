"""Reads of the site ledgers: sums of accounts over months, entries with their lines, what may be seen by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.ledger.accounts import IN, OUT, OWN, AccountSum
from marketplace.ledger.rules import BY_HAND
from marketplace.security.actor import COMMITTEE, REGULATOR, STAFF, Actor
from models.contracts import Contract
from models.ledger import LedgerEntry, LedgerHead, LedgerPosting
from models.listings import Demand, Supply
from models.organisations import Enterprise, Park, Site
from models.transfers import Transfer

PAGE = 50


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which entries of a site are wanted; blank: all."""

    month: str = ""
    waste: str = ""
    account: str = ""


def site_by_id(session: Session, site_id: int) -> Site | None:
    return session.scalar(
        select(Site).where(Site.id == site_id).options(
            joinedload(Site.enterprise).joinedload(Enterprise.park), joinedload(Site.park)
        )
    )


def sites_for(session: Session, actor: Actor) -> Sequence[Site]:
    """The sites whose ledger ``actor`` may read: one's own, the park's, or all that have one; by enterprise."""
    query = select(Site).join(Enterprise, Enterprise.id == Site.enterprise_id).options(
        joinedload(Site.enterprise), joinedload(Site.park)
    )
    if actor.role == STAFF:
        query = query.where(Site.enterprise_id == actor.enterprise_id)
    else:
        query = query.where(exists().where(LedgerPosting.site_id == Site.id))
    if actor.role == COMMITTEE:
        inherits = and_(Site.is_main, Site.park_id.is_(None), Enterprise.park_id == actor.park_id)
        query = query.where(or_(Site.park_id == actor.park_id, inherits))
    if actor.role == REGULATOR and actor.region_id is not None:
        lies_in = func.coalesce(Site.park_id, case((Site.is_main, Enterprise.park_id)))
        query = query.outerjoin(Park, Park.id == lies_in).where(
            func.coalesce(Park.region_id, Enterprise.region_id) == actor.region_id
        )
    return session.scalars(query.order_by(Enterprise.code, Site.id)).all()


def account_sums(
    session: Session, site_ids: Sequence[int], *, first: str | None = None, last: str | None = None
) -> list[AccountSum]:
    """What each account of the sites gained within ``first``..``last`` (blank: ever), and before ``first``."""
    way = case(
        (Contract.from_site_id == LedgerPosting.site_id, OUT), (Contract.to_site_id == LedgerPosting.site_id, IN),
        else_=OWN,
    )
    earlier = case((LedgerPosting.month < (first or ""), 1), else_=0)
    query = (
        select(
            LedgerPosting.site_id, LedgerPosting.waste_type_id, LedgerPosting.account, way.label("way"),
            earlier.label("earlier"), func.sum(LedgerPosting.tonnes).label("tonnes"),
        )
        .join(LedgerEntry, LedgerEntry.seq == LedgerPosting.seq)
        .outerjoin(Contract, Contract.id == LedgerEntry.contract_id)
        .where(LedgerPosting.site_id.in_(site_ids))
    )
    if last is not None:
        query = query.where(LedgerPosting.month <= last)
    # By the names of the columns: PostgreSQL does not see that two parameters with one value are one expression.
    rows = session.execute(query.group_by(*query.selected_columns[:3], "way", "earlier"))
    return [
        AccountSum(row.site_id, row.waste_type_id, row.account, row.way, bool(row.earlier), row.tonnes) for row in rows
    ]


def months_of(session: Session, site_id: int, *, promises: bool = True) -> list[str]:
    """The months in which the site has lines, newest first; without ``promises`` those in which tonnes moved."""
    query = select(LedgerPosting.month).where(LedgerPosting.site_id == site_id)
    if not promises:
        query = query.where(LedgerPosting.contract_id.is_(None))
    return list(session.scalars(query.distinct().order_by(LedgerPosting.month.desc())))


def entries_of(session: Session, site_id: int, sieve: Sieve, page: int) -> tuple[Sequence[LedgerEntry], int, int]:
    """One page of the site's entries with their lines, newest first; how many there are; the page that it is."""
    wanted = _lines(site_id, sieve)
    count = session.scalar(select(func.count()).select_from(wanted.distinct().subquery())) or 0
    page = min(page, max(1, -(-count // PAGE)))
    entries = session.scalars(
        select(LedgerEntry).where(LedgerEntry.seq.in_(wanted)).order_by(LedgerEntry.seq.desc())
        .offset((page - 1) * PAGE).limit(PAGE).options(selectinload(LedgerEntry.postings))
    ).all()
    return entries, count, page


def _lines(site_id: int, sieve: Sieve) -> Select[tuple[int]]:
    query = select(LedgerPosting.seq).where(LedgerPosting.site_id == site_id)
    for column, value in (
        (LedgerPosting.month, sieve.month), (LedgerPosting.waste_type_id, sieve.waste),
        (LedgerPosting.account, sieve.account),
    ):
        if value:
            query = query.where(column == value)
    return query


def entries_in(session: Session, site_id: int, first: str, last: str) -> Sequence[LedgerEntry]:
    """All entries with lines of the site in the months ``first``..``last``, oldest first, for the official forms."""
    seqs = select(LedgerPosting.seq).where(
        LedgerPosting.site_id == site_id, LedgerPosting.month >= first, LedgerPosting.month <= last,
        LedgerPosting.contract_id.is_(None),
    )
    return session.scalars(
        select(LedgerEntry).where(LedgerEntry.seq.in_(seqs)).order_by(LedgerEntry.seq)
        .options(selectinload(LedgerEntry.postings))
    ).all()


def entry_by_seq(session: Session, seq: int) -> LedgerEntry | None:
    return session.scalar(
        select(LedgerEntry).where(LedgerEntry.seq == seq).options(selectinload(LedgerEntry.postings))
    )


def taken_back(session: Session, seqs: Sequence[int]) -> dict[int, int]:
    """Which of the entries were taken back, and by which."""
    rows = session.execute(
        select(LedgerEntry.corrects_seq, LedgerEntry.seq).where(LedgerEntry.corrects_seq.in_(seqs))
    )
    return {row[0]: row[1] for row in rows}


def contract_codes(session: Session, ids: Sequence[int]) -> dict[int, Contract]:
    return {row.id: row for row in session.scalars(select(Contract).where(Contract.id.in_(ids)))}


def transfer_codes(session: Session, ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(select(Transfer.id, Transfer.code).where(Transfer.id.in_(ids)))
    return {row.id: row.code for row in rows}


def demands_at(session: Session, site: Site) -> Sequence[Demand]:
    """The site's demands with what they accept and leave, by code."""
    return session.scalars(
        select(Demand).where(Demand.site_id == site.id).order_by(Demand.code).options(
            joinedload(Demand.use), selectinload(Demand.accepts), selectinload(Demand.residues)
        )
    ).all()


def wastes_of(session: Session, site: Site) -> list[str]:
    """The waste types that the site has lines of or offers, those that may be entered first."""
    kept = session.scalars(select(LedgerPosting.waste_type_id).where(LedgerPosting.site_id == site.id).distinct())
    offered = session.scalars(select(Supply.waste_type_id).where(Supply.site_id == site.id).distinct())
    return sorted({*kept, *offered})


def opened(session: Session, site_id: int, waste_type_id: str) -> Decimal:
    """The opening stock that stands for the site and waste type."""
    total = session.scalar(
        select(func.sum(LedgerPosting.tonnes)).where(
            LedgerPosting.site_id == site_id, LedgerPosting.waste_type_id == waste_type_id,
            LedgerPosting.account == "opening",
        )
    )
    return -(total or Decimal(0))


def recorded_with(session: Session, actor_id: int | None, key: str, now: datetime) -> LedgerEntry | None:
    """The entry that the same form has made already, looked for among the actor's of the last day."""
    recent = session.scalars(
        select(LedgerEntry)
        .where(
            LedgerEntry.actor_id == actor_id, LedgerEntry.at >= now - timedelta(days=1), LedgerEntry.kind.in_(BY_HAND),
        )
        .order_by(LedgerEntry.seq.desc())
    )
    return next((entry for entry in recent if entry.data.get("form") == key), None)


def head(session: Session) -> LedgerHead | None:
    return session.get(LedgerHead, 1)

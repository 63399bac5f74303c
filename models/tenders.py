"""A tender: one listing put out to bids until a deadline, sealed or open; who is invited, what is asked of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, Versioned, YuanPerT, one_of, utc_now
from models.listings import Demand, Listing, Supply
from models.organisations import Enterprise


class TenderMode(StrEnum):
    """Sealed: nobody reads a bid before the deadline.  Ascending: bids are seen and may only be improved."""

    SEALED = "sealed"
    ASCENDING = "ascending"


class TenderStatus(StrEnum):
    """Open until its deadline, closed until the owner awards; cancelled by the owner, awarded to some or none."""

    OPEN = "open"
    CLOSED = "closed"
    AWARDED = "awarded"
    CANCELLED = "cancelled"


class Tender(Versioned, Base):
    """One listing out to tender; at most one running tender per listing.

    ``reserve_yuan_per_t`` is the least the owner of a supply takes at the gate, or the most the owner of a demand
    pays delivered; ``extension_s``: an open bid in the last so many seconds moves the deadline to that many
    seconds after it.
    """

    __tablename__ = "tenders"
    __table_args__ = (
        CheckConstraint("(supply_id IS NULL) <> (demand_id IS NULL)", name="on_one_listing"),
        CheckConstraint("deadline > opened_at", name="deadline"),
        CheckConstraint("extension_s >= 0 AND step_yuan_per_t >= 0", name="extension"),
        CheckConstraint("status NOT IN ('closed', 'awarded') OR closed_at IS NOT NULL", name="closed_at"),
        one_of("mode", TenderMode), one_of("status", TenderStatus),
        Index(
            "uq_tenders_running_on_supply", "supply_id", unique=True,
            sqlite_where=text("status IN ('open', 'closed') AND supply_id IS NOT NULL"),
            postgresql_where=text("status IN ('open', 'closed') AND supply_id IS NOT NULL"),
        ),
        Index(
            "uq_tenders_running_on_demand", "demand_id", unique=True,
            sqlite_where=text("status IN ('open', 'closed') AND demand_id IS NOT NULL"),
            postgresql_where=text("status IN ('open', 'closed') AND demand_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    supply_id: Mapped[int | None] = mapped_column(ForeignKey("supplies.id"), index=True)
    demand_id: Mapped[int | None] = mapped_column(ForeignKey("demands.id"), index=True)
    mode: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20), default=TenderStatus.OPEN)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    deadline: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    extension_s: Mapped[int] = mapped_column(default=0)
    step_yuan_per_t: Mapped[Decimal] = mapped_column(YuanPerT, default=Decimal(0))
    reserve_yuan_per_t: Mapped[Decimal | None] = mapped_column(YuanPerT)
    invited_only: Mapped[bool] = mapped_column(default=False)
    terms: Mapped[str] = mapped_column(Text, default="")
    award_reason: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)

    supply: Mapped[Supply | None] = relationship()
    demand: Mapped[Demand | None] = relationship()
    invitations: Mapped[list[TenderInvitation]] = relationship(
        back_populates="tender", cascade="all, delete-orphan", order_by="TenderInvitation.enterprise_id"
    )
    questions: Mapped[list[TenderQuestion]] = relationship(
        back_populates="tender", cascade="all, delete-orphan", order_by="TenderQuestion.id"
    )

    @property
    def listing(self) -> Listing:
        """The listing that is out to tender."""
        listing = self.supply if self.supply_id is not None else self.demand
        if listing is None:
            raise LookupError(f"tender {self.id} names no listing")
        return listing


class TenderInvitation(Base):
    """An enterprise that may bid; where ``invited_only``, nobody else may."""

    __tablename__ = "tender_invitations"

    tender_id: Mapped[int] = mapped_column(ForeignKey("tenders.id"), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), primary_key=True)

    tender: Mapped[Tender] = relationship(back_populates="invitations")
    enterprise: Mapped[Enterprise] = relationship()


class TenderQuestion(Base):
    """A question to the owner and the answer, read by all bidders; who asked is not shown to them."""

    __tablename__ = "tender_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tenders.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    question: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    tender: Mapped[Tender] = relationship(back_populates="questions")


class SealedBid(Base):
    """A bid nobody reads before the deadline: who and what are inside ``sealed``, encrypted.

    ``bidder_tag`` is a keyed digest of tender and bidder: it finds the bidder's own bid and names nobody.
    ``digest`` is the SHA-256 of ``sealed``, kept in the event log, so that what is opened is what was sealed.
    """

    __tablename__ = "sealed_bids"
    __table_args__ = (UniqueConstraint("tender_id", "bidder_tag"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tenders.id"), index=True)
    bidder_tag: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    tender: Mapped[Tender] = relationship()

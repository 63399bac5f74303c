"""A bid: a recycler's on a supply, or a producer's offer on a demand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import (
    Base,
    Month,
    Tonnes,
    UtcDateTime,
    Versioned,
    YuanPerT,
    is_month,
    months_in_order,
    one_of,
    utc_now,
)
from models.catalogue.tables import WasteTypeRow
from models.listings import Demand, Supply
from models.organisations import Enterprise

if TYPE_CHECKING:
    from models.contracts import Contract


class BidStatus(StrEnum):
    """Open until the owner of the listing accepts or declines, or the bidder withdraws."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Party(StrEnum):
    """The two who talk over a bid: the owner of the listing, and the bidder."""

    OWNER = "owner"
    BIDDER = "bidder"


# A bid names the one listing it is on; its own listing, where it names one, is of the other kind.
_ON_ONE = (
    "(supply_id IS NOT NULL AND demand_id IS NULL AND own_supply_id IS NULL)"
    " OR (supply_id IS NULL AND demand_id IS NOT NULL AND own_demand_id IS NULL)"
)


class Bid(Versioned, Base):
    """Tonnes per month of one waste type at a price for some months.

    ``price_yuan_per_t`` is paid by the taker to the producer per tonne; negative: the producer pays.
    ``own_demand_id`` (bid on a supply) or ``own_supply_id`` (bid on a demand) is the bidder's own listing.
    ``awaits`` says who answers next: after a counter-offer the columns hold its terms, ``rounds`` those before.
    """

    __tablename__ = "bids"
    __table_args__ = (
        CheckConstraint(_ON_ONE, name="on_one_listing"),
        CheckConstraint("t_per_month > 0", name="t_per_month"),
        CheckConstraint(
            "status NOT IN ('accepted', 'declined') OR decided_at IS NOT NULL", name="decided_at"
        ),
        is_month("start_month"), is_month("end_month"), months_in_order(),
        one_of("status", BidStatus), one_of("awaits", Party),
        Index(
            "uq_bids_open_on_supply", "supply_id", "bidder_enterprise_id", unique=True,
            sqlite_where=text("status = 'open' AND supply_id IS NOT NULL"),
            postgresql_where=text("status = 'open' AND supply_id IS NOT NULL"),
        ),
        Index(
            "uq_bids_open_on_demand", "demand_id", "bidder_enterprise_id", unique=True,
            sqlite_where=text("status = 'open' AND demand_id IS NOT NULL"),
            postgresql_where=text("status = 'open' AND demand_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    supply_id: Mapped[int | None] = mapped_column(ForeignKey("supplies.id"), index=True)
    demand_id: Mapped[int | None] = mapped_column(ForeignKey("demands.id"), index=True)
    tender_id: Mapped[int | None] = mapped_column(ForeignKey("tenders.id"), index=True)
    bidder_enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    own_supply_id: Mapped[int | None] = mapped_column(ForeignKey("supplies.id"), index=True)
    own_demand_id: Mapped[int | None] = mapped_column(ForeignKey("demands.id"), index=True)
    waste_type_id: Mapped[str] = mapped_column(ForeignKey("waste_types.id"))
    t_per_month: Mapped[Decimal] = mapped_column(Tonnes)
    price_yuan_per_t: Mapped[Decimal] = mapped_column(YuanPerT)
    start_month: Mapped[str] = mapped_column(Month)
    end_month: Mapped[str] = mapped_column(Month)
    message: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(20), default=BidStatus.OPEN)
    awaits: Mapped[str] = mapped_column(String(10), default=Party.OWNER)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[str] = mapped_column(Text, default="")
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)

    supply: Mapped[Supply | None] = relationship(foreign_keys=[supply_id])
    demand: Mapped[Demand | None] = relationship(foreign_keys=[demand_id])
    own_supply: Mapped[Supply | None] = relationship(foreign_keys=[own_supply_id])
    own_demand: Mapped[Demand | None] = relationship(foreign_keys=[own_demand_id])
    bidder: Mapped[Enterprise] = relationship()
    waste_type: Mapped[WasteTypeRow] = relationship()
    contract: Mapped[Contract | None] = relationship(back_populates="bid", uselist=False)
    rounds: Mapped[list[BidRound]] = relationship(
        back_populates="bid", cascade="all, delete-orphan", order_by="BidRound.number"
    )

    @property
    def listing(self) -> Supply | Demand:
        """The listing the bid is on."""
        listing = self.supply if self.supply_id is not None else self.demand
        if listing is None:
            raise LookupError(f"bid {self.id} names no listing")
        return listing


class BidRound(Base):
    """The terms one side put forward: the first bid is round 1, every counter-offer and every improved bid one more."""

    __tablename__ = "bid_rounds"
    __table_args__ = (
        CheckConstraint("t_per_month > 0", name="t_per_month"), CheckConstraint("number >= 1", name="number"),
        one_of("by_party", Party), is_month("start_month"), is_month("end_month"), months_in_order(),
    )

    bid_id: Mapped[int] = mapped_column(ForeignKey("bids.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by_party: Mapped[str] = mapped_column(String(10))
    t_per_month: Mapped[Decimal] = mapped_column(Tonnes)
    price_yuan_per_t: Mapped[Decimal] = mapped_column(YuanPerT)
    start_month: Mapped[str] = mapped_column(Month)
    end_month: Mapped[str] = mapped_column(Month)
    message: Mapped[str] = mapped_column(Text, default="")
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    bid: Mapped[Bid] = relationship(back_populates="rounds")

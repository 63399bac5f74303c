"""A contract: what two enterprises have agreed to move, month by month, and every change both consented to."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assays import Basis
from models.base import (
    Base,
    Json,
    Month,
    Share,
    Tonnes,
    UtcDateTime,
    Versioned,
    YuanPerT,
    is_month,
    months_in_order,
    one_of,
    utc_now,
)
from models.bids import Bid
from models.catalogue.tables import PropertyRow, WasteTypeRow
from models.listings import Demand, Supply
from models.organisations import Enterprise, Site


class Side(StrEnum):
    """The two sides of a contract: who hands the waste over, who takes it."""

    PRODUCER = "producer"
    TAKER = "taker"


class ContractStatus(StrEnum):
    """Proposed until both sides confirm; active; then completed, or ended early; declined before it began."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    COMPLETED = "completed"
    ENDED = "ended"
    DECLINED = "declined"


class OffSpec(StrEnum):
    """What happens to a lot outside the limits: sent back, taken at a lower price, or taken after a retest."""

    RETURN = "return"
    PRICE_CUT = "price_cut"
    RETEST = "retest"


class AmendmentStatus(StrEnum):
    """Proposed by one side until the other agrees or refuses, or the first takes it back."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Contract(Versioned, Base):
    """What was awarded: parties, places, waste type, tonnes by month, price, quality and clauses.

    ``price_yuan_per_t`` is paid by the taker to the producer per tonne received, negative: the producer pays; it
    is at the producer's gate where the taker pays freight, delivered where the producer does.  ``tolerance`` is
    the share of a month's tonnes by which it may be over- or underdelivered, ``weighing_tolerance`` the share of
    the out-weight by which the two weighings of one consignment may differ.
    """

    __tablename__ = "contracts"
    __table_args__ = (
        CheckConstraint("producer_id <> taker_id", name="two_parties"),
        CheckConstraint("tolerance BETWEEN 0 AND 0.2 AND weighing_tolerance BETWEEN 0 AND 0.2", name="tolerance"),
        CheckConstraint("supply_id IS NOT NULL OR demand_id IS NOT NULL", name="on_a_listing"),
        CheckConstraint("status NOT IN ('ended', 'completed', 'declined') OR ended_at IS NOT NULL", name="ended_at"),
        CheckConstraint(
            "status <> 'active' OR (producer_confirmed_at IS NOT NULL AND taker_confirmed_at IS NOT NULL)",
            name="confirmed",
        ),
        is_month("start_month"), is_month("end_month"), months_in_order(),
        one_of("status", ContractStatus), one_of("freight_payer", Side), one_of("off_spec", OffSpec),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bids.id"), unique=True)
    supply_id: Mapped[int | None] = mapped_column(ForeignKey("supplies.id"), index=True)
    demand_id: Mapped[int | None] = mapped_column(ForeignKey("demands.id"), index=True)
    producer_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    taker_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    from_site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    to_site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    waste_type_id: Mapped[str] = mapped_column(ForeignKey("waste_types.id"))
    price_yuan_per_t: Mapped[Decimal] = mapped_column(YuanPerT)
    freight_payer: Mapped[str] = mapped_column(String(20))
    tolerance: Mapped[Decimal] = mapped_column(Share, default=Decimal("0.05"))
    weighing_tolerance: Mapped[Decimal] = mapped_column(Share, default=Decimal("0.005"))
    start_month: Mapped[str] = mapped_column(Month)
    end_month: Mapped[str] = mapped_column(Month)
    sampling: Mapped[str] = mapped_column(Text, default="")
    off_spec: Mapped[str] = mapped_column(String(20), default=OffSpec.RETURN)
    clauses: Mapped[str] = mapped_column(Text, default="")
    cross_province_ref: Mapped[str] = mapped_column(String(120), default="")
    status: Mapped[str] = mapped_column(String(20), default=ContractStatus.PROPOSED)
    producer_confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    producer_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taker_confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taker_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirm_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str] = mapped_column(Text, default="")
    document_sha256: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    bid: Mapped[Bid] = relationship(back_populates="contract")
    supply: Mapped[Supply | None] = relationship()
    demand: Mapped[Demand | None] = relationship()
    producer: Mapped[Enterprise] = relationship(foreign_keys=[producer_id])
    taker: Mapped[Enterprise] = relationship(foreign_keys=[taker_id])
    from_site: Mapped[Site] = relationship(foreign_keys=[from_site_id])
    to_site: Mapped[Site] = relationship(foreign_keys=[to_site_id])
    waste_type: Mapped[WasteTypeRow] = relationship()
    months: Mapped[list[ContractMonth]] = relationship(
        back_populates="contract", cascade="all, delete-orphan", order_by="ContractMonth.month"
    )
    specs: Mapped[list[ContractSpec]] = relationship(
        back_populates="contract", cascade="all, delete-orphan", order_by="ContractSpec.property_id"
    )
    amendments: Mapped[list[Amendment]] = relationship(
        back_populates="contract", cascade="all, delete-orphan", order_by="Amendment.number"
    )

    def side_of(self, enterprise_id: int | None) -> Side | None:
        """Which side ``enterprise_id`` is on; None for a stranger."""
        if enterprise_id is None:
            return None
        if enterprise_id == self.producer_id:
            return Side.PRODUCER
        return Side.TAKER if enterprise_id == self.taker_id else None


class ContractMonth(Base):
    """Tonnes agreed for one month.  What is reserved, contracted and sent of them is in the ledger."""

    __tablename__ = "contract_months"
    __table_args__ = (is_month("month"), CheckConstraint("planned_t >= 0", name="planned_t"))

    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"), primary_key=True)
    month: Mapped[str] = mapped_column(Month, primary_key=True)
    planned_t: Mapped[Decimal] = mapped_column(Tonnes)

    contract: Mapped[Contract] = relationship(back_populates="months")


class ContractSpec(Base):
    """A limit the lots must meet, as it stood in the listing when the contract was made."""

    __tablename__ = "contract_specs"
    __table_args__ = (
        CheckConstraint("minimum IS NOT NULL OR maximum IS NOT NULL", name="some_limit"),
        CheckConstraint("minimum IS NULL OR maximum IS NULL OR minimum <= maximum", name="min_max"),
        one_of("basis", Basis),
        UniqueConstraint("contract_id", "property_id", "basis"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"), index=True)
    property_id: Mapped[str] = mapped_column(ForeignKey("properties.id"))
    minimum: Mapped[float | None]
    maximum: Mapped[float | None]
    basis: Mapped[str] = mapped_column(String(20))
    standard: Mapped[str] = mapped_column(Text, default="")

    contract: Mapped[Contract] = relationship(back_populates="specs")
    property: Mapped[PropertyRow] = relationship()


class Amendment(Versioned, Base):
    """A change of a contract that one side proposes and the other agrees to; at most one waits at a time.

    ``changes`` holds only what changes, by the contract's column names, tonnes as ``{"months": {"2027-03": "1200"}}``.
    """

    __tablename__ = "amendments"
    __table_args__ = (
        one_of("status", AmendmentStatus), one_of("proposed_by_side", Side),
        CheckConstraint("status = 'proposed' OR decided_at IS NOT NULL", name="decided_at"),
        UniqueConstraint("contract_id", "number"),
        Index(
            "uq_amendments_waiting", "contract_id", unique=True,
            sqlite_where=text("status = 'proposed'"), postgresql_where=text("status = 'proposed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"), index=True)
    number: Mapped[int]
    proposed_by_side: Mapped[str] = mapped_column(String(20))
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    changes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    reason: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(20), default=AmendmentStatus.PROPOSED)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    contract: Mapped[Contract] = relationship(back_populates="amendments")


class ContractDocument(Base):
    """The PDF that both sides confirmed (number 0), or that an agreed amendment made (its number), kept as it was.

    Kept whole, because a later type or library would set the same words in other bytes.
    """

    __tablename__ = "contract_documents"
    __table_args__ = (
        CheckConstraint("number >= 0", name="number"), CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    contract: Mapped[Contract] = relationship()

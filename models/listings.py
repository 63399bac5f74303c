"""The two kinds of listing: a supply offers tonnes of one waste type, a demand wants tonnes for one use."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.assays import Assay, DemandAccept, DemandResidue, DemandSpec
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
from models.catalogue.tables import UseRow, WasteTypeRow
from models.grams import Grams
from models.organisations import Enterprise, Site


class ListingStatus(StrEnum):
    """A draft is seen by its enterprise alone; a withdrawn listing takes no bids, may be published again."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class SaleMode(StrEnum):
    """Negotiable: the owner answers each bid.  First come: a bid that meets the price and the room is taken at once."""

    NEGOTIABLE = "negotiable"
    FIRST_COME = "first_come"


class QuantityQuality(StrEnum):
    """Where the tonnes come from: a document states, a formula estimates, the enterprise declares them."""

    STATED = "stated"
    ESTIMATE = "estimate"
    DECLARED = "declared"


def _listing_rules(table: str) -> tuple[Any, ...]:
    return (
        CheckConstraint("t_per_month >= 0", name="t_per_month"),
        CheckConstraint("min_lot_t >= 0", name="min_lot_t"),
        CheckConstraint("max_distance_km >= 0", name="max_distance_km"),
        CheckConstraint("status <> 'published' OR published_at IS NOT NULL", name="published_at"),
        is_month("start_month"), is_month("end_month"), months_in_order(),
        one_of("status", ListingStatus), one_of("quantity_quality", QuantityQuality),
        one_of("sale_mode", SaleMode),
        Index(f"ix_{table}_status_published_at", "status", "published_at"),
        Index(f"ix_{table}_search_grams", "search_grams", postgresql_using="gin",
              info={"only": "postgresql"}).ddl_if(dialect="postgresql"),
    )


class ListingColumns(Versioned):
    """What a supply and a demand have in common.

    Blank ``end_month``: no end.  Blank distance: no limit.  ``submission_key`` is the form's one-time key: a
    second click meets the unique constraint.  :mod:`models.search` keeps the ``search_`` columns.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    t_per_month: Mapped[Decimal] = mapped_column(Tonnes)
    start_month: Mapped[str] = mapped_column(Month)
    end_month: Mapped[str | None] = mapped_column(Month)
    min_lot_t: Mapped[Decimal | None] = mapped_column(Tonnes)
    max_distance_km: Mapped[float | None]
    status: Mapped[str] = mapped_column(String(20), default=ListingStatus.DRAFT)
    sale_mode: Mapped[str] = mapped_column(String(20), default=SaleMode.NEGOTIABLE)
    quantity_quality: Mapped[str] = mapped_column(String(20), default=QuantityQuality.DECLARED)
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    search_text: Mapped[str] = mapped_column(Text, default="")
    search_grams: Mapped[list[str]] = mapped_column(Grams, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)

    @declared_attr
    def enterprise(cls) -> Mapped[Enterprise]:
        return relationship(Enterprise)

    @declared_attr
    def site(cls) -> Mapped[Site]:
        return relationship(Site)


class Supply(ListingColumns, Base):
    """Tonnes per month of one waste type offered.  ``ask_yuan_per_t`` negative: the producer pays."""

    __tablename__ = "supplies"
    __table_args__ = (CheckConstraint("stock_t >= 0", name="stock_t"), *_listing_rules("supplies"))

    waste_type_id: Mapped[str] = mapped_column(ForeignKey("waste_types.id"), index=True)
    stock_t: Mapped[Decimal] = mapped_column(Tonnes, default=Decimal(0))
    ask_yuan_per_t: Mapped[Decimal | None] = mapped_column(YuanPerT)

    waste_type: Mapped[WasteTypeRow] = relationship()
    assays: Mapped[list[Assay]] = relationship(
        back_populates="supply", cascade="all, delete-orphan", order_by="Assay.property_id"
    )


class Demand(ListingColumns, Base):
    """Tonnes per month wanted by one use.  ``bid_yuan_per_t`` per tonne delivered; negative: a gate fee."""

    __tablename__ = "demands"
    __table_args__ = _listing_rules("demands")

    use_id: Mapped[str] = mapped_column(ForeignKey("uses.id"), index=True)
    bid_yuan_per_t: Mapped[Decimal | None] = mapped_column(YuanPerT)

    use: Mapped[UseRow] = relationship()
    accepts: Mapped[list[DemandAccept]] = relationship(
        back_populates="demand", cascade="all, delete-orphan", order_by="DemandAccept.waste_type_id"
    )
    specs: Mapped[list[DemandSpec]] = relationship(
        back_populates="demand", cascade="all, delete-orphan", order_by="DemandSpec.id"
    )
    residues: Mapped[list[DemandResidue]] = relationship(
        back_populates="demand", cascade="all, delete-orphan", order_by="DemandResidue.waste_type_id"
    )


Listing = Supply | Demand


def kind_of(listing: Listing) -> str:
    """``supply`` or ``demand``: the word for it in addresses, events and notices."""
    return "supply" if isinstance(listing, Supply) else "demand"

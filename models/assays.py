"""What is known of a supply's quality, and what a demand accepts, requires and leaves behind."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Share, one_of
from models.catalogue.tables import PropertyRow, WasteTypeRow

if TYPE_CHECKING:
    from models.listings import Demand, Supply


class AssayKind(StrEnum):
    """A laboratory's result for this supply, or a value typical of its waste type standing in for one."""

    MEASURED = "measured"
    TYPICAL = "typical"


class Basis(StrEnum):
    """``each``: every lot must meet the limit; ``blend``: the month's mixed intake must."""

    EACH = "each"
    BLEND = "blend"


class Assay(Base):
    """A property of a supply.  ``sd`` is the spread of the value in the property's unit, None: unknown."""

    __tablename__ = "assays"
    __table_args__ = (
        UniqueConstraint("supply_id", "property_id"),
        CheckConstraint("sd >= 0", name="sd"),
        one_of("kind", AssayKind),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    supply_id: Mapped[int] = mapped_column(ForeignKey("supplies.id"))
    property_id: Mapped[str] = mapped_column(ForeignKey("properties.id"), index=True)
    value: Mapped[float]
    sd: Mapped[float | None]
    method: Mapped[str] = mapped_column(String(200), default="")
    laboratory: Mapped[str] = mapped_column(String(200), default="")
    sampled_on: Mapped[date | None]
    kind: Mapped[str] = mapped_column(String(20), default=AssayKind.MEASURED)
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")

    supply: Mapped[Supply] = relationship(back_populates="assays")
    property: Mapped[PropertyRow] = relationship()


class DemandAccept(Base):
    """A waste type that a demand takes, and the largest share (0-1) it may have in a month's intake."""

    __tablename__ = "demand_accepts"
    __table_args__ = (
        UniqueConstraint("demand_id", "waste_type_id"),
        CheckConstraint("max_share >= 0 AND max_share <= 1", name="max_share"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands.id"))
    waste_type_id: Mapped[str] = mapped_column(ForeignKey("waste_types.id"), index=True)
    max_share: Mapped[Decimal] = mapped_column(Share, default=Decimal(1))
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")

    demand: Mapped[Demand] = relationship(back_populates="accepts")
    waste_type: Mapped[WasteTypeRow] = relationship()


class DemandSpec(Base):
    """One limit of one property; bounds are inclusive; no waste type: the limit binds them all."""

    __tablename__ = "demand_specs"
    __table_args__ = (
        CheckConstraint("minimum <= maximum", name="bounds_in_order"),
        CheckConstraint("minimum IS NOT NULL OR maximum IS NOT NULL", name="some_bound"),
        one_of("basis", Basis),
        # Two partial indexes, because a unique constraint lets any number of null waste types through.
        Index(
            "uq_demand_specs_any_waste", "demand_id", "property_id", "basis", unique=True,
            sqlite_where=text("waste_type_id IS NULL"), postgresql_where=text("waste_type_id IS NULL"),
        ),
        Index(
            "uq_demand_specs_one_waste", "demand_id", "waste_type_id", "property_id", "basis", unique=True,
            sqlite_where=text("waste_type_id IS NOT NULL"),
            postgresql_where=text("waste_type_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands.id"), index=True)
    waste_type_id: Mapped[str | None] = mapped_column(ForeignKey("waste_types.id"), index=True)
    property_id: Mapped[str] = mapped_column(ForeignKey("properties.id"), index=True)
    minimum: Mapped[float | None]
    maximum: Mapped[float | None]
    basis: Mapped[str] = mapped_column(String(10), default=Basis.EACH)
    standard: Mapped[str] = mapped_column(String(200), default="")
    clause: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")

    demand: Mapped[Demand] = relationship(back_populates="specs")
    waste_type: Mapped[WasteTypeRow | None] = relationship()
    property: Mapped[PropertyRow] = relationship()


class DemandResidue(Base):
    """The waste that a use itself leaves: tonnes per tonne taken in."""

    __tablename__ = "demand_residues"
    __table_args__ = (
        UniqueConstraint("demand_id", "waste_type_id"),
        CheckConstraint("yield_t_per_t >= 0", name="yield_t_per_t"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands.id"))
    waste_type_id: Mapped[str] = mapped_column(ForeignKey("waste_types.id"), index=True)
    yield_t_per_t: Mapped[float]
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")

    demand: Mapped[Demand] = relationship(back_populates="residues")
    waste_type: Mapped[WasteTypeRow] = relationship()

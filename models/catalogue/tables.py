"""Catalogue rows that listings point at, so that the database itself refuses an unknown waste type or use."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class WasteTypeRow(Base):
    """One waste type of the official catalogue.  ``aliases`` are parted by ``;``."""

    __tablename__ = "waste_types"
    __table_args__ = (
        CheckConstraint("hazardous IN ('no', 'yes', 'conditional', 'to_be_identified')", name="hazardous"),
    )

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(160))
    aliases: Mapped[str] = mapped_column(Text, default="")
    hazardous: Mapped[str] = mapped_column(String(20))
    hw_code: Mapped[str] = mapped_column(String(200), default="")
    category_code: Mapped[str] = mapped_column(String(40), default="")


class PropertyRow(Base):
    """One measurable property.  ``mixing`` says how it mixes: ``linear_dry``, ``linear_ar`` or otherwise."""

    __tablename__ = "properties"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(160))
    unit: Mapped[str] = mapped_column(String(40), default="")
    mixing: Mapped[str] = mapped_column(String(40), default="")


class UseRow(Base):
    """One way to use waste.  ``use_spec`` names its group of specs in use_specs.csv, blank: none known."""

    __tablename__ = "uses"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(160))
    use_spec: Mapped[str] = mapped_column(String(120), default="")

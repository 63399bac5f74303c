"""Who and where: regions, parks, enterprises, their sites and their licences for hazardous waste."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, Versioned, on_earth, one_of, utc_now


class LocationQuality(StrEnum):
    """How well a place is known: measured, or the centre of the town or park it is said to lie in."""

    SURVEYED = "surveyed"
    APPROXIMATE = "approximate"


class Region(Base):
    """A banner or district.  ``id`` is a slug such as ``jungar``; scenarios name it by ``name_zh``."""

    __tablename__ = "regions"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(80), unique=True)
    name_en: Mapped[str] = mapped_column(String(80))


class Park(Versioned, Base):
    """An industrial park, by the middle of its area; no coordinates where they are not known."""

    __tablename__ = "parks"
    __table_args__ = (on_earth(),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    name_en: Mapped[str] = mapped_column(String(160), default="")
    region_id: Mapped[str | None] = mapped_column(ForeignKey("regions.id"), index=True)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")

    region: Mapped[Region | None] = relationship()


class Enterprise(Versioned, Base):
    """An enterprise.  ``qualified``: an administrator has checked its permits and technical capacity."""

    __tablename__ = "enterprises"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(160), index=True)
    name_en: Mapped[str] = mapped_column(String(200), default="")
    region_id: Mapped[str | None] = mapped_column(ForeignKey("regions.id"), index=True)
    park_id: Mapped[int | None] = mapped_column(ForeignKey("parks.id"), index=True)
    qualified: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    region: Mapped[Region | None] = relationship()
    park: Mapped[Park | None] = relationship()
    sites: Mapped[list[Site]] = relationship(
        back_populates="enterprise", cascade="all, delete-orphan", order_by="Site.id"
    )
    licences: Mapped[list[Licence]] = relationship(
        back_populates="enterprise", cascade="all, delete-orphan", order_by="Licence.code"
    )

    @property
    def main_site(self) -> Site | None:
        """The site that stands for the enterprise on a map, None before one is entered."""
        return next((site for site in self.sites if site.is_main), None)


class Site(Versioned, Base):
    """A place of an enterprise in WGS-84; exactly one site of an enterprise is its main one."""

    __tablename__ = "sites"
    __table_args__ = (
        on_earth(),
        one_of("location_quality", LocationQuality),
        Index(
            "uq_sites_main", "enterprise_id", unique=True,
            sqlite_where=text("is_main = 1"), postgresql_where=text("is_main"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    name: Mapped[str] = mapped_column(String(160), default="")
    lat: Mapped[float]
    lon: Mapped[float]
    location_quality: Mapped[str] = mapped_column(String(20), default=LocationQuality.APPROXIMATE)
    park_id: Mapped[int | None] = mapped_column(ForeignKey("parks.id"), index=True)
    is_main: Mapped[bool] = mapped_column(default=False)

    enterprise: Mapped[Enterprise] = relationship(back_populates="sites")
    park: Mapped[Park | None] = relationship()


class Licence(Base):
    """A hazardous-waste code (``HW08``) or catalogue id that an enterprise is licensed to receive."""

    __tablename__ = "licences"
    __table_args__ = (CheckConstraint("length(code) > 0", name="code"),)

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(60), primary_key=True)

    enterprise: Mapped[Enterprise] = relationship(back_populates="licences")

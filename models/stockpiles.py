"""Heaps of waste that lie somewhere: what, how much, in which class, and how far their remediation is."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Tonnes, UtcDateTime, Versioned, on_earth, one_of, utc_now
from models.catalogue.tables import WasteTypeRow
from models.listings import QuantityQuality
from models.organisations import Enterprise, Park, Region, Site


class StorageClass(StrEnum):
    """Class I or class II of general industrial solid waste after GB 18599: a label, no limit is derived from it."""

    ONE = "I"
    TWO = "II"


class Remediation(StrEnum):
    """How far the remediation of a stockpile is; ``verified`` means that somebody else has checked it."""

    NOT_BEGUN = "not_begun"
    UNDER_WAY = "under_way"
    DONE = "done"
    VERIFIED = "verified"


class Stockpile(Versioned, Base):
    """A heap at a site, in a park, or at coordinates of its own; ``tonnes`` None where nobody has said how much.

    ``park_id`` and ``region_id`` say where it counts: with a site they are the site's own.  ``responsible`` names
    who is to remediate it.
    """

    __tablename__ = "stockpiles"
    __table_args__ = (
        on_earth(), one_of("storage_class", StorageClass), one_of("quality", QuantityQuality),
        one_of("remediation", Remediation),
        CheckConstraint("tonnes >= 0", name="tonnes"),
        CheckConstraint("length(name) > 0", name="name"),
        CheckConstraint("length(source) > 0", name="source"),
        CheckConstraint(
            "park_id IS NOT NULL OR site_id IS NOT NULL OR (lat IS NOT NULL AND region_id IS NOT NULL)", name="place"
        ),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="both_coordinates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    waste_type_id: Mapped[str] = mapped_column(ForeignKey("waste_types.id"), index=True)
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"), index=True)
    park_id: Mapped[int | None] = mapped_column(ForeignKey("parks.id"), index=True)
    region_id: Mapped[str | None] = mapped_column(ForeignKey("regions.id"), index=True)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    tonnes: Mapped[Decimal | None] = mapped_column(Tonnes)
    quality: Mapped[str] = mapped_column(String(20), default=QuantityQuality.ESTIMATE)
    storage_class: Mapped[str | None] = mapped_column(String(4))
    remediation: Mapped[str] = mapped_column(String(20), default=Remediation.NOT_BEGUN)
    deadline: Mapped[date | None] = mapped_column(Date)
    responsible: Mapped[str] = mapped_column(String(160), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)

    waste_type: Mapped[WasteTypeRow] = relationship()
    enterprise: Mapped[Enterprise | None] = relationship()
    site: Mapped[Site | None] = relationship()
    park: Mapped[Park | None] = relationship()
    region: Mapped[Region | None] = relationship()

    @property
    def finished(self) -> bool:
        """Whether its remediation is done, verified or not."""
        return self.remediation in (Remediation.DONE, Remediation.VERIFIED)

    def overdue(self, today: date) -> bool:
        """Whether its deadline has passed and it is not done."""
        return self.deadline is not None and self.deadline < today and not self.finished

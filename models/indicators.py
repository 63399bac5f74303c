"""What indicators need beside the ledger: value added, entered by the regulator, and the scorecard's weights."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import User
from models.base import Base, FixedPoint, UtcDateTime, Versioned, one_of, utc_now
from models.listings import QuantityQuality
from models.organisations import Park, Region

YuanTenThousand = FixedPoint(14, 2)
Weight = FixedPoint(7, 2)


class City(StrEnum):
    """The cities of the market: their banners and districts are regions, they themselves are none."""

    ORDOS = "ordos"
    BAOTOU = "baotou"


class Criterion(StrEnum):
    """What the scorecard of a park is made of; each is worked out from records, see docs/indicators.md."""

    USE_RATE = "use_rate"
    NEW_GANGUE = "new_gangue"
    NOT_STORED = "not_stored"
    BOTH_WEIGHINGS = "both_weighings"
    ASSAYED = "assayed"
    WITHIN = "within"
    REMEDIATED = "remediated"


def _is_period(column: str) -> CheckConstraint:
    """``ck_<table>_<column>``: ``YYYY``, ``YYYY-Q1`` to ``YYYY-Q4`` or ``YYYY-MM``, years 1000 to 2999."""
    digits = " AND ".join(f"substr({column}, {at}, 1) BETWEEN '0' AND '9'" for at in (2, 3, 4))
    rest = ", ".join(f"'-{part}'" for part in [f"Q{n}" for n in range(1, 5)] + [f"{n:02}" for n in range(1, 13)])
    return CheckConstraint(
        f"substr({column}, 1, 1) IN ('1', '2') AND {digits} AND"
        f" (length({column}) = 4 OR substr({column}, 5) IN ({rest}))",
        name=column,
    )


class ValueAdded(Versioned, Base):
    """Industrial value added of one place over a year, a quarter or a month, in units of 10,000 yuan.

    Exactly one of park, region and city is given.  ``source_note`` says where the figure comes from.
    """

    __tablename__ = "value_added"
    __table_args__ = (
        _is_period("period"), one_of("city", City), one_of("quality", QuantityQuality),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("length(source_note) > 0", name="source_note"),
        CheckConstraint(
            "(CASE WHEN park_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN region_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN city IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_place",
        ),
        # Rows of the other kinds of place hold no value in the column, and both databases let that stand repeatedly.
        UniqueConstraint("park_id", "period"), UniqueConstraint("region_id", "period"),
        UniqueConstraint("city", "period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    park_id: Mapped[int | None] = mapped_column(ForeignKey("parks.id"))
    region_id: Mapped[str | None] = mapped_column(ForeignKey("regions.id"))
    city: Mapped[str | None] = mapped_column(String(20))
    period: Mapped[str] = mapped_column(String(7))
    amount: Mapped[Decimal] = mapped_column(YuanTenThousand)
    quality: Mapped[str] = mapped_column(String(20), default=QuantityQuality.STATED)
    source_note: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    park: Mapped[Park | None] = relationship()
    region: Mapped[Region | None] = relationship()
    person: Mapped[User | None] = relationship()


class ScorecardWeight(Base):
    """How much one criterion counts on the scorecard; the sum need not be anything, shares are worked out."""

    __tablename__ = "scorecard_weights"
    __table_args__ = (
        one_of("criterion", Criterion), CheckConstraint("weight BETWEEN 0 AND 1000", name="weight"),
    )

    criterion: Mapped[str] = mapped_column(String(40), primary_key=True)
    weight: Mapped[Decimal] = mapped_column(Weight)

    @property
    def id(self) -> str:
        return self.criterion

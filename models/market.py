"""The market as a whole: its horizon and prices of carriage, and a counter that says when it last changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, Month, UtcDateTime, Versioned, is_month, utc_now


class MarketRevision(Base):
    """One row: a number that grows with every change that could alter a match, in the same transaction."""

    __tablename__ = "market_revision"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    revision: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class MarketChange(Base):
    """What one revision of the market changed: a listing by its code, or everything.

    A process that keeps an index of the market reads the rows beyond the revision it knows.
    """

    __tablename__ = "market_changes"
    __table_args__ = (
        CheckConstraint("side IN ('supply', 'demand', 'all')", name="side"),
        CheckConstraint("(side = 'all') = (code = '')", name="code"),
        UniqueConstraint("revision", "side", "code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int]
    side: Mapped[str] = mapped_column(String(6))
    code: Mapped[str] = mapped_column(String(80), default="")


class MarketSettings(Versioned, Base):
    """One row: what a scenario.toml says.  ``carbon`` keeps its table as it stands there."""

    __tablename__ = "market_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="single_row"),
        CheckConstraint("months BETWEEN 1 AND 120", name="months"),
        CheckConstraint("circuity >= 1", name="circuity"),
        CheckConstraint("handling_yuan_per_t >= 0 AND rate_yuan_per_t_km >= 0", name="freight"),
        is_month("first_month"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    title: Mapped[str] = mapped_column(String(200), default="")
    first_month: Mapped[str] = mapped_column(Month)
    months: Mapped[int] = mapped_column(default=12)
    circuity: Mapped[float] = mapped_column(default=1.35)
    handling_yuan_per_t: Mapped[float]
    rate_yuan_per_t_km: Mapped[float]
    freight_source: Mapped[str] = mapped_column(Text, default="")
    carbon: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    source: Mapped[str] = mapped_column(Text, default="")

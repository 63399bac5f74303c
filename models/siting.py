"""Siting studies that somebody keeps: candidate plants, what is asked of the choice, and what was found best."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import User
from models.base import Base, Json, UtcDateTime, Versioned, utc_now
from models.whatifs import MaybeJson


class SitingStudy(Versioned, Base):
    """``candidates`` are plants as what-ifs keep them, each with its opening cost over the horizon in yuan; ``asked``
    is what every choice must keep.  ``answer`` holds for the market's ``market_revision``, None before there is one.
    """

    __tablename__ = "siting_studies"
    __table_args__ = (
        CheckConstraint("title <> ''", name="title"),
        CheckConstraint("objective IN ('net_value', 'tonnes')", name="objective"),
        CheckConstraint("(answer IS NULL) = (market_revision IS NULL)", name="answer"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(Text, default="")
    shared: Mapped[bool] = mapped_column(default=False)
    objective: Mapped[str] = mapped_column(String(20), default="net_value")
    asked: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    answer: Mapped[dict[str, Any] | None] = mapped_column(MaybeJson)
    market_revision: Mapped[int | None]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    author: Mapped[User] = relationship()

"""What-ifs that somebody keeps: changes to the market, and what the best plan would be with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import User
from models.base import Base, Json, UtcDateTime, Versioned, utc_now

# A value that is not there is NULL, not the JSON word for nothing: the constraints ask for it.
MaybeJson = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class WhatIf(Versioned, Base):
    """``changes`` as ``matching.whatif.keeping`` writes them; ``answer`` is what was worked out for them at the
    market's ``market_revision``, None before that.  ``shared`` ones are read by everybody who may make what-ifs.
    """

    __tablename__ = "what_ifs"
    __table_args__ = (
        CheckConstraint("title <> ''", name="title"),
        CheckConstraint("(answer IS NULL) = (market_revision IS NULL)", name="answer"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(Text, default="")
    shared: Mapped[bool] = mapped_column(default=False)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    answer: Mapped[dict[str, Any] | None] = mapped_column(MaybeJson)
    market_revision: Mapped[int | None]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    author: Mapped[User] = relationship()

"""What somebody asks of the market on paper and keeps, with the answer it had."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.accounts import User
from models.base import UtcDateTime, Versioned, utc_now

# A value that is not there is NULL, not the JSON word for nothing: the constraints ask for it.
MaybeJson = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
STUDY_CONSTRAINTS = (
    ("title", "title <> ''"),
    ("answer", "(answer IS NULL) = (market_revision IS NULL)"),
    ("answered_at", "(answer IS NULL) = (answered_at IS NULL)"),
)


def study_constraints() -> tuple[CheckConstraint, ...]:
    """``ck_<table>_<name>`` of every kind of study: a title, and an answer with its moment or none."""
    return tuple(CheckConstraint(condition, name=name) for name, condition in STUDY_CONSTRAINTS)


class Study(Versioned):
    """``answer`` is what was worked out at the market's ``market_revision``, None before that.  ``shared`` ones are
    read by everybody who may make such studies.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(Text, default="")
    shared: Mapped[bool] = mapped_column(default=False)
    answer: Mapped[dict[str, Any] | None] = mapped_column(MaybeJson)
    market_revision: Mapped[int | None]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    @declared_attr
    def author(cls) -> Mapped[User]:
        return relationship(User)

    def forget_answer(self) -> None:
        """What is asked has become another: the answer is no longer its."""
        self.answer, self.market_revision, self.answered_at = None, None, None

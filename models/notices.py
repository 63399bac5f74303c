"""What one person is told about one event."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import User
from models.base import Base, Json, UtcDateTime, one_of, utc_now
from models.events import Event


class Notice(Base):
    """A notice in a person's inbox; one per person and event however often a request is repeated."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("user_id", "event_id"),
        Index(
            "ix_notices_unread", "user_id",
            sqlite_where=text("read_at IS NULL"), postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    kind: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # False for what a person wants by mail alone: the row is there for the mail's sake.
    in_inbox: Mapped[bool] = mapped_column(default=True, server_default=true())

    user: Mapped[User] = relationship()
    event: Mapped[Event] = relationship()


class NoticeChoice(Base):
    """How a person wants to hear of one kind of thing; where there is no row, the kind's default holds."""

    __tablename__ = "notice_choices"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(40), primary_key=True)
    by_inbox: Mapped[bool]
    by_mail: Mapped[bool]


class MailStatus(StrEnum):
    """Waiting in the outbox, being handed to the mail server, sent, or given up."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Mail(Base):
    """The e-mail of one notice: one row per notice, whose ``message_id`` every attempt carries."""

    __tablename__ = "mails"
    __table_args__ = (one_of("status", MailStatus), CheckConstraint("attempts >= 0", name="attempts"))

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), unique=True)
    message_id: Mapped[str] = mapped_column(String(160), unique=True)
    status: Mapped[str] = mapped_column(String(20), default=MailStatus.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(Text, default="")

    notice: Mapped[Notice] = relationship()

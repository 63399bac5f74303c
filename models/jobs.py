"""The outbox: work that a transaction leaves for the worker, kept or lost together with the transaction."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, UtcDateTime, one_of, utc_now


class JobStatus(StrEnum):
    """A running job whose lock has run out belongs to a worker that died, and is taken up again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One piece of work.  At most one queued job per ``dedupe_key``: ten changes ask for one new plan."""

    __tablename__ = "jobs"
    __table_args__ = (
        one_of("status", JobStatus),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_jobs_due", "status", "run_after"),
        Index(
            "uq_jobs_queued_dedupe_key", "dedupe_key", unique=True,
            sqlite_where=text("status = 'queued' AND dedupe_key IS NOT NULL"),
            postgresql_where=text("status = 'queued' AND dedupe_key IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    dedupe_key: Mapped[str | None] = mapped_column(String(160))
    status: Mapped[str] = mapped_column(String(20), default=JobStatus.QUEUED)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    run_after: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(Text, default="")

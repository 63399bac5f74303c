"""Who signs in, with which role, for which enterprise, park or region."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, Versioned, one_of, utc_now
from models.organisations import Enterprise, Park, Region


class Role(StrEnum):
    """Staff act for one enterprise, a committee for one park, a regulator for a region or all."""

    STAFF = "staff"
    COMMITTEE = "committee"
    REGULATOR = "regulator"
    ADMIN = "admin"


class User(Versioned, Base):
    """A person with a sign-in.  Changing ``session_nonce`` ends every session the person has open."""

    __tablename__ = "users"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("email LIKE '%_@_%'", name="email"),
        CheckConstraint("role <> 'staff' OR enterprise_id IS NOT NULL", name="staff_enterprise"),
        CheckConstraint("role <> 'committee' OR park_id IS NOT NULL", name="committee_park"),
        CheckConstraint("locale IN ('zh', 'en')", name="locale"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    display_name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    park_id: Mapped[int | None] = mapped_column(ForeignKey("parks.id"), index=True)
    region_id: Mapped[str | None] = mapped_column(ForeignKey("regions.id"), index=True)
    locale: Mapped[str] = mapped_column(String(5), default="zh")
    active: Mapped[bool] = mapped_column(default=True)
    session_nonce: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    enterprise: Mapped[Enterprise | None] = relationship()
    park: Mapped[Park | None] = relationship()
    region: Mapped[Region | None] = relationship()


class SignInAttempt(Base):
    """One attempt to sign in, counted in the database because workers share no memory."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_email_at", "email", "at"),
        Index("ix_sign_in_attempts_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    ok: Mapped[bool]
    address: Mapped[str] = mapped_column(String(64), default="")

"""A transfer: one consignment under a contract, weighed at both gates, with its assay, files and disputes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Month, Tonnes, UtcDateTime, Versioned, is_month, one_of, utc_now
from models.catalogue.tables import PropertyRow
from models.contracts import Contract, Side


class TransferStatus(StrEnum):
    """Planned, loaded and weighed out, received and weighed in; then accepted, disputed, rejected; or cancelled."""

    PLANNED = "planned"
    LOADED = "loaded"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Gate(StrEnum):
    """Which of the two weighings it is: at the producer's gate or at the taker's."""

    OUT = "out"
    IN = "in"


class Source(StrEnum):
    """How a reading came: typed into the form, in a CSV file, or from the weighbridge's own program."""

    FORM = "form"
    CSV = "csv"
    API = "api"


class DisputeStatus(StrEnum):
    """Open until both sides agree how many tonnes count, or the deadline passes and the in-weight counts."""

    OPEN = "open"
    SETTLED = "settled"


class Transfer(Versioned, Base):
    """One vehicle, one consignment.  ``month`` is the month of the contract it counts towards.

    ``accepted_t`` are the tonnes both sides count at the end.  A hazardous consignment carries the 14-digit number
    of its manifest (Measures for the transfer of hazardous waste, order 23, articles 15 and 16).
    """

    __tablename__ = "transfers"
    __table_args__ = (
        is_month("month"), one_of("status", TransferStatus),
        CheckConstraint("planned_t > 0", name="planned_t"),
        CheckConstraint("accepted_t >= 0", name="accepted_t"),
        CheckConstraint("manifest_no IS NULL OR length(manifest_no) = 14", name="manifest_no"),
        Index(
            "uq_transfers_manifest_no", "manifest_no", unique=True,
            sqlite_where=text("manifest_no IS NOT NULL AND status <> 'cancelled'"),
            postgresql_where=text("manifest_no IS NOT NULL AND status <> 'cancelled'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"), index=True)
    month: Mapped[str] = mapped_column(Month)
    planned_t: Mapped[Decimal] = mapped_column(Tonnes)
    planned_for: Mapped[datetime | None] = mapped_column(UtcDateTime)
    vehicle: Mapped[str] = mapped_column(String(20), default="")
    driver: Mapped[str] = mapped_column(String(60), default="")
    driver_phone: Mapped[str] = mapped_column(String(30), default="")
    carrier: Mapped[str] = mapped_column(String(160), default="")
    manifest_no: Mapped[str | None] = mapped_column(String(14))
    status: Mapped[str] = mapped_column(String(20), default=TransferStatus.PLANNED)
    confirm_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_t: Mapped[Decimal | None] = mapped_column(Tonnes)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)

    contract: Mapped[Contract] = relationship()
    weighings: Mapped[list[Weighing]] = relationship(back_populates="transfer", order_by="Weighing.id")
    results: Mapped[list[AcceptanceResult]] = relationship(
        back_populates="transfer", cascade="all, delete-orphan", order_by="AcceptanceResult.property_id"
    )
    files: Mapped[list[TransferFile]] = relationship(back_populates="transfer", order_by="TransferFile.id")
    disputes: Mapped[list[Dispute]] = relationship(back_populates="transfer", order_by="Dispute.id")

    def weighing(self, gate: Gate) -> Weighing | None:
        """The weighing at ``gate``; None before it."""
        return next((one for one in self.weighings if one.gate == gate), None)


class Weighing(Base):
    """One slip of a weighbridge.  A slip's number is known once per site: the same slip twice is one slip."""

    __tablename__ = "weighings"
    __table_args__ = (
        one_of("gate", Gate), one_of("source", Source),
        CheckConstraint("tare_t > 0 AND gross_t > tare_t", name="gross_above_tare"),
        UniqueConstraint("site_id", "slip_no"), UniqueConstraint("transfer_id", "gate"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    gate: Mapped[str] = mapped_column(String(10))
    slip_no: Mapped[str] = mapped_column(String(60))
    gross_t: Mapped[Decimal] = mapped_column(Tonnes)
    tare_t: Mapped[Decimal] = mapped_column(Tonnes)
    weighed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    vehicle: Mapped[str] = mapped_column(String(20), default="")
    source: Mapped[str] = mapped_column(String(10), default=Source.FORM)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    transfer: Mapped[Transfer] = relationship(back_populates="weighings")

    @property
    def net_t(self) -> Decimal:
        """Gross less tare, in tonnes."""
        return self.gross_t - self.tare_t


class AcceptanceResult(Base):
    """One property of a consignment as the taker's laboratory found it."""

    __tablename__ = "acceptance_results"

    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id"), primary_key=True)
    property_id: Mapped[str] = mapped_column(ForeignKey("properties.id"), primary_key=True)
    value: Mapped[float]
    method: Mapped[str] = mapped_column(Text, default="")

    transfer: Mapped[Transfer] = relationship(back_populates="results")
    property: Mapped[PropertyRow] = relationship()


class TransferFile(Base):
    """A photo or a scanned slip of one of the gates."""

    __tablename__ = "transfer_files"
    __table_args__ = (one_of("gate", Gate), CheckConstraint("size_bytes > 0", name="size_bytes"))

    id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id"), index=True)
    gate: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(80))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    transfer: Mapped[Transfer] = relationship(back_populates="files")


class Dispute(Versioned, Base):
    """A difference over one consignment, with a deadline; one open dispute per consignment."""

    __tablename__ = "disputes"
    __table_args__ = (
        one_of("status", DisputeStatus), one_of("opened_by_side", Side), one_of("proposed_by_side", Side),
        CheckConstraint("about IN ('weight', 'quality')", name="about"),
        CheckConstraint("proposed_t >= 0", name="proposed_t"),
        CheckConstraint("status = 'open' OR settled_at IS NOT NULL", name="settled_at"),
        Index(
            "uq_disputes_open", "transfer_id", unique=True,
            sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id"), index=True)
    about: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    opened_by_side: Mapped[str | None] = mapped_column(String(20))
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    statement: Mapped[str] = mapped_column(Text, default="")
    proposed_t: Mapped[Decimal | None] = mapped_column(Tonnes)
    proposed_by_side: Mapped[str | None] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20), default=DisputeStatus.OPEN)
    outcome: Mapped[str] = mapped_column(Text, default="")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    transfer: Mapped[Transfer] = relationship(back_populates="disputes")

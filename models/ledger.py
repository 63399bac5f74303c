"""The ledger of tonnes: entries of postings that sum to zero, chained by hash, with the running balances beside.

Entries and postings are added and never changed (the database refuses).  Balances are their running sums: kept
so that a page reads one row and the database itself refuses to let an account fall below zero.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, Month, Tonnes, UtcDateTime, is_month, one_of, utc_now
from models.catalogue.tables import WasteTypeRow
from models.organisations import Site


class Account(StrEnum):
    """The accounts of a site and waste type.

    Tonnes that exist: ``opening``, ``produced`` and ``residue`` (sources: what came from them stands there with a
    minus sign), ``stock``, ``in_transit``, ``received``, ``used``, ``disposed``, and ``difference`` (what two
    weighings disagree on, either sign).  Tonnes that are promised, by contract and month: ``uncommitted``
    (source), ``reserved`` (awarded, not yet confirmed), ``contracted``, ``sent``.
    """

    OPENING = "opening"
    PRODUCED = "produced"
    RESIDUE = "residue"
    STOCK = "stock"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    USED = "used"
    DISPOSED = "disposed"
    DIFFERENCE = "difference"
    UNCOMMITTED = "uncommitted"
    RESERVED = "reserved"
    CONTRACTED = "contracted"
    SENT = "sent"


SOURCES = frozenset({
    Account.OPENING, Account.PRODUCED, Account.RESIDUE, Account.DIFFERENCE, Account.UNCOMMITTED,
})
COMMITMENTS = frozenset({Account.UNCOMMITTED, Account.RESERVED, Account.CONTRACTED, Account.SENT})


class LedgerEntry(Base):
    """One thing that happened to tonnes: its postings sum to zero; ``corrects_seq`` points at what it corrects.

    ``hash`` is the SHA-256 of the entry, its postings and ``previous_hash``, as marketplace.ledger.chain writes them.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (CheckConstraint("seq >= 1", name="seq"), CheckConstraint("length(hash) = 64", name="hash"))

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)
    kind: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id"), index=True)
    transfer_id: Mapped[int | None] = mapped_column(ForeignKey("transfers.id"), index=True)
    # An entry is taken back once at the most.
    corrects_seq: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.seq"), unique=True)
    note: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)

    postings: Mapped[list[LedgerPosting]] = relationship(back_populates="entry", order_by="LedgerPosting.line")


class LedgerPosting(Base):
    """Tonnes added to (or with a minus sign taken from) one account of one site and waste type in a month."""

    __tablename__ = "ledger_postings"
    __table_args__ = (
        one_of("account", Account), is_month("month"), CheckConstraint("tonnes <> 0", name="tonnes"),
        Index("ix_ledger_postings_account", "site_id", "waste_type_id", "account", "month"),
    )

    seq: Mapped[int] = mapped_column(ForeignKey("ledger_entries.seq"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    waste_type_id: Mapped[str] = mapped_column(ForeignKey("waste_types.id"))
    account: Mapped[str] = mapped_column(String(20))
    month: Mapped[str] = mapped_column(Month)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id"), index=True)
    tonnes: Mapped[Decimal] = mapped_column(Tonnes)

    entry: Mapped[LedgerEntry] = relationship(back_populates="postings")
    site: Mapped[Site] = relationship()
    waste_type: Mapped[WasteTypeRow] = relationship()


class LedgerBalance(Base):
    """The running sum of one account: of promises by contract and month, of tonnes that exist over all time.

    ``month`` and ``contract_id`` are blank for tonnes that exist.
    """

    __tablename__ = "ledger_balances"
    __table_args__ = (
        one_of("account", Account), is_month("month"),
        CheckConstraint(
            "tonnes >= 0 OR account IN ('opening', 'produced', 'residue', 'difference', 'uncommitted')",
            name="not_below_zero",
        ),
        Index("ix_ledger_balances_site", "site_id", "waste_type_id", "account"),
    )

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    waste_type_id: Mapped[str] = mapped_column(ForeignKey("waste_types.id"))
    account: Mapped[str] = mapped_column(String(20))
    month: Mapped[str | None] = mapped_column(Month)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id"), index=True)
    tonnes: Mapped[Decimal] = mapped_column(Tonnes)


class LedgerHead(Base):
    """The end of the chain; whoever writes an entry locks this row first."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))

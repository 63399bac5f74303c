"""What happened: one row per change, written with it, never altered.  The kinds are declared here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import User
from models.base import Base, Json, UtcDateTime, utc_now

# Each kind with the keys its data must carry, no more and no less: a reader may rely on them.
EVENT_KINDS: dict[str, frozenset[str]] = {
    kind: frozenset(keys.split())
    for kind, keys in {
        "user.created": "role",
        "user.updated": "changed",
        "user.signed_in": "",
        "user.signed_out": "",
        "user.password_changed": "",
        "user.deactivated": "",
        "enterprise.created": "name",
        "enterprise.updated": "changed",
        "enterprise.qualified": "qualified",
        "site.added": "enterprise_id",
        "site.updated": "changed",
        "licence.added": "code",
        "licence.removed": "code",
        "park.created": "name",
        "park.updated": "changed",
        "supply.created": "code",
        "supply.updated": "changed",
        "supply.published": "code",
        "supply.withdrawn": "code reason",
        "demand.created": "code",
        "demand.updated": "changed",
        "demand.published": "code",
        "demand.withdrawn": "code reason",
        "bid.placed": "listing listing_code owner bidder t_per_month price_yuan_per_t",
        "bid.accepted": "listing listing_code owner bidder t_per_month price_yuan_per_t",
        "bid.declined": "listing listing_code owner bidder t_per_month price_yuan_per_t",
        "bid.withdrawn": "listing listing_code owner bidder t_per_month price_yuan_per_t",
        "match.found": "listing listing_code owner partner_code partner_owner demand score",
        "tender.deadline_near": "tender listing listing_code owner deadline",
        "contract.deadline_near": "contract producer taker deadline",
        "transfer.deadline_near": "transfer contract producer taker deadline",
        "dispute.deadline_near": "transfer contract producer taker deadline",
        "bid.countered": "listing listing_code owner bidder t_per_month price_yuan_per_t by",
        "bid.outbid": "tender listing listing_code owner bidder kept_t",
        "tender.opened": "tender listing listing_code owner mode deadline invited",
        "tender.question": "tender listing listing_code owner",
        "tender.answered": "tender listing listing_code owner",
        "tender.extended": "tender listing listing_code owner deadline",
        "tender.bid_placed": "tender listing listing_code owner bidder t_per_month price_yuan_per_t",
        "tender.closed": "tender listing listing_code owner bids",
        "tender.cancelled": "tender listing listing_code owner reason",
        "tender.awarded": "tender listing listing_code owner awards",
        # A sealed bid's events name no person and no figure: they say that something was sealed, and its digest.
        "sealed_bid.placed": "tender digest",
        "sealed_bid.withdrawn": "tender digest",
        "sealed_bid.opened": "tender digest bid",
        "sealed_bid.faulty": "tender digest why",
        "what_if.created": "title",
        "what_if.changed": "title changes",
        "what_if.answered": "title market_revision",
        "what_if.shared": "title shared",
        "what_if.deleted": "title",
        "contract.made": "contract producer taker listing listing_code tonnes",
        "contract.confirmed": "contract producer taker side",
        "contract.active": "contract producer taker document_sha256",
        "amendment.proposed": "contract producer taker side number reason",
        "amendment.agreed": "contract producer taker side number document_sha256",
        "amendment.refused": "contract producer taker side number",
        "amendment.withdrawn": "contract producer taker side number",
        "contract.lapsed": "contract producer taker freed_t",
        "contract.completed": "contract producer taker freed_t",
        "contract.declined": "contract producer taker side reason",
        "contract.ended": "contract producer taker side reason freed_t",
        "ledger.recorded": "entry what waste tonnes",
        "ledger.corrected": "entry corrects reason",
        "transfer.planned": "transfer contract producer taker month tonnes vehicle",
        "transfer.cancelled": "transfer contract producer taker side reason",
        "transfer.loaded": "transfer contract producer taker slip_no net_t source vehicle",
        "transfer.received": "transfer contract producer taker slip_no net_t source out_t confirm_by",
        "transfer.assayed": "transfer contract producer taker results",
        "transfer.accepted": "transfer contract producer taker tonnes",
        "transfer.rejected": "transfer contract producer taker tonnes reason",
        "transfer.disputed": "transfer contract producer taker about statement out_t in_t deadline",
        "dispute.proposed": "transfer contract producer taker side tonnes deadline",
        "dispute.settled": "transfer contract producer taker tonnes how",
        "slip.conflict": "transfer contract producer taker gate source slip_no known offered",
        "weighing.refused": "transfer contract producer taker gate source side reasons offered",
        "weighing.corrected": "transfer contract producer taker gate reason before after",
        "key.created": "enterprise_id name",
        "key.revoked": "enterprise_id name",
        "value_added.entered": "place period amount quality before",
        "scorecard.weighted": "before after",
        "stockpile.created": "name park region",
        "stockpile.updated": "changed",
        "settings.changed": "changed",
        "plan.made": "objective tonnes status",
        "scenario.imported": "title supplies demands",
    }.items()
}


class Event(Base):
    """One change: who did what to which row.  The database itself refuses to update or delete one."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_subject", "subject_type", "subject_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    actor: Mapped[User | None] = relationship()

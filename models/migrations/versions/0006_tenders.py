"""Tenders, counter-offers, keys and mail

Revision ID: 0006_tenders
Revises: 0005_append_only
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_tenders"
down_revision = "0005_append_only"
branch_labels = None
depends_on = None


def _month(column: str, name: str) -> sa.CheckConstraint:
    """The column holds ``YYYY-MM``."""
    return sa.CheckConstraint(
        f"length({column}) = 7 AND substr({column}, 1, 1) IN ('1', '2')"
        f" AND substr({column}, 2, 1) BETWEEN '0' AND '9' AND substr({column}, 3, 1) BETWEEN '0' AND '9'"
        f" AND substr({column}, 4, 1) BETWEEN '0' AND '9'"
        f" AND substr({column}, 5, 1) = '-' AND substr({column}, 6, 2) IN ('01', '02', '03', '04', '05',"
        " '06', '07', '08', '09', '10', '11', '12')",
        name=op.f(name),
    )


def upgrade() -> None:
    op.create_table(
        "tenders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supply_id", sa.Integer()),
        sa.Column("demand_id", sa.Integer()),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extension_s", sa.Integer(), nullable=False),
        sa.Column("step_yuan_per_t", sa.Numeric(12, 2), nullable=False),
        sa.Column("reserve_yuan_per_t", sa.Numeric(12, 2)),
        sa.Column("invited_only", sa.Boolean(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("award_reason", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Integer()),
        sa.Column("submission_key", sa.String(length=64)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("mode IN ('sealed', 'ascending')", name=op.f("ck_tenders_mode")),
        sa.CheckConstraint(
            "status IN ('open', 'closed', 'awarded', 'cancelled')", name=op.f("ck_tenders_status")
        ),
        sa.CheckConstraint(
            "status NOT IN ('closed', 'awarded') OR closed_at IS NOT NULL", name=op.f("ck_tenders_closed_at")
        ),
        sa.CheckConstraint(
            "(supply_id IS NULL) <> (demand_id IS NULL)", name=op.f("ck_tenders_on_one_listing")
        ),
        sa.CheckConstraint("deadline > opened_at", name=op.f("ck_tenders_deadline")),
        sa.CheckConstraint("extension_s >= 0 AND step_yuan_per_t >= 0", name=op.f("ck_tenders_extension")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_tenders_created_by")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_tenders_demand_id")),
        sa.ForeignKeyConstraint(["supply_id"], ["supplies.id"], name=op.f("fk_tenders_supply_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenders")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_tenders_submission_key")),
    )
    op.create_index(op.f("ix_tenders_deadline"), "tenders", ["deadline"])
    op.create_index(op.f("ix_tenders_demand_id"), "tenders", ["demand_id"])
    op.create_index(op.f("ix_tenders_supply_id"), "tenders", ["supply_id"])
    op.create_index(
        op.f("uq_tenders_running_on_demand"),
        "tenders",
        ["demand_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('open', 'closed') AND demand_id IS NOT NULL"),
        postgresql_where=sa.text("status IN ('open', 'closed') AND demand_id IS NOT NULL"),
    )
    op.create_index(
        op.f("uq_tenders_running_on_supply"),
        "tenders",
        ["supply_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('open', 'closed') AND supply_id IS NOT NULL"),
        postgresql_where=sa.text("status IN ('open', 'closed') AND supply_id IS NOT NULL"),
    )
    op.create_table(
        "tender_invitations",
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_tender_invitations_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name=op.f("fk_tender_invitations_tender_id")),
        sa.PrimaryKeyConstraint("tender_id", "enterprise_id", name=op.f("pk_tender_invitations")),
    )
    op.create_table(
        "tender_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_tender_questions_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name=op.f("fk_tender_questions_tender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_questions")),
    )
    op.create_index(op.f("ix_tender_questions_tender_id"), "tender_questions", ["tender_id"])
    op.create_table(
        "sealed_bids",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("bidder_tag", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name=op.f("fk_sealed_bids_tender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_bids")),
        sa.UniqueConstraint("tender_id", "bidder_tag", name=op.f("uq_sealed_bids_tender_id_bidder_tag")),
    )
    op.create_index(op.f("ix_sealed_bids_tender_id"), "sealed_bids", ["tender_id"])
    op.create_table(
        "bid_rounds",
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("by_party", sa.String(length=10), nullable=False),
        sa.Column("t_per_month", sa.Numeric(14, 3), nullable=False),
        sa.Column("price_yuan_per_t", sa.Numeric(12, 2), nullable=False),
        sa.Column("start_month", sa.CHAR(length=7), nullable=False),
        sa.Column("end_month", sa.CHAR(length=7), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer()),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("by_party IN ('owner', 'bidder')", name=op.f("ck_bid_rounds_by_party")),
        _month("end_month", "ck_bid_rounds_end_month"),
        _month("start_month", "ck_bid_rounds_start_month"),
        sa.CheckConstraint(
            "end_month IS NULL OR end_month >= start_month", name=op.f("ck_bid_rounds_months_in_order")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_bid_rounds_number")),
        sa.CheckConstraint("t_per_month > 0", name=op.f("ck_bid_rounds_t_per_month")),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name=op.f("fk_bid_rounds_bid_id")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_bid_rounds_made_by")),
        sa.PrimaryKeyConstraint("bid_id", "number", name=op.f("pk_bid_rounds")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_api_keys_created_by")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_api_keys_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
    )
    op.create_index(op.f("ix_api_keys_enterprise_id"), "api_keys", ["enterprise_id"])
    op.create_table(
        "notice_choices",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("by_inbox", sa.Boolean(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notice_choices_user_id")),
        sa.PrimaryKeyConstraint("user_id", "topic", name=op.f("pk_notice_choices")),
    )
    op.create_table(
        "mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=160), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('waiting', 'sending', 'sent', 'failed')", name=op.f("ck_mails_status")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_mails_attempts")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_mails_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mails_message_id")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_mails_notice_id")),
    )
    op.execute("ALTER TABLE notices ADD COLUMN in_inbox BOOLEAN NOT NULL DEFAULT true")
    for table in ("supplies", "demands"):
        # Written out, because Alembic would copy the whole table on SQLite and drop its triggers.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN sale_mode VARCHAR(20) NOT NULL DEFAULT 'negotiable'"
            f" CONSTRAINT ck_{table}_sale_mode CHECK (sale_mode IN ('negotiable', 'first_come'))"
        )
    op.execute(
        "ALTER TABLE bids ADD COLUMN awaits VARCHAR(10) NOT NULL DEFAULT 'owner'"
        " CONSTRAINT ck_bids_awaits CHECK (awaits IN ('owner', 'bidder'))"
    )
    op.execute(
        "ALTER TABLE bids ADD COLUMN tender_id INTEGER CONSTRAINT fk_bids_tender_id REFERENCES tenders (id)"
    )
    op.create_index(op.f("ix_bids_tender_id"), "bids", ["tender_id"])
    op.execute(
        "INSERT INTO bid_rounds (bid_id, number, by_party, t_per_month, price_yuan_per_t, start_month, end_month,"
        " message, made_by, made_at) SELECT id, 1, 'bidder', t_per_month, price_yuan_per_t, start_month, end_month,"
        " message, created_by, created_at FROM bids"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_bids_tender_id"), "bids")
    op.drop_column("bids", "awaits")
    with op.batch_alter_table("bids") as bids:
        bids.drop_column("tender_id")
    for table in ("supplies", "demands"):
        op.drop_column(table, "sale_mode")
    op.drop_column("notices", "in_inbox")
    op.drop_table("mails")
    op.drop_table("notice_choices")
    op.drop_table("api_keys")
    op.drop_table("bid_rounds")
    op.drop_table("sealed_bids")
    op.drop_table("tender_questions")
    op.drop_table("tender_invitations")
    op.drop_table("tenders")

"""Bids, events, notices, jobs, plans and the market

Revision ID: 0004_trade
Revises: 0003_search
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004_trade"
down_revision = "0003_search"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


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
        "bids",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supply_id", sa.Integer()),
        sa.Column("demand_id", sa.Integer()),
        sa.Column("bidder_enterprise_id", sa.Integer(), nullable=False),
        sa.Column("own_supply_id", sa.Integer()),
        sa.Column("own_demand_id", sa.Integer()),
        sa.Column("waste_type_id", sa.String(length=60), nullable=False),
        sa.Column("t_per_month", sa.Numeric(14, 3), nullable=False),
        sa.Column("price_yuan_per_t", sa.Numeric(12, 2), nullable=False),
        sa.Column("start_month", sa.CHAR(length=7), nullable=False),
        sa.Column("end_month", sa.CHAR(length=7), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_by", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("submission_key", sa.String(length=64)),
        sa.Column("version", sa.Integer(), nullable=False),
        _month("end_month", "ck_bids_end_month"),
        _month("start_month", "ck_bids_start_month"),
        sa.CheckConstraint(
            "status IN ('open', 'accepted', 'declined', 'withdrawn')", name=op.f("ck_bids_status")
        ),
        sa.CheckConstraint(
            "status NOT IN ('accepted', 'declined') OR decided_at IS NOT NULL",
            name=op.f("ck_bids_decided_at"),
        ),
        sa.CheckConstraint(
            "(supply_id IS NOT NULL AND demand_id IS NULL AND own_supply_id IS NULL) OR (supply_id "
            "IS NULL AND demand_id IS NOT NULL AND own_demand_id IS NULL)",
            name=op.f("ck_bids_on_one_listing"),
        ),
        sa.CheckConstraint(
            "end_month IS NULL OR end_month >= start_month", name=op.f("ck_bids_months_in_order")
        ),
        sa.CheckConstraint("t_per_month > 0", name=op.f("ck_bids_t_per_month")),
        sa.ForeignKeyConstraint(
            ["bidder_enterprise_id"], ["enterprises.id"], name=op.f("fk_bids_bidder_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_bids_created_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_bids_decided_by")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_bids_demand_id")),
        sa.ForeignKeyConstraint(["own_demand_id"], ["demands.id"], name=op.f("fk_bids_own_demand_id")),
        sa.ForeignKeyConstraint(["own_supply_id"], ["supplies.id"], name=op.f("fk_bids_own_supply_id")),
        sa.ForeignKeyConstraint(["supply_id"], ["supplies.id"], name=op.f("fk_bids_supply_id")),
        sa.ForeignKeyConstraint(["waste_type_id"], ["waste_types.id"], name=op.f("fk_bids_waste_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bids")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_bids_submission_key")),
    )
    op.create_index(op.f("ix_bids_bidder_enterprise_id"), "bids", ["bidder_enterprise_id"])
    op.create_index(op.f("ix_bids_demand_id"), "bids", ["demand_id"])
    op.create_index(op.f("ix_bids_own_demand_id"), "bids", ["own_demand_id"])
    op.create_index(op.f("ix_bids_own_supply_id"), "bids", ["own_supply_id"])
    op.create_index(op.f("ix_bids_supply_id"), "bids", ["supply_id"])
    op.create_index(
        op.f("uq_bids_open_on_demand"),
        "bids",
        ["demand_id", "bidder_enterprise_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open' AND demand_id IS NOT NULL"),
        postgresql_where=sa.text("status = 'open' AND demand_id IS NOT NULL"),
    )
    op.create_index(
        op.f("uq_bids_open_on_supply"),
        "bids",
        ["supply_id", "bidder_enterprise_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open' AND supply_id IS NOT NULL"),
        postgresql_where=sa.text("status = 'open' AND supply_id IS NOT NULL"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_events_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_actor_id"), "events", ["actor_id"])
    op.create_index(op.f("ix_events_at"), "events", ["at"])
    op.create_index(op.f("ix_events_subject"), "events", ["subject_type", "subject_id", "at"])
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_notices_event_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("user_id", "event_id", name=op.f("uq_notices_user_id_event_id")),
    )
    op.create_index(op.f("ix_notices_event_id"), "notices", ["event_id"])
    op.create_index(
        op.f("ix_notices_unread"),
        "notices",
        ["user_id"],
        sqlite_where=sa.text('read_at IS NULL'),
        postgresql_where=sa.text('read_at IS NULL'),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("dedupe_key", sa.String(length=160)),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_jobs_status")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_jobs_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_due"), "jobs", ["status", "run_after"])
    op.create_index(
        op.f("uq_jobs_queued_dedupe_key"),
        "jobs",
        ["dedupe_key"],
        unique=True,
        sqlite_where=sa.text("status = 'queued' AND dedupe_key IS NOT NULL"),
        postgresql_where=sa.text("status = 'queued' AND dedupe_key IS NOT NULL"),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("market_revision", sa.Integer(), nullable=False),
        sa.Column("objective", sa.String(length=20), nullable=False),
        sa.Column("blend", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("objective_value", sa.Double()),
        sa.Column("bound", sa.Double()),
        sa.Column("gap", sa.Double()),
        sa.Column("tonnes", sa.Double(), nullable=False),
        sa.Column("summary", JSON, nullable=False),
        sa.CheckConstraint("objective IN ('value', 'tonnes', 'carbon')", name=op.f("ck_plans_objective")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_index(op.f("ix_plans_created_at"), "plans", ["created_at"])
    op.create_table(
        "plan_flows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("supply_id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.CHAR(length=7), nullable=False),
        sa.Column("tonnes", sa.Double(), nullable=False),
        sa.Column("value_yuan_per_t", sa.Double(), nullable=False),
        sa.Column("distance_km", sa.Double(), nullable=False),
        _month("month", "ck_plan_flows_month"),
        sa.CheckConstraint("distance_km >= 0", name=op.f("ck_plan_flows_distance_km")),
        sa.CheckConstraint("tonnes > 0", name=op.f("ck_plan_flows_tonnes")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_plan_flows_demand_id")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plans.id"], name=op.f("fk_plan_flows_plan_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["supply_id"], ["supplies.id"], name=op.f("fk_plan_flows_supply_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_flows")),
        sa.UniqueConstraint(
            "plan_id",
            "supply_id",
            "demand_id",
            "month",
            name=op.f("uq_plan_flows_plan_id_supply_id_demand_id_month"),
        ),
    )
    op.create_index(op.f("ix_plan_flows_demand_id"), "plan_flows", ["demand_id"])
    op.create_index(op.f("ix_plan_flows_supply_id"), "plan_flows", ["supply_id"])
    op.create_table(
        "market_revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_market_revision_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_revision")),
    )
    op.execute("INSERT INTO market_revision (id, revision, changed_at) VALUES (1, 0, CURRENT_TIMESTAMP)")
    op.create_table(
        "market_settings",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("first_month", sa.CHAR(length=7), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("circuity", sa.Double(), nullable=False),
        sa.Column("handling_yuan_per_t", sa.Double(), nullable=False),
        sa.Column("rate_yuan_per_t_km", sa.Double(), nullable=False),
        sa.Column("freight_source", sa.Text(), nullable=False),
        sa.Column("carbon", JSON, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _month("first_month", "ck_market_settings_first_month"),
        sa.CheckConstraint("circuity >= 1", name=op.f("ck_market_settings_circuity")),
        sa.CheckConstraint(
            "handling_yuan_per_t >= 0 AND rate_yuan_per_t_km >= 0", name=op.f("ck_market_settings_freight")
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_market_settings_single_row")),
        sa.CheckConstraint("months BETWEEN 1 AND 120", name=op.f("ck_market_settings_months")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_settings")),
    )


def downgrade() -> None:
    op.drop_table("market_settings")
    op.drop_table("market_revision")
    op.drop_table("plan_flows")
    op.drop_table("plans")
    op.drop_table("jobs")
    op.drop_table("notices")
    op.drop_table("events")
    op.drop_table("bids")

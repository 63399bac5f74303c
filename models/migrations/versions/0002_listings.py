"""Supplies, demands and their quality

Revision ID: 0002_listings
Revises: 0001_first
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0002_listings"
down_revision = "0001_first"
branch_labels = None
depends_on = None

GRAMS = sa.Text().with_variant(ARRAY(sa.Text()), "postgresql")


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
        "supplies",
        sa.Column("waste_type_id", sa.String(length=60), nullable=False),
        sa.Column("stock_t", sa.Numeric(14, 3), nullable=False),
        sa.Column("ask_yuan_per_t", sa.Numeric(12, 2)),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("t_per_month", sa.Numeric(14, 3), nullable=False),
        sa.Column("start_month", sa.CHAR(length=7), nullable=False),
        sa.Column("end_month", sa.CHAR(length=7)),
        sa.Column("min_lot_t", sa.Numeric(14, 3)),
        sa.Column("max_distance_km", sa.Double()),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("quantity_quality", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("search_grams", GRAMS, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Integer()),
        sa.Column("submission_key", sa.String(length=64)),
        sa.Column("version", sa.Integer(), nullable=False),
        _month("end_month", "ck_supplies_end_month"),
        _month("start_month", "ck_supplies_start_month"),
        sa.CheckConstraint(
            "quantity_quality IN ('stated', 'estimate', 'declared')",
            name=op.f("ck_supplies_quantity_quality"),
        ),
        sa.CheckConstraint(
            "status <> 'published' OR published_at IS NOT NULL", name=op.f("ck_supplies_published_at")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'withdrawn')", name=op.f("ck_supplies_status")
        ),
        sa.CheckConstraint(
            "end_month IS NULL OR end_month >= start_month", name=op.f("ck_supplies_months_in_order")
        ),
        sa.CheckConstraint("max_distance_km >= 0", name=op.f("ck_supplies_max_distance_km")),
        sa.CheckConstraint("min_lot_t >= 0", name=op.f("ck_supplies_min_lot_t")),
        sa.CheckConstraint("stock_t >= 0", name=op.f("ck_supplies_stock_t")),
        sa.CheckConstraint("t_per_month >= 0", name=op.f("ck_supplies_t_per_month")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_supplies_created_by")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_supplies_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_supplies_site_id")),
        sa.ForeignKeyConstraint(
            ["waste_type_id"], ["waste_types.id"], name=op.f("fk_supplies_waste_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplies")),
        sa.UniqueConstraint("code", name=op.f("uq_supplies_code")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_supplies_submission_key")),
    )
    op.create_index(op.f("ix_supplies_enterprise_id"), "supplies", ["enterprise_id"])
    op.create_index(op.f("ix_supplies_site_id"), "supplies", ["site_id"])
    op.create_index(op.f("ix_supplies_status_published_at"), "supplies", ["status", "published_at"])
    op.create_index(op.f("ix_supplies_waste_type_id"), "supplies", ["waste_type_id"])
    op.create_table(
        "assays",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supply_id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("sd", sa.Double()),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("laboratory", sa.String(length=200), nullable=False),
        sa.Column("sampled_on", sa.Date()),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('measured', 'typical')", name=op.f("ck_assays_kind")),
        sa.CheckConstraint("sd >= 0", name=op.f("ck_assays_sd")),
        sa.ForeignKeyConstraint(["property_id"], ["properties.id"], name=op.f("fk_assays_property_id")),
        sa.ForeignKeyConstraint(["supply_id"], ["supplies.id"], name=op.f("fk_assays_supply_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assays")),
        sa.UniqueConstraint("supply_id", "property_id", name=op.f("uq_assays_supply_id_property_id")),
    )
    op.create_index(op.f("ix_assays_property_id"), "assays", ["property_id"])
    op.create_table(
        "demands",
        sa.Column("use_id", sa.String(length=60), nullable=False),
        sa.Column("bid_yuan_per_t", sa.Numeric(12, 2)),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("t_per_month", sa.Numeric(14, 3), nullable=False),
        sa.Column("start_month", sa.CHAR(length=7), nullable=False),
        sa.Column("end_month", sa.CHAR(length=7)),
        sa.Column("min_lot_t", sa.Numeric(14, 3)),
        sa.Column("max_distance_km", sa.Double()),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("quantity_quality", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("search_grams", GRAMS, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Integer()),
        sa.Column("submission_key", sa.String(length=64)),
        sa.Column("version", sa.Integer(), nullable=False),
        _month("end_month", "ck_demands_end_month"),
        _month("start_month", "ck_demands_start_month"),
        sa.CheckConstraint(
            "quantity_quality IN ('stated', 'estimate', 'declared')",
            name=op.f("ck_demands_quantity_quality"),
        ),
        sa.CheckConstraint(
            "status <> 'published' OR published_at IS NOT NULL", name=op.f("ck_demands_published_at")
        ),
        sa.CheckConstraint("status IN ('draft', 'published', 'withdrawn')", name=op.f("ck_demands_status")),
        sa.CheckConstraint(
            "end_month IS NULL OR end_month >= start_month", name=op.f("ck_demands_months_in_order")
        ),
        sa.CheckConstraint("max_distance_km >= 0", name=op.f("ck_demands_max_distance_km")),
        sa.CheckConstraint("min_lot_t >= 0", name=op.f("ck_demands_min_lot_t")),
        sa.CheckConstraint("t_per_month >= 0", name=op.f("ck_demands_t_per_month")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_demands_created_by")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_demands_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_demands_site_id")),
        sa.ForeignKeyConstraint(["use_id"], ["uses.id"], name=op.f("fk_demands_use_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demands")),
        sa.UniqueConstraint("code", name=op.f("uq_demands_code")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_demands_submission_key")),
    )
    op.create_index(op.f("ix_demands_enterprise_id"), "demands", ["enterprise_id"])
    op.create_index(op.f("ix_demands_site_id"), "demands", ["site_id"])
    op.create_index(op.f("ix_demands_status_published_at"), "demands", ["status", "published_at"])
    op.create_index(op.f("ix_demands_use_id"), "demands", ["use_id"])
    op.create_table(
        "demand_accepts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("waste_type_id", sa.String(length=60), nullable=False),
        sa.Column("max_share", sa.Numeric(7, 6), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("max_share >= 0 AND max_share <= 1", name=op.f("ck_demand_accepts_max_share")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_demand_accepts_demand_id")),
        sa.ForeignKeyConstraint(
            ["waste_type_id"], ["waste_types.id"], name=op.f("fk_demand_accepts_waste_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_accepts")),
        sa.UniqueConstraint(
            "demand_id", "waste_type_id", name=op.f("uq_demand_accepts_demand_id_waste_type_id")
        ),
    )
    op.create_index(op.f("ix_demand_accepts_waste_type_id"), "demand_accepts", ["waste_type_id"])
    op.create_table(
        "demand_specs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("waste_type_id", sa.String(length=60)),
        sa.Column("property_id", sa.String(length=60), nullable=False),
        sa.Column("minimum", sa.Double()),
        sa.Column("maximum", sa.Double()),
        sa.Column("basis", sa.String(length=10), nullable=False),
        sa.Column("standard", sa.String(length=200), nullable=False),
        sa.Column("clause", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("basis IN ('each', 'blend')", name=op.f("ck_demand_specs_basis")),
        sa.CheckConstraint("minimum <= maximum", name=op.f("ck_demand_specs_bounds_in_order")),
        sa.CheckConstraint(
            "minimum IS NOT NULL OR maximum IS NOT NULL", name=op.f("ck_demand_specs_some_bound")
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_demand_specs_demand_id")),
        sa.ForeignKeyConstraint(
            ["property_id"], ["properties.id"], name=op.f("fk_demand_specs_property_id")
        ),
        sa.ForeignKeyConstraint(
            ["waste_type_id"], ["waste_types.id"], name=op.f("fk_demand_specs_waste_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_specs")),
    )
    op.create_index(op.f("ix_demand_specs_demand_id"), "demand_specs", ["demand_id"])
    op.create_index(op.f("ix_demand_specs_property_id"), "demand_specs", ["property_id"])
    op.create_index(op.f("ix_demand_specs_waste_type_id"), "demand_specs", ["waste_type_id"])
    op.create_index(
        op.f("uq_demand_specs_any_waste"),
        "demand_specs",
        ["demand_id", "property_id", "basis"],
        unique=True,
        sqlite_where=sa.text('waste_type_id IS NULL'),
        postgresql_where=sa.text('waste_type_id IS NULL'),
    )
    op.create_index(
        op.f("uq_demand_specs_one_waste"),
        "demand_specs",
        ["demand_id", "waste_type_id", "property_id", "basis"],
        unique=True,
        sqlite_where=sa.text('waste_type_id IS NOT NULL'),
        postgresql_where=sa.text('waste_type_id IS NOT NULL'),
    )
    op.create_table(
        "demand_residues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("waste_type_id", sa.String(length=60), nullable=False),
        sa.Column("yield_t_per_t", sa.Double(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("yield_t_per_t >= 0", name=op.f("ck_demand_residues_yield_t_per_t")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_demand_residues_demand_id")),
        sa.ForeignKeyConstraint(
            ["waste_type_id"], ["waste_types.id"], name=op.f("fk_demand_residues_waste_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_residues")),
        sa.UniqueConstraint(
            "demand_id", "waste_type_id", name=op.f("uq_demand_residues_demand_id_waste_type_id")
        ),
    )
    op.create_index(op.f("ix_demand_residues_waste_type_id"), "demand_residues", ["waste_type_id"])


def downgrade() -> None:
    op.drop_table("demand_residues")
    op.drop_table("demand_specs")
    op.drop_table("demand_accepts")
    op.drop_table("demands")
    op.drop_table("assays")
    op.drop_table("supplies")

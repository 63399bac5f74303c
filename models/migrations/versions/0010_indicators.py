"""Value added, the scorecard's weights and the register of stockpiles

Revision ID: 0010_indicators
Revises: 0009_market_changes
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_indicators"
down_revision = "0009_market_changes"
branch_labels = None
depends_on = None

QUALITIES = "'stated', 'estimate', 'declared'"
CRITERIA = ("use_rate", "new_gangue", "not_stored", "both_weighings", "assayed", "within", "remediated")
PERIODS = ", ".join(f"'-{part}'" for part in [f"Q{n}" for n in range(1, 5)] + [f"{n:02}" for n in range(1, 13)])


def upgrade() -> None:
    _value_added()
    weights = op.create_table(
        "scorecard_weights",
        sa.Column("criterion", sa.String(length=40), nullable=False),
        sa.Column("weight", sa.Numeric(7, 2), nullable=False),
        sa.CheckConstraint(
            f"criterion IN ({', '.join(repr(one) for one in CRITERIA)})", name=op.f("ck_scorecard_weights_criterion")
        ),
        sa.CheckConstraint("weight BETWEEN 0 AND 1000", name=op.f("ck_scorecard_weights_weight")),
        sa.PrimaryKeyConstraint("criterion", name=op.f("pk_scorecard_weights")),
    )
    # All alike until a regulator decides otherwise: the market has no reason to prefer one.
    op.bulk_insert(weights, [{"criterion": one, "weight": 1} for one in CRITERIA])
    _stockpiles()


def _value_added() -> None:
    digits = " AND ".join(f"substr(period, {at}, 1) BETWEEN '0' AND '9'" for at in (2, 3, 4))
    op.create_table(
        "value_added",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("park_id", sa.Integer()),
        sa.Column("region_id", sa.String(length=60)),
        sa.Column("city", sa.String(length=20)),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("amount", sa.Numeric(14, 2), nullable=False),
        sa.Column("quality", sa.String(length=20), nullable=False),
        sa.Column("source_note", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Integer()),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            f"substr(period, 1, 1) IN ('1', '2') AND {digits} AND"
            f" (length(period) = 4 OR substr(period, 5) IN ({PERIODS}))",
            name=op.f("ck_value_added_period"),
        ),
        sa.CheckConstraint("city IN ('ordos', 'baotou')", name=op.f("ck_value_added_city")),
        sa.CheckConstraint(f"quality IN ({QUALITIES})", name=op.f("ck_value_added_quality")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_value_added_amount")),
        sa.CheckConstraint("length(source_note) > 0", name=op.f("ck_value_added_source_note")),
        sa.CheckConstraint(
            "(CASE WHEN park_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN region_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN city IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_value_added_one_place"),
        ),
        sa.ForeignKeyConstraint(["entered_by"], ["users.id"], name=op.f("fk_value_added_entered_by")),
        sa.ForeignKeyConstraint(["park_id"], ["parks.id"], name=op.f("fk_value_added_park_id")),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_value_added_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_value_added")),
        sa.UniqueConstraint("city", "period", name=op.f("uq_value_added_city_period")),
        sa.UniqueConstraint("park_id", "period", name=op.f("uq_value_added_park_id_period")),
        sa.UniqueConstraint("region_id", "period", name=op.f("uq_value_added_region_id_period")),
    )


def _stockpiles() -> None:
    op.create_table(
        "stockpiles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("waste_type_id", sa.String(length=60), nullable=False),
        sa.Column("enterprise_id", sa.Integer()),
        sa.Column("site_id", sa.Integer()),
        sa.Column("park_id", sa.Integer()),
        sa.Column("region_id", sa.String(length=60)),
        sa.Column("lat", sa.Double()),
        sa.Column("lon", sa.Double()),
        sa.Column("tonnes", sa.Numeric(14, 3)),
        sa.Column("quality", sa.String(length=20), nullable=False),
        sa.Column("storage_class", sa.String(length=4)),
        sa.Column("remediation", sa.String(length=20), nullable=False),
        sa.Column("deadline", sa.Date()),
        sa.Column("responsible", sa.String(length=160), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission_key", sa.String(length=64)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name=op.f("ck_stockpiles_on_earth")),
        sa.CheckConstraint("storage_class IN ('I', 'II')", name=op.f("ck_stockpiles_storage_class")),
        sa.CheckConstraint(f"quality IN ({QUALITIES})", name=op.f("ck_stockpiles_quality")),
        sa.CheckConstraint(
            "remediation IN ('not_begun', 'under_way', 'done', 'verified')", name=op.f("ck_stockpiles_remediation")
        ),
        sa.CheckConstraint("tonnes >= 0", name=op.f("ck_stockpiles_tonnes")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_stockpiles_name")),
        sa.CheckConstraint("length(source) > 0", name=op.f("ck_stockpiles_source")),
        sa.CheckConstraint(
            "park_id IS NOT NULL OR site_id IS NOT NULL OR (lat IS NOT NULL AND region_id IS NOT NULL)",
            name=op.f("ck_stockpiles_place"),
        ),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name=op.f("ck_stockpiles_both_coordinates")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_stockpiles_{column}"))
            for column, target in (
                ("waste_type_id", "waste_types.id"), ("enterprise_id", "enterprises.id"), ("site_id", "sites.id"),
                ("park_id", "parks.id"), ("region_id", "regions.id"), ("created_by", "users.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stockpiles")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_stockpiles_submission_key")),
    )
    for column in ("waste_type_id", "enterprise_id", "site_id", "park_id", "region_id"):
        op.create_index(op.f(f"ix_stockpiles_{column}"), "stockpiles", [column])


def downgrade() -> None:
    op.drop_table("stockpiles")
    op.drop_table("scorecard_weights")
    op.drop_table("value_added")

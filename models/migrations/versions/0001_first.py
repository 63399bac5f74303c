"""The catalogue, organisations and accounts

Revision ID: 0001_first
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_first"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waste_types",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("hazardous", sa.String(length=20), nullable=False),
        sa.Column("hw_code", sa.String(length=200), nullable=False),
        sa.Column("category_code", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "hazardous IN ('no', 'yes', 'conditional', 'to_be_identified')",
            name=op.f("ck_waste_types_hazardous"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waste_types")),
    )
    op.create_table(
        "properties",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("mixing", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_properties")),
    )
    op.create_table(
        "uses",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("use_spec", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uses")),
    )
    op.create_table(
        "regions",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regions")),
        sa.UniqueConstraint("name_zh", name=op.f("uq_regions_name_zh")),
    )
    op.create_table(
        "parks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("region_id", sa.String(length=60)),
        sa.Column("lat", sa.Double()),
        sa.Column("lon", sa.Double()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name=op.f("ck_parks_on_earth")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_parks_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parks")),
        sa.UniqueConstraint("code", name=op.f("uq_parks_code")),
    )
    op.create_index(op.f("ix_parks_region_id"), "parks", ["region_id"])
    op.create_table(
        "enterprises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("region_id", sa.String(length=60)),
        sa.Column("park_id", sa.Integer()),
        sa.Column("qualified", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["park_id"], ["parks.id"], name=op.f("fk_enterprises_park_id")),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_enterprises_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprises")),
        sa.UniqueConstraint("code", name=op.f("uq_enterprises_code")),
    )
    op.create_index(op.f("ix_enterprises_name"), "enterprises", ["name"])
    op.create_index(op.f("ix_enterprises_park_id"), "enterprises", ["park_id"])
    op.create_index(op.f("ix_enterprises_region_id"), "enterprises", ["region_id"])
    op.create_table(
        "sites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("location_quality", sa.String(length=20), nullable=False),
        sa.Column("park_id", sa.Integer()),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "location_quality IN ('surveyed', 'approximate')", name=op.f("ck_sites_location_quality")
        ),
        sa.CheckConstraint(
            "lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name=op.f("ck_sites_on_earth")
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_sites_enterprise_id")),
        sa.ForeignKeyConstraint(["park_id"], ["parks.id"], name=op.f("fk_sites_park_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
    )
    op.create_index(op.f("ix_sites_enterprise_id"), "sites", ["enterprise_id"])
    op.create_index(op.f("ix_sites_park_id"), "sites", ["park_id"])
    op.create_index(
        op.f("uq_sites_main"),
        "sites",
        ["enterprise_id"],
        unique=True,
        sqlite_where=sa.text('is_main = 1'),
        postgresql_where=sa.text('is_main'),
    )
    op.create_table(
        "licences",
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.CheckConstraint("length(code) > 0", name=op.f("ck_licences_code")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_licences_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("enterprise_id", "code", name=op.f("pk_licences")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.Integer()),
        sa.Column("park_id", sa.Integer()),
        sa.Column("region_id", sa.String(length=60)),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("session_nonce", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("email LIKE '%_@_%'", name=op.f("ck_users_email")),
        sa.CheckConstraint("locale IN ('zh', 'en')", name=op.f("ck_users_locale")),
        sa.CheckConstraint(
            "role <> 'committee' OR park_id IS NOT NULL", name=op.f("ck_users_committee_park")
        ),
        sa.CheckConstraint(
            "role <> 'staff' OR enterprise_id IS NOT NULL", name=op.f("ck_users_staff_enterprise")
        ),
        sa.CheckConstraint(
            "role IN ('staff', 'committee', 'regulator', 'admin')", name=op.f("ck_users_role")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_users_email_lower")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_users_enterprise_id")),
        sa.ForeignKeyConstraint(["park_id"], ["parks.id"], name=op.f("fk_users_park_id")),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_users_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_index(op.f("ix_users_enterprise_id"), "users", ["enterprise_id"])
    op.create_index(op.f("ix_users_park_id"), "users", ["park_id"])
    op.create_index(op.f("ix_users_region_id"), "users", ["region_id"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(op.f("ix_sign_in_attempts_address_at"), "sign_in_attempts", ["address", "at"])
    op.create_index(op.f("ix_sign_in_attempts_email_at"), "sign_in_attempts", ["email", "at"])


def downgrade() -> None:
    op.drop_table("sign_in_attempts")
    op.drop_table("users")
    op.drop_table("licences")
    op.drop_table("sites")
    op.drop_table("enterprises")
    op.drop_table("parks")
    op.drop_table("regions")
    op.drop_table("uses")
    op.drop_table("properties")
    op.drop_table("waste_types")

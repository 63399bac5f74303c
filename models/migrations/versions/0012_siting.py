"""Siting studies that somebody keeps

Revision ID: 0012_siting
Revises: 0011_what_ifs
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012_siting"
down_revision = "0011_what_ifs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "siting_studies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("objective", sa.String(length=20), nullable=False),
        sa.Column("asked", document, nullable=False),
        sa.Column("candidates", document, nullable=False),
        sa.Column("answer", document),
        sa.Column("market_revision", sa.Integer()),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("title <> ''", name=op.f("ck_siting_studies_title")),
        sa.CheckConstraint("objective IN ('net_value', 'tonnes')", name=op.f("ck_siting_studies_objective")),
        sa.CheckConstraint("(answer IS NULL) = (market_revision IS NULL)", name=op.f("ck_siting_studies_answer")),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_siting_studies_answered_at")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_siting_studies_author_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_siting_studies")),
    )
    op.create_index(op.f("ix_siting_studies_author_id"), "siting_studies", ["author_id"])


def downgrade() -> None:
    op.drop_table("siting_studies")

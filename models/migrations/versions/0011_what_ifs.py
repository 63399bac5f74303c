"""What-ifs that somebody keeps

Revision ID: 0011_what_ifs
Revises: 0010_indicators
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_what_ifs"
down_revision = "0010_indicators"
branch_labels = None
depends_on = None


def upgrade() -> None:
    document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "what_ifs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("changes", document, nullable=False),
        sa.Column("answer", document),
        sa.Column("market_revision", sa.Integer()),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("title <> ''", name=op.f("ck_what_ifs_title")),
        sa.CheckConstraint("(answer IS NULL) = (market_revision IS NULL)", name=op.f("ck_what_ifs_answer")),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_what_ifs_answered_at")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_what_ifs_author_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_what_ifs")),
    )
    op.create_index(op.f("ix_what_ifs_author_id"), "what_ifs", ["author_id"])


def downgrade() -> None:
    op.drop_table("what_ifs")

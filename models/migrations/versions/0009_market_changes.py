"""What each revision of the market changed

Revision ID: 0009_market_changes
Revises: 0008_ledger
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_market_changes"
down_revision = "0008_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "market_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=6), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.CheckConstraint("side IN ('supply', 'demand', 'all')", name=op.f("ck_market_changes_side")),
        sa.CheckConstraint("(side = 'all') = (code = '')", name=op.f("ck_market_changes_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_changes")),
        sa.UniqueConstraint("revision", "side", "code", name=op.f("uq_market_changes_revision_side_code")),
    )


def downgrade() -> None:
    op.drop_table("market_changes")

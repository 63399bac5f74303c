"""The ledger of tonnes: added to, never changed

Revision ID: 0008_ledger
Revises: 0007_contracts
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008_ledger"
down_revision = "0007_contracts"
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


ACCOUNTS = (
    "'opening', 'produced', 'residue', 'stock', 'in_transit', 'received', 'used', 'disposed', 'difference',"
    " 'uncommitted', 'reserved', 'contracted', 'sent'"
)
TABLES = ("ledger_entries", "ledger_postings")


def upgrade() -> None:
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_head_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("contract_id", sa.Integer()),
        sa.Column("transfer_id", sa.Integer()),
        sa.Column("corrects_seq", sa.Integer()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(hash) = 64", name=op.f("ck_ledger_entries_hash")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_ledger_entries_seq")),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_ledger_entries_actor_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_ledger_entries_contract_id")),
        sa.ForeignKeyConstraint(
            ["corrects_seq"], ["ledger_entries.seq"], name=op.f("fk_ledger_entries_corrects_seq")
        ),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name=op.f("fk_ledger_entries_transfer_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("corrects_seq", name=op.f("uq_ledger_entries_corrects_seq")),
        sa.UniqueConstraint("hash", name=op.f("uq_ledger_entries_hash")),
    )
    op.create_index(op.f("ix_ledger_entries_at"), "ledger_entries", ["at"])
    op.create_index(op.f("ix_ledger_entries_contract_id"), "ledger_entries", ["contract_id"])
    op.create_index(op.f("ix_ledger_entries_transfer_id"), "ledger_entries", ["transfer_id"])
    op.create_table(
        "ledger_postings",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("waste_type_id", sa.String(length=60), nullable=False),
        sa.Column("account", sa.String(length=20), nullable=False),
        sa.Column("month", sa.CHAR(length=7), nullable=False),
        sa.Column("contract_id", sa.Integer()),
        sa.Column("tonnes", sa.Numeric(14, 3), nullable=False),
        sa.CheckConstraint(
            f"account IN ({ACCOUNTS})",
            name=op.f("ck_ledger_postings_account"),
        ),
        _month("month", "ck_ledger_postings_month"),
        sa.CheckConstraint("tonnes <> 0", name=op.f("ck_ledger_postings_tonnes")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_ledger_postings_contract_id")),
        sa.ForeignKeyConstraint(["seq"], ["ledger_entries.seq"], name=op.f("fk_ledger_postings_seq")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_ledger_postings_site_id")),
        sa.ForeignKeyConstraint(
            ["waste_type_id"], ["waste_types.id"], name=op.f("fk_ledger_postings_waste_type_id")
        ),
        sa.PrimaryKeyConstraint("seq", "line", name=op.f("pk_ledger_postings")),
    )
    op.create_index(
        op.f("ix_ledger_postings_account"), "ledger_postings", ["site_id", "waste_type_id", "account", "month"]
    )
    op.create_index(op.f("ix_ledger_postings_contract_id"), "ledger_postings", ["contract_id"])
    op.create_table(
        "ledger_balances",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("waste_type_id", sa.String(length=60), nullable=False),
        sa.Column("account", sa.String(length=20), nullable=False),
        sa.Column("month", sa.CHAR(length=7)),
        sa.Column("contract_id", sa.Integer()),
        sa.Column("tonnes", sa.Numeric(14, 3), nullable=False),
        sa.CheckConstraint(
            f"account IN ({ACCOUNTS})",
            name=op.f("ck_ledger_balances_account"),
        ),
        _month("month", "ck_ledger_balances_month"),
        sa.CheckConstraint(
            "tonnes >= 0 OR account IN ('opening', 'produced', 'residue', 'difference', 'uncommitted')",
            name=op.f("ck_ledger_balances_not_below_zero"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_ledger_balances_contract_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_ledger_balances_site_id")),
        sa.ForeignKeyConstraint(
            ["waste_type_id"], ["waste_types.id"], name=op.f("fk_ledger_balances_waste_type_id")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ledger_balances")),
    )
    op.create_index(op.f("ix_ledger_balances_contract_id"), "ledger_balances", ["contract_id"])
    op.create_index(op.f("ix_ledger_balances_site"), "ledger_balances", ["site_id", "waste_type_id", "account"])
    op.execute("INSERT INTO ledger_head (id, seq, hash) VALUES (1, 0, '" + "0" * 64 + "')")
    for table in TABLES:
        message = f"{table} is append-only"
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE FUNCTION refuse_{table}_change() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION refuse_{table}_change()"
            )
            continue
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_append_only_{verb.lower()} BEFORE {verb} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )


def downgrade() -> None:
    op.drop_table("ledger_balances")
    op.drop_table("ledger_postings")
    op.drop_table("ledger_entries")
    op.drop_table("ledger_head")
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"DROP FUNCTION refuse_{table}_change()")

"""Word search: FTS5 tables kept by triggers on SQLite, GIN indexes on PostgreSQL

Revision ID: 0003_search
Revises: 0002_listings
"""

from __future__ import annotations

from alembic import op

revision = "0003_search"
down_revision = "0002_listings"
branch_labels = None
depends_on = None

_TABLES = ("supplies", "demands")


def upgrade() -> None:
    for table in _TABLES:
        if op.get_bind().dialect.name == "postgresql":
            op.create_index(f"ix_{table}_search_grams", table, ["search_grams"], postgresql_using="gin")
        else:
            _create_fts(table)


def downgrade() -> None:
    for table in _TABLES:
        if op.get_bind().dialect.name == "postgresql":
            op.drop_index(f"ix_{table}_search_grams", table)
        else:
            for when in ("insert", "delete", "update"):
                op.execute(f"DROP TRIGGER {table}_fts_{when}")
            op.execute(f"DROP TABLE {table}_fts")


def _create_fts(table: str) -> None:
    # The pieces live in the listing itself; the search table holds only the index over them.
    op.execute(
        f"CREATE VIRTUAL TABLE {table}_fts USING fts5(search_grams, content='{table}', content_rowid='id',"
        " tokenize=\"unicode61 remove_diacritics 0\")"
    )
    add = f"INSERT INTO {table}_fts(rowid, search_grams) VALUES (new.id, new.search_grams);"
    drop = (
        f"INSERT INTO {table}_fts({table}_fts, rowid, search_grams)"
        " VALUES ('delete', old.id, old.search_grams);"
    )
    op.execute(f"CREATE TRIGGER {table}_fts_insert AFTER INSERT ON {table} BEGIN {add} END")
    op.execute(f"CREATE TRIGGER {table}_fts_delete AFTER DELETE ON {table} BEGIN {drop} END")
    op.execute(
        f"CREATE TRIGGER {table}_fts_update AFTER UPDATE OF search_grams ON {table} BEGIN {drop} {add} END"
    )

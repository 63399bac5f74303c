"""Events may be added and read, never changed or deleted

Revision ID: 0005_append_only
Revises: 0004_trade
"""

from __future__ import annotations

from alembic import op

revision = "0005_append_only"
down_revision = "0004_trade"
branch_labels = None
depends_on = None

_MESSAGE = "events are append-only"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events"
            " FOR EACH ROW EXECUTE FUNCTION refuse_event_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER events_append_only_{verb.lower()} BEFORE {verb} ON events"
            f" BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER events_append_only ON events")
        op.execute("DROP FUNCTION refuse_event_change()")
        return
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER events_append_only_{verb}")

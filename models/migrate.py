"""Bring a database to the shape the models expect, from anywhere and without an alembic.ini."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from models.base import Base
from models.catalogue.reference import sync_catalogue
from models.engine import WRITES, make_engine
from models.migrations.compared import include_name, include_object_for

_FOLDER = Path(__file__).parent / "migrations"
# Any number will do, as long as every release of this program uses the same one.
_RELEASE_LOCK = 7_203_417


def heads() -> list[str]:
    """The newest revisions on file; there must be exactly one."""
    return list(ScriptDirectory.from_config(_config()).get_heads())


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database at ``url`` up to ``revision``; at the head, renew the catalogue tables."""
    with _connected(url) as connection:
        command.upgrade(_config(connection), revision)
        if current_on(connection) in heads():
            with Session(connection, join_transaction_mode="create_savepoint") as session:
                sync_catalogue(session)
                session.commit()


def downgrade(url: str, revision: str = "base") -> None:
    """Migrate the database at ``url`` down to ``revision``."""
    with _connected(url) as connection:
        command.downgrade(_config(connection), revision)


def current(url: str) -> str | None:
    """The revision the database at ``url`` is at, None for an empty one."""
    with _connected(url, lock=False) as connection:
        return current_on(connection)


def current_on(connection: Connection) -> str | None:
    """The revision that ``connection`` sees, None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def differences(url: str) -> list[Any]:
    """What only the models or only the database at ``url`` have; empty where they agree."""
    with _connected(url, lock=False) as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": include_name,
                "include_object": include_object_for(connection.dialect.name),
            },
        )
        return list(compare_metadata(context, Base.metadata))


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _connected(url: str, *, lock: bool = True) -> Iterator[Connection]:
    """One transaction for the whole migration; two releases started at once take turns."""
    engine = make_engine(url)
    try:
        with engine.connect().execution_options(**{WRITES: lock}) as connection, connection.begin():
            if lock and connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _RELEASE_LOCK})
            yield connection
    finally:
        engine.dispose()

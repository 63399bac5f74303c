"""One way to open the database: SQLite for one machine, PostgreSQL for a city."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

from models.geography import add_functions

WRITES = "gongsheng_writes"
_BUSY_MS = 15_000


def normalise_url(url: str) -> str:
    """The URL with its driver named: ``postgres://`` and ``postgresql://`` become ``postgresql+psycopg://``."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def make_engine(url: str, **options: Any) -> Engine:
    """An engine for ``url``.  On SQLite foreign keys are enforced and readers do not wait for a writer."""
    url = normalise_url(url)
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, **options)
    engine = create_engine(url, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """The factory of sessions on ``engine``."""
    return sessionmaker(engine)


def begin_writing(session: Session) -> None:
    """Start the transaction of ``session`` as one that will write.

    A SQLite transaction that has read and then writes fails at once when somebody wrote in between, and
    waiting does not mend it; so a writing one takes the lock at its start.  PostgreSQL locks rows and needs
    nothing here.
    """
    bind = session.get_bind()
    if bind.dialect.name == "sqlite" and isinstance(bind, Engine):
        session.connection(execution_options={WRITES: True})


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own guesses about when a transaction begins break savepoints; ours are explicit.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
    add_functions(connection)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

"""Databases for the tests: both kinds, shaped once by the migrations and copied for each module."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

import models.search  # noqa: F401 - listings are indexed as they are in the program
from marketplace.unit_of_work import UnitOfWork
from models import migrate
from models.engine import make_engine
from tests.postgres_server import running_server

NOW = datetime(2027, 1, 15, 4, 0, tzinfo=UTC)
_TEMPLATE = "gongsheng_template"
_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def mail_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where mails go while tests run, of child processes too."""
    folder = tmp_path_factory.mktemp("mail")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GONGSHENG_MAIL_FOLDER", str(folder))
        yield folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a running server, ``{database}`` left open, with a migrated template database in it."""
    with running_server() as url:
        _administer(url, f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        migrate.upgrade(url.format(database=_TEMPLATE))
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> str:
    """A migrated, empty PostgreSQL database that no test may write to."""
    return postgres_server.format(database=_TEMPLATE)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A migrated database of the module's own; its catalogue is filled and nothing else is."""
    yield from _copy(database_kind, request, tmp_path_factory.mktemp("module"))


@pytest.fixture
def fresh_database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """A migrated database of one test's own, for tests that commit."""
    yield from _copy(database_kind, request, tmp_path)


@pytest.fixture(scope="module")
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose every commit is undone when the test ends."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()


@pytest.fixture
def sessions(fresh_database_url: str) -> Iterator[sessionmaker[Session]]:
    """Sessions that truly commit, on a database of the test's own: several may be open at once."""
    engine = make_engine(fresh_database_url)
    yield sessionmaker(engine)
    engine.dispose()


@pytest.fixture
def uow(session: Session) -> Iterator[UnitOfWork]:
    """An open unit of work at a fixed time; what it did is undone when the test ends."""
    with UnitOfWork(session, now=NOW) as uow:
        yield uow


def _copy(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        path = folder / "database.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"gongsheng_{next(_numbers)}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    yield server.format(database=name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(server: str, statement: str) -> None:
    engine = create_engine(server.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()

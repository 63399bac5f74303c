"""A market that has just been installed: somebody must be able to come in."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from marketplace.cli import main

PASSWORD = "long enough to keep"


@pytest.fixture
def add(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("SECRET_KEY", "only for tests")

    def run(email: str, password: str = PASSWORD) -> Result:
        return CliRunner().invoke(
            main, ["accounts", "add-administrator", email, "--name", "张三"], env={"GONGSHENG_PASSWORD": password}
        )

    return run


def test_the_first_administrator(add, fresh_database_url: str) -> None:
    done = add("Keeper@Example.com")
    assert done.exit_code == 0, done.output
    engine = create_engine(fresh_database_url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT email, role, password_hash FROM users")).all()
        kinds = connection.execute(text("SELECT kind, actor_id FROM events")).all()
    engine.dispose()
    assert [(row.email, row.role) for row in rows] == [("keeper@example.com", "admin")]
    assert PASSWORD not in rows[0].password_hash
    assert [(row.kind, row.actor_id) for row in kinds] == [("user.created", None)]


def test_one_address_is_one_account(add) -> None:
    assert add("keeper@example.com").exit_code == 0
    again = add("KEEPER@example.com")
    assert again.exit_code == 1 and "already" in again.output


@pytest.mark.parametrize(("email", "password"), [("keeper", PASSWORD), ("keeper@example.com", "short")])
def test_what_is_refused(add, email: str, password: str) -> None:
    assert add(email, password).exit_code == 2

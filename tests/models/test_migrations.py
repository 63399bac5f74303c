"""The history of the database's shape: one head, up, down, and in agreement with the models."""

from __future__ import annotations

import pytest
from sqlalchemy import CheckConstraint, func, inspect, select, text
from sqlalchemy.orm import Session

from models import Base, MarketRevision, Region, UseRow, WasteTypeRow, migrate
from models.catalogue.reference import catalogue, sync_catalogue
from models.engine import make_engine


def test_one_head() -> None:
    assert len(migrate.heads()) == 1


def test_models_and_migrations_agree(database_url: str) -> None:
    assert migrate.differences(database_url) == []


def test_checks_agree(engine) -> None:
    found = {
        check["name"]
        for table in Base.metadata.tables for check in inspect(engine).get_check_constraints(table)
    }
    declared = {
        str(rule.name)
        for table in Base.metadata.tables.values() for rule in table.constraints
        if isinstance(rule, CheckConstraint)
    }
    assert found == declared


def test_every_constraint_is_named() -> None:
    for table in Base.metadata.tables.values():
        for rule in (*table.constraints, *table.indexes):
            assert rule.name, f"{table.name}: {rule}"


def test_down_and_up_again(fresh_database_url: str) -> None:
    migrate.downgrade(fresh_database_url)
    engine = make_engine(fresh_database_url)
    try:
        assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
        if engine.dialect.name == "postgresql":
            with engine.connect() as connection:
                left = connection.scalar(
                    text("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
                )
            assert left == 0
    finally:
        engine.dispose()
    assert migrate.current(fresh_database_url) is None
    migrate.upgrade(fresh_database_url)
    assert migrate.current(fresh_database_url) == migrate.heads()[0]
    assert migrate.differences(fresh_database_url) == []


@pytest.mark.parametrize("revision", ["0001_first", "0002_listings", "0003_search", "0004_trade"])
def test_each_step_goes_down(fresh_database_url: str, revision: str) -> None:
    migrate.downgrade(fresh_database_url, revision)
    assert migrate.current(fresh_database_url) == revision
    migrate.upgrade(fresh_database_url)


def test_the_catalogue_is_filled_and_kept_current(session: Session) -> None:
    assert session.scalar(select(func.count(WasteTypeRow.id))) == len(catalogue().waste_types)
    assert session.scalar(select(func.count(UseRow.id))) == len(catalogue().uses)
    assert session.get(Region, "dalad").name_zh == "达拉特旗"
    row = session.get(WasteTypeRow, "gangue")
    row.name_zh = "旧名"
    session.flush()
    sync_catalogue(session)
    assert session.get(WasteTypeRow, "gangue").name_zh == "煤矸石"


def test_the_market_counter_is_there(session: Session) -> None:
    assert session.get(MarketRevision, 1).revision == 0

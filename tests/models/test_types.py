"""What goes into a column comes out of it, on both databases alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from models import Event, Supply
from models.engine import normalise_url
from tests import factories as make


def test_time_comes_back_aware_and_in_utc(session: Session) -> None:
    moment = datetime(2027, 3, 1, 8, 30, 15, 123456, tzinfo=timezone(timedelta(hours=8)))
    supply = make.supply(session, published_at=moment)
    session.expire_all()
    assert supply.published_at == moment
    assert supply.published_at.tzinfo is UTC


def test_naive_time_is_refused(session: Session) -> None:
    with pytest.raises(StatementError, match="naive"):
        make.supply(session, published_at=datetime(2027, 3, 1))


@pytest.mark.parametrize(
    ("given", "kept"),
    [("0.001", "0.001"), ("12345678901.123", "12345678901.123"),
     (0.1, "0.100"), (7, "7.000"), ("0.0005", "0.001")],
)
def test_tonnes_are_exact(session: Session, given: object, kept: str) -> None:
    value = Decimal(given) if isinstance(given, str) else given
    supply = make.supply(session, t_per_month=value)
    session.expire_all()
    assert supply.t_per_month == Decimal(kept)
    assert str(supply.t_per_month) == kept
    assert session.scalar(select(Supply.id).where(Supply.t_per_month == Decimal(kept))) == supply.id


def test_a_sum_is_a_decimal(session: Session) -> None:
    for tonnes in ("0.1", "0.2"):
        make.supply(session, t_per_month=Decimal(tonnes), note="sum")
    total = session.scalar(select(func.sum(Supply.t_per_month)).where(Supply.note == "sum"))
    assert total == Decimal("0.3")


@pytest.mark.parametrize("bad", [Decimal("NaN"), Decimal("Infinity"), Decimal("123456789012")])
def test_what_is_no_number_or_too_large_is_refused(session: Session, bad: Decimal) -> None:
    with pytest.raises(StatementError):
        make.supply(session, t_per_month=bad)


def test_json_keeps_chinese(session: Session) -> None:
    event = Event(kind="user.created", subject_type="user", subject_id="1", data={"role": "园区"})
    session.add(event)
    session.flush()
    session.expire_all()
    assert event.data == {"role": "园区"}


def test_version_grows_and_a_stale_copy_is_refused(session: Session) -> None:
    supply = make.supply(session)
    before = supply.version
    supply.note = "changed"
    session.flush()
    assert supply.version == before + 1
    session.execute(Supply.__table__.update().where(Supply.id == supply.id).values(version=99))
    supply.note = "again"
    with pytest.raises(StaleDataError):
        session.flush()


def test_a_save_that_changes_nothing_keeps_the_version(session: Session) -> None:
    supply = make.supply(session)
    before = supply.version
    supply.note = str(supply.note)
    session.flush()
    assert supply.version == before


@pytest.mark.parametrize("given", ["postgres://h/d", "postgresql://h/d", "postgresql+psycopg://h/d"])
def test_every_spelling_of_postgresql(given: str) -> None:
    assert normalise_url(given) == "postgresql+psycopg://h/d"


def test_sqlite_url_is_left_alone() -> None:
    assert normalise_url("sqlite:///x") == "sqlite:///x"

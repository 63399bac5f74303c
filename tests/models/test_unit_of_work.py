"""One change, one transaction: together or not at all."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from marketplace.security.actor import Actor
from marketplace.unit_of_work import UnitOfWork
from models import Event, Job, MarketRevision, Notice, Supply
from tests import factories as make
from tests.conftest import NOW


def _supply(sessions: sessionmaker[Session]) -> int:
    with sessions() as session, UnitOfWork(session, now=NOW) as uow:
        make.noise(session)
        supply_id = make.supply(uow.session).id
    return supply_id


def test_success_commits_and_then_runs_the_effects(sessions: sessionmaker[Session]) -> None:
    seen: list[bool] = []
    with sessions() as session, UnitOfWork(session) as uow:
        user = make.user(session)

        def effect() -> None:
            with sessions() as other:
                seen.append(other.get(type(user), user.id) is not None)

        uow.after_commit(effect)
        assert seen == []
    assert seen == [True]


def test_raising_rolls_everything_back(sessions: sessionmaker[Session]) -> None:
    seen: list[int] = []
    with sessions() as session:
        with pytest.raises(RuntimeError, match="no"), UnitOfWork(session) as uow:
            user = make.user(session)
            event = uow.record(None, "user.created", user, role="staff")
            uow.notify([user.id], event)
            uow.enqueue("refresh_plan", {}, dedupe_key="k")
            uow.touch_market()
            uow.after_commit(lambda: seen.append(1))
            raise RuntimeError("no")
        for model in (Event, Notice, Job):
            assert session.scalar(select(func.count(model.id))) == 0
        assert session.get(MarketRevision, 1).revision == 0
    assert seen == []


def test_a_refusal_at_the_commit_rolls_back_too(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        seen: list[int] = []
        with pytest.raises(IntegrityError), UnitOfWork(session) as uow:
            session.add(Job(kind="x", payload={}, attempts=-1))
            uow.after_commit(lambda: seen.append(1))
        assert not session.in_transaction()
        assert seen == []


def test_a_failing_effect_does_not_undo_the_change(
    sessions: sessionmaker[Session], caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[int] = []
    with sessions() as session:
        with UnitOfWork(session) as uow:
            make.park(session, code="kept")
            uow.after_commit(lambda: 1 / 0)
            uow.after_commit(lambda: seen.append(1))
        assert seen == [1]
    assert "effect after the commit failed" in caplog.text


def test_pending_changes_at_the_start_are_refused(session: Session) -> None:
    session.add(Job(kind="x", payload={}))
    with pytest.raises(RuntimeError, match="pending"), UnitOfWork(session):
        pass


def test_an_event_says_who_what_and_when(uow: UnitOfWork) -> None:
    user = make.user(uow.session)
    supply = make.supply(uow.session)
    for actor in (user, user.id, Actor(user_id=user.id, role="staff")):
        event = uow.record(actor, "supply.created", supply, code=supply.code)
        assert (event.actor_id, event.subject_type, event.subject_id) == (user.id, "supply", str(supply.id))
        assert event.at == NOW
    assert uow.record(None, "supply.created", supply, code="x").actor_id is None


def test_the_subject_of_an_event_may_be_new(uow: UnitOfWork) -> None:
    supply = make.supply(uow.session)
    fresh = Supply(**{
        name: getattr(supply, name)
        for name in ("enterprise_id", "site_id", "waste_type_id", "t_per_month", "start_month")
    }, code="fresh")
    uow.session.add(fresh)
    assert uow.record(None, "supply.created", fresh, code="fresh").subject_id == str(fresh.id)


@pytest.mark.parametrize(
    ("kind", "data"),
    [("supply.painted", {}), ("supply.created", {}), ("supply.created", {"code": 1, "more": 2})],
)
def test_undeclared_events_are_refused(uow: UnitOfWork, kind: str, data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"declared|must carry"):
        uow.record(None, kind, make.supply(uow.session), **data)


def test_notices_go_once_to_each_person(uow: UnitOfWork) -> None:
    first, second = make.user(uow.session), make.user(uow.session)
    bid = make.bid(uow.session)
    event = uow.record(
        None, "bid.placed", bid, listing="supply", listing_code="S1", owner=1, bidder=2,
        t_per_month=Decimal("10.500"), price_yuan_per_t=Decimal("-3"),
    )
    uow.notify([second.id, first.id, second.id], event, extra=1)
    uow.session.flush()
    told = uow.session.scalars(select(Notice).order_by(Notice.user_id)).all()
    assert [notice.user_id for notice in told] == sorted([first.id, second.id])
    assert told[0].data["t_per_month"] == "10.500"
    assert told[0].data["extra"] == 1
    assert told[0].read_at is None


def test_a_job_waits_once_under_its_key(uow: UnitOfWork) -> None:
    for _ in range(3):
        uow.enqueue("refresh_plan", {"months": ("2027-01",)}, dedupe_key="refresh_plan")
        uow.enqueue("other", {})
    jobs = uow.session.scalars(select(Job).order_by(Job.id)).all()
    assert [job.kind for job in jobs] == ["refresh_plan", "other", "other", "other"]
    jobs[0].status = "running"
    uow.session.flush()
    uow.enqueue("refresh_plan", {}, dedupe_key="refresh_plan")
    assert uow.session.scalar(select(func.count(Job.id)).where(Job.dedupe_key == "refresh_plan")) == 2


def test_the_market_counter_moves_once_per_change(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        for _ in range(2):
            with UnitOfWork(session) as uow:
                uow.touch_market()
                uow.touch_market()
        assert session.get(MarketRevision, 1).revision == 2


def test_a_stale_copy_is_refused_and_nothing_lost(sessions: sessionmaker[Session]) -> None:
    supply_id = _supply(sessions)
    with sessions() as first, sessions() as second:
        mine = first.get(Supply, supply_id)
        first.commit()
        mine_version = mine.version
        first.rollback()
        with UnitOfWork(second) as uow:
            uow.lock(Supply, supply_id).note = "theirs"
        with pytest.raises(StaleDataError), UnitOfWork(first) as uow:
            row = uow.session.get(Supply, supply_id)
            assert row.note == "theirs"
            # A form that was opened before brings its own version back.
            row.note = "mine"
            uow.session.connection().execute(
                Supply.__table__.update().where(Supply.id == supply_id).values(version=mine_version + 7)
            )
    with sessions() as session:
        assert session.get(Supply, supply_id).note == "theirs"


def test_rows_are_read_anew_when_the_work_begins(sessions: sessionmaker[Session]) -> None:
    supply_id = _supply(sessions)
    kept = sessionmaker(sessions.kw["bind"], expire_on_commit=False)
    with kept() as first, sessions() as second:
        row = first.get(Supply, supply_id)
        first.commit()
        with UnitOfWork(second) as uow:
            uow.lock(Supply, supply_id).note = "theirs"
        first.get(Supply, supply_id)
        with UnitOfWork(first):
            assert row.note == "theirs"


def test_two_threads_that_add_to_one_row_lose_nothing(sessions: sessionmaker[Session]) -> None:
    """Both read, both decide, both write: the lock makes the second wait for the first and see its result."""
    supply_id = _supply(sessions)
    start, failures = threading.Barrier(2), []

    def add() -> None:
        try:
            with sessions() as session:
                session.get(Supply, supply_id)
                start.wait(10)
                for _ in range(20):
                    with UnitOfWork(session) as uow:
                        row = uow.lock(Supply, supply_id)
                        row.t_per_month += 1
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with sessions() as session:
        assert session.get(Supply, supply_id).t_per_month == 1040


def test_a_double_click_ends_in_one_row(sessions: sessionmaker[Session]) -> None:
    """Two threads send the same form at once: the constraint lets one through and names itself to one."""
    from models.constraints import refused_by

    supply_id = _supply(sessions)
    with sessions() as session:
        bidder = make.enterprise(session).id
        session.commit()
    start, names = threading.Barrier(2), []

    def click() -> None:
        from models import Bid

        with sessions() as session:
            start.wait(10)
            try:
                with UnitOfWork(session):
                    session.add(Bid(
                        supply_id=supply_id, bidder_enterprise_id=bidder, waste_type_id=make.WASTE,
                        t_per_month=1, price_yuan_per_t=1, start_month="2027-01", end_month="2027-01",
                    ))
                names.append(None)
            except IntegrityError as error:
                names.append(refused_by(error))

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names, key=str) == [None, "uq_bids_open_on_supply"]


def test_a_connection_that_has_enqueued_often_goes_on(uow: UnitOfWork) -> None:
    """The driver prepares a statement it has seen some times; PostgreSQL then plans it without its parameters."""
    for number in range(12):
        for _twice in range(2):
            uow.enqueue("refresh_plan", {}, dedupe_key=f"key {number}")
    queued = select(func.count()).select_from(Job).where(Job.dedupe_key.startswith("key "))
    assert uow.session.scalar(queued) == 12

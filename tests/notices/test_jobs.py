"""What the worker tells of by itself: new partners once per pair, deadlines once per subject and deadline."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.alerts import matches
from marketplace.alerts.deadlines import tell_of_deadlines
from marketplace.alerts.matches import tell_of_matches
from marketplace.unit_of_work import UnitOfWork
from models import Contract, Dispute, Enterprise, Notice, Tender, Transfer, User
from tests import factories as make
from tests.conftest import NOW


def _told(session: Session, user: User) -> list[str]:
    return list(session.scalars(select(Notice.kind).where(Notice.user_id == user.id).order_by(Notice.id)))


def _staff(session: Session, enterprise: Enterprise) -> User:
    return make.user(session, enterprise_id=enterprise.id)


@pytest.fixture
def contract(session: Session) -> Contract:
    row = make.contract(session, confirm_by=NOW + timedelta(hours=20))
    session.commit()
    return row


def test_both_sides_hear_of_a_confirmation_once(session: Session, contract: Contract) -> None:
    people = [_staff(session, contract.producer), _staff(session, contract.taker)]
    session.commit()
    assert [tell_of_deadlines(session, now=NOW + timedelta(minutes=m)) for m in (0, 5, 10)] == [1, 0, 0]
    assert [_told(session, one) for one in people] == [["contract.deadline_near"]] * 2


def test_who_has_confirmed_hears_nothing(session: Session, contract: Contract) -> None:
    done, waits = _staff(session, contract.producer), _staff(session, contract.taker)
    contract.producer_confirmed_at = NOW
    session.commit()
    tell_of_deadlines(session, now=NOW)
    assert (_told(session, done), _told(session, waits)) == ([], ["contract.deadline_near"])


@pytest.mark.parametrize("ahead", [timedelta(hours=25), timedelta(hours=-1)], ids=["far", "past"])
def test_only_what_ends_within_a_day(session: Session, contract: Contract, ahead: timedelta) -> None:
    contract.confirm_by = NOW + ahead
    session.commit()
    assert tell_of_deadlines(session, now=NOW) == 0


def test_a_tender_that_is_extended_by_minutes_is_told_once_and_by_days_again(session: Session) -> None:
    supply = make.supply(session)
    owner = _staff(session, supply.enterprise)
    tender = Tender(
        supply_id=supply.id, mode="ascending", opened_at=NOW - timedelta(days=3), deadline=NOW + timedelta(hours=2)
    )
    session.add(tender)
    session.commit()
    for moved, told in ((timedelta(), 1), (timedelta(minutes=10), 0), (timedelta(days=3), 0)):
        tender.deadline += moved
        session.commit()
        assert tell_of_deadlines(session, now=NOW) == told
    assert tell_of_deadlines(session, now=NOW + timedelta(days=2, hours=20)) == 1
    assert _told(session, owner) == ["tender.deadline_near"] * 2


def test_consignments_and_disputes(session: Session) -> None:
    contract = make.active_contract(session)
    producer, taker = _staff(session, contract.producer), _staff(session, contract.taker)
    waits, disputed = (
        Transfer(code=code, contract_id=contract.id, month="2027-01", planned_t=10, status=status,
                 confirm_by=NOW + timedelta(hours=3))
        for code, status in (("T1", "received"), ("T2", "disputed"))
    )
    session.add_all([waits, disputed])
    session.flush()
    session.add(Dispute(transfer_id=disputed.id, about="weight", opened_at=NOW, deadline=NOW + timedelta(hours=4)))
    session.commit()
    assert [tell_of_deadlines(session, now=NOW) for _each in range(2)] == [2, 0]
    assert _told(session, producer) == ["dispute.deadline_near"]
    assert sorted(_told(session, taker)) == ["dispute.deadline_near", "transfer.deadline_near"]


def test_a_new_listing_is_told_to_its_best_partners_once_per_pair(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matches, "LEAST_SCORE", 0.0)
    monkeypatch.setattr(matches, "MOST_PER_LISTING", 2)
    supply = make.supply(session, stock_t=5000)
    mine = _staff(session, supply.enterprise)
    demands = [make.demand(session) for _each in range(3)]
    theirs = [_staff(session, demand.enterprise) for demand in demands]
    with UnitOfWork(session) as uow:
        uow.touch_market()
    assert tell_of_matches(session, kind="supply", code=supply.code, now=NOW) == 2
    assert tell_of_matches(session, kind="supply", code=supply.code, now=NOW) == 0
    assert sorted(len(_told(session, one)) for one in theirs) == [0, 1, 1] and _told(session, mine) == []
    # From the other side: the pair that was told is told, the one that was not is new to the supply's owner.
    assert sum(tell_of_matches(session, kind="demand", code=one.code, now=NOW) for one in demands) == 1
    assert _told(session, mine) == ["match.found"]


def test_a_score_below_the_least_is_not_told(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matches, "LEAST_SCORE", 100.1)
    supply = make.supply(session)
    make.demand(session)
    session.commit()
    assert tell_of_matches(session, kind="supply", code=supply.code, now=NOW) == 0

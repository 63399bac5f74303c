"""Two people at the same moment: the same tonnes are promised once, the same bid is placed once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session, sessionmaker

from marketplace.errors import MarketError, NotPossible
from marketplace.security.actor import STAFF, Actor
from marketplace.tenders.rules import Terms
from marketplace.tenders.service import BidOffer, accept_bid, place_bid, withdraw_bid
from marketplace.unit_of_work import UnitOfWork
from models.accounts import User
from models.bids import Bid, BidStatus
from tests import factories as make

Sessions = sessionmaker[Session]


def actor(user: User) -> Actor:
    return Actor(user.id, STAFF, user.enterprise_id)


def at_once(*tasks: Callable[[], object]) -> list[object]:
    """What each task returned or raised; all of them start together."""
    gate = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        gate.wait(timeout=10)
        try:
            return task()
        except MarketError as refused:
            return refused

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, task) for task in tasks]]


@pytest.fixture
def contested(sessions: Sessions):
    """A supply of 1,000 t a month with two bids of 600, and its owner."""
    with sessions() as session:
        supply = make.supply(session, end_month="2027-12")
        owner = make.user(session, enterprise_id=supply.enterprise_id)
        bids = [make.bid(session, supply=supply, t_per_month=600) for _each in range(2)]
        session.commit()
        yield supply.code, actor(owner), [bid.id for bid in bids]


def test_the_same_tonnes_are_promised_once(sessions: Sessions, contested) -> None:
    _code, owner, bids = contested

    def accept(bid_id: int) -> Callable[[], object]:
        def task() -> object:
            with sessions() as session, UnitOfWork(session) as uow:
                return accept_bid(uow=uow, actor=owner, bid_id=bid_id, version=1).id
        return task

    outcomes = at_once(*map(accept, bids))
    refused = [one for one in outcomes if isinstance(one, NotPossible)]
    assert len(refused) == 1
    assert [reason.code for reason in refused[0].reasons] == ["bid:too_many_tonnes"]
    with sessions() as session:
        assert sorted(bid.status for bid in session.query(Bid)) == [BidStatus.ACCEPTED, BidStatus.OPEN]


def test_one_bid_is_accepted_or_withdrawn_never_both(sessions: Sessions, contested) -> None:
    _code, owner, bids = contested
    with sessions() as session:
        bidder = make.user(session, enterprise_id=session.get(Bid, bids[0]).bidder_enterprise_id)
        session.commit()
        bidder = actor(bidder)

    def accept() -> object:
        with sessions() as session, UnitOfWork(session) as uow:
            return accept_bid(uow=uow, actor=owner, bid_id=bids[0], version=1).status

    def withdraw() -> object:
        with sessions() as session, UnitOfWork(session) as uow:
            return withdraw_bid(uow=uow, actor=bidder, bid_id=bids[0]).status

    outcomes = at_once(accept, withdraw)
    done = [one for one in outcomes if isinstance(one, str)]
    assert len(done) == 1 and isinstance(next(one for one in outcomes if one not in done), NotPossible)
    with sessions() as session:
        assert session.get(Bid, bids[0]).status == done[0]


@pytest.mark.parametrize("keys", [("one", "one"), ("one", "two")], ids=["double-click", "two-colleagues"])
def test_one_enterprise_has_one_open_bid(sessions: Sessions, contested, keys: tuple[str, str]) -> None:
    code, _owner, _bids = contested
    with sessions() as session:
        bidder = make.user(session)
        session.commit()
        bidder = actor(bidder)

    def place(key: str) -> Callable[[], object]:
        def task() -> object:
            offer = BidOffer(
                Terms(Decimal(10), Decimal(1), "2027-01", "2027-02"), make.WASTE, submission_key=key
            )
            with sessions() as session, UnitOfWork(session) as uow:
                return place_bid(uow=uow, actor=bidder, kind="supply", code=code, offer=offer).id
        return task

    outcomes = at_once(*map(place, keys))
    made = [one for one in outcomes if isinstance(one, int)]
    if keys[0] == keys[1]:
        assert len(made) == 2 and made[0] == made[1], "a second click ends where the first did"
    else:
        assert len(made) == 1 and any(isinstance(one, NotPossible) for one in outcomes)
    with sessions() as session:
        assert session.query(Bid).filter_by(bidder_enterprise_id=bidder.enterprise_id).count() == 1

"""Tenders under many hands: closed once at the deadline, awarded once, never more tonnes than there are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session, sessionmaker

from marketplace import worker
from marketplace.errors import MarketError, NotPossible
from marketplace.ledger.queries import promised_by_month
from marketplace.security.actor import STAFF, Actor
from marketplace.tenders.bidding import BidOffer
from marketplace.tenders.opening import close_tender, open_bids
from marketplace.tenders.rules import Terms
from marketplace.tenders.rules_tender import Plan
from marketplace.tenders.sealing import SealedOffer, Sealer, Unreadable
from marketplace.tenders.service_award import award_tender
from marketplace.tenders.service_bids import place_ascending, place_sealed
from marketplace.tenders.service_tender import open_tender
from marketplace.tenders.tendering import CLOSE_TENDER
from marketplace.unit_of_work import UnitOfWork
from models.accounts import User
from models.base import utc_now
from models.bids import Bid, BidStatus
from models.contracts import Contract
from models.listings import Supply
from models.tenders import Tender, TenderMode, TenderStatus
from tests import factories as make

Sessions = sessionmaker[Session]
SECRET = "only for tests"
SEALER = Sealer(SECRET)


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


def offer(tonnes: int, price: str) -> BidOffer:
    return BidOffer(Terms(Decimal(tonnes), Decimal(price), "2027-01", "2027-12"), make.WASTE)


@pytest.fixture
def market(sessions: Sessions):
    """A supply of 1,000 t a month with its owner, and three bidders."""
    with sessions() as session:
        supply = make.supply(session, end_month="2027-12")
        owner = make.user(session, enterprise_id=supply.enterprise_id)
        bidders = [make.user(session) for _each in range(3)]
        session.commit()
        yield supply.code, actor(owner), [actor(one) for one in bidders]


def opened(sessions: Sessions, code: str, owner: Actor, mode: TenderMode, deadline: datetime, **plan: object) -> int:
    with sessions() as session, UnitOfWork(session) as uow:
        return open_tender(
            uow=uow, actor=owner, kind="supply", code=code, plan=Plan(mode, deadline, **plan), invited=(),
        ).id


def sealed(sessions: Sessions, tender_id: int, bidder: Actor, tonnes: int, price: str) -> None:
    with sessions() as session, UnitOfWork(session) as uow:
        place_sealed(uow=uow, actor=bidder, sealer=SEALER, tender_id=tender_id, offer=offer(tonnes, price))


def set_deadline(sessions: Sessions, tender_id: int, deadline: datetime) -> None:
    with sessions() as session:
        tender = session.get(Tender, tender_id)
        tender.deadline, tender.opened_at = deadline, deadline - timedelta(days=1)
        session.commit()


def test_the_worker_closes_to_the_second(sessions: Sessions, market) -> None:
    code, owner, bidders = market
    deadline = utc_now() + timedelta(seconds=2)
    tender_id = opened(sessions, code, owner, TenderMode.SEALED, deadline)
    sealed(sessions, tender_id, bidders[0], 100, "12")
    done = threading.Event()

    def close(session: Session, payload: dict[str, int]) -> None:
        if close_tender(session, secret=SECRET, **payload):
            done.set()

    loop = threading.Thread(
        target=worker.work, args=(sessions,), kwargs={"kinds": {CLOSE_TENDER: close}, "stop": done.is_set}
    )
    loop.start()
    assert done.wait(timeout=30)
    loop.join(timeout=30)
    with sessions() as session:
        tender = session.get(Tender, tender_id)
        assert tender.status == TenderStatus.CLOSED
        assert timedelta(0) <= tender.closed_at - deadline < timedelta(seconds=1)
        assert session.query(Bid).filter_by(tender_id=tender_id).count() == 1


def test_a_long_job_does_not_hold_up_a_closing(sessions: Sessions, market) -> None:
    """A plan that takes minutes is being made when the deadline comes: here it ends only once the tender is closed."""
    code, owner, _bidders = market
    closed, ended = threading.Event(), threading.Event()

    def close(session: Session, payload: dict[str, int]) -> None:
        if close_tender(session, secret=SECRET, **payload):
            closed.set()

    def plan(_session: Session, _payload: object) -> None:
        assert closed.wait(timeout=30)
        ended.set()

    with sessions() as session, UnitOfWork(session) as uow:
        uow.enqueue("plan", {})
    tender_id = opened(sessions, code, owner, TenderMode.SEALED, utc_now() + timedelta(seconds=1.2))
    worker.work(sessions, kinds={CLOSE_TENDER: close, "plan": plan}, stop=ended.is_set)
    with sessions() as session:
        assert session.get(Tender, tender_id).status == TenderStatus.CLOSED


def test_a_moved_deadline_is_the_one_that_counts(sessions: Sessions, market) -> None:
    """The job of the first deadline finds the second one and comes back; a bid at the first instant of it is late."""
    code, owner, bidders = market
    first = utc_now() + timedelta(seconds=60)
    tender_id = opened(sessions, code, owner, TenderMode.ASCENDING, first, extension_s=300)
    with sessions() as session, UnitOfWork(session, now=first - timedelta(seconds=1)) as uow:
        place_ascending(uow=uow, actor=bidders[0], tender_id=tender_id, offer=offer(100, "5"))
    kinds = {CLOSE_TENDER: lambda session, payload: close_tender(session, secret=SECRET, **payload)}
    worker.drain(sessions, kinds=kinds, now=lambda: first + timedelta(seconds=1))
    with sessions() as session:
        tender = session.get(Tender, tender_id)
        assert tender.status == TenderStatus.OPEN and tender.deadline == first + timedelta(seconds=299)
        moved = tender.deadline
    with sessions() as session, pytest.raises(NotPossible) as refused, UnitOfWork(session, now=moved) as uow:
        place_ascending(uow=uow, actor=bidders[1], tender_id=tender_id, offer=offer(100, "6"))
    assert [reason.code for reason in refused.value.reasons] == ["tender:after_deadline"]


def test_closed_by_two_workers_and_bid_on_at_the_same_moment(sessions: Sessions, market) -> None:
    code, owner, bidders = market
    tender_id = opened(sessions, code, owner, TenderMode.SEALED, utc_now() + timedelta(days=1))
    for bidder in bidders[:2]:
        sealed(sessions, tender_id, bidder, 100, "12")
    set_deadline(sessions, tender_id, utc_now() - timedelta(milliseconds=1))

    def close() -> object:
        with sessions() as session:
            return close_tender(session, tender_id=tender_id, secret=SECRET)

    outcomes = at_once(close, close, lambda: sealed(sessions, tender_id, bidders[2], 100, "99"))
    assert sorted(str(one) for one in outcomes[:2]) == ["False", "True"]
    assert isinstance(outcomes[2], NotPossible)
    with sessions() as session:
        assert session.query(Bid).filter_by(tender_id=tender_id).count() == 2


@pytest.mark.parametrize("tonnes", [(600, 0), (0, 600), (600, 400)], ids=["first", "second", "both"])
def test_two_awards_at_once_make_one(sessions: Sessions, market, tonnes: tuple[int, int]) -> None:
    code, owner, bidders = market
    tender_id = opened(sessions, code, owner, TenderMode.SEALED, utc_now() + timedelta(days=1))
    for bidder in bidders[:2]:
        sealed(sessions, tender_id, bidder, 600, "12")
    set_deadline(sessions, tender_id, utc_now() - timedelta(seconds=1))
    with sessions() as session:
        close_tender(session, tender_id=tender_id, secret=SECRET)
        version = session.get(Tender, tender_id).version
        ids = [bid.id for bid in session.query(Bid).filter_by(tender_id=tender_id).order_by(Bid.id)]

    def award(given: tuple[int, int]) -> Callable[[], object]:
        def task() -> object:
            with sessions() as session, UnitOfWork(session) as uow:
                chosen = {bid_id: Decimal(t) for bid_id, t in zip(ids, given, strict=True)}
                return award_tender(
                    uow=uow, actor=owner, tender_id=tender_id, version=version, tonnes=chosen, reason="x"
                ).status
        return task

    outcomes = at_once(award(tonnes), award((500, 500)))
    assert sum(isinstance(one, NotPossible) for one in outcomes) == 1
    with sessions() as session:
        supply = session.query(Supply).filter_by(code=code).one()
        assert max(promised_by_month(session, supply).values()) <= 1000
        accepted = session.query(Bid).filter_by(tender_id=tender_id, status=BidStatus.ACCEPTED).count()
        assert session.query(Contract).count() == accepted > 0


def test_nothing_opens_before_the_deadline(sessions: Sessions, market) -> None:
    code, owner, bidders = market
    tender_id = opened(sessions, code, owner, TenderMode.SEALED, utc_now() + timedelta(days=1))
    sealed(sessions, tender_id, bidders[0], 100, "12")
    with sessions() as session, pytest.raises(NotPossible), UnitOfWork(session) as uow:
        open_bids(uow=uow, tender=session.get(Tender, tender_id), sealer=SEALER)


class TestSealing:
    OFFER = SealedOffer(7, 9, Terms(Decimal("1.5"), Decimal("-3.20"), "2027-01", "2027-02"), "fly_ash_pc", "", "话")

    def test_opens_what_was_sealed(self) -> None:
        assert SEALER.open(1, SEALER.tag(1, 7), SEALER.seal(1, self.OFFER)) == self.OFFER

    @pytest.mark.parametrize("other", [(2, 7, SECRET), (1, 8, SECRET), (1, 7, "another secret")])
    def test_not_for_another_tender_bidder_or_secret(self, other: tuple[int, int, str]) -> None:
        tender_id, enterprise_id, secret = other
        sealed_bid = SEALER.seal(1, self.OFFER)
        with pytest.raises(Unreadable):
            Sealer(secret).open(tender_id, SEALER.tag(1, enterprise_id), sealed_bid)

    def test_twice_sealed_looks_different_and_no_secret_is_refused(self) -> None:
        assert SEALER.seal(1, self.OFFER) != SEALER.seal(1, self.OFFER)
        assert SEALER.tag(1, 7) != SEALER.tag(2, 7)
        with pytest.raises(ValueError):
            Sealer("")

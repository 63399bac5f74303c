"""Two requests at the same moment: the same slip is one slip, the same tonnes leave once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session, sessionmaker

from marketplace.errors import NotPossible
from marketplace.ledger.posting import Line as Amount
from marketplace.ledger.posting import post
from marketplace.ledger.queries import balance, contract_months
from marketplace.security.actor import STAFF, Actor
from marketplace.transfers.csv_file import Line, record_lines
from marketplace.transfers.readings import Reading
from marketplace.transfers.weighing import record_weighing
from marketplace.unit_of_work import UnitOfWork
from models import Account, Contract
from models.transfers import Source, Weighing
from tests import factories as make
from tests.transfers.consignments import NOW, Deal, deal, out
from tests.web.test_concurrency import at_once

Sessions = sessionmaker[Session]


@pytest.fixture
def two(sessions: Sessions) -> tuple[list[str], Actor, int]:
    """Two planned consignments of one contract and somebody at the producer's gate."""
    with sessions() as session:
        agreed = deal(session)
        return [agreed.plan(50), agreed.plan(50)], agreed.producer, agreed.contract.id


def weigh(sessions: Sessions, actor: Actor, code: str, reading: Reading) -> Callable[[], object]:
    def task() -> object:
        with sessions() as session, UnitOfWork(session, now=NOW) as uow:
            found = record_weighing(uow=uow, actor=actor, code=code, reading=reading, source=Source.API)
            return found.weighing.id, found.first
    return task


def test_the_same_slip_at_once_is_one_slip(sessions: Sessions, two: tuple[list[str], Actor, int]) -> None:
    (code, _other), actor, _contract = two
    outcomes = at_once(*[weigh(sessions, actor, code, out(50))] * 4)
    assert len({one[0] for one in outcomes}) == 1 and sorted(one[1] for one in outcomes) == [False] * 3 + [True]
    with sessions() as session:
        assert session.query(Weighing).count() == 1


def test_one_slip_number_of_a_site_serves_one_consignment(sessions: Sessions, two: tuple) -> None:
    codes, actor, _contract = two
    outcomes = at_once(*[weigh(sessions, actor, code, out(50)) for code in codes])
    refused = [one for one in outcomes if isinstance(one, NotPossible)]
    assert len(refused) == 1 and refused[0].reasons[0].code in ("slip:conflict", "slip:taken")


def test_the_last_tonnes_leave_once(sessions: Sessions, two: tuple) -> None:
    """105 t may leave in the month; two trucks of 60 t want to at the same moment."""
    codes, actor, contract_id = two
    outcomes = at_once(*[weigh(sessions, actor, code, out(60, slip=code)) for code in codes])
    refused = [one for one in outcomes if isinstance(one, NotPossible)]
    assert [reason.code for one in refused for reason in one.reasons] == ["transfer:more_than_remains"]
    with sessions() as session:
        row = contract_months(session, session.get(Contract, contract_id))["2027-01"]
        assert (row.contracted, row.sent) == (40, Decimal(60))


@pytest.fixture
def one_site(sessions: Sessions) -> tuple[list[str], Actor]:
    """Two contracts of one producer's site, two planned consignments of 10 t under each."""
    with sessions() as session:
        producer = make.enterprise(session)
        person, codes = make.user(session, enterprise_id=producer.id), []
        actor = Actor(person.id, STAFF, producer.id)
        for _contract in range(2):
            bid = make.bid(session, supply=make.supply(session, owner=producer))
            contract = make.active_contract(session, bid)
            session.commit()
            codes += [Deal(session, contract, actor, actor).plan(10) for _vehicle in range(2)]
        return codes, actor


def test_two_files_in_opposite_order_queue_up(sessions: Sessions, one_site: tuple[list[str], Actor]) -> None:
    """Each file touches two contracts; whoever comes second waits at the first lock and holds nothing others want."""
    codes, actor = one_site

    def send(order: list[str]) -> Callable[[], object]:
        def task() -> object:
            lines = [Line(nth, code, out(10, slip=code)) for nth, code in enumerate(order, start=2)]
            with sessions() as session, UnitOfWork(session, now=NOW) as uow:
                return record_lines(uow=uow, actor=actor, lines=lines)
        return task

    outcomes = at_once(*[send(order) for order in (codes, codes[::-1], codes[::2] + codes[1::2])])
    assert sorted(outcomes) == [(0, 4), (0, 4), (4, 0)]


def test_two_contracts_do_not_both_count_on_one_stock(sessions: Sessions, one_site: tuple[list[str], Actor]) -> None:
    """15 t lie at the site; 40 t leave under two contracts at once: 25 t are inferred to have been produced."""
    codes, actor = one_site
    with sessions() as session, UnitOfWork(session, now=NOW) as uow:
        site = session.query(Contract).first().from_site_id
        amounts = ((Account.PRODUCED, -15), (Account.STOCK, 15))
        post(uow=uow, actor_id=None, kind="produced", lines=[
            Amount(site, make.WASTE, account, "2027-01", Decimal(tonnes)) for account, tonnes in amounts
        ])
    outcomes = at_once(*[weigh(sessions, actor, code, out(10, slip=code)) for code in codes])
    assert [one[1] for one in outcomes] == [True] * 4
    with sessions() as session:
        assert balance(session, site, make.WASTE, Account.STOCK) == 0
        assert balance(session, site, make.WASTE, Account.PRODUCED) == -40

"""What happens when two regulators enter the same at one moment, and that services ask for the permission."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from sqlalchemy.orm import Session, sessionmaker

from marketplace.errors import Forbidden, NotFound, NotPossible, Stale
from marketplace.indicators import queries_entered
from marketplace.indicators.service import Entered, enter_value_added, weigh_scorecard
from marketplace.security.actor import COMMITTEE, REGULATOR, Actor
from marketplace.unit_of_work import UnitOfWork
from tests import factories as make
from tests.indicators.ledgers import NOW

ENTERED = Entered("2026", D(5), "stated", "公报")
CITY = Actor(role=REGULATOR)


def enter(session: Session, code: str, actor: Actor = CITY, entered: Entered = ENTERED) -> None:
    with UnitOfWork(session, now=NOW) as uow:
        enter_value_added(uow=uow, actor=actor, kind="park", code=code, entered=entered)


def test_the_unique_rule_has_the_last_word(sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch) -> None:
    with sessions() as session:
        code = make.park(session).code
        session.commit()
        enter(session, code)
        monkeypatch.setattr(queries_entered, "value_added_row", lambda *_arguments: None)
        with pytest.raises(Stale):
            enter(session, code)


def test_the_service_asks_who_it_is(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        park = make.park(session)
        session.commit()
        for actor in (Actor(role=COMMITTEE, park_id=park.id), Actor(role=REGULATOR, region_id="uxin"), Actor()):
            with pytest.raises(Forbidden):
                enter(session, park.code, actor)
        with pytest.raises(NotFound):
            enter(session, "none")
        with pytest.raises(NotPossible):
            enter(session, park.code, entered=Entered("2027-Q2", D(5), "stated", "公报"))
        with pytest.raises(Forbidden), UnitOfWork(session, now=NOW) as uow:
            weigh_scorecard(uow=uow, actor=Actor(role=REGULATOR, region_id="uxin"), weights={"within": D(3)})

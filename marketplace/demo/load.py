"""Fill an empty, migrated database with a scenario, its accounts, some bids and its plan."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from marketplace.demo.accounts import create_accounts
from marketplace.demo.bids import accept_one_more, acting_for, place_sample_bids
from marketplace.demo.city import enter_what_the_city_knows
from marketplace.demo.deliveries import BEGAN, deliver
from marketplace.demo.past import hear_by_mail
from marketplace.demo.tender import run_a_tender
from marketplace.market.importing import import_scenario
from marketplace.market.plan import refresh_plan
from marketplace.market.rows import count
from marketplace.unit_of_work import UnitOfWork
from models import Demand, Enterprise, Supply
from models.base import utc_now
from models.engine import make_engine, make_sessions


def load(url: str, scenario_folder: Path) -> bool:
    """Load the scenario into the database at ``url``; False where that holds a market already, which stays.

    Raises ``ScenarioError`` with every fault of a bad scenario; nothing is kept then.
    """
    engine = make_engine(url)
    try:
        with make_sessions(engine)() as session:
            if count(session, Supply, Demand, Enterprise):
                return False
            now = utc_now()
            with UnitOfWork(session, now=now - BEGAN) as uow:
                import_scenario(uow=uow, folder=scenario_folder)
                create_accounts(uow=uow)
                hear_by_mail(uow=uow, mail=False)
            with UnitOfWork(session, now=now - BEGAN) as uow:
                place_sample_bids(uow=uow)
            deliver(session, now=now, actor_of=partial(acting_for, session))
            with UnitOfWork(session, now=now) as uow:
                hear_by_mail(uow=uow, mail=True)
                accept_one_more(uow=uow)
            with UnitOfWork(session, now=now) as uow:
                run_a_tender(uow=uow)
            with UnitOfWork(session, now=now) as uow:
                enter_what_the_city_knows(uow=uow)
            refresh_plan(session)
            return True
    finally:
        engine.dispose()

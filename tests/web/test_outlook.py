"""Single failures and the worth of one more tonne: worked out by the worker, shown to those who may see them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.market.failures import work_out_failures
from marketplace.market.plan import latest_plan, refresh_plan
from marketplace.unit_of_work import UnitOfWork
from models import Job, MarketSettings, Role
from models.accounts import User
from tests import factories as make

pytestmark = pytest.mark.usefixtures("straight_lines")
SignIn = Callable[[User], FlaskClient]


@pytest.fixture(scope="module")
def market(app: Flask) -> Iterator[SimpleNamespace]:
    """One sender in the east, a near taker that is full and a far one that is not."""
    with Session(app.extensions["gongsheng_engine"], expire_on_commit=False) as session:
        session.add(MarketSettings(
            id=1, first_month="2027-01", months=1, handling_yuan_per_t=6, rate_yuan_per_t_km=0.3, carbon={}
        ))
        east = make.park(session, code="east", name="东园区", lat=40.0, lon=111.0)
        west = make.park(session, code="west", name="西园区", lat=40.0, lon=110.6)
        power = make.enterprise(session, code="power", name="东电厂", park=east, lat=40.0, lon=111.0)
        near = make.enterprise(session, code="near", name="东砖厂", park=east, lat=40.0, lon=111.0)
        far = make.enterprise(session, code="far", name="西砖厂", park=west, lat=40.0, lon=110.6)
        make.supply(session, code="S", owner=power, t_per_month=400, ask_yuan_per_t=0)
        make.demand(session, code="D-near", owner=near, t_per_month=300, bid_yuan_per_t=50)
        make.demand(session, code="D-far", owner=far, t_per_month=300, bid_yuan_per_t=50)
        people = {
            "city": make.user(session, role=Role.REGULATOR),
            "dalad": make.user(session, role=Role.REGULATOR, region_id="dalad"),
            "jungar": make.user(session, role=Role.REGULATOR, region_id="jungar"),
            "west": make.user(session, role=Role.COMMITTEE, park=west),
            "staff": make.user(session, role=Role.STAFF, enterprise=power),
        }
        session.commit()
        yield SimpleNamespace(app=app, **people)


def planned(market: SimpleNamespace) -> dict[str, dict[str, object]]:
    """The failures of a plan made now, by enterprise."""
    with Session(market.app.extensions["gongsheng_engine"]) as session:
        refresh_plan(session)
        assert "single_failures" in session.scalars(select(Job.kind)).all()
        assert work_out_failures(session)
        plan = latest_plan(session)
        assert plan is not None
        return {one["enterprise"]: one for one in plan.summary["failures"]}


def test_a_failure_is_told_with_its_loss_and_the_way_that_takes_over(market: SimpleNamespace, sign_in: SignIn) -> None:
    found = planned(market)
    # The far one has room for what the near one took, all but a hundred tonnes of it.
    assert {key: round(one["lost_t"], 3) for key, one in found.items()} == {"power": 400, "near": 100, "far": 100}
    assert found["near"]["rerouted_t"] == pytest.approx(200)
    assert [(way["demand"], way["after_t"]) for way in found["near"]["instead"]] == [("D-far", pytest.approx(300))]
    page = sign_in(market.city).get("/symbiosis/failures").get_data(as_text=True)
    assert page.index("东电厂") < page.index("东砖厂") and "东电厂 → 西砖厂" in page
    book = openpyxl.load_workbook(io.BytesIO(sign_in(market.city).get("/symbiosis/failures?format=xlsx").data))
    assert 400 in [cell.value for row in book.worksheets[0].iter_rows() for cell in row]


def test_a_committee_reads_the_failures_of_its_own_park(market: SimpleNamespace, sign_in: SignIn) -> None:
    planned(market)
    page = sign_in(market.west).get("/symbiosis/failures").get_data(as_text=True)
    assert "西砖厂" in page and "东砖厂" not in page and "2 家" in page
    # Not even as the sender of a way that takes over: its park stands for it.
    assert "东电厂" not in page
    assert sign_in(market.staff).get("/symbiosis/failures").status_code == 403


def test_a_regulator_of_one_banner_reads_its_own(market: SimpleNamespace, sign_in: SignIn) -> None:
    """All three enterprises stand in Dongsheng by themselves, their parks in Dalad."""
    planned(market)
    assert "东砖厂" in sign_in(market.dalad).get("/symbiosis/failures").get_data(as_text=True)
    page = sign_in(market.jungar).get("/symbiosis/failures").get_data(as_text=True)
    assert "东砖厂" not in page and "3 家" in page
    shown = sign_in(market.jungar).get("/symbiosis?level=enterprises").get_data(as_text=True)
    assert "东砖厂" not in shown


def test_the_worth_of_a_tonne_is_said_in_a_sentence(market: SimpleNamespace, sign_in: SignIn) -> None:
    planned(market)
    page = sign_in(market.city).get("/symbiosis/prices").get_data(as_text=True)
    # A tonne more of room nearby spares the way to the west; one more there would stay empty.
    spared = 0.3 * 1.35 * 34.07
    assert f"值 {spared:.2f}"[:5] in page and "东园区" in page
    book = openpyxl.load_workbook(io.BytesIO(sign_in(market.city).get("/symbiosis/prices?format=xlsx").data))
    cells = [cell.value for row in book.worksheets[0].iter_rows() for cell in row if isinstance(cell.value, float)]
    assert max(cells) == pytest.approx(spared, rel=0.01)


def test_failures_of_a_market_that_moved_on_are_left_to_the_next_plan(market: SimpleNamespace) -> None:
    with Session(market.app.extensions["gongsheng_engine"]) as session:
        refresh_plan(session)
        with UnitOfWork(session) as uow:
            uow.touch_market()
        assert work_out_failures(session) is False
        refresh_plan(session)
        assert work_out_failures(session)

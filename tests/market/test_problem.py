"""From rows to arrays: what is published, what is left of it, and when the kept copy is thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy.orm import Session, sessionmaker

from marketplace.market import cached_problem, distance_model, load_problem, market_settings
from marketplace.market.kept import forget
from marketplace.unit_of_work import UnitOfWork
from models import Demand, Licence, MarketSettings
from tests import factories as make


@pytest.fixture(autouse=True)
def _settings(request: pytest.FixtureRequest) -> Iterator[None]:
    if "session" in request.fixturenames:
        session = request.getfixturevalue("session")
        session.add(MarketSettings(
            first_month="2027-01", months=6, handling_yuan_per_t=5, rate_yuan_per_t_km=0.5, carbon={},
        ))
        session.flush()
    forget()
    yield
    forget()


def test_only_what_is_published(session: Session) -> None:
    make.supply(session, code="S-1")
    make.supply(session, code="S-0", status="draft")
    make.supply(session, code="S-2", status="withdrawn")
    make.demand(session, code="D-1")
    problem = load_problem(session)
    assert problem.supplies.ids == ("S-1",)
    assert problem.demands.ids == ("D-1",)
    assert problem.months == ("2027-01", "2027-02", "2027-03", "2027-04", "2027-05", "2027-06")


def test_a_draft_may_be_looked_at(session: Session) -> None:
    make.supply(session, code="S-1")
    make.supply(session, code="S-0", status="draft", assays={"loi": 5})
    make.demand(session, code="D-0", status="draft", specs=[{"property_id": "loi", "maximum": 8}])
    assert load_problem(session, also="S-0").supplies.ids == ("S-0", "S-1")
    problem = load_problem(session, also="D-0")
    assert problem.demands.ids == ("D-0",)
    assert problem.specs.maximum.tolist() == [8.0]


def test_the_numbers_of_a_listing(session: Session) -> None:
    owner = make.enterprise(session, code="E-1", lat=40.0, lon=111.0)
    owner.licences = [Licence(code="HW08")]
    make.supply(
        session, code="S-1", owner=owner, t_per_month=12.5, stock_t=3, start_month="2027-03",
        end_month="2027-04", ask_yuan_per_t=-7, assays={"loi": 5.5},
    )
    make.demand(session, code="D-1", accepts={make.WASTE: 0.25}, max_distance_km=80, end_month="2030-01")
    problem = load_problem(session)
    supplies, demands = problem.supplies, problem.demands
    at = problem.enterprises.ids.index("E-1")
    assert problem.enterprises.licences[at] == {"HW08"}
    assert supplies.enterprise.tolist() == [at]
    assert (supplies.lat[0], supplies.lon[0]) == (40.0, 111.0)
    assert (supplies.first_month[0], supplies.last_month[0]) == (2, 3)
    assert (supplies.t_per_month[0], supplies.stock_t[0], supplies.ask_yuan_per_t[0]) == (12.5, 3.0, -7.0)
    assert np.isinf(supplies.max_distance_km[0])
    assert supplies.property_value[0, problem.properties.index("loi")] == 5.5
    assert np.isnan(supplies.property_value[0, problem.properties.index("sio2")])
    assert (demands.first_month[0], demands.last_month[0], demands.max_distance_km[0]) == (0, 5, 80.0)
    assert demands.max_share[0, problem.waste_types.index(make.WASTE)] == 0.25
    assert np.isnan(demands.max_share[0, problem.waste_types.index(make.OTHER_WASTE)])


def test_an_enterprise_without_a_place_is_left_out(session: Session) -> None:
    homeless = make.enterprise(session, code="E-0")
    homeless.sites.clear()
    session.flush()
    assert "E-0" not in load_problem(session).enterprises.ids


def test_accepted_bids_take_their_tonnes(session: Session) -> None:
    supply = make.supply(session, code="S-1", t_per_month=1000)
    own = make.demand(session, code="D-1", t_per_month=500)
    now = datetime(2027, 1, 1, tzinfo=UTC)

    def accepted(tonnes: int, first: str, last: str, **more: int) -> None:
        make.bid(session, supply=supply, t_per_month=tonnes, start_month=first, end_month=last,
                 status="accepted", decided_at=now, **more)

    accepted(300, "2027-01", "2027-03", own_demand_id=own.id)
    accepted(200, "2027-03", "2027-04")
    accepted(250, "2027-05", "2027-06")
    accepted(999, "2026-01", "2026-12")
    make.bid(session, supply=supply, t_per_month=50)
    problem = load_problem(session)
    # March holds the most promises: 300 + 200.
    assert problem.supplies.t_per_month.tolist() == [500.0]
    assert problem.demands.t_per_month.tolist() == [200.0]
    assert load_problem(session, committed=False).supplies.t_per_month.tolist() == [1000.0]


def test_promises_beyond_production_come_from_the_stock(session: Session) -> None:
    supply = make.supply(session, t_per_month=100, stock_t=1000)
    make.bid(session, supply=supply, t_per_month=250, start_month="2027-01", end_month="2027-04",
             status="accepted", decided_at=datetime.now(UTC))
    problem = load_problem(session)
    assert problem.supplies.t_per_month.tolist() == [0.0]
    assert problem.supplies.stock_t.tolist() == [400.0]


def test_what_is_left_is_never_below_zero(session: Session) -> None:
    demand = make.demand(session, t_per_month=10)
    make.bid(session, demand=demand, t_per_month=99, status="accepted", decided_at=datetime.now(UTC))
    assert load_problem(session).demands.t_per_month.tolist() == [0.0]


def test_the_kept_problem_lasts_until_the_market_moves(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        with UnitOfWork(session) as uow:
            demand = make.demand(session, code="D-1")
            uow.touch_market()
        first = cached_problem(session)
        assert cached_problem(session) is first
        with UnitOfWork(session) as uow:
            uow.lock(Demand, demand.id).t_per_month = 7
            uow.touch_market()
        assert cached_problem(session).demands.t_per_month.tolist() == [7.0]


def test_a_market_without_settings_starts_this_month(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        # Five in the afternoon of the last day in UTC is already the next month at home.
        settings = market_settings(session, now=datetime(2027, 3, 31, 17, tzinfo=UTC))
        assert (settings.first_month, settings.months) == ("2027-04", 12)
        assert settings.handling_yuan_per_t > 0
        assert load_problem(session).supplies.ids == ()
        assert not session.new


def test_distance_without_roads_is_the_great_circle(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGSHENG_ROADS", "/nowhere.npz")
    monkeypatch.delenv("GONGSHENG_ROUTER_URL", raising=False)
    model = distance_model(session)
    assert model.method == "great-circle"
    one = np.array([39.8]), np.array([110.0])
    assert model.pairs_km(*one, *one).tolist() == [0.0]

"""The plan is computed once per state of the market, kept with its flows, and never holds anybody up."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from marketplace.market import plan as plans
from marketplace.unit_of_work import UnitOfWork
from models import Demand, DemandResidue, Enterprise, Event, MarketSettings, Plan, PlanFlow, Supply
from tests import factories as make


@pytest.fixture(autouse=True)
def _no_roads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGSHENG_ROADS", "/nowhere.npz")


def _market(sessions: sessionmaker[Session]) -> None:
    with sessions() as session, UnitOfWork(session) as uow:
        session.add(MarketSettings(
            first_month="2027-01", months=3, circuity=1.0, handling_yuan_per_t=5, rate_yuan_per_t_km=0.5,
            carbon={},
        ))
        make.noise(session)
        make.supply(session, code="S-1", t_per_month=100, ask_yuan_per_t=-30)
        make.demand(session, code="D-1", t_per_month=60, bid_yuan_per_t=10)
        uow.touch_market()


def _touch(sessions: sessionmaker[Session], tonnes: int) -> None:
    with sessions() as session, UnitOfWork(session) as uow:
        session.scalars(select(Demand).where(Demand.code == "D-1")).one().t_per_month = tonnes
        uow.touch_market()


def test_the_best_plan_is_kept_with_its_flows(sessions: sessionmaker[Session]) -> None:
    _market(sessions)
    with sessions() as session:
        plan = plans.refresh_plan(session)
        # Side by side, so the freight is the handling alone: 60 t x 3 months x (10 + 30 - 5).
        assert plan.objective_value == pytest.approx(60 * 3 * 35)
        assert (plan.status, plan.market_revision, plan.tonnes) == ("optimal", 1, pytest.approx(180))
        flows = session.execute(
            select(Supply.code, Demand.code, PlanFlow.month, PlanFlow.tonnes)
            .join(Supply, PlanFlow.supply_id == Supply.id).join(Demand, PlanFlow.demand_id == Demand.id)
            .order_by(PlanFlow.month)
        ).all()
        assert [flow[:3] for flow in flows] == [("S-1", "D-1", f"2027-0{month}") for month in (1, 2, 3)]
        # 3 x 40 t of this supply, and 3 x 1000 t of the noise that nobody wants.
        assert plan.summary["left_over_t"][make.WASTE] == pytest.approx(120 + 3000)
        assert session.scalars(select(Event.kind)).all() == ["plan.made"]


def test_a_plan_that_still_holds_is_not_computed_again(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    _market(sessions)
    with sessions() as session:
        first = plans.refresh_plan(session).id
        monkeypatch.setattr(plans, "_allocate", lambda *_: pytest.fail("computed again"))
        assert plans.refresh_plan(session).id == first


def test_old_plans_are_forgotten_with_their_flows(sessions: sessionmaker[Session]) -> None:
    _market(sessions)
    with sessions() as session:
        for tonnes in range(1, 13):
            _touch(sessions, tonnes)
            session.rollback()
            plans.refresh_plan(session)
        assert session.scalar(select(func.count(Plan.id))) == 10
        assert session.scalar(select(func.count(PlanFlow.plan_id.distinct()))) == 10
        assert plans.latest_plan(session).tonnes == pytest.approx(36)


def test_people_trade_while_it_solves(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change made meanwhile goes through at once, and the plan says which state of the market it is of."""
    _market(sessions)
    real = plans._allocate

    def slow(*arguments: Any) -> Any:
        _touch(sessions, 7)
        return real(*arguments)

    monkeypatch.setattr(plans, "_allocate", slow)
    with sessions() as session:
        plan = plans.refresh_plan(session)
        assert (plan.market_revision, plan.tonnes) == (1, pytest.approx(180))
        monkeypatch.setattr(plans, "_allocate", real)
        assert plans.refresh_plan(session).tonnes == pytest.approx(21)


def test_an_empty_market_has_an_empty_plan(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        plan = plans.refresh_plan(session)
        assert (plan.tonnes, plan.flows) == (0.0, [])


def test_residues_that_go_on_are_kept_by_the_use_they_come_from(sessions: sessionmaker[Session]) -> None:
    """Ash is burnt in a kiln whose slag is ground elsewhere: the plan keeps chain, part and (here none) rounds."""
    _market(sessions)
    with sessions() as session, UnitOfWork(session) as uow:
        kiln = session.scalars(select(Demand).where(Demand.code == "D-1")).one()
        kiln.residues = [DemandResidue(waste_type_id=make.OTHER_WASTE, yield_t_per_t=0.5)]
        owner = session.get_one(Enterprise, kiln.enterprise_id)
        make.supply(session, code="S-2", owner=owner, waste_type_id=make.OTHER_WASTE, t_per_month=1)
        make.demand(session, code="D-2", t_per_month=9_000, bid_yuan_per_t=90, accepts={make.OTHER_WASTE: 1})
        uow.touch_market()
    with sessions() as session:
        summary = plans.refresh_plan(session).summary
    parts = {(row["origin"], row["supply"], row["demand"]): row["tonnes"] for row in summary["parts"]}
    assert parts == {("D-1", "S-2", "D-2"): pytest.approx(60 * 0.5 * 3)}
    assert [[hop["demand"] for hop in chain["hops"]] for chain in summary["chains"]] == [["D-1", "D-2"]]
    assert summary["cycles"] == []

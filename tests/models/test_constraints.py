"""Each named constraint refuses its bad row, and is named as the one that did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import (
    Assay,
    Base,
    DemandResidue,
    Event,
    Job,
    Licence,
    MarketChange,
    MarketRevision,
    MarketSettings,
    Notice,
    Plan,
    PlanFlow,
    Site,
    WasteTypeRow,
)
from models.constraints import refused_by
from tests import factories as make
from tests.models import bad_rows_indicators as indicators
from tests.models import bad_rows_trade as trade

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def _site(**bad: Any) -> Callable[[Session], Any]:
    return lambda s: s.add(Site(**{"enterprise_id": make.enterprise(s).id, "lat": 40, "lon": 110, **bad}))


def _spec(**bad: Any) -> Callable[[Session], Any]:
    return lambda s: make.demand(s, specs=[{"property_id": "loi", **bad}])


def _twice(**spec: Any) -> Callable[[Session], Any]:
    return lambda s: make.demand(s, specs=[{"property_id": "loi", "maximum": m, **spec} for m in (5, 6)])


def _settings(**bad: Any) -> Callable[[Session], Any]:
    return lambda s: s.add(MarketSettings(**{
        "first_month": "2027-01", "handling_yuan_per_t": 6.4, "rate_yuan_per_t_km": 0.3, **bad,
    }))


def _plan(flow: dict[str, Any] | None = None, flows: int = 1, **bad: Any) -> Callable[[Session], Any]:
    def add(session: Session) -> None:
        plan = Plan(**{"market_revision": 1, "objective": "value", "blend": True, "status": "optimal",
                       "tonnes": 1, **bad})
        ends = {"supply_id": make.supply(session).id, "demand_id": make.demand(session).id}
        plan.flows = [
            PlanFlow(**{**ends, "month": "2027-01", "tonnes": 5, "value_yuan_per_t": 1, "distance_km": 9,
                        **(flow or {})})
            for _ in range(flows)
        ]
        session.add(plan)
    return add


def _two_bids(field: str) -> Callable[[Session], Any]:
    def add(session: Session) -> None:
        bidder = make.enterprise(session)
        listing = make.supply(session) if field == "supply" else make.demand(session)
        for _ in range(2):
            make.bid(session, bidder=bidder, **{field: listing})
    return add


def _bid_on_both(session: Session) -> None:
    make.bid(session, supply=make.supply(session), demand=make.demand(session))


def _two_notices(session: Session) -> None:
    person = make.user(session)
    event = Event(kind="user.created", subject_type="user", subject_id="1", data={})
    session.add(event)
    session.flush()
    session.add_all([Notice(user_id=person.id, event_id=event.id, kind="x", data={}) for _ in range(2)])


def _two_accepts(session: Session) -> None:
    demand = make.demand(session)
    demand.accepts.append(type(demand.accepts[0])(waste_type_id=make.WASTE, max_share=1))


def _two_assays(session: Session) -> None:
    supply = make.supply(session, assays={"loi": 5})
    session.add(Assay(supply_id=supply.id, property_id="loi", value=6))


def _two_residues(session: Session) -> None:
    demand = make.demand(session)
    session.add_all([
        DemandResidue(demand_id=demand.id, waste_type_id="gangue", yield_t_per_t=0.1) for _ in range(2)
    ])


def _two(factory: Callable[..., Any], **same: Any) -> Callable[[Session], Any]:
    return lambda s: [factory(s, **same) for _ in range(2)]


BAD: dict[str, list[Callable[[Session], Any]]] = {
    "ck_waste_types_hazardous": [
        lambda s: s.add(WasteTypeRow(id="x", name_zh="x", name_en="x", hazardous="perhaps"))
    ],
    "ck_market_changes_side": [lambda s: s.add(MarketChange(revision=1, side="both", code="S-1"))],
    "ck_market_changes_code": [
        lambda s: s.add(MarketChange(revision=1, side="all", code="S-1")),
        lambda s: s.add(MarketChange(revision=1, side="supply", code="")),
    ],
    "uq_market_changes_revision_side_code": [
        lambda s: s.add_all([MarketChange(revision=1, side="supply", code="S-1") for _ in range(2)])
    ],
    "ck_parks_on_earth": [lambda s: make.park(s, lat=139), lambda s: make.park(s, lon=-181)],
    "uq_parks_code": [_two(make.park, code="P1")],
    "uq_enterprises_code": [_two(make.enterprise, code="E1")],
    "ck_sites_on_earth": [_site(lat=-91), _site(lon=200)],
    "ck_sites_location_quality": [_site(location_quality="guessed")],
    "uq_sites_main": [_site(is_main=True)],
    "ck_licences_code": [lambda s: s.add(Licence(enterprise_id=make.enterprise(s).id, code=""))],
    "uq_users_email": [_two(make.user, email="a@example.org")],
    "ck_users_role": [lambda s: make.user(s, role="king")],
    "ck_users_email_lower": [lambda s: make.user(s, email="Wang@example.org")],
    "ck_users_email": [lambda s: make.user(s, email="nobody")],
    "ck_users_staff_enterprise": [lambda s: make.user(s, enterprise_id=None)],
    "ck_users_committee_park": [lambda s: make.user(s, role="committee")],
    "ck_users_locale": [lambda s: make.user(s, locale="fr")],
    "ck_assays_sd": [
        lambda s: s.add(Assay(supply_id=make.supply(s).id, property_id="loi", value=1, sd=-1))
    ],
    "ck_assays_kind": [
        lambda s: s.add(Assay(supply_id=make.supply(s).id, property_id="loi", value=1, kind="heard"))
    ],
    "uq_assays_supply_id_property_id": [_two_assays],
    "uq_demand_accepts_demand_id_waste_type_id": [_two_accepts],
    "ck_demand_accepts_max_share": [
        lambda s: make.demand(s, accepts={make.WASTE: -0.1}),
        lambda s: make.demand(s, accepts={make.WASTE: 1.2}),
    ],
    "ck_demand_specs_bounds_in_order": [_spec(minimum=6, maximum=5)],
    "ck_demand_specs_some_bound": [_spec()],
    "ck_demand_specs_basis": [_spec(maximum=5, basis="often")],
    "uq_demand_specs_any_waste": [_twice()],
    "uq_demand_specs_one_waste": [_twice(waste_type_id=make.WASTE)],
    "uq_demand_residues_demand_id_waste_type_id": [_two_residues],
    "ck_demand_residues_yield_t_per_t": [
        lambda s: s.add(DemandResidue(demand_id=make.demand(s).id, waste_type_id="gangue", yield_t_per_t=-1))
    ],
    "ck_supplies_stock_t": [lambda s: make.supply(s, stock_t=-1)],
    "ck_bids_on_one_listing": [
        _bid_on_both,
        lambda s: make.bid(s, supply=make.supply(s), own_supply_id=make.supply(s).id),
        lambda s: make.bid(s, demand=make.demand(s), own_demand_id=make.demand(s).id),
        lambda s: make.bid(s, supply_id=None),
    ],
    "ck_bids_t_per_month": [lambda s: make.bid(s, t_per_month=0)],
    "ck_bids_decided_at": [lambda s: make.bid(s, status="accepted")],
    "ck_bids_months_in_order": [lambda s: make.bid(s, start_month="2027-05", end_month="2027-04")],
    "ck_bids_status": [lambda s: make.bid(s, status="maybe")],
    "ck_bids_start_month": [lambda s: make.bid(s, start_month="2027-00")],
    "ck_bids_end_month": [lambda s: make.bid(s, end_month="2027-13")],
    "uq_bids_submission_key": [_two(make.bid, submission_key="k")],
    "uq_bids_open_on_supply": [_two_bids("supply")],
    "uq_bids_open_on_demand": [_two_bids("demand")],
    "uq_notices_user_id_event_id": [_two_notices],
    "ck_jobs_status": [lambda s: s.add(Job(kind="x", payload={}, status="lost"))],
    "ck_jobs_attempts": [lambda s: s.add(Job(kind="x", payload={}, attempts=-1))],
    "uq_jobs_queued_dedupe_key": [
        lambda s: s.add_all([Job(kind="x", payload={}, dedupe_key="k") for _ in range(2)])
    ],
    "ck_plans_objective": [_plan(objective="fun")],
    "uq_plan_flows_plan_id_supply_id_demand_id_month": [_plan(flows=2)],
    "ck_plan_flows_tonnes": [_plan({"tonnes": 0})],
    "ck_plan_flows_distance_km": [_plan({"distance_km": -1})],
    "ck_plan_flows_month": [_plan({"month": "27-01"})],
    "ck_market_revision_single_row": [lambda s: s.add(MarketRevision(id=2))],
    "ck_market_settings_single_row": [_settings(id=2)],
    "ck_market_settings_months": [_settings(months=0), _settings(months=121)],
    "ck_market_settings_circuity": [_settings(circuity=0.9)],
    "ck_market_settings_freight": [_settings(rate_yuan_per_t_km=-1)],
    "ck_market_settings_first_month": [_settings(first_month="January")],
}
for _table, _make in (("supplies", make.supply), ("demands", make.demand)):
    BAD |= {
        f"ck_{_table}_t_per_month": [lambda s, m=_make: m(s, t_per_month=-1)],
        f"ck_{_table}_min_lot_t": [lambda s, m=_make: m(s, min_lot_t=-1)],
        f"ck_{_table}_max_distance_km": [lambda s, m=_make: m(s, max_distance_km=-1)],
        f"ck_{_table}_published_at": [lambda s, m=_make: m(s, published_at=None)],
        f"ck_{_table}_months_in_order": [lambda s, m=_make: m(s, end_month="2026-12")],
        f"ck_{_table}_start_month": [lambda s, m=_make, bad=bad: m(s, start_month=bad)
                                     for bad in ("2027-13", "2027/01", "202a-01", "3000-01")],
        f"ck_{_table}_end_month": [lambda s, m=_make: m(s, end_month="2027-1 ")],
        f"ck_{_table}_status": [lambda s, m=_make: m(s, status="lost")],
        f"ck_{_table}_quantity_quality": [lambda s, m=_make: m(s, quantity_quality="guess")],
        f"uq_{_table}_code": [_two(_make, code="X1")],
        f"uq_{_table}_submission_key": [_two(_make, submission_key="k")],
    }
BAD |= trade.BAD | indicators.BAD
CASES = [(name, index, bad) for name, bads in BAD.items() for index, bad in enumerate(bads)]


@pytest.mark.parametrize(("name", "index", "bad"), CASES, ids=[f"{name}-{index}" for name, index, _ in CASES])
def test_refuses(session: Session, name: str, index: int, bad: Callable[[Session], Any]) -> None:
    with pytest.raises(IntegrityError) as caught:
        bad(session)
        session.flush()
    assert refused_by(caught.value) == name


def test_every_check_and_unique_rule_has_a_bad_row() -> None:
    """Names given by the database alone (regions' Chinese name) are left to the catalogue's own tests."""
    declared = {
        str(rule.name)
        for table in Base.metadata.tables.values() for rule in table.constraints
        if isinstance(rule, CheckConstraint) or str(rule.name).startswith("uq_")
    } | {
        str(index.name) for table in Base.metadata.tables.values() for index in table.indexes if index.unique
    }
    assert declared - set(BAD) == {"uq_regions_name_zh"}


def test_foreign_keys_are_enforced(session: Session) -> None:
    with pytest.raises(IntegrityError):
        make.supply(session, waste_type_id="moon_dust")


@pytest.mark.parametrize("statement", [update(Event).values(kind="x"), delete(Event)])
def test_events_cannot_be_changed(session: Session, statement: Any) -> None:
    session.add(Event(kind="user.created", subject_type="user", subject_id="1", data={}))
    session.flush()
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(statement)


def test_specs_of_both_bases_and_of_several_types_may_stand_together(session: Session) -> None:
    demand = make.demand(session, specs=[
        {"property_id": "loi", "maximum": 8, "basis": "each"},
        {"property_id": "loi", "maximum": 5, "basis": "blend"},
        {"property_id": "loi", "maximum": 7, "waste_type_id": make.WASTE},
        {"property_id": "loi", "maximum": 6, "waste_type_id": make.OTHER_WASTE},
    ])
    assert len(demand.specs) == 4


def test_a_closed_bid_leaves_room_for_a_new_one(session: Session) -> None:
    supply, bidder = make.supply(session), make.enterprise(session)
    make.bid(session, supply=supply, bidder=bidder, status="withdrawn")
    make.bid(session, supply=supply, bidder=bidder)
    make.bid(session, supply=supply)



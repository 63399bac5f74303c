"""A market whose plan has figures to hide, a residue that goes on, and a round, for tests of the symbiosis pages."""

from __future__ import annotations

from types import SimpleNamespace

from sqlalchemy.orm import Session

from models import Contract, Demand, Enterprise, MarketSettings, Park, Plan, PlanFlow, Role, Supply
from tests import factories as make

MONTHS = ("2027-01", "2027-02")
# The lone park's two enterprises: 77 t a month between them.
SECRET_T = 77.0


def lay_out(session: Session) -> SimpleNamespace:
    """East sends to West among many; West sends on what it leaves; a third park has one pair of enterprises."""
    session.add(MarketSettings(
        id=1, first_month=MONTHS[0], months=2, handling_yuan_per_t=6, rate_yuan_per_t_km=0.3, carbon={},
    ))
    east, west, lone = (
        make.park(session, code=code, name=name, name_en=name_en, lat=lat, lon=lon)
        for code, name, name_en, lat, lon in (
            ("east", "东园区", "East Park", 40.0, 111.2), ("west", "西园区", "West Park", 39.4, 107.0),
            ("lone", "孤园区", "Lone Park", 38.3, 106.9),
        )
    )
    senders = [make.supply(session, owner=_firm(session, east, f"东厂{n}", f"Eastworks {n}")) for n in range(4)]
    takers = [
        make.demand(session, owner=_firm(session, west, f"西厂{n}", f"Westworks {n}"), use_id="fly_ash_admixture")
        for n in range(4)
    ]
    residues = [
        make.supply(session, owner=session.get(Enterprise, taker.enterprise_id), waste_type_id="gangue")
        for taker in takers
    ]
    bricks = [
        make.demand(
            session, owner=_firm(session, west, f"西砖{n}", f"Westbrick {n}"), use_id="fired_brick",
            accepts={"gangue": 1},
        )
        for n in range(3)
    ]
    sources = [make.supply(session, owner=_firm(session, west, f"西源{n}", f"Westsource {n}")) for n in range(3)]
    hidden = (
        make.supply(session, owner=_firm(session, lone, "孤独电厂", "Lonely Power")),
        make.demand(session, owner=_firm(session, lone, "孤独砖厂", "Lonely Brick")),
    )
    flows = [(a, b, 1000.0 + 10 * at) for at, (a, b) in enumerate(zip(senders, takers, strict=True))]
    flows += [(residue, bricks[at % 3], 400.0) for at, residue in enumerate(residues)]
    flows += [(source, takers[at], 500.0) for at, source in enumerate(sources)]
    flows.append((*hidden, SECRET_T))
    plan = _plan(session, flows, residues, takers)
    return SimpleNamespace(
        plan=plan, pair=(senders[0], takers[0]), west=west,
        committee=make.user(session, role=Role.COMMITTEE, park_id=west.id),
        regulator=make.user(session, role=Role.REGULATOR),
    )


def _firm(session: Session, park: Park, name: str, name_en: str) -> Enterprise:
    return make.enterprise(session, name=name, name_en=name_en, park_id=park.id, lat=park.lat, lon=park.lon)


def _plan(session: Session, flows: list, residues: list[Supply], takers: list[Demand]) -> Plan:
    on = [(a, b, tonnes) for a, b, tonnes in flows if a in residues]
    parts = [
        {"origin": taker.code, "supply": a.code, "demand": b.code, "tonnes": tonnes * len(MONTHS)}
        for (a, b, tonnes), taker in zip(on, takers, strict=True)
    ]
    round_of = [{"supply": a.code, "demand": b.code} for a, b, _tonnes in (flows[0], on[0])]
    plan = Plan(
        market_revision=0, objective="value", blend=True, status="optimal", tonnes=sum(2 * flow[2] for flow in flows),
        summary={
            "months": list(MONTHS), "left_over_by_supply": {
                flows[0][0].code: 100.0, flows[1][0].code: 23.0, flows[-1][0].code: 45.0,
            },
            "chains": [{"hops": [{**arc, "tonnes": 400.0} for arc in round_of]}], "parts": parts,
            "cycles": [{"arcs": round_of, "tonnes": 123.0}],
        },
    )
    plan.flows = [
        PlanFlow(
            supply_id=a.id, demand_id=b.id, month=month, tonnes=tonnes, value_yuan_per_t=5, distance_km=80,
        )
        for a, b, tonnes in flows for month in MONTHS
    ]
    session.add(plan)
    session.flush()
    return plan


def trade(session: Session, market: SimpleNamespace, t_per_month: int) -> Contract:
    """A contract between the first pair, over the market's second month and beyond."""
    supply, demand = market.pair
    return make.active_contract(session, make.bid(
        session, supply=supply, own_demand_id=demand.id, bidder=session.get(Enterprise, demand.enterprise_id),
        waste_type_id=supply.waste_type_id, t_per_month=t_per_month, start_month="2027-02", end_month="2027-09",
    ))

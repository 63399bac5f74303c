"""The symbiosis map and the park pages: who sees what, how much it costs, what it says when there is nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import event
from sqlalchemy.orm import Session

from marketplace.contracts.finishing import release
from marketplace.market.kept import forget
from marketplace.security.actor import ANYBODY, REGULATOR, Actor
from marketplace.symbiosis import totals
from marketplace.symbiosis.flows import Book, Chain, End, Flow, Hop, LeftOver, Place
from marketplace.symbiosis.presenters import across_parks
from marketplace.symbiosis.selection import Sight, Wanted
from marketplace.unit_of_work import UnitOfWork
from models import Contract, Enterprise, MarketSettings, Plan, PlanFlow, Role, Supply
from models.accounts import User
from tests import factories as make

MONTHS = ("2027-01", "2027-02")
SECRET = "少于三家，不公开"


@pytest.fixture(autouse=True)
def _no_roads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGSHENG_ROADS", "/nowhere.npz")


@pytest.fixture(scope="module")
def market(app: Flask) -> Iterator[SimpleNamespace]:
    """Two parks that trade among many, and a third whose only trade has two enterprises behind it."""
    with Session(app.extensions["gongsheng_engine"], expire_on_commit=False) as session:
        session.add(MarketSettings(
            id=1, first_month=MONTHS[0], months=2, handling_yuan_per_t=6, rate_yuan_per_t_km=0.3, carbon={}
        ))
        found = SimpleNamespace(parks=[
            make.park(session, code=code, name=name, name_en=name_en, lat=lat, lon=lon)
            for code, name, name_en, lat, lon in (
                ("east", "东园区", "East Park", 40.0, 111.2), ("west", "西园区", "West Park", 39.4, 107.0),
                ("lone", "孤园区", "Lone Park", 38.3, 106.9),
            )
        ])
        east, west, lone = found.parks
        senders = [_supply(session, east, f"东厂{n}", f"Eastworks {n}") for n in range(4)]
        takers = [_demand(session, west, f"西厂{n}", f"Westworks {n}") for n in range(4)]
        hidden = [
            _supply(session, lone, "孤独电厂", "Lonely Power"), _demand(session, lone, "孤独砖厂", "Lonely Brick"),
        ]
        flows = [(a, b, 1000.0 + 10 * at) for at, (a, b) in enumerate(zip(senders, takers, strict=True))]
        flows += [(takers_supply, b, 400.0) for takers_supply, b in zip(
            [_supply(session, west, f"西源{n}", f"Westsource {n}") for n in range(3)], takers, strict=False)]
        flows.append((*hidden, 77.0))
        found.plan = _plan(session, flows, left_over={
            senders[0].code: 100.0, senders[1].code: 23.0, hidden[0].code: 45.0,
        })
        found.committee = make.user(session, role=Role.COMMITTEE, park_id=west.id)
        found.lone_committee = make.user(session, role=Role.COMMITTEE, park_id=lone.id)
        found.regulator = make.user(session, role=Role.REGULATOR)
        found.staff = make.user(session)
        found.pair = senders[0], takers[0]
        session.commit()
        yield found


def _supply(session: Session, park: object, name: str, name_en: str) -> Supply:
    owner = make.enterprise(session, name=name, name_en=name_en, park_id=park.id, lat=park.lat, lon=park.lon)
    return make.supply(session, owner=owner)


def _demand(session: Session, park: object, name: str, name_en: str) -> object:
    owner = make.enterprise(session, name=name, name_en=name_en, park_id=park.id, lat=park.lat, lon=park.lon)
    return make.demand(session, owner=owner)


def _plan(session: Session, flows: list, left_over: dict[str, float]) -> Plan:
    chain = [{"supply": a.code, "demand": b.code, "tonnes": tonnes} for a, b, tonnes in (flows[0], flows[4])]
    plan = Plan(
        market_revision=0, objective="value", blend=True, status="optimal", tonnes=sum(2 * f[2] for f in flows),
        summary={"months": list(MONTHS), "left_over_by_supply": left_over, "chains": [{"hops": chain}]},
    )
    plan.flows = [
        PlanFlow(supply_id=a.id, demand_id=b.id, month=month, tonnes=tonnes, value_yuan_per_t=5, distance_km=80)
        for a, b, tonnes in flows for month in MONTHS
    ]
    session.add(plan)
    session.flush()
    return plan


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    forget()
    yield
    forget()


def _page(client: FlaskClient, url: str, language: str = "zh") -> str:
    client.set_cookie("lang", language)
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.get_data(as_text=True)


def _drawn(page: str, source: str = "map-data") -> dict:
    found = re.search(rf'<script type="application/json" id="{source}">(.*?)</script>', page, re.S)
    assert found
    return json.loads(found[1])


def test_the_public_sees_totals_of_parks_and_no_firm(client: FlaskClient, market: SimpleNamespace) -> None:
    page = _page(client, "/symbiosis")
    drawn = _drawn(page)
    ids = {flow["id"] for flow in drawn["flows"]}
    assert any(one.startswith("park-east|park-west|") for one in ids)
    assert not any("park-lone" in one for one in ids)
    for name in ("东厂", "西厂", "孤独", "Lonely"):
        assert name not in page
    assert "154 吨" not in page and "77 吨" not in page


def test_the_switch_to_enterprises_and_months_is_not_the_public_s(
    client: FlaskClient, market: SimpleNamespace
) -> None:
    plain = _drawn(_page(client, "/symbiosis"))
    page = _page(client, "/symbiosis?level=enterprises&month=2027-01")
    assert _drawn(page) == plain
    assert 'name="level"' not in page and 'name="month"' not in page


def test_one_secret_flow_takes_a_second_with_it(client: FlaskClient, market: SimpleNamespace) -> None:
    """Three flows and their total: hiding one alone would leave it as the difference."""
    drawn = _drawn(_page(client, "/symbiosis"))
    assert len(drawn["flows"]) == 1


def test_a_committee_sees_its_own_park_and_totals_of_others(
    sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    page = _page(sign_in(market.committee), "/symbiosis?level=enterprises")
    assert "西厂0" in page
    assert "东厂" not in page and "孤独" not in page
    month = _page(sign_in(market.committee), "/symbiosis?month=2027-01")
    assert all("park-west" in flow["id"] for flow in _drawn(month)["flows"])


def test_a_regulator_sees_every_enterprise(
    sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    page = _page(sign_in(market.regulator), "/symbiosis?level=enterprises")
    assert "东厂0" in page and "孤独电厂" in page and SECRET not in page
    english = _page(sign_in(market.regulator), "/symbiosis?level=enterprises", "en")
    assert "Lonely Power" in english


def test_chains_name_their_hops_and_the_narrowest(
    sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    page = _page(sign_in(market.regulator), "/symbiosis")
    assert "跨园区共生链" in page and "最窄" in page


def test_what_a_chain_does_is_hidden_with_its_tonnes(
    client: FlaskClient, sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    """Gain and freight a tonne are public, so a chain's sums would give its hidden tonnes away."""
    public = _page(client, "/symbiosis", "en")
    assert "Value and carbon" in public and "What each hop does" not in public
    assert "Gain of both sides</dt>" not in public
    city = _page(sign_in(market.regulator), "/symbiosis", "en")
    assert "What each hop does" in city and "Gain of both sides</dt>" in city and "Value and carbon" not in city


def test_sums_by_waste_and_use_are_hidden_where_a_line_is() -> None:
    """Tax and tonnes without a factor weigh the lines differently from the total, so they would tell them apart."""
    ends = [_end(number) for number in range(9)]
    flows = [
        Flow(MONTHS[0], ends[at], ends[at + 1], waste, "brick", 10.0, 5.0, 0.0, 0.0, 0.0)
        for waste in ("a", "b") for at in range(4)
    ]
    assert Sight(ANYBODY, Book("plan", tuple(flows)), Wanted()).discloses_sums
    flows.append(replace(flows[0], use="road"))
    assert not Sight(ANYBODY, Book("plan", tuple(flows)), Wanted()).discloses_sums
    city = Actor(user_id=1, role=REGULATOR)
    assert Sight(city, Book("plan", tuple(flows)), Wanted()).discloses_sums


def test_a_chain_across_parks_touches_two_of_them() -> None:
    """A banner stands for enterprises outside parks; the page counts what the command line counts."""
    one, other = (_end(number) for number in (0, 5))
    outside = replace(other, place=replace(other.place, kind="region", code="banner"))

    def chain(*ends: End) -> Chain:
        return Chain(tuple(Hop(sender, taker, "a", "brick", 5.0) for sender, taker in pairwise(ends)))

    crossing = chain(one, outside, other)
    assert across_parks([chain(one, outside, one), chain(one, one, one), crossing]) == [crossing]


def test_left_over_is_public_in_total_only(client: FlaskClient, market: SimpleNamespace) -> None:
    page = _page(client, "/symbiosis")
    assert "168 吨" in page and "45 吨" not in page


def test_placed_and_left_over_do_not_give_each_other_away() -> None:
    """What is offered is public: a waste type whose left-over is secret hides its placed tonnes too."""
    ends = [_end(number) for number in range(9)]
    flows = [
        Flow("2027-01", ends[at], ends[at + 1], waste, "brick", 10.0 * size, 5.0, 0.0, 0.0, 0.0)
        for size, waste in enumerate(("a", "b", "c", "d"), 1) for at in range(size, size + 4)
    ]
    left = [LeftOver(ends[0], "d", 5.0), *(LeftOver(end, waste, 7.0) for end in ends[:4] for waste in "abc")]
    hidden = totals.secrets(Book("plan", tuple(flows), tuple(left)))
    assert hidden.hides_waste("d") and hidden.hides_use(("d", "brick")) and not hidden.everything
    assert len(hidden.wastes) >= 2


def _workbook(client: FlaskClient, address: str) -> list[tuple[object, ...]]:
    book = load_workbook(BytesIO(client.get(address).data))
    return [row for sheet in book for row in sheet.iter_rows(values_only=True)]


def _end(number: int) -> End:
    place = Place("park", f"p{number // 5}", "园区", "Park", 40.0, 110.0, number // 5)
    return End(number, Place("enterprise", f"E{number}", "企业", "Firm", 40.0, 110.0), place)


def test_a_park_page_gives_the_public_no_sums(client: FlaskClient, market: SimpleNamespace) -> None:
    page = _page(client, "/parks/lone")
    assert 'id="wastes"' not in page and "154 吨" not in page
    assert _drawn(page)["flows"] == []
    # Listings and enterprises are public on their own pages; here they stand in lists, not on flows.
    assert "孤独电厂" in page
    told = [cell for row in _workbook(client, "/parks/lone?format=xlsx") for cell in row]
    assert "不公开" in told and 77 not in told and 154 not in told and "孤独电厂" not in told


def test_a_committee_sees_what_stays_in_its_park(
    sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    page = _page(sign_in(market.lone_committee), "/my-park")
    assert 'id="wastes"' in page and "154 吨" in page and "45 吨" in page
    assert "待办事项" in page
    other = _page(sign_in(market.lone_committee), "/parks/west")
    assert 'id="wastes"' not in other


def test_my_park_is_for_those_who_have_one(
    client: FlaskClient, sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    assert client.get("/my-park").status_code == 302
    assert sign_in(market.regulator).get("/my-park").headers["Location"].endswith("/symbiosis")
    assert sign_in(market.staff).get("/my-park").status_code == 403


def test_an_unknown_park_is_not_found(client: FlaskClient, market: SimpleNamespace) -> None:
    assert client.get("/parks/nowhere").status_code == 404


def test_accepted_trades_without_any_say_so(client: FlaskClient, market: SimpleNamespace) -> None:
    assert "还没有合同" in _page(client, "/symbiosis?view=trades")


def test_a_single_trade_is_the_city_s_alone_to_see(
    app: Flask, client: FlaskClient, sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    supply, demand = market.pair
    with Session(app.extensions["gongsheng_engine"]) as session:
        contract = make.active_contract(session, make.bid(
            session, supply=supply, own_demand_id=demand.id, bidder=session.get(Enterprise, demand.enterprise_id),
            waste_type_id=supply.waste_type_id, t_per_month=321, start_month="2027-02", end_month="2027-09",
        ))
        session.commit()
        contract_id = contract.id
    try:
        public = _page(client, "/symbiosis?view=trades")
        assert SECRET in public and "321" not in public and _drawn(public)["flows"] == []
        city = _page(sign_in(market.regulator), "/symbiosis?view=trades")
        assert "321 吨" in city
    finally:
        with Session(app.extensions["gongsheng_engine"]) as session:
            release(uow=UnitOfWork(session), actor_id=None, contract=session.get(Contract, contract_id), note="")
            session.commit()


def test_potential_counts_every_supply_once(
    sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    page = _page(sign_in(market.regulator), "/symbiosis?view=potential")
    # Eight supplies of 1,000 t in two months, each with one best partner.
    assert "1.6 万吨" in page


def test_switches_that_make_no_sense_are_as_if_not_there(client: FlaskClient, market: SimpleNamespace) -> None:
    for query in ("view=x", "level=9", "waste=%01", "month=2027-13", "waste=" + "x" * 5000):
        assert client.get(f"/symbiosis?{query}").status_code == 200


def test_the_ground_of_the_map_speaks_both_languages(client: FlaskClient, market: SimpleNamespace) -> None:
    chinese = client.get("/map/ground?lang=zh-CN").get_json()
    english = client.get("/map/ground?lang=en").get_json()
    assert chinese["words"]["legend"] == "图例" and english["words"]["legend"] == "Legend"
    assert [park["id"] for park in english["parks"]] == ["park-east", "park-lone", "park-west"]
    assert chinese["words"].keys() == english["words"].keys()
    assert english["words"]["point_tonnes"] == "%(tonnes)s a month"


@pytest.mark.parametrize(("url", "most"), [("/symbiosis", 6), ("/parks/west", 10), ("/map/ground", 2)])
def test_pages_ask_the_database_little_once_warm(
    app: Flask, client: FlaskClient, market: SimpleNamespace, url: str, most: int
) -> None:
    client.get(url)
    asked: list[str] = []

    def note(_conn, _cursor, statement, *_rest) -> None:
        asked.append(statement)

    engine = app.extensions["gongsheng_engine"]
    event.listen(engine, "before_cursor_execute", note)
    try:
        client.get(url)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len([one for one in asked if one.startswith("SELECT")]) <= most, asked

"""Siting studies on pages: candidates by form and file, the choice with its reasons, conflicts in words, rights."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import MarketSettings, Role, SitingStudy
from models.accounts import User
from tests import factories as make
from tests.web.posting import csrf

pytestmark = pytest.mark.usefixtures("straight_lines")
SignIn = Callable[[User], FlaskClient]
CHEAP = {"name": "便宜厂", "pattern": "D-brick", "t_per_month": "200", "park": "east", "lat": "", "lon": "",
         "open_cost_yuan": "1000", "bid_yuan_per_t": "40"}


@pytest.fixture(scope="module")
def market(app: Flask) -> Iterator[SimpleNamespace]:
    """500 tonnes a month of ash, 100 of which find a taker."""
    with Session(app.extensions["gongsheng_engine"], expire_on_commit=False) as session:
        session.add(MarketSettings(
            id=1, first_month="2027-01", months=2, handling_yuan_per_t=6, rate_yuan_per_t_km=0.3, carbon={}
        ))
        east = make.park(session, code="east", name="东园区", lat=40.0, lon=111.0)
        power = make.enterprise(session, code="power", name="东电厂", park=east, lat=40.0, lon=111.0)
        brick = make.enterprise(session, code="brick", name="东砖厂", park=east, lat=40.0, lon=111.0)
        make.supply(session, code="S-ash", owner=power, t_per_month=500, ask_yuan_per_t=0)
        make.demand(session, code="D-brick", owner=brick, t_per_month=100, bid_yuan_per_t=50)
        people = {
            "city": make.user(session, role=Role.REGULATOR),
            "east": make.user(session, role=Role.COMMITTEE, park=east),
            "staff": make.user(session, role=Role.STAFF, enterprise=power),
        }
        session.commit()
        yield SimpleNamespace(**people)


def post(client: FlaskClient, url: str, **fields: object) -> TestResponse:
    return client.post(url, data={"csrf_token": csrf(client, "/account"), **fields})


def new_study(client: FlaskClient, **asked: object) -> str:
    fields = {"title": "建在哪里", "objective": "net_value", "waste": "", **asked}
    made = post(client, "/siting", **fields)
    assert made.status_code == 302, made.get_data(as_text=True)
    return made.headers["Location"]


def row_of(app: Flask, url: str) -> SitingStudy:
    with Session(app.extensions["gongsheng_engine"]) as session:
        return session.get_one(SitingStudy, int(url.rsplit("/", 1)[-1]))


def with_candidates(client: FlaskClient, url: str) -> None:
    for more in ({}, {"name": "贵厂", "open_cost_yuan": "10000000"}):
        assert post(client, f"{url}/candidates", **{**CHEAP, **more}).status_code == 302


def test_the_choice_opens_what_pays_and_says_why(app: Flask, market: SimpleNamespace, sign_in: SignIn) -> None:
    client = sign_in(market.city)
    url = new_study(client)
    with_candidates(client, url)
    assert post(client, f"{url}/choose").status_code == 302
    answer = row_of(app, url).answer
    assert answer is not None
    cheap, dear = answer["decisions"]
    assert (cheap["opened"], dear["opened"]) == (True, False)
    # Two months of 200 tonnes that nobody took, at 40 yuan less the handling of 6, for 1,000 yuan.
    assert cheap["taken"] == [["fly_ash_pc", pytest.approx(400), pytest.approx(400), pytest.approx(0, abs=1e-6)]]
    assert answer["gain_yuan"] == pytest.approx(400 * 34 - 1000)
    # Open as well it would bring the same again, so it costs that much too much.
    assert dear["short"] == pytest.approx(10_000_000 - 400 * 34)
    page = client.get(url).get_data(as_text=True)
    assert "✓ 建" in page and "消纳无人接收的" in page and "才值得建" in page
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{url}.xlsx").data))
    assert "便宜厂" in [cell.value for row in book.worksheets[0].iter_rows() for cell in row]


def test_what_cannot_be_kept_together_is_said_with_the_smallest_set(
    app: Flask, market: SimpleNamespace, sign_in: SignIn
) -> None:
    client = sign_in(market.city)
    url = new_study(client, budget_yuan="500", most_open="5", waste="fly_ash_pc", least_t="600")
    with_candidates(client, url)
    answer = client.post(f"{url}/choose", data={"csrf_token": csrf(client, "/account")}, follow_redirects=True)
    page = answer.get_data(as_text=True)
    # 600 tonnes need a plant, which the budget does not pay for; how many may be opened has no part in it.
    said = page.split("请放宽")[0].split("没有一种选择能同时满足")[1]
    assert "预算" in said and "建厂数" not in said
    assert "最多能消纳 200 吨" in page
    assert row_of(app, url).answer is None
    again = post(client, f"{url}/ask", title="x", objective="tonnes", budget_yuan="2000", waste="", least_t="")
    assert again.status_code == 302
    found = row_of(app, url).answer
    assert found is not None and found["tonnes"] == [pytest.approx(200), pytest.approx(600)]


def test_candidates_come_from_a_file_with_every_fault_told(
    app: Flask, market: SimpleNamespace, sign_in: SignIn
) -> None:
    client = sign_in(market.city)
    url = new_study(client)

    def send(text: str, encoding: str = "utf-8") -> TestResponse:
        return post(client, f"{url}/candidates", file=(io.BytesIO(text.encode(encoding)), "c.csv"))

    head = "name,pattern,park,lat,lon,t_per_month,open_cost_yuan,bid_yuan_per_t\n"
    bad = send(head + "甲,D-none,east,,,100,5,\n乙,D-brick,nowhere,,,ten,-1,\n,D-brick,,40,,100,5,\n")
    page = bad.get_data(as_text=True)
    assert bad.status_code == 422
    for words in ("2 行 pattern", "3 行 park", "3 行 t_per_month", "3 行 open_cost_yuan", "4 行 name", "4 行 lat"):
        assert f"第 {words}" in page, words
    assert send("name,colour\nx,y\n").status_code == 422
    assert send("").status_code == 422
    assert row_of(app, url).candidates == []
    void = send(head + "远,D-brick,,20,100,100,5,\n")
    assert void.status_code == 422 and "公里" in void.get_data(as_text=True)
    good = head + "".join(f"厂{n},D-brick,east,,,{10 + n},{1000 + n},\n" for n in range(12))
    assert send(good, "gb18030").status_code == 302
    rows = row_of(app, url).candidates
    assert len(rows) == 12 and rows[3]["name"] == "厂3" and rows[3]["bid_yuan_per_t"] == 50
    assert post(client, f"{url}/candidates/3/remove").status_code == 302
    assert len(row_of(app, url).candidates) == 11


def test_a_study_is_ones_own_until_it_is_shared(market: SimpleNamespace, sign_in: SignIn) -> None:
    url = new_study(sign_in(market.city))
    assert sign_in(market.east).get(url).status_code == 404
    assert post(sign_in(market.city), f"{url}/share", shared="1").status_code == 302
    assert sign_in(market.east).get(url).status_code == 200
    assert post(sign_in(market.east), f"{url}/delete").status_code == 403
    assert sign_in(market.staff).get("/siting").status_code == 403
    assert post(sign_in(market.city), f"{url}/delete").status_code == 302
    assert sign_in(market.city).get(url).status_code == 404


def test_where_waste_lies_unplaced_is_shown_to_the_city(market: SimpleNamespace, sign_in: SignIn) -> None:
    assert "固废滞留在哪里" in sign_in(market.city).get("/siting").get_data(as_text=True)
    sheet = openpyxl.load_workbook(io.BytesIO(sign_in(market.city).get("/siting?format=xlsx").data)).worksheets[0]
    assert 800 in [cell.value for row in sheet.iter_rows() for cell in row]
    assert "固废滞留在哪里" not in sign_in(market.east).get("/siting").get_data(as_text=True)


@pytest.mark.parametrize(("fields", "words"), [
    ({"title": ""}, "必填"), ({"budget_yuan": "-1"}, "至少为 0"), ({"waste": "fly_ash_pc"}, "要么都填"),
])
def test_what_is_asked_is_checked(market: SimpleNamespace, sign_in: SignIn, fields: dict[str, str], words: str) -> None:
    answer = post(sign_in(market.city), "/siting", **{"title": "x", "objective": "net_value", "waste": "", **fields})
    assert answer.status_code == 422 and 'class="error"' in answer.get_data(as_text=True)

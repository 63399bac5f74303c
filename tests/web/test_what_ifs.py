"""What-ifs: asked, worked out, shared, compared, exported; who may, who sees what, and what cannot be."""

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
from werkzeug.test import TestResponse

from marketplace.market import live
from marketplace.market.failures import work_out_failures
from marketplace.market.kept import forget
from marketplace.what_ifs.forms import FORMS
from models import Demand, Event, MarketSettings, Role, WhatIf
from models.accounts import User
from tests import factories as make
from tests.web.posting import csrf

pytestmark = pytest.mark.usefixtures("straight_lines")
SignIn = Callable[[User], FlaskClient]


@pytest.fixture(scope="module")
def market(app: Flask) -> Iterator[SimpleNamespace]:
    """Two parks side by side: east sends fly ash to its own and to the western works."""
    with Session(app.extensions["gongsheng_engine"], expire_on_commit=False) as session:
        session.add(MarketSettings(
            id=1, first_month="2027-01", months=2, handling_yuan_per_t=6, rate_yuan_per_t_km=0.3, carbon={}
        ))
        east = make.park(session, code="east", name="东园区", lat=40.0, lon=111.0)
        west = make.park(session, code="west", name="西园区", lat=40.0, lon=110.0)
        places = {"east": (east, 40.0, 111.0), "west": (west, 40.0, 110.0)}

        def firm(code: str, name: str, where: str) -> object:
            park, lat, lon = places[where]
            return make.enterprise(session, code=code, name=name, park=park, lat=lat, lon=lon, qualified=True)

        power = firm("power", "东电厂", "east")
        for code, name, where, tonnes in (("brick", "东砖厂", "east", 300), ("block", "西砌块厂", "west", 200)):
            make.demand(session, code=f"D-{code}", owner=firm(code, name, where), t_per_month=tonnes,
                        bid_yuan_per_t=50, specs=[{"property_id": "loi", "maximum": 8, "basis": "each"}])
        make.supply(session, code="S-ash", owner=power, t_per_month=400, ask_yuan_per_t=0, assays={"loi": 6})
        make.supply(session, code="S-bad", owner=power, t_per_month=100, ask_yuan_per_t=0, assays={"loi": 9})
        people = {
            "city": make.user(session, role=Role.REGULATOR), "admin": make.user(session, role=Role.ADMIN),
            "east": make.user(session, role=Role.COMMITTEE, park=east),
            "west": make.user(session, role=Role.COMMITTEE, park=west),
            "staff": make.user(session, role=Role.STAFF, enterprise=power),
        }
        session.commit()
        yield SimpleNamespace(**people)


def post(client: FlaskClient, url: str, **fields: object) -> TestResponse:
    """As the page's own form sends it, with the token of this browser."""
    return client.post(url, data={"csrf_token": csrf(client, "/account"), **fields})


def ask(client: FlaskClient, kind: str, /, **fields: object) -> str:
    """Make a what-if with one change; its address."""
    made = post(client, "/what-ifs", title=f"Was wenn {kind}?")
    assert made.status_code == 302
    url = made.headers["Location"]
    added = post(client, f"{url}/changes/{kind}", **fields)
    assert added.status_code == 302, added.get_data(as_text=True)
    return url


def row_of(app: Flask, url: str) -> WhatIf:
    with Session(app.extensions["gongsheng_engine"]) as session:
        return session.get_one(WhatIf, int(url.rsplit("/", 1)[-1]))


def totals(app: Flask, url: str) -> dict[str, list[float]]:
    answer = row_of(app, url).answer
    assert answer is not None
    return answer["totals"]


def test_dearer_freight_is_worked_out_and_told_by_difference(
    app: Flask, market: SimpleNamespace, sign_in: SignIn
) -> None:
    client = sign_in(market.city)
    url = ask(client, "freight_times", percent="20")
    before, after = totals(app, url)["freight_yuan"]
    assert after == pytest.approx(1.2 * before)
    assert totals(app, url)["tonnes"] == pytest.approx([800, 800])
    page = client.get(url).get_data(as_text=True)
    assert "公路运价 +20 %" in page and "不变" in page and "谁受损" in page and "东电厂" in page


def test_every_kind_of_change_has_a_form_and_an_answer(app: Flask, market: SimpleNamespace, sign_in: SignIn) -> None:
    client = sign_in(market.city)
    asked = {
        "stop": ({"enterprise": "brick", "first_month": "2027-01", "months": "1"}, -100),
        "new_plant": ({"name": "新厂", "pattern": "D-brick", "t_per_month": "100", "park": "west"}, 0),
        "new_limit": ({"where": "use:fly_ash_brick", "property": "loi", "maximum": "10"}, 200),
        "freight_times": ({"percent": "-50"}, 0),
        "rail_line": ({"points": ["east", "west"], "rate_yuan_per_t_km": "0.1", "handling_yuan_per_t": "1",
                       "kg_per_t_km": "0.01"}, 0),
        "subsidy": ({"yuan_per_t_km": "0.1", "between": "park"}, 0),
        "disposal_fee": ({"fee1": "30", "upto1": "50", "fee3": "5"}, 0),
    }
    assert asked.keys() == FORMS.keys()
    with Session(app.extensions["gongsheng_engine"]) as session:
        use = session.scalars(select(Demand.use_id)).first()
    asked["new_limit"][0]["where"] = f"use:{use}"
    for kind, (fields, change) in asked.items():
        url = ask(client, kind, **fields)
        before, after = totals(app, url)["tonnes"]
        assert after - before == pytest.approx(change), kind
        assert client.get(url).status_code == 200


@pytest.mark.parametrize(("kind", "fields", "words"), [
    ("new_plant", {"name": "x", "pattern": "D-brick", "t_per_month": "100", "park": "", "lat": "20", "lon": "100"},
     "公里"),
    ("new_plant", {"name": "x", "pattern": "D-brick", "t_per_month": "-100", "park": "west"}, "大于 0"),
    ("new_plant", {"name": "x", "pattern": "D-brick", "t_per_month": "100", "park": ""}, "请选择园区"),
    ("new_limit", {"where": "demand:D-brick", "property": "loi", "minimum": "9", "maximum": "8"}, "不能同时成立"),
    ("stop", {"enterprise": "brick", "first_month": "2027-01", "months": "9"}, "应在 1 与 2 之间"),
    ("rail_line", {"points": ["east"], "rate_yuan_per_t_km": "0", "handling_yuan_per_t": "0", "kg_per_t_km": "0"},
     "两个装卸点"),
    ("disposal_fee", {"fee1": "5", "upto1": "50", "fee3": "9"}, "不能逐档升高"),
    ("freight_times", {"percent": "viel"}, "“viel”"),
])
def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_kept(
    app: Flask, market: SimpleNamespace, sign_in: SignIn, kind: str, fields: dict[str, object], words: str
) -> None:
    client = sign_in(market.city)
    url = post(client, "/what-ifs", title="unmöglich").headers["Location"]
    answer = post(client, f"{url}/changes/{kind}", **fields)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert words in page and 'class="error"' in page
    assert row_of(app, url).changes == [] and row_of(app, url).answer is None


def test_a_committee_asks_about_its_own_park_and_sees_others_in_totals(
    app: Flask, market: SimpleNamespace, sign_in: SignIn
) -> None:
    client = sign_in(market.west)
    url = post(client, "/what-ifs", title="西").headers["Location"]
    form = client.get(f"{url}/changes/stop").get_data(as_text=True)
    assert "西砌块厂" in form and "东砖厂" not in form
    refused = post(client, f"{url}/changes/stop", enterprise="brick", first_month="2027-01", months="1")
    assert refused.status_code == 422
    assert post(client, f"{url}/changes/freight_times", percent="30").status_code == 302
    page = client.get(url).get_data(as_text=True)
    assert "西砌块厂" in page
    # Two enterprises of the eastern park stand behind its line: neither they nor their sum are shown.
    assert "东砖厂" not in page and "不足三家企业" in page
    # What its own works take from there goes by the park, not by the enterprise.
    url = post(client, "/what-ifs", title="砌块厂").headers["Location"]
    assert post(client, f"{url}/changes/stop", enterprise="block", first_month="2027-01", months="2").status_code == 302
    page = client.get(url).get_data(as_text=True)
    assert "东园区" in page and "东电厂" not in page


def test_a_what_if_is_ones_own_until_it_is_shared(app: Flask, market: SimpleNamespace, sign_in: SignIn) -> None:
    url = ask(sign_in(market.city), "freight_times", percent="10")
    assert sign_in(market.east).get(url).status_code == 404
    assert post(sign_in(market.city), f"{url}/share", shared="1").status_code == 302
    assert sign_in(market.east).get(url).status_code == 200
    for action in ("share", "delete", "answer", "changes/0/remove"):
        assert post(sign_in(market.east), f"{url}/{action}").status_code in (403, 404), action
    copied = post(sign_in(market.east), f"{url}/copy").headers["Location"]
    assert row_of(app, copied).changes == row_of(app, url).changes
    assert row_of(app, copied).author_id == market.east.id
    assert sign_in(market.staff).get("/what-ifs").status_code == 403


def test_changes_are_removed_and_the_answer_with_them(app: Flask, market: SimpleNamespace, sign_in: SignIn) -> None:
    client = sign_in(market.city)
    url = ask(client, "freight_times", percent="10")
    assert post(client, f"{url}/changes/freight_times", percent="5").status_code == 422
    post(client, f"{url}/changes/0/remove")
    assert row_of(app, url).changes == [] and row_of(app, url).answer is None
    post(client, f"{url}/delete")
    assert client.get(url).status_code == 404
    with Session(app.extensions["gongsheng_engine"]) as session:
        kinds = session.scalars(select(Event.kind).where(Event.subject_id == url.rsplit("/", 1)[-1],
                                                         Event.subject_type == "whatif").order_by(Event.id)).all()
    assert kinds == ["what_if.created", "what_if.changed", "what_if.answered", "what_if.changed", "what_if.deleted"]


def test_side_by_side_and_as_a_workbook(app: Flask, market: SimpleNamespace, sign_in: SignIn) -> None:
    client = sign_in(market.city)
    urls = [ask(client, "freight_times", percent=percent) for percent in ("10", "40")]
    ids = "&".join(f"id={url.rsplit('/', 1)[-1]}" for url in urls)
    page = client.get(f"/what-ifs/compare?{ids}").get_data(as_text=True)
    assert page.count("公路运价") == 2
    side = openpyxl.load_workbook(io.BytesIO(client.get(f"/what-ifs/compare?{ids}&format=xlsx").data)).worksheets[0]
    assert "运费" in [row[0].value for row in side.iter_rows()]
    assert client.get(f"/what-ifs/compare?{ids.split('&')[0]}").status_code == 302
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{urls[1]}.xlsx").data))
    assert len(book.sheetnames) == 5
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "东电厂" in cells and "公路运价 +40 %。" in cells


def test_a_market_that_has_changed_since_is_said(app: Flask, market: SimpleNamespace, sign_in: SignIn) -> None:
    client = sign_in(market.city)
    url = ask(client, "freight_times", percent="10")
    assert "市场此后有变化" not in client.get(url).get_data(as_text=True)
    with Session(app.extensions["gongsheng_engine"]) as session:
        row = session.get_one(WhatIf, int(url.rsplit("/", 1)[-1]))
        row.market_revision = 9_999
        session.commit()
    assert "按今天的市场测算" in client.get(url).get_data(as_text=True)
    post(client, f"{url}/answer")
    assert "按今天的市场测算" not in client.get(url).get_data(as_text=True)


def test_a_market_too_large_to_wait_for_is_said(
    app: Flask, market: SimpleNamespace, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(market.city)
    url = ask(client, "freight_times", percent="10")
    monkeypatch.setattr(live, "LIVE_FROM", 1)
    forget()
    for answer in (client.get(f"{url}/changes/stop"), post(client, f"{url}/answer"), client.get("/siting")):
        assert answer.status_code == 409 and "gongsheng what-if" in answer.get_data(as_text=True)
    with Session(app.extensions["gongsheng_engine"]) as session:
        assert work_out_failures(session) is False
    # What was worked out before is still there to read.
    assert client.get(url).status_code == 200

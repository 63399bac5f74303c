"""The pages of a supply, a demand, a pair and an enterprise: facts, limits, partners, near misses, rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import ListingStatus, MarketSettings
from models.accounts import User
from tests import factories as make
from tests.web.reading import Element, Page

# A supply's page asks for its rows, its partners' and the market's revision; not once per partner.
MOST_QUERIES = 24


@pytest.fixture(scope="module")
def market(app: Flask) -> Iterator[SimpleNamespace]:
    """Ash with a near and a far taker, a taker too strict for it and one who wants another property tested."""
    with Session(app.extensions["gongsheng_engine"], expire_on_commit=False) as session:
        session.add(MarketSettings(
            id=1, first_month="2027-01", months=12, handling_yuan_per_t=6, rate_yuan_per_t_km=0.3, carbon={}
        ))
        plant = make.enterprise(session, name="大路电厂", name_en="Dalu Power", lat=40.0, lon=111.2)
        cement = make.enterprise(session, name="<b>水泥</b>厂", name_en="<b>Cement</b> works", lat=40.1, lon=111.2)
        brick = make.enterprise(session, name="砖厂", name_en="Brickworks", lat=39.0, lon=110.0)
        found = SimpleNamespace(
            plant=make.user(session, enterprise_id=plant.id), cement=make.user(session, enterprise_id=cement.id),
            admin=make.user(session, role="admin"), enterprise=plant,
        )
        found.ash = make.supply(
            session, owner=plant, code="S-ash", ask_yuan_per_t=-5, stock_t=300, min_lot_t=50, note="按装机容量估算",
            quantity_quality="estimate", max_distance_km=400, assays={"loi": 6.2, "so3": 1.0}, end_month="2027-12",
        )
        # Read off its own page and nowhere else: its waste type is no other's.
        found.gypsum = make.supply(
            session, owner=plant, code="S-spread", waste_type_id="fgd_gypsum", assays={"so3": 42.0, "loi": 7.6}
        )
        for assay in found.gypsum.assays:
            assay.sd = 0.4
        make.demand(
            session, owner=brick, code="D-spread", accepts={"fgd_gypsum": 1.0},
            specs=[{"property_id": "loi", "maximum": 8, "standard": "", "clause": ""}],
        )
        found.near = make.demand(
            session, owner=cement, code="D-near", bid_yuan_per_t=40, accepts={make.WASTE: 0.4},
            specs=[{"property_id": "loi", "maximum": 8, "standard": "GB/T 1596-2017", "clause": "表1"}],
        )
        found.far = make.demand(session, owner=brick, code="D-far", bid_yuan_per_t=20)
        found.strict = make.demand(
            session, owner=cement, code="D-strict", bid_yuan_per_t=50,
            specs=[{"property_id": "loi", "maximum": 5, "standard": "", "clause": ""}],
        )
        found.untested = make.demand(
            session, owner=brick, code="D-untested",
            specs=[{"property_id": "cao", "minimum": 10, "standard": "", "clause": ""}],
        )
        make.supply(session, owner=plant, code="S-draft", status=ListingStatus.DRAFT)
        make.supply(session, owner=plant, code="S-withdrawn", status=ListingStatus.WITHDRAWN)
        make.supply(session, owner=plant, code="S-over", start_month="2020-01", end_month="2020-12")
        make.demand(session, owner=plant, code="D-later", start_month="2031-01")
        make.supply(session, owner=plant, code="S-lonely", waste_type_id="carbide_slag")
        make.noise(session)
        session.commit()
        yield found


pytestmark = pytest.mark.usefixtures("market")


def read(client: FlaskClient, address: str, status: int = 200) -> Page:
    answer = client.get(address)
    assert answer.status_code == status, Page(answer).text[:300]
    page = Page(answer)
    assert page.faults() == []
    return page


@pytest.mark.parametrize("address", [
    "/supplies/S-ash", "/supplies/S-withdrawn", "/supplies/S-over", "/supplies/S-lonely", "/demands/D-near",
    "/demands/D-strict", "/demands/D-later", "/matches/S-ash/D-near", "/matches/S-ash/D-strict",
    "/matches/S-ash/D-untested", "/matches/S-lonely/D-far",
])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_sound_in_both_languages(client: FlaskClient, address: str, language: str) -> None:
    client.set_cookie("lang", language)
    page = read(client, address)
    assert "None" not in page.main.text.split() and "nan" not in page.main.text.split()


def matches(page: Page) -> list[Element]:
    """Ranked partners, then near misses, each with its figures and reasons."""
    return [one for table in page.main.all("table", class_="match-table") for one in table.all("tbody")]


class TestASupply:
    def test_its_facts(self, client: FlaskClient) -> None:
        page = read(client, "/supplies/S-ash")
        facts = page.main.all("dl", class_="facts")[0].text
        for word in ("1,000", "300 吨", "−5 元/吨", "50", "400", "40.0000", "111.2000"):
            assert word in facts, word
        [estimate] = page.main.all("dl", class_="facts")[0].all("span", class_="estimate")[:1]
        assert estimate.attrs["title"] == "按装机容量估算"

    def test_partners_come_best_first_with_five_parts(self, client: FlaskClient) -> None:
        page = read(client, "/supplies/S-ash")
        cards = matches(page)
        names = [card.all("th")[0].text for card in cards]
        assert "<b>水泥</b>厂" in names[0] and "砖厂" in names[1]
        assert "待检" in cards[2].text, "what is not assayed comes after all that fits"
        parts = cards[0].all("div", class_="score-parts")[0].all("span")
        assert len(parts) == 5
        shown = sum(float(part.text.split()[-1]) for part in parts)
        assert shown == pytest.approx(float(cards[0].all("span", class_="score-sum")[0].text), abs=0.8)

    def test_near_misses_say_what_would_help(self, client: FlaskClient) -> None:
        page = read(client, "/supplies/S-ash")
        misses = [one for one in matches(page) if one.all("span", class_="remedy")]
        miss = next(one for one in misses if "<b>水泥</b>厂" in one.all("th")[0].text)
        assert "6.2" in miss.all("li", class_="no")[0].text and "5" in miss.all("li", class_="no")[0].text
        assert "1.2" in miss.all("span", class_="remedy")[0].text
        assert not miss.all("span", class_="score-sum")

    def test_assays_stand_against_limits(self, client: FlaskClient) -> None:
        page = read(client, "/supplies/S-ash")
        rows = page.main.all("table", class_="assays")[0].all("tr")
        loss = next(row for row in rows if row.text.startswith("烧失量"))
        assert "6.2" in loss.text and "余量" in loss.text and "GB/T 1596" in loss.text
        assert loss.all("div", class_="band")

    def test_a_spread_is_shown_with_what_it_means_for_the_limit(self, client: FlaskClient) -> None:
        page = read(client, "/supplies/S-spread")
        rows = page.main.all("table", class_="assays")[0].all("tr")
        assert "± 0.4" in next(row for row in rows if row.text.startswith("烧失量")).text
        said = [chip.text for card in matches(page) for chip in card.all("li")]
        assert any("预计 84% 的批次合格（波动 0.4）" in text for text in said), said
        pair = read(client, "/matches/S-spread/D-spread")
        assert "预计 84% 的批次合格" in pair.text

    def test_the_map_says_the_same(self, client: FlaskClient) -> None:
        import json

        page = read(client, "/supplies/S-ash")
        [data] = [one for one in page.main.all("script") if one.attrs.get("id") == "listing-map"]
        drawn = json.loads("".join(child for child in data.children if isinstance(child, str)))
        codes = {point["id"] for point in drawn["points"]}
        assert {"supply-S-ash", "demand-D-near", "demand-D-far"} <= codes
        assert all(flow["from"] == [111.2, 40.0] for flow in drawn["flows"])

    def test_names_are_never_markup(self, client: FlaskClient) -> None:
        assert "<b>水泥" not in client.get("/supplies/S-ash").text
        assert "<b>水泥</b>厂" in Page(client.get("/supplies/S-ash")).text

    def test_nobody_takes_it(self, client: FlaskClient) -> None:
        assert "没有" in read(client, "/supplies/S-lonely").main.all("p", class_="empty")[0].text

    def test_a_draft_is_for_its_owner(
        self, client: FlaskClient, sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
    ) -> None:
        read(client, "/supplies/S-draft", 404)
        read(sign_in(market.cement), "/supplies/S-draft", 404)
        assert "草稿" in read(sign_in(market.plant), "/supplies/S-draft").main.text
        assert "草稿" in read(sign_in(market.admin), "/supplies/S-draft").main.text
        read(sign_in(market.plant), "/matches/S-draft/D-near", 404)

    def test_what_each_may_do(
        self, client: FlaskClient, sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
    ) -> None:
        def actions() -> list[str]:
            page = read(client, "/supplies/S-ash")
            return [link.attrs["href"] for link in page.main.all("div", class_="actions")[0].all("a")]

        assert actions() == ["/sign-in?next=/supplies/S-ash/bids/new"]
        sign_in(market.cement)
        assert actions() == ["/supplies/S-ash/bids/new"]
        sign_in(market.plant)
        assert actions() == ["/supplies/S-ash/bids", "/supplies/S-ash/edit"]


def test_a_demand_shows_its_limits_with_standard(client: FlaskClient) -> None:
    page = read(client, "/demands/D-near")
    text = page.main.text
    assert "≤ 8" in text and "GB/T 1596-2017" in text and "40 %" in text
    assert "大路电厂" in matches(page)[0].text


def test_a_pair_is_explained(client: FlaskClient) -> None:
    client.set_cookie("lang", "en")
    assert "It fits." in read(client, "/matches/S-ash/D-near").main.text
    assert "limit ≤ 8; holds in 84% of lots (spread 0.4)" in read(client, "/matches/S-spread/D-spread").main.text
    strict = read(client, "/matches/S-ash/D-strict").main.text
    assert "It does not fit as it is." in strict and "limit ≤ 5" in strict and "must fall by 1.2 to 5" in strict
    untested = read(client, "/matches/S-ash/D-untested").main.text
    assert "some properties are not assayed" in untested and "tested (" in untested
    wrong = read(client, "/matches/S-lonely/D-far").main.text
    assert "Does not take calcium carbide slag" in wrong


def test_an_enterprise_lists_what_is_published(client: FlaskClient, market: SimpleNamespace) -> None:
    page = read(client, f"/enterprises/{market.enterprise.code}")
    led_to = {link.attrs.get("href") for link in page.main.all("a")}
    assert "/supplies/S-ash" in led_to and "/supplies/S-draft" not in led_to and "/supplies/S-withdrawn" not in led_to


@pytest.mark.parametrize("address", ["/supplies/S-ash", "/demands/D-near", "/matches/S-ash/D-near"])
def test_few_queries(app: Flask, client: FlaskClient, address: str) -> None:
    read(client, address)
    seen = []

    def count(*arguments: object) -> None:
        seen.append(arguments[2])

    event.listen(app.extensions["gongsheng_engine"], "before_cursor_execute", count)
    try:
        read(client, address)
    finally:
        event.remove(app.extensions["gongsheng_engine"], "before_cursor_execute", count)
    assert len(seen) <= MOST_QUERIES, "\n".join(map(str, seen))

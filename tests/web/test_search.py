"""The search pages: what they find, count, refuse and propose, on both databases."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import Assay, ListingStatus
from models.accounts import User
from models.organisations import Site
from tests import factories as make

DALAD, JUNGAR = "dalad", "jungar"


@pytest.fixture(scope="module")
def market(app: Flask) -> Iterator[SimpleNamespace]:
    """Three live supplies and two live demands, with noise that no search may find."""
    with Session(app.extensions["gongsheng_engine"], expire_on_commit=False) as session:
        park = make.park(session, code="shulinzhao", name="树林召园区", lat=40.4, lon=109.97)
        near = make.enterprise(
            session, name="达拉特电厂", name_en="Dalad Power", region_id=DALAD, lat=40.40, lon=109.97
        )
        far = make.enterprise(
            session,
            name="准格尔电厂",
            name_en="Jungar Power",
            region_id=JUNGAR,
            lat=39.8,
            lon=111.2,
            qualified=False,
        )
        found = SimpleNamespace(
            park=park, near=near, far=far, staff=make.user(session, enterprise_id=near.id)
        )
        found.ash = make.supply(
            session,
            owner=near,
            code="S-ash",
            t_per_month=8000,
            ask_yuan_per_t=-5,
            assays={"loi": 6.2},
            end_month="2030-06",
            quantity_quality="estimate",
            note="按产能估算",
        )
        found.gangue = make.supply(
            session,
            owner=far,
            code="S-gangue",
            waste_type_id="gangue",
            t_per_month=60000,
            ask_yuan_per_t=0,
            start_month="2031-01",
        )
        found.dear = make.supply(
            session,
            owner=far,
            code="S-dear",
            t_per_month=500,
            ask_yuan_per_t=None,
            assays={"loi": 12},
            published_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for assay in session.query(Assay).filter_by(supply_id=found.dear.id):
            assay.kind = "typical"
        found.blend = make.demand(
            session, owner=near, code="D-blend", bid_yuan_per_t=30, accepts={"fly_ash_pc": 1, "bf_slag": 0.5}
        )
        found.fill = make.demand(
            session,
            owner=far,
            code="D-fill",
            use_id="mine_backfill",
            bid_yuan_per_t=-10,
            accepts={"gangue": 1},
        )
        for status in (ListingStatus.DRAFT, ListingStatus.WITHDRAWN):
            make.supply(session, owner=near, status=status, code=f"S-{status}")
            make.demand(session, owner=near, status=status, code=f"D-{status}")
        make.supply(session, owner=near, code="S-over", start_month="2020-01", end_month="2020-12")
        make.demand(session, owner=near, code="D-over", start_month="2020-01", end_month="2020-12")
        session.commit()
        yield found


def listed(client: FlaskClient, address: str, status: int = 200) -> list[str]:
    """The codes of the rows of a page, in their order."""
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == status, answer.text[:2000]
    return re.findall(r'data-listing="(?:supply|demand)-([^"]+)"', answer.text)


def text_of(client: FlaskClient, address: str) -> str:
    return html.unescape(client.get(address, follow_redirects=True).text)


def boxes(page: str, name: str) -> dict[str, int]:
    """The counts beside the boxes of one facet."""
    found = re.findall(rf'name="{name}" value="(\w+)".*?<span class="n">([\d,]+)</span>', page, re.S)
    return {value: int(number.replace(",", "")) for value, number in found}


@pytest.mark.usefixtures("market")
class TestFinding:
    def test_only_what_is_published_and_not_over(self, client: FlaskClient) -> None:
        assert set(listed(client, "/supplies")) == {"S-ash", "S-gangue", "S-dear"}
        assert set(listed(client, "/demands")) == {"D-blend", "D-fill"}

    @pytest.mark.parametrize(
        ("query", "codes"),
        [
            ("q=煤灰", {"S-ash", "S-dear"}),
            ("q=达拉", {"S-ash"}),
            ("q=jungar gang", {"S-gangue"}),
            ("waste=gangue", {"S-gangue"}),
            ("waste=gangue&waste=fly_ash_pc", {"S-ash", "S-gangue", "S-dear"}),
            ("region=dalad", {"S-ash"}),
            ("near=park-shulinzhao&km=30", {"S-ash"}),
            ("near=park-shulinzhao&km=300", {"S-ash", "S-gangue", "S-dear"}),
            ("t_min=500&t_max=8000", {"S-ash", "S-dear"}),
            ("t_min=8000.001", {"S-gangue"}),
            ("price_max=-0.01", {"S-ash"}),
            ("price_min=0&price_max=0", {"S-gangue"}),
            ("from=2030-07", {"S-gangue", "S-dear"}),
            ("to=2030-12", {"S-ash", "S-dear"}),
            ("from=2030-01&to=2030-06", {"S-ash", "S-dear"}),
            ("p1=loi&p1_max=8", {"S-ash"}),
            ("p1=loi", {"S-ash", "S-dear"}),
            ("p1=loi&p1_min=12&p1_max=12", {"S-dear"}),
            ("p1=loi&p1_min=5&p2=sio2&p2_min=1", set()),
            ("verified=1", {"S-ash"}),
        ],
    )
    def test_each_filter_of_supplies(self, client: FlaskClient, query: str, codes: set[str]) -> None:
        assert set(listed(client, f"/supplies?{query}")) == codes

    @pytest.mark.parametrize(
        ("query", "codes"),
        [
            ("q=矿渣", {"D-blend"}),
            ("use=mine_backfill", {"D-fill"}),
            ("waste=bf_slag", {"D-blend"}),
            ("waste=bf_slag&waste=gangue", {"D-blend", "D-fill"}),
            ("price_max=-1", {"D-fill"}),
            ("verified=1", {"D-blend"}),
            ("near=park-shulinzhao&km=30", {"D-blend"}),
        ],
    )
    def test_each_filter_of_demands(self, client: FlaskClient, query: str, codes: set[str]) -> None:
        assert set(listed(client, f"/demands?{query}")) == codes

    @pytest.mark.parametrize(
        ("query", "codes"),
        [
            ("sort=tonnes", ["S-gangue", "S-ash", "S-dear"]),
            ("sort=price", ["S-ash", "S-gangue", "S-dear"]),
            ("near=park-shulinzhao&sort=distance", ["S-ash", "S-gangue", "S-dear"]),
        ],
    )
    def test_orders(self, client: FlaskClient, query: str, codes: list[str]) -> None:
        assert listed(client, f"/supplies?{query}") == codes

    def test_the_oldest_comes_last(self, client: FlaskClient) -> None:
        assert listed(client, "/supplies")[-1] == "S-dear"

    def test_a_demand_that_pays_more_comes_first(self, client: FlaskClient) -> None:
        assert listed(client, "/demands?sort=price") == ["D-blend", "D-fill"]


@pytest.mark.usefixtures("market")
class TestCounts:
    def test_a_facet_counts_as_if_its_own_filter_were_gone(self, client: FlaskClient) -> None:
        page = text_of(client, "/supplies?waste=fly_ash_pc&region=jungar")
        assert boxes(page, "waste") == {"fly_ash_pc": 1, "gangue": 1}
        assert boxes(page, "region") == {"jungar": 1, "dalad": 1}
        assert boxes(page, "verified") == {"1": 0}

    def test_a_demand_counts_under_each_waste_it_accepts(self, client: FlaskClient) -> None:
        page = text_of(client, "/demands")
        assert boxes(page, "waste") == {"bf_slag": 1, "fly_ash_pc": 1, "gangue": 1}
        assert boxes(page, "use") == {"cement_blend": 1, "mine_backfill": 1}

    def test_every_count_is_what_its_link_finds(self, client: FlaskClient) -> None:
        page = text_of(client, "/supplies?near=park-shulinzhao")
        quick = re.findall(r'<ul class="quick">(.*?)</ul>', page, re.S)
        links = [
            (address, int(number))
            for group in quick
            for address, number in re.findall(r'href="([^"]+)".*?<span class="n">(\d+)</span>', group, re.S)
        ]
        assert len(links) >= 7
        for address, number in links:
            assert len(listed(client, address)) == number, address

    @pytest.mark.parametrize(
        "address", ["/supplies?q=煤灰&near=park-shulinzhao&km=50&p1=loi&verified=1", "/demands?waste=gangue"]
    )
    def test_few_queries(self, app: Flask, client: FlaskClient, address: str) -> None:
        client.get(address, follow_redirects=True)
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            statements.append(statement)

        event.listen(app.extensions["gongsheng_engine"], "before_cursor_execute", note)
        try:
            client.get(address, follow_redirects=True)
        finally:
            event.remove(app.extensions["gongsheng_engine"], "before_cursor_execute", note)
        selects = [
            statement for statement in statements if statement.lstrip().upper().startswith(("SELECT", "WITH"))
        ]
        # Names to choose from, places, one statement of counts, one of rows, what each demand accepts;
        # a redirect to the canonical address asks for the names once more.
        assert len(selects) <= 13, selects


@pytest.mark.usefixtures("market")
class TestAddresses:
    def test_empty_and_unordered_parameters_are_dropped_by_a_redirect(self, client: FlaskClient) -> None:
        answer = client.get(
            "/supplies?page=1&sort=newest&t_max=&region=jungar&waste=gangue&q=&p2=loi&p2_max=8.0&nonsense=1"
        )
        assert answer.status_code == 302
        assert answer.location == "/supplies?waste=gangue&region=jungar&p1=loi&p1_max=8"
        assert client.get(answer.location).status_code == 200

    def test_numbers_are_read_as_people_type_them(self, client: FlaskClient) -> None:
        assert (
            client.get("/supplies?t_min=８，０００&price_min=−5").location
            == "/supplies?t_min=8000&price_min=-5"
        )

    def test_chips_take_away_one_thing(self, client: FlaskClient) -> None:
        page = text_of(client, "/supplies?waste=fly_ash_pc&waste=gangue&t_min=500&verified=1")
        chips = re.findall(r'class="chip removable" href="([^"]+)"', page)
        assert chips == [
            "/supplies?waste=gangue&t_min=500&verified=1",
            "/supplies?waste=fly_ash_pc&t_min=500&verified=1",
            "/supplies?waste=fly_ash_pc&waste=gangue&verified=1",
            "/supplies?waste=fly_ash_pc&waste=gangue&t_min=500",
        ]

    def test_an_empty_result_says_which_filter_to_loosen(self, client: FlaskClient) -> None:
        page = text_of(client, "/supplies?waste=gangue&region=dalad&t_min=1")
        assert "没有同时符合所有条件的信息" in page
        offers = re.findall(r'<li><a href="([^"]+)">去掉“([^”]+)”，有 (\d+) 条。</a>', page)
        assert [(address, int(number)) for address, _filter, number in offers] == [
            ("/supplies?region=dalad&t_min=1", 1),
            ("/supplies?waste=gangue&t_min=1", 1),
        ]
        for address, _filter, number in offers:
            assert len(listed(client, address)) == int(number)


BAD = [
    ("t_min=9&t_max=3", "下限 9 高于上限 3"),
    ("t_min=-1", "小于可能的最小值 0"),
    ("t_min=abc", "“abc”不是数字"),
    ("t_min=NaN", "不是数字"),
    ("t_max=1e999", "不是数字"),
    ("t_max=99999999999", "数值过大"),
    ("from=2027-13", "“2027-13”不是有效月份"),
    ("from=2028-01&to=2027-01", "晚于截止月"),
    ("page=999", "没有第 999 页"),
    ("page=0", "不是页码"),
    ("page=-3", "不是页码"),
    ("page=１２", "没有第 12 页"),
    ("page=" + "9" * 400, "不是页码"),
    ("waste=plutonium", "“plutonium”不在可选项中"),
    ("region=atlantis", "不在可选项中"),
    ("sort=random", "不在可选项中"),
    ("km=50", "请选择从哪个厂址或园区起算距离"),
    ("near=site-99999&km=5", "既不是贵企业的厂址，也不是园区"),
    ("near=park-shulinzhao&km=0", "距离须大于 0"),
    ("sort=distance", "请先选择起算的厂址或园区"),
    ("p1=nothing&p1_max=3", "不在可选项中"),
    ("p1_max=3", "请选择这些限值对应的性质"),
    ("p1=loi&p1_min=9&p1_max=8", "高于上限"),
    ("q=%25%25", "没有可搜索的词"),
    ("q=" + "粉煤灰 " * 60, "最多 80 个字"),
    ("q=%01%02", ""),
    ("price_min=1&price_max=0", "高于上限"),
]


@pytest.mark.usefixtures("market")
class TestBadValues:
    @pytest.mark.parametrize(("query", "sentence"), BAD)
    def test_one_clear_sentence_and_a_page(self, client: FlaskClient, query: str, sentence: str) -> None:
        answer = client.get(f"/supplies?{query}", follow_redirects=True)
        assert answer.status_code == (422 if sentence else 200)
        assert sentence in html.unescape(answer.text)
        assert answer.text.count("<h1") == 1
        assert listed(client, f"/supplies?{query}", answer.status_code)

    def test_what_was_typed_is_kept(self, client: FlaskClient) -> None:
        page = text_of(client, "/supplies?t_min=<b>9&p2=loi&p2_min=x")
        assert 'name="t_min" value="<b>9"' in page
        assert "<b>9" not in client.get("/supplies?t_min=<b>9").text
        assert re.search(r'id="f-p2_min" name="p2_min" value="x"', page)

    def test_a_number_of_every_language_of_the_page(self, client: FlaskClient) -> None:
        client.set_cookie("lang", "en")
        page = text_of(client, "/supplies?t_min=9&t_max=3")
        assert "The lower limit 9 is above the upper limit 3; both were left out." in page


def test_distance_from_ones_own_site(
    market: SimpleNamespace, client: FlaskClient, sign_in: Callable[[User], FlaskClient], app: Flask
) -> None:
    with Session(app.extensions["gongsheng_engine"]) as session:
        own = session.query(Site).filter_by(enterprise_id=market.near.id).one().id
        other = session.query(Site).filter_by(enterprise_id=market.far.id).one().id
    assert listed(client, f"/supplies?near=site-{own}&km=30", 422)
    sign_in(market.staff)
    assert listed(client, f"/supplies?near=site-{own}&km=30") == ["S-ash"]
    assert "0 公里" in text_of(client, f"/supplies?near=site-{own}&km=30")
    assert "既不是贵企业的厂址" in text_of(client, f"/supplies?near=site-{other}&km=30")


def test_rows_and_map_show_the_same(market: SimpleNamespace, client: FlaskClient) -> None:
    page = client.get("/supplies?near=park-shulinzhao&sort=tonnes").text
    data = json.loads(re.search(r'id="map-data">(.*?)</script>', page, re.S).group(1))
    assert [point["id"] for point in data["points"]] == ["supply-S-gangue", "supply-S-ash", "supply-S-dear"]
    assert data["points"][1]["tonnes"] == 8000 and data["points"][1]["kind"] == "supply"
    row = html.unescape(re.search(r'data-listing="supply-S-ash".*?</a>', page, re.S).group(0))
    for words in (
        "粉煤灰",
        "8,000 吨",
        "达拉特电厂",
        "达拉特旗",
        "2030-06",
        "付接收方 5 元/吨",
        "chip estimate",
        "按产能估算",
    ):
        assert words in row, words
    assert "chip estimate" not in re.search(r'data-listing="supply-S-dear".*?</a>', page, re.S).group(0)


@pytest.mark.parametrize(
    "address", ["/supplies", "/demands", "/supplies?waste=gangue&region=dalad", "/supplies?t_min=x"]
)
def test_pages_are_well_made(market: SimpleNamespace, client: FlaskClient, address: str) -> None:
    page = client.get(address).text
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert page.count("<h1") == 1
    assert "style=" not in page
    fields = re.findall(r"<(?:input|select)[^>]*\sid=\"([^\"]+)\"", page)
    labels = set(re.findall(r'<label[^>]*\sfor="([^"]+)"', page))
    assert set(fields) <= labels

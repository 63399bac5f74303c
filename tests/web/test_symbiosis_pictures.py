"""Comparison, period, network, paths and workbook of the symbiosis: who sees what, and that nothing hidden is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from marketplace.contracts.finishing import release
from marketplace.market.kept import forget
from marketplace.unit_of_work import UnitOfWork
from models import Contract
from models.accounts import User
from tests.web.symbiosis_market import MONTHS, lay_out, trade

SECRET, NOT_SHOWN = "少于三家，不公开", "不显示"
TRADED_T = 321


@pytest.fixture(autouse=True)
def _no_roads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GONGSHENG_ROADS", "/nowhere.npz")
    forget()
    yield
    forget()


@pytest.fixture(scope="module")
def market(app: Flask) -> Iterator[SimpleNamespace]:
    with Session(app.extensions["gongsheng_engine"], expire_on_commit=False) as session:
        found = lay_out(session)
        session.commit()
        yield found


@pytest.fixture
def contract(app: Flask, market: SimpleNamespace) -> Iterator[None]:
    """One contract of two enterprises while the test runs."""
    with Session(app.extensions["gongsheng_engine"]) as session:
        number = trade(session, market, TRADED_T).id
        session.commit()
    yield
    with Session(app.extensions["gongsheng_engine"]) as session:
        release(uow=UnitOfWork(session), actor_id=None, contract=session.get(Contract, number), note="")
        session.commit()


def _page(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.get_data(as_text=True)


def _drawn(page: str, source: str = "map-data") -> dict:
    found = re.search(rf'<script type="application/json" id="{source}">(.*?)</script>', page, re.S)
    assert found
    return json.loads(found[1])


def _rows(page: str, card: str) -> list[list[str]]:
    """The cells of the first table of a card, as text."""
    part = page.split(f'id="{card}"', 1)[1].split("</table>", 1)[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", part, re.S)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S) for row in rows]
    return [[re.sub(r"<[^>]+>|\s+", "", cell) for cell in row] for row in cells]


@pytest.mark.usefixtures("contract")
def test_two_views_stand_side_by_side_with_their_difference(
    sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    page = _page(sign_in(market.regulator), "/symbiosis?view=trades&compare=plan&level=enterprises")
    line = next(row for row in _rows(page, "flows") if row[:2] == ["东厂0", "西厂0"])
    assert line[3:] == ["321吨", "2,000吨", "▼少1,679吨"]
    drawn = {flow["id"]: flow for flow in _drawn(page)["flows"]}
    assert {flow["group"] for flow in drawn.values()} == {"“实际”较少"}
    assert any(flow["tonnes"] == 1679 and flow["dash"] for flow in drawn.values())
    totals = _rows(page, "totals")
    assert totals[1][1] == "321吨" and totals[1][3].startswith("▼少")


@pytest.mark.usefixtures("contract")
def test_a_difference_gives_no_hidden_figure_away(client: FlaskClient, market: SimpleNamespace) -> None:
    """The plan's arc from East to West is public, the trade on it is not: nor is what lies between them."""
    page = _page(client, "/symbiosis?compare=trades")
    lines = _rows(page, "flows")[1:]
    assert lines
    for *_names, one, other, said in lines:
        assert (said == NOT_SHOWN) == (SECRET in (one, other)), (one, other, said)
    east_west = next(line for line in lines if line[:2] == ["东园区", "西园区"])
    assert east_west[3:] == ["8,120吨", SECRET, NOT_SHOWN]
    assert _rows(page, "totals")[1][3] == NOT_SHOWN
    for figure in ("321", "154", "77 吨", "7,799", "7,738"):
        assert figure not in page
    ids = {flow["id"] for flow in _drawn(page)["flows"]}
    assert not any("park-lone" in one or one.startswith("park-east|park-west") for one in ids)


def test_any_period_is_for_those_who_see_detail(
    client: FlaskClient, sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    whole = _drawn(_page(client, "/symbiosis"))
    page = _page(client, "/symbiosis?from=2027-01&to=2027-01&level=enterprises&view=plan")
    assert _drawn(page) == whole and 'name="from"' not in page
    city = sign_in(market.regulator)
    ids = {flow["id"]: flow["tonnes"] for flow in _drawn(_page(city, "/symbiosis?from=2027-02"))["flows"]}
    full = {flow["id"]: flow["tonnes"] for flow in _drawn(_page(city, "/symbiosis"))["flows"]}
    assert ids and all(full[one] == pytest.approx(2 * tonnes) for one, tonnes in ids.items())
    for query in ("from=2027-02&to=2027-01", "month=2027-02", "from=2027-13&to=x"):
        assert city.get(f"/symbiosis?{query}").status_code == 200


def test_a_period_narrows_a_committee_to_its_park(
    sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    page = _page(sign_in(market.committee), "/symbiosis?from=2027-01&to=2027-02&compare=trades")
    assert all("park-west" in flow["id"] for flow in _drawn(page)["flows"])
    assert "孤园区" not in "".join("".join(row) for row in _rows(page, "flows"))


def test_months_on_the_map_are_those_one_may_see(
    client: FlaskClient, sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    public = _page(client, "/symbiosis")
    assert _drawn(public)["months"] == {} and "data-map-months" not in public
    own = _drawn(_page(sign_in(market.committee), "/symbiosis"))["months"]
    assert len(own["names"]) == len(MONTHS)
    assert own["tonnes"] and all("park-west" in key for key in own["tonnes"])
    every = _drawn(_page(sign_in(market.regulator), "/symbiosis"))["months"]
    assert any("park-lone" in key and row == [77, 77] for key, row in every["tonnes"].items())


def test_the_network_shows_what_the_map_shows(
    client: FlaskClient, sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    public = _page(client, "/symbiosis/network?level=enterprises&from=2027-01")
    marks = {mark["id"] for mark in _drawn(public, "network-data")["marks"]}
    assert marks and marks <= {"park-east", "park-west"}
    for name in ("东厂", "孤园", "孤独", "154"):
        assert name not in public
    city = sign_in(market.regulator)
    page = _page(city, "/symbiosis/network?level=enterprises")
    drawn = _drawn(page, "network-data")
    assert {"东厂0", "孤独电厂"} <= {mark["name"] for mark in drawn["marks"]}
    assert 'id="measures"' in page and "模块度" in page
    forget()
    assert _drawn(_page(city, "/symbiosis/network?level=enterprises"), "network-data") == drawn
    own = _page(sign_in(market.committee), "/symbiosis/network?level=enterprises")
    assert "西厂0" in own and "东厂" not in own and "孤独" not in own


def test_a_network_without_flows_says_so(client: FlaskClient, market: SimpleNamespace) -> None:
    assert "没有可公开的流向" in _page(client, "/symbiosis/network?waste=none")
    assert client.get("/symbiosis/network?rank=99999&view=x").status_code == 200


def test_paths_run_from_source_over_residue_to_product(
    sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    city = sign_in(market.regulator)
    page = _page(city, "/symbiosis")
    links = {(link["source"], link["target"]): link["tonnes"] for link in _drawn(page, "sankey-data")["links"]}
    assert links["u0:fly_ash_admixture", "w1:gangue"] == 3200
    assert links["w1:gangue", "u1:fired_brick"] == 3200
    assert links["u0:fly_ash_admixture", "p0:graded fly ash"] == pytest.approx(8120 + 3000 - 3200)
    narrowed = _page(city, "/symbiosis?through=u1:fired_brick")
    assert "只显示经过" in narrowed
    assert not any("cement_blend" in link["target"] for link in _drawn(narrowed, "sankey-data")["links"])
    assert _drawn(_page(city, "/symbiosis?through=nothing"), "sankey-data")["links"]


def test_rounds_are_named_by_enterprises_and_wastes(
    client: FlaskClient, sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    public = _page(client, "/symbiosis")
    assert "东园区 → 西园区 → 东园区" in public and "123 吨" not in public
    page = _page(sign_in(market.regulator), "/symbiosis").split('id="cycles"')[1]
    assert "东厂0 → 西厂0 → 东厂0" in page and "煤矸石" in page and "123 吨" in page


def _book(client: FlaskClient, url: str) -> dict[str, list[tuple]]:
    answer = client.get(url)
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    book = load_workbook(BytesIO(answer.data))
    return {page.title: list(page.iter_rows(values_only=True)) for page in book}


def test_the_workbook_holds_what_the_page_shows(
    client: FlaskClient, sign_in: Callable[[User], FlaskClient], market: SimpleNamespace
) -> None:
    public = _book(client, "/symbiosis.xlsx?level=enterprises&from=2027-01")
    assert list(public) == ["流向", "利用", "共生链", "未消纳", "网络指标"]
    cells = [cell for rows in public.values() for row in rows for cell in row if cell is not None]
    assert SECRET in cells and any("来源" in str(cell) for cell in cells)
    assert not {154, 77, 45, 123} & {cell for cell in cells if isinstance(cell, int | float)}
    assert not any(name in str(cell) for cell in cells for name in ("东厂", "孤独"))
    city = _book(sign_in(market.regulator), "/symbiosis.xlsx?level=enterprises")
    rows = {row[:2]: row for row in city["流向"]}
    assert rows["孤独电厂", "孤独砖厂"][3] == 154 and "吨数（t）" in rows["来源", "去向"]
    english = sign_in(market.regulator)
    english.set_cookie("lang", "en")
    assert "Flows" in _book(english, "/symbiosis.xlsx?view=trades")


def test_all_feasible_pairs_are_counted_where_asked_for(client: FlaskClient, market: SimpleNamespace) -> None:
    page = _page(client, "/symbiosis?view=potential")
    assert "pairs=all" in page and 'id="partners"' not in page
    rows = {row[0]: row[1:] for row in _rows(_page(client, "/symbiosis?view=potential&pairs=all"), "partners")[1:]}
    # Eight supplies of ash and five demands that accept it; four of gangue, and three brick works.
    assert rows["粉煤灰(煤粉炉)"] == ["8", "8", "40", "5", "5.0"]
    assert rows["煤矸石"] == ["4", "4", "12", "3", "3.0"]

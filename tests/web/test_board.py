"""The board and the desk: totals that add up, nothing of what is not published, few queries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import ListingStatus
from models.accounts import User
from tests import factories as make
from tests.web.reading import Page

MOST_QUERIES = {"/": 16, "/desk": 26}


@pytest.fixture(scope="module")
def market(app: Flask) -> Iterator[SimpleNamespace]:
    with Session(app.extensions["gongsheng_engine"], expire_on_commit=False) as session:
        plant = make.enterprise(session, name="大路电厂", name_en="Dalu Power", region_id="jungar")
        works = make.enterprise(session, name="水泥厂", name_en="Cement works", region_id="dalad")
        found = SimpleNamespace(
            plant=make.user(session, enterprise_id=plant.id), works=make.user(session, enterprise_id=works.id),
            newcomer=make.user(session),
        )
        for number in range(8):
            supply = make.supply(session, owner=plant, code=f"S-{number}", t_per_month=1000)
            bid = make.bid(session, supply=supply, bidder=works, t_per_month=100 + number)
            if number < 3:
                make.contract(session, bid)
        make.supply(session, owner=plant, code="S-gangue", waste_type_id="gangue", t_per_month="54321.5")
        make.demand(session, owner=works, code="D-both", t_per_month=3000, accepts={"gangue": 1, make.WASTE: 1})
        for status in (ListingStatus.DRAFT, ListingStatus.WITHDRAWN):
            make.supply(session, owner=plant, code=f"S-{status}", status=status, t_per_month=77777)
            make.demand(session, owner=works, code=f"D-{status}", status=status, t_per_month=77777)
        session.commit()
        yield found


pytestmark = pytest.mark.usefixtures("market")


def read(client: FlaskClient, address: str) -> Page:
    answer = client.get(address)
    assert answer.status_code == 200
    page = Page(answer)
    assert page.faults() == []
    return page


def exact(page: Page) -> list[str]:
    """The exact tonnes behind the figures of the board, in their order."""
    return [one.attrs["title"].split()[0] for one in page.main.all("p", class_="figure") for one in one.all("span")]


def test_the_figures_add_up(client: FlaskClient) -> None:
    client.set_cookie("lang", "en")
    page = read(client, "/")
    assert exact(page)[:2] == ["62,321.5", "3,000"]
    assert exact(page)[-1] == "3,636"
    assert "9 supplies" in page.text and "1 demand" in page.text and "3 contracts" in page.text


def test_by_waste_type_and_by_banner(client: FlaskClient) -> None:
    client.set_cookie("lang", "en")
    by_waste, by_region = read(client, "/").main.all("table", class_="balance")
    lines = [[cell.text for cell in row.children if not isinstance(cell, str)] for row in by_waste.all("tr")[1:]]
    assert [line[1] for line in lines] == ["54.3 kt", "8,000 t"]
    assert [line[3] for line in lines] == ["3,000 t", "3,000 t"]
    links = [link.attrs["href"] for link in by_waste.all("a")]
    assert "/supplies?waste=gangue" in links
    assert {row.all("th")[0].text for row in by_region.all("tr")[1:]} == {"Jungar Banner", "Dalad Banner"}


def test_a_link_of_the_table_finds_as_many(client: FlaskClient) -> None:
    found = client.get("/supplies?waste=gangue", follow_redirects=True).text
    assert 'data-listing="supply-S-gangue"' in found and 'data-listing="supply-S-0"' not in found


def test_only_what_is_published(client: FlaskClient) -> None:
    page = read(client, "/")
    for hidden in ("S-draft", "S-withdrawn", "D-draft", "77,777"):
        assert hidden not in client.get("/").text
    newest = [link.text for link in page.main.all("a", class_="listing-row")]
    assert len(newest) == 7


def test_the_map_holds_every_published_listing(client: FlaskClient) -> None:
    [script] = [one for one in read(client, "/").main.all("script") if one.attrs.get("id") == "board-points"]
    points = json.loads("".join(child for child in script.children if isinstance(child, str)))["points"]
    assert len(points) == 10
    assert sum(Decimal(str(point["tonnes"])) for point in points if point["kind"] == "supply") == Decimal("62321.5")


class TestDesk:
    def test_what_waits(self, sign_in: Callable[[User], FlaskClient], market: SimpleNamespace) -> None:
        page = read(sign_in(market.plant), "/desk")
        waiting = page.main.all("section")[1]
        assert len(waiting.all("tr")) - 1 == 5
        assert "水泥厂" in waiting.text
        assert "S-draft" in page.text and "D-both" not in page.text

    def test_the_bidders_side(self, sign_in: Callable[[User], FlaskClient], market: SimpleNamespace) -> None:
        page = read(sign_in(market.works), "/desk")
        assert "大路电厂" in page.text and "D-draft" in page.text and "S-draft" not in page.text

    def test_somebody_new(self, sign_in: Callable[[User], FlaskClient], market: SimpleNamespace) -> None:
        page = read(sign_in(market.newcomer), "/desk")
        assert "大路电厂" not in page.text

    def test_who_has_none(self, client: FlaskClient) -> None:
        answer = client.get("/desk")
        assert (answer.status_code, answer.location) == (302, "/sign-in?next=/desk")


@pytest.mark.parametrize("address", list(MOST_QUERIES))
def test_few_queries(
    app: Flask, sign_in: Callable[[User], FlaskClient], market: SimpleNamespace, address: str
) -> None:
    client, seen = sign_in(market.plant), []

    def count(*arguments: object) -> None:
        seen.append(arguments[2])

    event.listen(app.extensions["gongsheng_engine"], "before_cursor_execute", count)
    try:
        read(client, address)
    finally:
        event.remove(app.extensions["gongsheng_engine"], "before_cursor_execute", count)
    assert len(seen) <= MOST_QUERIES[address], "\n".join(map(str, seen))

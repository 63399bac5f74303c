"""The register of stockpiles: who sees and changes what, public totals, bad input, and the workbook."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from marketplace.months import SHANGHAI
from marketplace.stockpiles.rules import Heap, state_possible, totals
from models import Event, Park, Role, Stockpile, utc_now
from tests import factories as make
from tests.web.bidding import Person, Trade
from tests.web.reading import Page

TODAY = utc_now().astimezone(SHANGHAI).date()


@pytest.fixture
def park(trade: Trade) -> Park:
    return make.park(trade.session, region_id="uxin")


def committee(trade: Trade, park: Park, **more: Any) -> Person:
    return trade.browser(make.user(trade.session, role=Role.COMMITTEE, park_id=park.id, **more))


def regulator(trade: Trade, region: str | None = None) -> Person:
    return trade.browser(make.user(trade.session, role=Role.REGULATOR, region_id=region))


def heap(trade: Trade, **values: Any) -> Stockpile:
    row = make.stockpile(trade.session, **values)
    trade.session.commit()
    return row


def filled(person: Person, path: str, **fields: str) -> dict[str, str]:
    sent = {
        "name": "北区排矸场", "waste_type_id": "gangue", "tonnes": "12,000.5", "quality": "stated",
        "storage_class": "I", "remediation": "under_way", "deadline": "2030-06-30", "responsible": "某矿",
        "source": "巡查记录", **fields,
    }
    return {**person.get(path).form(), **sent}


def send(person: Person, path: str, **fields: str) -> Page:
    return Page(person.client.post(path, data=filled(person, path, **fields), follow_redirects=True))


def row_named(trade: Trade, name: str) -> Stockpile:
    return trade._read(select(Stockpile).where(Stockpile.name == name).order_by(Stockpile.id.desc()))[0]


def events(trade: Trade, row: Stockpile) -> list[Event]:
    return list(trade._read(
        select(Event).where(Event.subject_type == "stockpile", Event.subject_id == str(row.id)).order_by(Event.id)
    ))


def test_a_committee_enters_and_changes_a_stockpile(trade: Trade, park: Park) -> None:
    person = committee(trade, park)
    assert person.get("/stockpiles/new").faults() == []
    page = send(person, "/stockpiles/new")
    assert page.faults() == [] and page.h1 == "北区排矸场" and "1.2 万吨" in page.text and "I 类" in page.text
    row = row_named(trade, "北区排矸场")
    assert (row.park_id, row.region_id, row.tonnes) == (park.id, "uxin", D("12000.5"))
    assert row.deadline == date(2030, 6, 30) and row.created_by == person.user.id
    edit = f"/stockpiles/{row.id}/edit"
    assert person.get(edit).faults() == []
    page = send(person, edit, remediation="done", responsible="", tonnes="9000")
    assert page.faults() == [] and "已完成" in page.text and "整治状态：进行中 → 已完成" in page.text
    made, changed = events(trade, row)
    assert made.kind == "stockpile.created" and set(changed.data["changed"]) == {"remediation", "responsible", "tonnes"}
    send(person, edit, remediation="verified")
    assert row_named(trade, "北区排矸场").remediation == "verified"


def test_a_form_sent_twice_makes_one(trade: Trade, park: Park) -> None:
    person = committee(trade, park)
    form = filled(person, "/stockpiles/new", name="只登记一次")
    answers = [person.client.post("/stockpiles/new", data=form) for _ in range(2)]
    assert {one.status_code for one in answers} == {302} and len({one.headers["Location"] for one in answers}) == 1
    assert len(trade._read(select(Stockpile).where(Stockpile.name == "只登记一次"))) == 1


def test_who_was_slower_is_told(trade: Trade, park: Park) -> None:
    row = heap(trade, park_id=park.id, region_id="uxin")
    one, other = committee(trade, park), regulator(trade)
    edit = f"/stockpiles/{row.id}/edit"
    late = filled(other, edit, name="后到")
    assert send(one, edit, name="先到").h1 == "先到"
    assert other.client.post(edit, data=late).status_code == 409
    trade.session.refresh(row)
    assert row.name == "先到"


@pytest.mark.parametrize(("field", "wrong"), [
    ("name", "  "), ("name", "长" * 161), ("waste_type_id", "moon_dust"), ("tonnes", "-1"), ("tonnes", "NaN"),
    ("tonnes", "1e99"), ("tonnes", "1.0001"), ("quality", "sure"), ("storage_class", "III"),
    ("remediation", "verified"), ("remediation", "soon"), ("deadline", "tomorrow"), ("deadline", "1999-01-01"),
    ("deadline", "2026-02-30"), ("source", ""), ("lat", "91"), ("lon", "181"), ("park_id", "999999"),
    ("site_id", "999999"), ("note", "长" * 2001),
])
def test_bad_input_is_told_beside_its_field(trade: Trade, park: Park, field: str, wrong: str) -> None:
    person = committee(trade, park)
    page = send(person, "/stockpiles/new", name="不会有的", **{field: wrong}) if field != "name" else send(
        person, "/stockpiles/new", name=wrong
    )
    expected = {field} | ({"lon"} if field == "lat" else set())
    assert field in page.errors() and set(page.errors()) <= expected, page.errors()
    assert page.faults() == []
    assert not trade._read(select(Stockpile).where(Stockpile.name == "不会有的"))


def test_a_place_is_needed(trade: Trade) -> None:
    city = regulator(trade)
    nowhere = send(city, "/stockpiles/new", park_id="")
    assert set(nowhere.errors()) == {"region_id"}
    without = send(city, "/stockpiles/new", park_id="", region_id="uxin")
    assert "坐标" in without.errors()["region_id"]
    half = send(city, "/stockpiles/new", park_id="", region_id="uxin", lat="38.6")
    assert "lon" in half.errors()
    whole = send(city, "/stockpiles/new", name="旗区堆场", park_id="", region_id="uxin", lat="38.6", lon="108.84")
    assert whole.errors() == {} and row_named(trade, "旗区堆场").region_id == "uxin"


def test_a_site_says_where_the_stockpile_counts(trade: Trade, park: Park) -> None:
    owner = make.enterprise(trade.session, park_id=park.id, region_id="uxin")
    trade.session.commit()
    send(committee(trade, park), "/stockpiles/new", name="厂内堆场", site_id=str(owner.sites[0].id))
    row = row_named(trade, "厂内堆场")
    assert (row.enterprise_id, row.park_id, row.region_id) == (owner.id, park.id, "uxin")


def test_who_sees_and_changes_what(trade: Trade, park: Park) -> None:
    row = heap(trade, park_id=park.id, region_id="uxin", name="他人不见")
    own, city, local = committee(trade, park), regulator(trade), regulator(trade, "uxin")
    admin = trade.browser(make.user(trade.session, role=Role.ADMIN))
    for reader in (own, city, local, admin):
        assert reader.get(f"/stockpiles/{row.id}").faults() == []
        page = reader.get("/stockpiles")
        assert page.faults() == [] and "他人不见" in page.text
    for writer in (own, city, local):
        assert writer.get(f"/stockpiles/{row.id}/edit").faults() == []
    admin.get(f"/stockpiles/{row.id}/edit", status=403)
    stranger, elsewhere = committee(trade, make.park(trade.session, region_id="uxin")), regulator(trade, "dalad")
    for other in (stranger, elsewhere, trade.person()):
        other.get(f"/stockpiles/{row.id}", status=403)
        other.get(f"/stockpiles/{row.id}/edit", status=403)
        assert "他人不见" not in other.get("/stockpiles").text
        assert "他人不见" not in str(sheets(other.client.get("/stockpiles.xlsx").data))
    trade.person().get("/stockpiles/new", status=403)
    anybody = trade.app.test_client()
    assert Page(anybody.get("/stockpiles")).faults() == []
    assert anybody.get(f"/stockpiles/{row.id}").status_code == 302
    city.get("/stockpiles/999999", status=404)


def test_nobody_moves_a_stockpile_out_of_their_reach(trade: Trade, park: Park) -> None:
    other = make.park(trade.session, region_id="dalad")
    row = heap(trade, park_id=park.id, region_id="uxin")
    person = committee(trade, park)
    assert set(send(person, f"/stockpiles/{row.id}/edit", park_id=str(other.id)).errors()) == {"park_id"}
    local = regulator(trade, "uxin")
    assert set(send(local, "/stockpiles/new", park_id=str(other.id)).errors()) == {"park_id"}


def test_overdue_ones_wait_on_the_committees_page(trade: Trade, park: Park) -> None:
    person = committee(trade, park)
    assert "逾期" not in person.get("/my-park").text
    heap(trade, park_id=park.id, region_id="uxin", deadline=TODAY - timedelta(days=3), name="晚了")
    heap(trade, park_id=park.id, region_id="uxin", deadline=TODAY, name="今天到期")
    heap(trade, park_id=park.id, region_id="uxin", deadline=TODAY - timedelta(days=3), remediation="done", name="旧堆")
    page = person.get("/my-park")
    assert "1 个堆场的整治已逾期" in page.text and page.faults() == []
    late = person.get("/stockpiles?overdue=1")
    assert "晚了" in late.text and "已逾期 3 天" in late.text
    assert "今天到期" not in late.text and "旧堆" not in late.text
    kinds = {point["name"]: point["kind"] for point in map_points(person.get("/stockpiles"))}
    assert kinds == {"晚了": "overdue", "今天到期": "stockpile", "旧堆": "stockpile"}
    # The park's page for everybody else says nothing of it.
    assert "逾期" not in Page(trade.app.test_client().get(f"/parks/{park.code}")).text


def map_points(page: Page) -> list[dict[str, Any]]:
    import json

    script = page.all("script", id="map-data")[0]
    return json.loads("".join(part for part in script.children if isinstance(part, str)))["points"]


def test_the_register_is_sifted(trade: Trade, park: Park) -> None:
    heap(trade, park_id=park.id, region_id="uxin", name="灰场")
    heap(trade, park_id=park.id, region_id="uxin", name="矸场", waste_type_id="gangue", remediation="under_way")
    person = committee(trade, park)
    for query, shown, hidden in (
        ("waste=gangue", "矸场", "灰场"), ("state=not_begun", "灰场", "矸场"), (f"park={park.code}", "矸场", "无"),
    ):
        page = person.get(f"/stockpiles?{query}")
        listed = page.all("table", class_="table-stockpiles")[0].text
        assert shown in listed and hidden not in listed and page.faults() == []
    nothing = person.get("/stockpiles?waste=x&park=y&state=z&region=q&overdue=1")
    assert "没有符合条件的堆场" in nothing.text and nothing.faults() == []


def test_totals_by_hand() -> None:
    """Three owners are shown; two are hidden, and with them the smallest that would give them away."""
    heaps = [Heap("ash", D(10), f"owner {n}") for n in range(3)] + [Heap("gangue", D(5), f"mine {n}") for n in (1, 2)]
    lines, whole = totals(heaps)
    assert {line.waste: line.hidden for line in lines} == {"ash": True, "gangue": True} and whole.tonnes == 40
    lines, whole = totals([*heaps, *(Heap("slag", D(1), f"works {n}") for n in range(3))])
    assert {line.waste: line.tonnes for line in lines} == {"ash": 30, "gangue": None, "slag": None}
    assert whole.tonnes == 43 and whole.count == 8
    # Nameless owners are one, and a heap without a figure is counted and not weighed.
    nameless = [Heap("ash", D(10), "")] * 2
    lines, whole = totals([*nameless, Heap("ash", None, "a"), Heap("ash", D(1), "b")])
    assert (whole.tonnes, whole.count, whole.unknown) == (21, 4, 1)
    assert totals(nameless)[1].hidden
    # What the reader sees anyway protects nobody else, and is itself no secret.
    known = [Heap("ash", D(7), "me", known=True)]
    assert totals(known)[1].tonnes == 7
    assert totals([*known, Heap("ash", D(1), "you"), Heap("ash", D(1), "she")])[1].hidden


def test_states_follow_each_other() -> None:
    assert state_possible(None, "done") == [] and state_possible("done", "verified") == []
    for before, after in ((None, "verified"), ("not_begun", "verified"), ("under_way", "verified")):
        assert [one.code for one in state_possible(before, after)] == ["stockpile:not_done_yet"]
    assert state_possible("verified", "under_way") == []


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book = load_workbook(BytesIO(data))
    return {page.title: [[cell.value for cell in row] for row in page.iter_rows()] for page in book}


def test_the_workbook(trade: Trade, park: Park) -> None:
    heap(trade, park_id=park.id, region_id="uxin", name="=1+1", tonnes=D("1234.567"), quality="estimate")
    heap(trade, park_id=park.id, region_id="uxin", name="不知多少", tonnes=None)
    answer = committee(trade, park).client.get("/stockpiles.xlsx")
    found = sheets(answer.data)
    listed = found["堆场"]
    head = next(row for row in listed if row[0] == "堆场" and row[1])
    rows = {row[0]: dict(zip(head, row, strict=True)) for row in listed[listed.index(head) + 1:]}
    assert rows["=1+1"]["吨数（吨）"] == 1234.567 and rows["=1+1"]["状态"] == "估算"
    assert rows["不知多少"]["吨数（吨）"] == "无记录" and rows["不知多少"]["来源"] == "台账"
    assert "分固废种类合计" in found and any(row[:2] == ["单位", "吨（t）"] for row in listed)
    cell = next(
        one for row in load_workbook(BytesIO(answer.data))["堆场"].iter_rows() for one in row if one.value == 1234.567
    )
    assert "约" in cell.number_format


def test_public_pages_read_in_english(trade: Trade, park: Park) -> None:
    heap(trade, park_id=park.id, region_id="uxin", deadline=TODAY - timedelta(days=1))
    page = committee(trade, park, locale="en").get("/stockpiles")
    assert page.faults() == [] and page.h1 == "Stockpiles" and "1 day overdue" in page.text

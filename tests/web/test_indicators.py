"""The pages of indicators as each role sees them, what the regulator enters, and the workbooks."""

from __future__ import annotations

from decimal import Decimal as D
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from marketplace.indicators.queries import place_by_key
from marketplace.indicators.report import forecast_of, sight_of
from marketplace.security.actor import ADMIN, Actor
from models import Event, Park, Role, ScorecardWeight, ValueAdded
from tests import factories as make
from tests.indicators.ledgers import GANGUE, deal_between, producer_of, works
from tests.web.bidding import Person, Trade
from tests.web.reading import Page

YEAR = "?year=2027"


@pytest.fixture
def park(trade: Trade) -> Park:
    """A park of one ash producer, who also hands over to a taker elsewhere, and one mine."""
    park = make.park(trade.session, region_id="hanggin")
    deal = deal_between(trade.session, park)
    one, mine = producer_of(deal), works(trade.session, park)
    one.made(1000)
    one.used(100)
    one.buried(50)
    deal.received(30, D("29.9"))
    mine.made(100, GANGUE)
    mine.used(60, GANGUE)
    trade.session.commit()
    return park


def committee(trade: Trade, park: Park) -> Person:
    return trade.browser(make.user(trade.session, role=Role.COMMITTEE, park_id=park.id))


def regulator(trade: Trade, region: str | None = None, **more: Any) -> Person:
    return trade.browser(make.user(trade.session, role=Role.REGULATOR, region_id=region, **more))


def address(park: Park, rest: str = "") -> str:
    return f"/indicators/park/{park.code}{rest}"


def cells(page: Page, table: str) -> list[list[str]]:
    """The rows of a table as one reads them."""
    found = page.all("table", class_=f"table-{table}")[0]
    return [[cell.text for cell in (*row.all("th"), *row.all("td"))] for row in found.all("tr")[1:]]


def test_a_committee_reads_its_park_in_full(trade: Trade, park: Park) -> None:
    person = committee(trade, park)
    page = person.get(address(park, YEAR))
    assert page.faults() == []
    # 189.9 of 1,100; of the gangue 60 of 100; 820 stored and 50 disposed of, and 40 t of gangue.
    month = cells(page, "months")[0]
    assert month[1:6] == ["1,100 吨", "189.9 吨", "17.3 %", "60 %", "910 吨"]
    assert month[6:] == ["160 吨", "29.9 吨", "860 吨", "50 吨", "860 吨"]
    assert cells(page, "months")[1][1:] == ["无记录", *[""] * 9]
    wastes = {row[0]: row[1:] for row in cells(page, "wastes")}
    assert wastes["煤矸石"][:3] == ["100 吨", "60 吨", "60 %"]
    person.get(address(park, "/records" + YEAR))
    assert person.get("/indicators" + YEAR).faults() == []


def test_both_targets_of_2025_stand_beside_each_other(trade: Trade, park: Park) -> None:
    page = committee(trade, park).get(address(park, YEAR))
    rates = [row for row in cells(page, "targets") if row[0] == "一般工业固体废物综合利用率"]
    assert [row[2:6] for row in rates] == [
        ["基准值", "2020", "37.45 %", "鄂府办发〔2022〕176号"], ["目标值", "2025", "57 %", "鄂府办发〔2022〕176号"],
        ["目标值", "2025", "≥80 %", "鄂府发〔2022〕144号"],
    ]
    assert [row[6] for row in rates] == ["−20.2 个百分点", "−39.7 个百分点", "−62.7 个百分点"]
    assert "57 %" in page.text and "≥80 %" in page.text and "不作取舍" in trade.person().get("/indicators").text


def test_ejin_horo_is_measured_by_its_own_targets(trade: Trade) -> None:
    own = make.park(trade.session, region_id="ejin-horo")
    page = committee(trade, own).get(address(own, YEAR))
    rates = [row for row in cells(page, "targets") if row[0] == "一般工业固体废物综合利用率"]
    assert {row[5] for row in rates} == {"伊政办发〔2023〕31号"}
    assert ["目标值", "2025", "60 %"] in [row[2:5] for row in rates]
    assert "伊金霍洛旗" in page.text


def test_who_may_read_what(trade: Trade, park: Park) -> None:
    records = address(park, "/records?period=2027&what=used")
    for reader in (committee(trade, park), regulator(trade), regulator(trade, "hanggin"), admin(trade)):
        assert reader.get(records).faults() == []
        assert "189.9 吨" in reader.get(address(park, YEAR)).text
    stranger = committee(trade, make.park(trade.session, region_id="hanggin"))
    for reader in (stranger, regulator(trade, "dalad"), trade.person()):
        reader.get(records, status=403)
        reader.get(address(park, "/records.xlsx"), status=403)
        page = reader.get(address(park, YEAR))
        assert page.faults() == [] and "189.9" not in page.text and "17.3" not in page.text and "不公开" in page.text
        assert not page.all("table", class_="table-months")
        for excel in (address(park, ".xlsx" + YEAR), "/indicators.xlsx" + YEAR):
            assert "189.9" not in every_text(reader.client.get(excel).data)
    assert trade.app.test_client().get(records).status_code == 302


def admin(trade: Trade) -> Person:
    return trade.browser(make.user(trade.session, role=Role.ADMIN))


def test_a_total_of_three_is_public_and_one_of_two_is_not(trade: Trade) -> None:
    big, small = (make.park(trade.session, region_id="guyang") for _ in range(2))
    for where, count in ((big, 3), (small, 2)):
        for _nth in range(count):
            works(trade.session, where).made(1000)
    for _nth in range(3):
        works(trade.session, region_id="guyang").made(500)
        works(trade.session, region_id="kundulun").made(1)
    public = Page(trade.app.test_client().get("/indicators" + YEAR))
    rows = {row[0]: row[2:] for row in cells(public, "places")}
    assert rows[small.name][0] == "不公开"
    shown = [name for name in (big.name, "固阳县") if rows[name][0] != "不公开"]
    # The park of two is the banner less the other park and what lies outside: one of them must be missing.
    assert len(shown) < 2 and public.faults() == []
    assert rows["包头市"][0] == "6,503 吨"
    # The committee of the park of two knows its own tonnes; the others are still three.
    mine = {row[0]: row[2:] for row in cells(committee(trade, small).get("/indicators" + YEAR), "places")}
    assert (mine[small.name][0], mine[big.name][0], mine["固阳县"][0]) == ("2,000 吨", "3,000 吨", "6,500 吨")


@pytest.mark.parametrize(("what", "total", "rows"), [
    ("used", "189.9", 3), ("produced", "1,100", 2), ("kept", "910", 7), ("gangue", "60", 1), ("disposed", "50", 1),
    ("within", "160", 2),
])
def test_every_figure_leads_to_its_records(trade: Trade, park: Park, what: str, total: str, rows: int) -> None:
    page = committee(trade, park).get(address(park, f"/records?period=2027&what={what}"))
    assert page.faults() == [] and f"合计：{total} 吨" in page.text
    assert len(cells(page, "records")) == rows


def test_records_are_sifted(trade: Trade, park: Park) -> None:
    person = committee(trade, park)
    assert len(cells(person.get(address(park, f"/records?period=2027-01&waste={GANGUE}&what=used")), "records")) == 1
    for nonsense in ("?period=x&what=y&waste=z", "?period=2027-13", "?period=9999", "?what='--"):
        assert person.get(address(park, "/records" + nonsense)).faults() == []
    sent = person.get(address(park, "/records?period=2027&what=weighed"))
    assert sent.faults() == [] and "出厂、进厂" in sent.text
    assert "没有已发布的供给" in person.get(address(park, "/records?period=2027&what=assayed")).text or cells(
        person.get(address(park, "/records?period=2027&what=assayed")), "records"
    )


def test_the_scorecard_and_its_weights(trade: Trade, park: Park) -> None:
    city = regulator(trade)
    page = committee(trade, park).get(address(park, YEAR))
    assert "官方评分办法本平台并不掌握" in page.text
    before = {row[0]: row[1:] for row in cells(page, "scorecard")}
    assert before["一般工业固体废物综合利用率"][:4] == ["189.9 吨", "1,100 吨", "17.3 %", "1"]
    assert before["两端均过磅的运单"][:3] == ["1", "1", "100 %"]
    assert before["完成整治的堆场"][2] == "无记录"
    form = city.get("/indicators/weights").form()
    answer = city.client.post("/indicators/weights", data={
        **dict.fromkeys(form, "0"), "csrf_token": form["csrf_token"], "use_rate": "3", "both_weighings": "1",
    })
    assert answer.status_code == 302
    after = committee(trade, park).get(address(park, YEAR))
    rows = {row[0]: row[1:] for row in cells(after, "scorecard")}
    # 3 × 17.26 % and 1 × 100 % of 4.
    assert rows["一般工业固体废物综合利用率"][4:] == ["75 %", "12.9"] and rows["两端均过磅的运单"][4:] == ["25 %", "25"]
    assert "37.9 分" in after.text
    event = trade._read(select(Event).where(Event.kind == "scorecard.weighted").order_by(Event.id.desc()))[0]
    assert D(event.data["after"]["use_rate"]) == 3
    for row in trade.session.scalars(select(ScorecardWeight)):
        row.weight = D(1)
    trade.session.commit()


def test_weights_that_cannot_be(trade: Trade, park: Park) -> None:
    city = regulator(trade)
    form = city.get("/indicators/weights").form()
    nothing = Page(city.client.post("/indicators/weights", data={
        **dict.fromkeys(form, "0"), "csrf_token": form["csrf_token"],
    }))
    assert "至少有一项指标的权重须大于 0" in nothing.text and nothing.faults() == []
    for wrong in ("-1", "1001", "NaN", "", "1e9", "1.001"):
        page = Page(city.client.post("/indicators/weights", data={**form, "use_rate": wrong}))
        assert set(page.errors()) == {"use_rate"}, wrong
    for other in (committee(trade, park), trade.person(), admin(trade)):
        other.get("/indicators/weights", status=403)
    local = regulator(trade, "dalad")
    assert local.client.post("/indicators/weights", data=local.get("/indicators/weights").form()).status_code == 403


def enter(person: Person, **fields: str) -> Page:
    form = person.get("/indicators/value-added").form()
    sent = {"year": "2026", "part": "", "amount": "100", "quality": "stated", "source_note": "统计公报", **fields}
    return Page(person.client.post("/indicators/value-added", data={**form, **sent}, follow_redirects=True))


def test_value_added_and_intensity(trade: Trade, park: Park) -> None:
    """1,100 t in January 2027 over 550 is 2 t per 10,000 yuan."""
    city = regulator(trade, "hanggin")
    trade.session.add(ValueAdded(park_id=park.id, period="2027-01", amount=550, quality="stated", source_note="公报"))
    trade.session.add(ValueAdded(park_id=park.id, period="2027", amount=9000, quality="estimate", source_note="估计"))
    trade.session.commit()
    page = city.get(address(park, YEAR))
    rows = {row[0]: row[1:] for row in cells(page, "intensity")}
    assert rows["2027 年 1 月"][:3] == ["550", "1,100 吨", "2"]
    assert rows["2027 年"][2] == "12 个月中 1 个月有产生量记录" and rows["2027 年"][0] == "约 9,000"
    target = next(row for row in cells(page, "targets") if row[0] == "一般工业固体废物产生强度" and row[2] == "目标值")
    assert (target[1], target[4], target[6]) == ("2", "<6.00 吨/万元", "−4 吨/万元")


def test_the_form_of_value_added(trade: Trade, park: Park) -> None:
    city = regulator(trade)
    page = enter(city, place=f"park/{park.code}", amount="1,234.5", part="Q1")
    assert page.faults() == [] and "1,234.5" in page.text and "2026 年第 1 季度" in page.text
    enter(city, place=f"park/{park.code}", amount="1300", part="Q1")
    row = trade._read(select(ValueAdded).where(ValueAdded.park_id == park.id, ValueAdded.period == "2026-Q1"))[0]
    assert row.amount == 1300 and row.entered_by == city.user.id
    event = trade._read(select(Event).where(Event.kind == "value_added.entered").order_by(Event.id.desc()))[0]
    assert D(event.data["before"]["amount"]) == D("1234.5") and event.data["place"] == f"park/{park.code}"
    for field, wrong in (
        ("amount", "0"), ("amount", "-5"), ("amount", "viel"), ("amount", ""), ("amount", "1e99"), ("year", "1999"),
        ("year", "next"), ("year", ""), ("part", "Q7"), ("quality", "sure"), ("source_note", "  "),
        ("place", "park/none"), ("year", "2099"),
    ):
        refused = enter(city, **{"place": f"park/{park.code}", field: wrong})
        assert set(refused.errors()) == {field}, (field, wrong)
        assert refused.faults() == []
    assert "尚未开始" in enter(city, place=f"park/{park.code}", year="2099").errors()["year"]


def test_who_may_enter_value_added(trade: Trade, park: Park) -> None:
    for other in (committee(trade, park), trade.person(), admin(trade)):
        other.get("/indicators/value-added", status=403)
        assert other.client.get("/indicators/value-added.xlsx").status_code == 403
    make.park(trade.session, region_id="dalad")
    elsewhere = regulator(trade, "dalad")
    assert set(enter(elsewhere, place=f"park/{park.code}").errors()) == {"place"}
    assert set(enter(elsewhere, place="city/ordos").errors()) == {"place"}
    assert enter(elsewhere, place="region/dalad").errors() == {}
    assert enter(regulator(trade), place="city/ordos", part="02").errors() == {}


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book = load_workbook(BytesIO(data))
    return {page.title: [[cell.value for cell in row] for row in page.iter_rows()] for page in book}


def every_text(data: bytes) -> str:
    return str(sheets(data))


def test_the_workbook_holds_exact_figures_units_and_states(trade: Trade, park: Park) -> None:
    person = committee(trade, park)
    answer = person.client.get(address(park, ".xlsx" + YEAR))
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")
    found = sheets(answer.data)
    assert set(found) >= {
        "2027 年分月", "与目标对照", "2027 年分固废种类", "2027 年全年预测", "2027 年评分表", "2027 年产生强度",
    }
    months = found["2027 年分月"]
    assert any(row[0] == "单位" and "吨" in str(row[1]) for row in months if row[0])
    head = next(row for row in months if row[0] == "月份")
    first = next(row for row in months if row[0] == "2027 年 1 月")
    told = dict(zip(head, first, strict=True))
    assert (told["产生（吨）"], told["综合利用量（吨）"], told["状态"]) == (1100, 189.9, "已记录")
    assert told["综合利用率"] == pytest.approx(189.9 / 1100)
    assert next(row for row in months if row[0] == "2027 年 2 月")[-1] == "无记录"
    targets = found["与目标对照"]
    assert {"鄂府办发〔2022〕176号", "鄂府发〔2022〕144号"} <= {cell for row in targets for cell in row}
    records = sheets(person.client.get(address(park, "/records.xlsx?period=2027&what=used")).data)
    rows = next(iter(records.values()))
    assert sum(row[7] for row in rows if isinstance(row[7], int | float)) == pytest.approx(189.9)
    city = regulator(trade)
    assert sheets(city.client.get("/indicators.xlsx" + YEAR).data) and city.client.get(
        "/indicators/value-added.xlsx"
    ).status_code == 200


def test_the_forecast_counts_contracts(trade: Trade, park: Park) -> None:
    """70.1 t and 29.9 t of January are sent; 70 of January and 100 of each other month are still to come."""
    place = place_by_key(trade.session, "park", park.code)
    assert place is not None
    found = forecast_of(trade.session, sight_of(trade.session, Actor(role=ADMIN), 2027), place, "2027-01")
    assert found is not None and found.contracted == 70 + 11 * 100 and found.on_the_road == 0
    # The supply of the contract offers 1,000 t a month from January on; January's production is recorded.
    assert found.produced_offered == 11 * 1000 and found.produced == 1100 + 11000
    assert found.used == D("189.9") + 1170 and found.not_foreseen == 1
    page = committee(trade, park).get(address(park, YEAR))
    assert "约" in page.text and page.all("table", class_="table-forecast")


@pytest.mark.parametrize("wrong", [
    "/indicators/park/none", "/indicators/moon/x", "/indicators/region/atlantis", "/indicators/park/none.xlsx",
    "/indicators/city/ordos'", "/indicators/park/none/records",
])
def test_places_that_are_not_there(trade: Trade, wrong: str) -> None:
    admin(trade).get(wrong, status=404)


@pytest.mark.parametrize("year", ["abc", "0", "-1", "99999", "1e9", ""])
def test_years_that_are_not_there(trade: Trade, year: str) -> None:
    assert admin(trade).get(f"/indicators?year={year}").faults() == []


def test_both_languages(trade: Trade, park: Park) -> None:
    reader = trade.browser(make.user(trade.session, role=Role.COMMITTEE, park_id=park.id, locale="en"))
    page = reader.get(address(park, YEAR))
    assert page.faults() == [] and page.h1.startswith("Indicators of") and "Market's figure" in page.text
    assert "no record" in page.text and "无记录" not in page.text

"""The quarterly report: what its PDF says from a hand-made ledger, who may have it, what it says of missing data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from marketplace.market.failures import work_out_failures
from marketplace.market.kept import forget
from marketplace.market.plan import refresh_plan
from marketplace.reports import routes, rules
from marketplace.reports.contents import Report, Section
from marketplace.reports.pdf import pdf_of
from marketplace.tables import Column, Table, words
from models import MarketSettings, Park, Role
from tests import factories as make
from tests.indicators.ledgers import GANGUE, deal_between, producer_of, works
from tests.transfers.consignments import Deal
from tests.web.bidding import Person, Trade
from tests.web.reading_pdf import pages_of

NOW = datetime(2027, 4, 5, 1, 0, tzinfo=UTC)
QUARTER = "?quarter=2027-Q1"
TARGETS = ("57 %（鄂府办发〔2022〕176号）", "≥80 %（鄂府发〔2022〕144号）")


@pytest.fixture(autouse=True)
def _in_april(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GONGSHENG_ROADS", "/nowhere.npz")
    monkeypatch.setattr(routes, "utc_now", lambda: NOW)
    forget()
    yield
    forget()


@pytest.fixture
def sold(trade: Trade) -> Deal:
    """A park of one ash producer, who also hands over to a taker in another park, and one mine."""
    if trade.session.get(MarketSettings, 1) is None:
        trade.session.add(MarketSettings(
            id=1, first_month="2027-01", months=12, handling_yuan_per_t=6, rate_yuan_per_t_km=0.3, carbon={}
        ))
    park, other = (make.park(trade.session, region_id="hanggin") for _ in range(2))
    deal = deal_between(trade.session, park, other)
    one, mine = producer_of(deal), works(trade.session, park)
    one.made(1000)
    one.used(100)
    one.buried(50)
    deal.received(30, D("29.9"))
    mine.made(100, GANGUE)
    mine.used(60, GANGUE)
    trade.session.commit()
    return deal


def committee(trade: Trade, park: Park) -> Person:
    return trade.browser(make.user(trade.session, role=Role.COMMITTEE, park_id=park.id, display_name="管委会张三"))


def regulator(trade: Trade, region: str | None = None) -> Person:
    return trade.browser(make.user(trade.session, role=Role.REGULATOR, region_id=region))


def report(person: Person, rest: str = "") -> list[str]:
    answer = person.client.get(f"/report.pdf{QUARTER}{rest}")
    assert answer.status_code == 200 and answer.mimetype == "application/pdf", answer.status_code
    return pages_of(answer.data)


def after(text: str, *lines: str) -> bool:
    """Whether ``lines`` stand one after the other, as the cells of a row do."""
    return "\n".join(lines) in text


def test_the_figures_of_a_park(trade: Trade, sold: Deal) -> None:
    park = sold.contract.producer.park
    pages = report(committee(trade, park))
    text = "\n".join(pages)
    assert park.name in pages[0] and "2027 年第 1 季度：2027 年 1 月至2027 年 3 月" in pages[0]
    assert "管委会张三（园区管委会）" in pages[0] and "2027-04-05 09:00" in pages[0]
    # 189.9 of 1,100 t are used; 820 stored and 50 disposed of, and 40 t of gangue.
    assert "17.3 %，依据 2 家企业的记录，3 个月中 1 个月有产生量记录" in text
    assert after(text, "产生", "1,100 吨", "无记录", "1,100 吨")
    assert after(text, "综合利用量", "189.9 吨", "无记录", "189.9 吨")
    assert after(text, "贮存处置量", "910 吨", "无记录", "910 吨") and after(text, "季末库存", "860 吨")
    assert after(text, "煤矸石", "100 吨", "60 吨", "60 %", "40 吨")
    # Both targets of one year, with their documents, and lines in the picture for them.
    for target in TARGETS:
        assert target in text
    assert "文件之间相互矛盾" in text and "B  2025 年目标值：57 %" in text and "C  2025 年目标值：≥80 %" in text
    picture = text.split("逐月综合利用率，与文件所载对照")[1].split("本季度数值")[0]
    assert "\n17.3 %" in picture and after(picture, "2027.2", "无记录") and picture.count("无记录") == 11
    assert "以下月份没有产生量记录：2027 年 2 月、2027 年 3 月" in text and "满分 100 分" in text


def test_flows_are_told_as_weighed_and_agreed(trade: Trade, sold: Deal) -> None:
    text = "\n".join(report(committee(trade, sold.contract.producer.park)))
    assert "调入：无记录；调出：30 吨；内部流转：无记录。" in text
    # Weighed out 30 t; contracts hold 100 t in each of the three months.
    assert after(text, "粉煤灰(煤粉炉)", "无记录", "无记录", "30 吨", "300 吨", "无记录", "无记录")
    assert "按过磅" in text and after(text, "调出", "30 吨")
    taker = "\n".join(report(committee(trade, sold.contract.taker.park)))
    assert "调入：30 吨；调出：无记录" in taker


def test_no_firm_of_another_park_is_named(trade: Trade, sold: Deal) -> None:
    """A plan with chains of firms, failures and prices: each committee reads its own firms and the others' parks."""
    producer, taker = sold.contract.producer, sold.contract.taker
    make.demand(trade.session, owner=taker, t_per_month=80, bid_yuan_per_t=50, end_month="2027-12")
    trade.session.commit()
    refresh_plan(trade.session)
    assert work_out_failures(trade.session)
    trade.session.commit()
    forget()
    for own, stranger in ((producer, taker), (taker, producer)):
        text = "\n".join(report(committee(trade, own.park)))
        assert own.name in text and stranger.park.name in text
        assert not re.search(rf"{stranger.name}(?!\d)", text), text
        assert "本地影响最大的单点停产" in text and "每月多" in text
    both = "\n".join(report(regulator(trade), f"&park={producer.park.code}"))
    assert producer.name in both and taker.name in both
    # The plan is an estimate, and marked as one on every figure.
    assert "约 " in both and re.search(r"约 [\d.,]+ 吨\n约", both)


def test_who_may_have_which_report(trade: Trade, sold: Deal) -> None:
    park = sold.contract.producer.park
    for reader in (regulator(trade), regulator(trade, "hanggin"), committee(trade, park),
                   trade.browser(make.user(trade.session, role=Role.ADMIN))):
        assert park.name in report(reader, f"&park={park.code}")[0]
        assert reader.get(f"/report{QUARTER}&place=park/{park.code}").faults() == []
    assert "杭锦旗" in report(regulator(trade, "hanggin"))[0]
    assert "鄂尔多斯市" in report(regulator(trade), "&place=city/ordos")[0]
    stranger = committee(trade, make.park(trade.session, region_id="hanggin"))
    for reader in (stranger, regulator(trade, "dalad"), trade.person()):
        for path in (f"/report{QUARTER}&park={park.code}", f"/report.pdf{QUARTER}&place=park/{park.code}"):
            reader.get(path, status=403)
    regulator(trade).get(f"/report.pdf{QUARTER}&park=nowhere", status=404)
    assert trade.app.test_client().get(f"/report{QUARTER}").status_code == 302


@pytest.mark.parametrize(("typed", "said"), [
    ("2027-Q5", "季度请写成 2027-Q1 的形式"), ("", "季度请写成 2027-Q1 的形式"), ("2027", "“2027”不是季度"),
    ("2027-Q3", "季度 2027-Q3 尚未开始；现在是2027 年 4 月"), ("<b>", "“<b>”不是季度"),
])
def test_a_quarter_that_cannot_be_is_told_in_words(trade: Trade, sold: Deal, typed: str, said: str) -> None:
    person = committee(trade, sold.contract.producer.park)
    for path in ("/report", "/report.pdf"):
        page = person.get(f"{path}?quarter={typed}", status=422)
        assert said in page.text and page.faults() == []


def test_a_place_without_any_record_says_what_is_missing(trade: Trade) -> None:
    person = committee(trade, make.park(trade.session, region_id="hanggin"))
    pages = report(person)
    text = "\n".join(pages)
    assert "综合利用率：无记录" in text and after(text, "产生", "无记录", "无记录", "无记录")
    assert "本季度没有合同使固废调入、调出本地或在本地内部流转：流转无记录。" in text
    assert "本地没有登记的堆场；这不表示没有堆场。" in text and "未知事项" in text
    assert "\n0 吨" not in text
    for target in TARGETS:
        assert target in text
    for number, page in enumerate(pages, start=1):
        assert f"第 {number} 页，共 {len(pages)} 页" in page
    assert person.get("/report").faults() == []
    running = person.get("/report?quarter=2027-Q2")
    assert running.faults() == [] and "本季度尚未结束" in running.text


def test_tables_repeat_their_heads_and_nothing_is_cut_off(trade: Trade) -> None:
    park = make.park(trade.session, region_id="hanggin")
    long = "很长的堆场名称" * 12
    for nth in range(70):
        make.stockpile(
            trade.session, park_id=park.id, region_id="hanggin", name=f"{long}{nth}", deadline=date(2027, 1, 31),
            tonnes=None if nth == 3 else 100, source="登记表第一页",
        )
    trade.session.commit()
    pages = report(committee(trade, park))
    text = "\n".join(pages)
    assert "70 个堆场的整治已逾期" in text and "有 1 处堆场的吨数未知" in text
    for nth in range(70):
        assert f"{long}{nth}\n" in text
    heads = [page for page in pages if after(page, "堆场", "固废种类", "位置", "吨数")]
    assert len(heads) >= 4 and all(long in page for page in heads)


def test_a_row_higher_than_a_page_is_broken(trade: Trade) -> None:
    rows = [[words("甲"), words("字" * 9000)], [words("乙"), words("短")]]
    table = Table("t", "表", [Column("列"), Column("内容")], rows)
    with trade.app.test_request_context():
        pages = pages_of(pdf_of(Report("题", "题", "眉", [("地点", "处")], [Section("s", "节", tables=[table])])))
    assert "".join(pages).count("字") == 9000 and len(pages) >= 3


def test_the_same_report_is_the_same_bytes(trade: Trade, sold: Deal) -> None:
    person = committee(trade, sold.contract.producer.park)
    first, second = (person.client.get(f"/report.pdf{QUARTER}") for _ in range(2))
    assert first.data == second.data and "report-park-" in first.headers["Content-Disposition"]


def test_pages_lead_to_the_report(trade: Trade, sold: Deal) -> None:
    park = sold.contract.producer.park
    person = committee(trade, park)
    for path in (f"/parks/{park.code}", f"/indicators/park/{park.code}", "/indicators"):
        assert any(href.startswith("/report") for href in hrefs(person, path)), path
    assert not any(href.startswith("/report") for href in hrefs(trade.person(), f"/parks/{park.code}"))
    page = person.get("/report")
    # The newest quarter that is over is what the next meeting is about.
    assert "2027 年第 1 季度" in page.text
    assert any(href.startswith("/report.pdf?quarter=2027-Q1") for href in hrefs(person, "/report"))


def hrefs(person: Person, path: str) -> list[str]:
    return [one.attrs.get("href", "") for one in person.get(path).all("a")]


def test_quarters() -> None:
    assert rules.quarter_of("2027-03") == "2027-Q1" and rules.quarter_of("2027-04") == "2027-Q2"
    assert rules.last_whole("2027-01") == "2026-Q4" and rules.last_whole("2027-12") == "2027-Q3"
    assert rules.first_asked("2026-11", "2027-04") == "2027-Q1" == rules.first_asked(None, "2027-04")
    assert rules.first_asked("2027-04", "2027-04") == "2027-Q2"
    assert rules.quarters("2026-11", "2027-04") == ["2027-Q2", "2027-Q1", "2026-Q4"]
    assert rules.quarters("2027-04", "2027-04") == ["2027-Q2", "2027-Q1"]
    assert rules.twelve_months_to("2027-03")[0] == "2026-04" and len(rules.twelve_months_to("2027-03")) == 12

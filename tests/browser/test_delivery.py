"""From a bid to accounted tonnes, two people at their own screens: haggling, contract, both gates, both ledgers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.walk import Walk

pytestmark = pytest.mark.browser
SUPPLY = "S062-huineng-bottom-ash"


@pytest.fixture
def recycler(browser: Browser, market: str) -> Iterator[Walk]:
    """The other side, on a phone: deliveries are weighed in at a gate."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    walking = Walk(context, market)
    walking.sign_in("recycler")
    yield walking
    context.close()
    assert walking.faults == []


@pytest.fixture
def producer(walk: Walk) -> Walk:
    walk.sign_in("producer")
    return walk


def weigh(walk: Walk, slip_no: str, gross: str, tare: str) -> None:
    """Fill in the short screen of the gate and keep the slip."""
    walk.page.fill("[name=vehicle]", "蒙K12345")
    walk.page.check("[name=unit][value=kg]")
    walk.page.fill("[name=gross]", gross)
    walk.page.fill("[name=tare]", tare)
    walk.page.fill("[name=slip_no]", slip_no)
    walk.press("保存磅单")


def test_a_bid_is_haggled_over_confirmed_delivered_and_accounted(
    producer: Walk, recycler: Walk, request: pytest.FixtureRequest
) -> None:
    recycler.open(f"/supplies/{SUPPLY}/bids/new")
    recycler.page.fill("[name=t_per_month]", "120")
    recycler.page.fill("[name=price_yuan_per_t]", "-3")
    recycler.press("提交报价")

    producer.open(f"/supplies/{SUPPLY}/bids")
    producer.press("还价")
    producer.page.fill("[name=price_yuan_per_t]", "-2")
    producer.press("发出还价")

    recycler.open("/bids")
    recycler.press("答复还价")
    recycler.press("接受这些条件")
    contract = re.search(r"HT\d{8}-\d+", newest_contract(recycler))
    assert contract is not None

    for walk in (recycler, producer):
        walk.open(f"/contracts/{contract[0]}")
        walk.press("确认合同")
    assert producer.has("履行中")
    pdf = producer.page.request.get(f"{producer.address}/contracts/{contract[0]}/document.pdf")
    assert pdf.status == 200 and pdf.body().startswith(b"%PDF-")
    producer.open(f"/contracts/{contract[0]}/document")

    producer.open(f"/contracts/{contract[0]}")
    producer.press("安排车次")
    producer.page.fill("[name=planned_t]", "33")
    producer.page.fill("[name=vehicle]", "蒙K12345")
    producer.press("确定安排")
    transfer = producer.page.url.rsplit("/", 1)[-1]

    producer.open("/gate")
    producer.page.locator(f"a[href*='{transfer}']").first.click()
    producer.look()
    number = request.node.callspec.id
    weigh(producer, f"OUT-{number}", "48620", "15380")
    assert producer.has("33.24")

    recycler.open("/gate")
    recycler.page.locator(f"a[href*='{transfer}']").first.click()
    recycler.look()
    weigh(recycler, f"IN-{number}", "48600", "15380")
    recycler.open(f"/transfers/{transfer}")
    recycler.press("确认收货")
    assert recycler.has("33.22")

    for walk in (producer, recycler):
        walk.open(f"/contracts/{contract[0]}")
        assert walk.has("33.2")
        walk.open("/ledger")
        walk.open("/desk")
        walk.open("/inbox")


def newest_contract(walk: Walk) -> str:
    """The code of the newest contract on the list."""
    walk.open("/contracts")
    codes = walk.page.locator("main a[href^='/contracts/HT']").evaluate_all("links => links.map((a) => a.pathname)")
    return max(codes, key=lambda path: int(path.rsplit("-", 1)[1]))


def test_a_change_by_consent_and_an_early_end(producer: Walk, recycler: Walk) -> None:
    recycler.open(f"/supplies/{SUPPLY}/bids/new")
    recycler.page.fill("[name=t_per_month]", "110")
    recycler.page.fill("[name=price_yuan_per_t]", "-3")
    recycler.press("提交报价")
    producer.open(f"/supplies/{SUPPLY}/bids")
    producer.press("接受")
    contract = newest_contract(recycler)
    for walk in (recycler, producer):
        walk.open(contract)
        walk.press("确认合同")
    producer.press("提出变更")
    producer.refusals_expected = True
    producer.press("提出变更", within="form.form")
    assert producer.page.locator(".error").count() >= 1
    producer.refusals_expected = False
    producer.page.fill("[name=reason]", "停炉检修")
    producer.page.locator("[name^=month_]").first.fill("40")
    producer.press("提出变更", within="form.form")
    recycler.open(contract)
    recycler.press("同意", within="#changes")
    assert recycler.has("已同意")
    producer.open(contract)
    producer.page.get_by_text("提前终止合同").click()
    producer.page.fill("[name=end-reason]", "改造停产")
    producer.press("终止合同")
    assert producer.has("提前终止") and producer.has("改造停产")

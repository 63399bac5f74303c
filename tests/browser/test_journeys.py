"""One journey per role, at a desk and on a phone, in a real browser on a real server."""

from __future__ import annotations

import re

import pytest

from tests.browser.walk import Walk

pytestmark = pytest.mark.browser


def test_a_visitor_finds_ash_and_who_takes_it(walk: Walk) -> None:
    walk.open("/")
    assert walk.has("最新供给")
    walk.page.wait_for_selector("[data-market-map] canvas")
    walk.open("/supplies?q=电石")
    assert walk.has("电石渣")
    walk.open("/supplies?q=这种固废没有")
    walk.open("/demands")
    walk.open("/supplies/SX01-dalu-power-fly-ash-pc")
    assert walk.has("最佳伙伴") and walk.has("差一点的伙伴") and walk.has("GB/T 1596-2017")
    walk.press("全部理由")
    assert walk.has("逐条规则")
    walk.open("/symbiosis")
    walk.page.wait_for_selector("[data-market-map] canvas")
    assert walk.has("煤矸石")
    # What needs an account leads to the sign-in and back.
    walk.open("/desk")
    assert "/sign-in?next=" in walk.page.url


def test_a_visitor_reads_english(walk: Walk) -> None:
    walk.page.goto(f"{walk.address}/language/en?next=/")
    walk.look()
    assert walk.page.evaluate("document.documentElement.lang") == "en"
    assert walk.has("Newest supplies")
    for path in ("/supplies", "/demands", "/symbiosis", "/supplies/SX01-dalu-power-fly-ash-pc"):
        walk.open(path)
        chinese = re.findall(r"[\u4e00-\u9fff]+", walk.page.locator("h1").inner_text())
        assert not chinese, f"{path}: {chinese}"


def test_a_producer_posts_and_answers_a_bid(walk: Walk) -> None:
    walk.sign_in("producer")
    assert walk.page.url.endswith("/desk")
    walk.press("发布供给")
    walk.page.select_option("[name=waste_type_id]", "gasif_slag_coarse")
    site = walk.page.locator("[name=site] option").first.get_attribute("value")
    walk.page.select_option("[name=site]", site)
    walk.press("保存并继续")
    walk.refusals_expected = True
    walk.page.fill("[name=t_per_month]", "-5")
    walk.press("保存并继续")
    assert walk.page.input_value("[name=t_per_month]") == "-5", "what was typed is kept"
    assert walk.page.locator(".error").count() >= 1
    walk.refusals_expected = False
    walk.page.fill("[name=t_per_month]", "１，２００")
    walk.press("保存并继续")
    for _step in range(4):
        if walk.page.get_by_role("button", name="发布", exact=True).count():
            break
        walk.press("保存并继续")
    walk.press("发布")
    code = walk.page.url.split("/supplies/", 1)[1].split("/")[0]
    assert walk.has("1,200")
    walk.open("/desk")
    assert walk.has(code)
    walk.press("比较并答复")
    walk.press("接受")
    assert walk.has("已接受")
    walk.open("/inbox")


def test_a_recycler_bids_and_withdraws(walk: Walk) -> None:
    walk.sign_in("recycler")
    walk.open("/demands")
    walk.open("/supplies/SX01-dalu-power-fly-ash-pc")
    walk.open("/supplies/SX01-dalu-power-fly-ash-pc/bids/new")
    walk.refusals_expected = True
    walk.page.fill("[name=t_per_month]", "九百万")
    walk.page.fill("[name=price_yuan_per_t]", "-20")
    walk.press("提交报价")
    assert walk.page.input_value("[name=t_per_month]") == "九百万"
    walk.page.fill("[name=t_per_month]", "99999999")
    walk.press("提交报价")
    assert walk.page.locator(".error").count() >= 1
    walk.refusals_expected = False
    walk.page.fill("[name=t_per_month]", "150")
    walk.press("提交报价")
    assert walk.page.url.endswith("/bids") and walk.has("待答复")
    walk.press("撤回")
    assert walk.has("已撤回")
    walk.open("/account")


def test_a_committee_sees_its_park(walk: Walk) -> None:
    walk.sign_in("park")
    assert walk.page.url.endswith("/my-park") and walk.has("大路")
    walk.page.wait_for_selector("[data-market-map] canvas")
    walk.open("/symbiosis")
    walk.open("/symbiosis?network=trades")


def test_a_regulator_sees_the_flows_of_enterprises(walk: Walk) -> None:
    walk.sign_in("city")
    walk.open("/symbiosis")
    assert walk.page.get_by_label("显示层级").count() or walk.has("企业")
    walk.open("/supplies")


def test_an_administrator_checks_an_enterprise_and_adds_an_account(walk: Walk) -> None:
    walk.sign_in("admin")
    walk.open("/admin/enterprises")
    walk.press("记为已核实")
    assert walk.has("已核实")
    walk.open("/admin/accounts")
    walk.press("新增账号")
    walk.refusals_expected = True
    walk.press("新增", within="form.form")
    assert walk.page.locator(".error").count() >= 2
    walk.open("/admin")


def test_the_first_key_reaches_the_content(walk: Walk) -> None:
    walk.open("/")
    walk.page.keyboard.press("Tab")
    assert walk.page.evaluate("document.activeElement.className") == "skip"
    walk.page.keyboard.press("Enter")
    assert walk.page.evaluate("document.activeElement.id") == "content"

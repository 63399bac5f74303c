"""The symbiosis in pictures: network, the way from source to product, months by keyboard, pictures to keep."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser

from tests.browser.walk import Walk

pytestmark = pytest.mark.browser
PNG = b"\x89PNG\r\n\x1a\n"


def keep(walk: Walk, kind: str, near: str, folder: Path) -> bytes:
    """Save the picture beside ``near`` and give back its bytes."""
    button = walk.page.locator(f"{near} ~ .picture-export [data-export={kind}]").first
    button.scroll_into_view_if_needed()
    with walk.page.expect_download() as waiting:
        button.click()
    saved = waiting.value
    assert re.fullmatch(rf"symbiosis-[a-z]+-[a-z]+-\d{{4}}-\d\d-\d\d\.{kind}", saved.suggested_filename)
    path = folder / saved.suggested_filename
    saved.save_as(path)
    if kind == "svg":
        ElementTree.parse(path)
    return path.read_bytes()


def test_the_city_follows_flows_through_every_picture(walk: Walk, tmp_path: Path) -> None:
    walk.sign_in("city")
    walk.open("/symbiosis")
    walk.page.wait_for_selector(".map-frame canvas")
    _move_through_months(walk)
    assert keep(walk, "png", ".map-frame", tmp_path).startswith(PNG)
    svg = keep(walk, "svg", ".map-frame", tmp_path).decode()
    assert svg.startswith("<svg") and "大路" in svg and "煤矸石" in svg and "OpenStreetMap" in svg

    walk.page.locator("#walk").scroll_into_view_if_needed()
    walk.page.wait_for_selector("[data-sankey] canvas")
    assert "<path" in keep(walk, "svg", "[data-sankey]", tmp_path).decode()
    walk.page.locator("#walk summary").click()
    with walk.page.expect_navigation():
        walk.page.locator("#walk td a", has_text="次生").first.click()
    walk.look()
    assert walk.has("只显示经过") and "through=" in walk.page.url

    walk.open("/symbiosis?compare=trades")
    walk.page.wait_for_selector(".map-frame canvas")
    assert walk.has("▲ 多")

    walk.open("/symbiosis/network?level=enterprises")
    walk.page.wait_for_selector("[data-network] canvas")
    assert walk.has("群组") and walk.has("模块度")
    assert keep(walk, "png", "[data-network]", tmp_path).startswith(PNG)
    assert keep(walk, "svg", "[data-network]", tmp_path).decode().count("<path") > 20
    walk.press("后面的节点")
    assert "rank=39" in walk.page.url


def _move_through_months(walk: Walk) -> None:
    slider = walk.page.get_by_label("地图月份")
    slider.wait_for(state="visible")
    slider.focus()
    said = walk.page.locator("[data-map-months] output")
    assert said.inner_text() == "全部月份"
    walk.page.keyboard.press("ArrowRight")
    first = said.inner_text()
    assert re.match(r"20\d\d 年 \d+ 月：\d+ 条流向", first)
    walk.page.keyboard.press("ArrowRight")
    assert said.inner_text() != first
    assert slider.get_attribute("aria-valuetext") in said.inner_text()
    walk.page.keyboard.press("Home")
    assert said.inner_text() == "全部月份"


def test_a_click_on_a_mark_and_on_a_link_leads_to_its_facts(walk: Walk) -> None:
    walk.sign_in("city")
    walk.open("/symbiosis/network")
    walk.page.wait_for_selector("[data-network] canvas")
    box = walk.page.locator("[data-network]")
    box.scroll_into_view_if_needed()
    at = walk.page.evaluate(
        """async () => {
          const { getInstanceByDom } = await import('/static/vendor/echarts/echarts.esm.min.js');
          const chart = getInstanceByDom(document.querySelector('[data-network]'));
          const data = chart.getModel().getSeriesByIndex(0).getData();
          for (let i = 0; i < data.count(); i += 1) {
            const item = data.getRawDataItem(i);
            const { url } = item.market;
            if (url && url.startsWith('/parks/')) return [...data.getItemLayout(i), url];
          }
        }"""
    )
    corner = walk.page.evaluate(
        """() => { const b = document.querySelector('[data-network]').getBoundingClientRect(); return [b.x, b.y]; }"""
    )
    with walk.page.expect_navigation():
        walk.page.mouse.click(corner[0] + at[0], corner[1] + at[1])
    assert walk.page.url.endswith(at[2])


def test_paths_and_comparison_work_before_scripts_arrive(browser: Browser, market: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{market}/symbiosis")
    page.get_by_role("link", name="实际").last.click()
    assert "compare=trades" in page.url and page.locator("#totals td").count() > 0
    page.goto(f"{market}/symbiosis/network")
    assert page.locator("#links tbody tr").count() > 0 and page.locator("#measures tbody tr").count() > 0
    context.close()

"""A committee's meeting prepared in a browser: a what-if, one more beside it, a place for a plant, the report."""

from __future__ import annotations

import pytest

from tests.browser.walk import Walk

pytestmark = pytest.mark.browser


def ask(walk: Walk, title: str, percent: str) -> None:
    """A what-if about freight, from its question to its answer."""
    walk.open("/what-ifs")
    walk.page.fill("#title", title)
    walk.press("下一步：选择变化")
    walk.page.get_by_role("link", name="运价涨跌").click()
    walk.page.fill("#percent", percent)
    walk.press("添加并测算")
    walk.look()


def test_the_city_asks_decides_and_reads(walk: Walk) -> None:
    walk.sign_in("city")
    ask(walk, "运费涨两成", "20")
    assert walk.has("公路运价 +20 %") and walk.has("谁受损") and walk.has("改道的货流")
    walk.page.wait_for_selector(".map-frame canvas")
    ask(walk, "运费降一成", "-10")
    walk.open("/what-ifs")
    for title in ("运费涨两成", "运费降一成"):
        walk.page.get_by_label(f"对比 {title}").first.check()
    walk.press("并列对比")
    assert walk.has("公路运价 −10 %") and walk.has("公路运价 +20 %")

    walk.open("/siting")
    walk.page.fill("#title", "下一座厂建在哪里")
    walk.press("下一步：添加候选厂")
    walk.page.get_by_role("link", name="添加候选厂").click()
    walk.page.fill("#name", "大路候选厂")
    walk.page.select_option("#pattern", index=10)
    walk.page.fill("#t_per_month", "50000")
    walk.page.fill("#open_cost_yuan", "1")
    walk.page.select_option("#park", index=3)
    walk.page.locator("form.card").first.get_by_role("button").click()
    walk.press("选出最优")
    walk.look()
    assert walk.has("建厂数") and walk.has("大路候选厂")

    for address, words in (
        ("/symbiosis/prices", "多一吨值多少"), ("/symbiosis/failures", "单点停产"), ("/indicators", "综合利用率"),
        ("/stockpiles", "堆场"), ("/report", "季度报告"), ("/methods", "方法与因子"),
    ):
        walk.open(address)
        assert walk.has(words), address

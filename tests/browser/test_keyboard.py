"""Without a mouse: whatever has the focus is on the screen and is seen to have it; without scripts: pages work."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.walk import Walk

pytestmark = pytest.mark.browser

STEPS = 30
# Where the focus is, whether one sees the thing and a ring around it, and whether something lies over it.
FOCUS = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), look = getComputedStyle(one);
  const ring = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0;
  const within = one.closest('label, .check, .field');
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  return {
    body: one === document.body, name: (one.innerText || one.name || one.id || one.tagName).trim().slice(0, 40),
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    ring: ring || look.boxShadow !== 'none',
    covered: !!top && top !== one && !one.contains(top) && !top.contains(one) && !(within && within.contains(top)),
  };
}"""


@pytest.mark.parametrize("path", ["/", "/supplies", "/sign-in"])
def test_the_focus_is_always_seen(walk: Walk, path: str) -> None:
    walk.open(path)
    for step in range(STEPS):
        walk.page.keyboard.press("Tab")
        found = walk.page.evaluate(FOCUS)
        if found["body"]:
            break
        where = f"{path}, step {step + 1}: {found['name']!r}"
        assert found["seen"], f"{where} has the focus and is not on the screen"
        assert found["ring"], f"{where} has the focus and does not show it"
        assert not found["covered"], f"{where} has the focus and something lies over it"


def test_pages_work_before_scripts_arrive(browser: Browser, market: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{market}/supplies")
    page.fill("main input[name=q]", "粉煤灰")
    page.locator("main form").filter(has=page.locator("input[name=q]")).locator("button[type=submit]").first.click()
    assert "q=" in page.url
    assert page.locator("[data-listing]").count() > 0
    page.locator("[data-listing]").first.click()
    assert page.locator("h1").count() == 1
    context.close()

"""Walking through pages in a real browser, with an eye on everything a page must not do."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from marketplace.demo.accounts import DEMO_SIGN_INS

PO = Path(__file__).resolve().parents[2] / "marketplace/translations/zh/LC_MESSAGES/messages.po"
# What a page says of itself: structure, labels, width, and every visible text node.
LOOK = """() => {
  const seen = (node) => node.getClientRects().length > 0;
  const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (parent && !parent.closest('script, style, template') && node.textContent.trim())
      texts.push(node.textContent.trim().replace(/\\s+/g, ' '));
  }
  const fields = [...document.querySelectorAll('input, select, textarea')].filter(
    (field) => field.type !== 'hidden' && field.type !== 'submit');
  return {
    h1: document.querySelectorAll('h1').length,
    twice: ids.filter((id, at) => ids.indexOf(id) !== at),
    unlabelled: fields.filter((f) => !f.labels?.length && !f.getAttribute('aria-label') &&
      !f.getAttribute('aria-labelledby')).map((f) => f.name),
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    lang: document.documentElement.lang, texts,
    inline: document.querySelectorAll(
      'main [style]:not(:is(.map, .sankey, .network) *):not(canvas):not(.map, .sankey, .network)').length,
    main: seen(document.querySelector('main')),
  };
}"""


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Every English message that differs from its Chinese, long enough not to be a symbol."""
    with PO.open("rb") as handle:
        catalogue = read_po(handle, locale="zh")
    ids = (message.id if isinstance(message.id, str) else message.id[0] for message in catalogue if message.id)
    return frozenset(text for text in ids if re.search(r"[A-Za-z]{3}", text) and "%(" not in text)


class Walk:
    """One person in one browser context; ``faults`` gathers what went wrong on any page."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address, self.faults = address, list[str]()
        self.page: Page = context.new_page()
        self.page.set_default_timeout(20_000)
        # Chromium reports every answer from 400 up as a console error; a refused form is meant to be one.
        self.refusals_expected = False
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("requestfailed", lambda request: self._failed(request.url, request.failure))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if self.refusals_expected and "status of 4" in message.text:
            return
        self.faults.append(f"console on {self.page.url}: {message.text}")

    def _failed(self, url: str, failure: str | None) -> None:
        # A page left while its map is still being fetched aborts that fetch; nothing is broken by it.
        if failure != "net::ERR_ABORTED":
            self.faults.append(f"request: {url} {failure}")

    def sign_in(self, who: str) -> None:
        """Sign in as ``producer``, ``recycler``, ``park``, ``city`` or ``admin``, through the page."""
        account = next(one for one in DEMO_SIGN_INS if one.email.startswith(who))
        self.open("/sign-in")
        self.page.fill("#email", account.email)
        self.page.fill("#password", account.password)
        self.press("登录", within="form.form")

    def open(self, path: str) -> None:
        answer = self.page.goto(self.address + path)
        assert answer is not None and answer.status == 200, f"{path}: {answer and answer.status}"
        self.look()

    def press(self, name: str, *, within: str = "main") -> None:
        """Press the first button or link of that name and look at the page that comes."""
        area = self.page.locator(within).first
        button = area.get_by_role("button", name=name).or_(area.get_by_role("link", name=name)).first
        with self.page.expect_navigation():
            button.click()
        self.look()

    def look(self) -> None:
        """Everything that must hold on every page."""
        self.page.wait_for_load_state("load")
        seen, where = self.page.evaluate(LOOK), self.page.url.removeprefix(self.address)
        if seen["h1"] != 1:
            self.faults.append(f"{where}: {seen['h1']} h1")
        if seen["twice"]:
            self.faults.append(f"{where}: ids twice {seen['twice']}")
        if seen["unlabelled"]:
            self.faults.append(f"{where}: no label {seen['unlabelled']}")
        if seen["wide"] > 0:
            self.faults.append(f"{where}: {seen['wide']} px too wide")
        if seen["inline"]:
            self.faults.append(f"{where}: {seen['inline']} inline styles")
        self._words(where, seen["lang"], seen["texts"])

    def _words(self, where: str, lang: str, texts: list[str]) -> None:
        for text in texts:
            if re.search(r"%\([a-z_]+\)[a-z]|\{\{|\bNone\b|\bnan\b", text):
                self.faults.append(f"{where}: raw text {text[:60]!r}")
            elif lang == "zh-CN" and text in english_words() and not text.startswith(("GB", "pH", "English")):
                self.faults.append(f"{where}: not translated {text[:60]!r}")

    def has(self, text: str) -> bool:
        return text in self.page.locator("main").inner_text()

"""Every feature and its URL table, in the order of DESIGN's folders."""

from __future__ import annotations

from marketplace.accounts.routes import URLS as accounts
from marketplace.pages.routes import URLS as pages
from marketplace.urls import Url

FEATURES: dict[str, list[Url]] = {
    "accounts": accounts,
    "pages": pages,
}

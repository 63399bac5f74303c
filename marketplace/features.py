"""Every feature and its URL table."""

from __future__ import annotations

from marketplace.accounts.routes import URLS as accounts
from marketplace.alerts.routes import URLS as alerts
from marketplace.listings.routes import URLS as listings
from marketplace.pages.routes import URLS as pages
from marketplace.tenders.routes import URLS as tenders
from marketplace.urls import Url

FEATURES: dict[str, list[Url]] = {
    "accounts": accounts,
    "alerts": alerts,
    "listings": listings,
    "pages": pages,
    "tenders": tenders,
}

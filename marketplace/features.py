"""Every feature and its URL table."""

from __future__ import annotations

from importlib import import_module

from marketplace.accounts.routes import URLS as accounts
from marketplace.admin.routes import URLS as admin
from marketplace.alerts.routes import URLS as alerts
from marketplace.api.v1.routes import URLS as api_v1
from marketplace.contracts.routes import URLS as contracts
from marketplace.effects.routes import URLS as effects
from marketplace.indicators.routes import URLS as indicators
from marketplace.keys.routes import URLS as keys
from marketplace.ledger.routes import URLS as ledger
from marketplace.listings.routes import URLS as listings
from marketplace.matches.routes import URLS as matches
from marketplace.organisations.routes import URLS as organisations
from marketplace.outlook.routes import URLS as outlook
from marketplace.pages.routes import URLS as pages
from marketplace.parks.routes import URLS as parks
from marketplace.reports.routes import URLS as reports
from marketplace.siting.routes import URLS as siting
from marketplace.stockpiles.routes import URLS as stockpiles
from marketplace.symbiosis.routes import URLS as symbiosis
from marketplace.tenders.routes import URLS as tenders
from marketplace.transfers.routes import URLS as transfers
from marketplace.urls import Url
from marketplace.what_ifs.routes import URLS as what_ifs

# Words of notices, of features whose own modules need not import them.
for _feature in ("alerts", "tenders", "contracts", "transfers"):
    import_module(f"marketplace.{_feature}.presenters_notices")

FEATURES: dict[str, list[Url]] = {
    "accounts": accounts,
    "admin": admin,
    "alerts": alerts,
    "api_v1": api_v1,
    "contracts": contracts,
    "effects": effects,
    "indicators": indicators,
    "keys": keys,
    "ledger": ledger,
    "listings": listings,
    "matches": matches,
    "organisations": organisations,
    "outlook": outlook,
    "pages": pages,
    "parks": parks,
    "reports": reports,
    "stockpiles": stockpiles,
    "siting": siting,
    "symbiosis": symbiosis,
    "tenders": tenders,
    "transfers": transfers,
    "what_ifs": what_ifs,
}

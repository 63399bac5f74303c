"""Words of the notices that the worker sends by itself: partners found, deadlines near."""

from __future__ import annotations

from flask import url_for
from flask_babel import lazy_gettext as _l

from marketplace.alerts.words import Told, contract_page, declare_notice, tender_page, transfer_page


def _listing_page(told: Told) -> str:
    endpoint = "listings.supply" if told.data.get("listing") == "supply" else "listings.demand"
    return url_for(endpoint, code=told.data.get("listing_code", ""))


declare_notice(
    "match.found",
    words=_l("New on the market and a good fit for your %(partner_code)s: %(listing_code)s, score %(score)s."),
    url=_listing_page,
)
declare_notice(
    "tender.deadline_near", words=_l("The tender on %(listing_code)s closes at %(deadline)s."), url=tender_page
)
declare_notice(
    "contract.deadline_near",
    words=_l("Contract %(contract)s with %(other)s waits for your confirmation until %(deadline)s."),
    url=contract_page,
)
declare_notice(
    "transfer.deadline_near", words=_l("Consignment %(transfer)s is to be accepted or disputed by %(deadline)s."),
    url=transfer_page,
)
declare_notice(
    "dispute.deadline_near",
    words=_l("The dispute over consignment %(transfer)s is open until %(deadline)s; after that the in-weight counts."),
    url=transfer_page,
)

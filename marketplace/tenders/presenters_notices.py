"""Notices about bids in words."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from marketplace.alerts.words import Told, declare_notice, tender_page


def bids_page(told: Told) -> str:
    """All bids on the listing for its owner, one's own bids for everybody else."""
    code, kind = told.data.get("listing_code"), told.data.get("listing")
    if not code:
        return url_for("alerts.inbox")
    if told.mine("owner"):
        return url_for("tenders.bids_on_supply" if kind == "supply" else "tenders.bids_on_demand", code=code)
    return url_for("tenders.my_bids")


def _values(told: Told) -> dict[str, str]:
    return {
        "code": told["listing_code"], "bidder": told["bidder"], "tonnes": told["t_per_month"],
        "price": told["price_yuan_per_t"],
    }


def _placed(told: Told) -> str:
    return _("%(bidder)s bids %(tonnes)s t/month at %(price)s yuan/t on %(code)s.", **_values(told))


def _withdrawn(told: Told) -> str:
    return _("%(bidder)s has withdrawn its bid on %(code)s.", **_values(told))


def _declined(told: Told) -> str:
    if told.mine("bidder"):
        return _("Your bid of %(tonnes)s t/month on %(code)s was declined.", **_values(told))
    return _("The bid of %(bidder)s on %(code)s was declined.", **_values(told))


def _accepted(told: Told) -> str:
    values = _values(told)
    if told.mine("bidder"):
        return _("Your bid of %(tonnes)s t/month at %(price)s yuan/t on %(code)s was accepted.", **values)
    if told.mine("owner"):
        return _("The bid of %(bidder)s on %(code)s was accepted: %(tonnes)s t/month are promised.", **values)
    # Another bidder learns that tonnes are gone, not to whom nor for how much.
    return _("Part of %(code)s has been promised to another bidder; your own bid there is still open.", **values)


def _listing_withdrawn(told: Told) -> str:
    return _(
        "%(code)s was withdrawn by its owner; your open bid there can no longer be accepted.",
        code=told["listing_code"],
    )


def _countered(told: Told) -> str:
    values = {"tonnes": told["t_per_month"], "price": told["price_yuan_per_t"], "code": told["listing_code"]}
    if told.mine("owner"):
        return _("%(bidder)s answers with %(tonnes)s t/month at %(price)s yuan/t on %(code)s.",
                 bidder=told["bidder"], **values)
    return _("The owner of %(code)s answers your bid with %(tonnes)s t/month at %(price)s yuan/t.", **values)


def _outbid(told: Told) -> str:
    values = {"code": told["listing_code"], "kept": told["kept_t"]}
    return _("Better bids came in the tender on %(code)s: %(kept)s t/month would be left for yours.", **values)


def _closed(told: Told) -> str:
    bids = int(told.data.get("bids", 0))
    if not bids:
        return _("The tender on %(code)s is closed: nobody has bid.", code=told["listing_code"])
    return ngettext(
        "The tender on %(code)s is closed: %(num)s bid waits for your award.",
        "The tender on %(code)s is closed: %(num)s bids wait for your award.", bids, code=told["listing_code"],
    )


def _awarded(told: Told) -> str:
    values = {"code": told["listing_code"], "tonnes": told["awarded_t"]}
    if told.data.get("contract"):
        return _("The tender on %(code)s is awarded: %(tonnes)s t/month to you. The contract waits to be confirmed.",
                 **values)
    return _("The tender on %(code)s is decided: your bid was not chosen.", code=values["code"])


declare_notice("bid.placed", words=_placed, url=bids_page)
declare_notice("bid.withdrawn", words=_withdrawn, url=bids_page)
declare_notice("bid.declined", words=_declined, url=bids_page)
declare_notice("bid.accepted", words=_accepted, url=bids_page)
declare_notice("supply.withdrawn", words=_listing_withdrawn, url=bids_page)
declare_notice("demand.withdrawn", words=_listing_withdrawn, url=bids_page)
declare_notice("bid.countered", words=_countered, url=bids_page)
declare_notice("bid.outbid", words=_outbid, url=tender_page)
declare_notice("tender.opened", words=_l("%(owner)s invites you to bid on %(listing_code)s until %(deadline)s."),
               url=tender_page)
declare_notice("tender.question", words=_l("A question is asked in your tender on %(listing_code)s."), url=tender_page)
declare_notice("tender.answered", words=_l("A question in the tender on %(listing_code)s is answered."),
               url=tender_page)
declare_notice("tender.extended", words=_l("A late bid moved the deadline of the tender on %(listing_code)s to"
                                           " %(deadline)s."), url=tender_page)
declare_notice("tender.closed", words=_closed, url=tender_page)
declare_notice("tender.cancelled", words=_l("The tender on %(listing_code)s is called off: %(reason)s"),
               url=tender_page)
declare_notice("tender.awarded", words=_awarded, url=tender_page)

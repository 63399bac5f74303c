"""Notices in words: one sentence each, in the reader's language, with a link to what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for
from flask_babel import gettext as _

from marketplace.formatting import moment, number, yuan
from marketplace.listings.presenters import listing_title
from marketplace.security.actor import Actor
from models.listings import Listing
from models.notices import Notice


@dataclass(frozen=True, slots=True)
class NoticeView:
    id: int
    unread: bool
    when: str
    text: str
    url: str


def notice_views(
    notices: Sequence[Notice], actor: Actor, names: Mapping[int, str], listings: Mapping[str, Listing]
) -> list[NoticeView]:
    """Views of ``notices`` for ``actor``; ``names`` gives the names of the bidding enterprises by id, ``listings``
    what the notices are about by code.
    """
    return [
        NoticeView(
            notice.id, notice.read_at is None, moment(notice.created_at),
            _text(notice, actor, names, listings), notice_url(notice, actor),
        )
        for notice in notices
    ]


def _text(
    notice: Notice, actor: Actor, names: Mapping[int, str], listings: Mapping[str, Listing]
) -> str:
    data = notice.data
    bidder = data.get("bidder")
    values = {
        "code": _listing(data.get("listing_code", ""), listings),
        "bidder": names.get(bidder, "") if isinstance(bidder, int) else "",
        "tonnes": number(Decimal(str(data.get("t_per_month", 0))), 1),
        "price": yuan(Decimal(str(data.get("price_yuan_per_t", 0))), 2),
    }
    mine = bidder == actor.enterprise_id
    if notice.kind == "bid.placed":
        return _("%(bidder)s bids %(tonnes)s t/month at %(price)s yuan/t on %(code)s.", **values)
    if notice.kind == "bid.withdrawn":
        return _("%(bidder)s has withdrawn its bid on %(code)s.", **values)
    if notice.kind == "bid.declined":
        if mine:
            return _("Your bid of %(tonnes)s t/month on %(code)s was declined.", **values)
        return _("The bid of %(bidder)s on %(code)s was declined.", **values)
    if notice.kind == "bid.accepted":
        return _accepted(notice, actor, values, mine=mine)
    if notice.kind in ("supply.withdrawn", "demand.withdrawn"):
        return _(
            "%(code)s was withdrawn by its owner; your open bid there can no longer be accepted.", **values
        )
    return _("Something changed on %(code)s.", **values)


def _listing(code: str, listings: Mapping[str, Listing]) -> str:
    """What a listing is, with its code, since an enterprise may offer the same waste twice."""
    if code not in listings:
        return code
    return _("%(title)s (%(code)s)", title=listing_title(listings[code]), code=code)


def _accepted(notice: Notice, actor: Actor, values: Mapping[str, str], *, mine: bool) -> str:
    if mine:
        return _("Your bid of %(tonnes)s t/month at %(price)s yuan/t on %(code)s was accepted.", **values)
    if notice.data.get("owner") == actor.enterprise_id:
        return _("The bid of %(bidder)s on %(code)s was accepted: %(tonnes)s t/month are promised.", **values)
    # Another bidder learns that tonnes are gone, not to whom nor for how much.
    return _("Part of %(code)s has been promised to another bidder; your own bid there is still open.", **values)


def notice_url(notice: Notice, actor: Actor) -> str:
    """Where ``actor`` finds what ``notice`` is about."""
    code, kind = notice.data.get("listing_code"), notice.data.get("listing")
    if not code:
        return url_for("alerts.inbox")
    if notice.data.get("owner") == actor.enterprise_id:
        return url_for("tenders.bids_on_supply" if kind == "supply" else "tenders.bids_on_demand", code=code)
    return url_for("tenders.my_bids")

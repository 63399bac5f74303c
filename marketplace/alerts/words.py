"""The words and the link of every kind of notice: each feature declares its own, and here they are read.

To add a kind of notice: declare the event's keys in ``models/events.py``, pass the event to ``uow.notify``, and in
the feature's ``presenters_notices.py`` call ``declare_notice("transfer.loaded", words=_l("… %(tonnes)s …"),
url=transfer_page)``.  ``words`` is a lazy sentence whose placeholders are keys of the notice's data, or a function
of :class:`Told` where the sentence depends on who reads.  Its topic, by which a person chooses how to be told,
stands in ``marketplace/alerts/topics.py``.  ``marketplace/features.py`` imports the module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from flask import current_app, url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from marketplace import formatting
from marketplace.listings.presenters import listing_title
from marketplace.security.actor import Actor
from models.listings import Listing
from models.notices import Notice

# Under these keys a notice's data holds the id of an enterprise.
ENTERPRISES = ("producer", "taker", "bidder", "owner", "partner_owner", "asker")
_MOMENTS = ("deadline", "confirm_by", "closed_at", "planned_for")


@dataclass(frozen=True, slots=True)
class Told:
    """One notice as its words need it; ``told["price_yuan_per_t"]`` is the value as a person reads it.

    Beside the keys of the data there are ``other``, the other side of a contract as the reader sees it, and ``who``,
    the enterprise on the side that acted.
    """

    kind: str
    data: Mapping[str, Any]
    actor: Actor
    names: Mapping[int, str] = field(default_factory=dict)
    listings: Mapping[str, Listing] = field(default_factory=dict)

    def mine(self, key: str) -> bool:
        """Whether the enterprise under ``key`` is the reader's own."""
        return self.actor.enterprise_id is not None and self.data.get(key) == self.actor.enterprise_id

    def __getitem__(self, key: str) -> str:
        if key == "other":
            return self["taker" if self.mine("producer") else "producer"]
        if key == "who":
            return self[str(self.data.get("side", ""))]
        value = self.data.get(key)
        if value is None or value == "":
            return formatting.MISSING
        if key in ENTERPRISES:
            return self.names.get(value, formatting.MISSING)
        return self._figure(key, value)

    def _figure(self, key: str, value: Any) -> str:
        """A listing with its title, tonnes, money, months and times as they look everywhere; else the value itself."""
        try:
            if key in ("listing_code", "partner_code"):
                return self._listing(str(value))
            if key in ("tonnes", "t_per_month") or key.endswith("_t"):
                return formatting.number(Decimal(str(value)), 3)
            if "yuan" in key:
                return formatting.yuan(Decimal(str(value)), 2)
            if key == "score":
                return formatting.number(float(value), 0)
            if key in _MOMENTS:
                return formatting.moment(datetime.fromisoformat(str(value)))
            return formatting.month(value) if key == "month" else str(value)
        except (ValueError, InvalidOperation):
            return str(value)

    def _listing(self, code: str) -> str:
        """What a listing is, with its code, since an enterprise may offer the same waste twice."""
        if code not in self.listings:
            return code
        return _("%(title)s (%(code)s)", title=listing_title(self.listings[code]), code=code)


Words = LazyString | Callable[[Told], str]
Link = Callable[[Told], str]


@dataclass(frozen=True, slots=True)
class NoticeKind:
    words: Words
    url: Link | None


_KINDS: dict[str, NoticeKind] = {}


def declare_notice(kind: str, *, words: Words, url: Link | None = None) -> None:
    """Say how a kind of notice reads and where it leads; the same kind declared twice is a mistake and raises."""
    if kind in _KINDS:
        raise ValueError(f"notices of kind {kind!r} are declared twice")
    _KINDS[kind] = NoticeKind(words, url)


def declared() -> frozenset[str]:
    """The kinds that have words."""
    return frozenset(_KINDS)


def notice_text(told: Told) -> str:
    """The sentence of a notice; one that nobody declared still says that something happened."""
    kind = _KINDS.get(told.kind)
    if kind is None:
        return _("Something changed that concerns you.")
    return str(kind.words(told) if callable(kind.words) else str(kind.words) % told)


def notice_link(told: Told) -> str:
    """The page a notice leads to, the inbox where it leads nowhere else."""
    kind = _KINDS.get(told.kind)
    return kind.url(told) if kind is not None and kind.url is not None else url_for("alerts.inbox")


def enterprises_in(notices: Iterable[Notice]) -> set[int]:
    """The ids of the enterprises that ``notices`` name."""
    return {
        value for notice in notices for key in ENTERPRISES if isinstance(value := notice.data.get(key), int)
    }


def page(*parts: str) -> str:
    """The address ``/part/part`` where this site has such a page, else the inbox."""
    path = "/" + "/".join(quote(str(part), safe="") for part in parts)
    try:
        current_app.url_map.bind("localhost").match(path)
    except RequestRedirect:
        return path
    except HTTPException:
        return url_for("alerts.inbox")
    return path


def contract_page(told: Told) -> str:
    """The page of the contract a notice is about."""
    return page("contracts", told.data.get("contract", ""))


def transfer_page(told: Told) -> str:
    """The page of the consignment a notice is about."""
    return page("transfers", told.data.get("transfer", ""))


def tender_page(told: Told) -> str:
    """The page of the tender a notice is about."""
    return page("tenders", told.data.get("tender", ""))

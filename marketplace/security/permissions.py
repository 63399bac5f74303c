"""The whole permission policy on one screen.

A route names one permission.  ``roles`` says who may try at all; ``owns`` narrows it, for staff and committees,
to what is theirs.  "Is it still possible?" is another question, and belongs to the rules of each feature.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from marketplace.errors import Forbidden
from marketplace.security.actor import ADMIN, COMMITTEE, REGULATOR, ROLES, STAFF, Actor

PUBLIC = "public"


def _same_enterprise(actor: Actor, subject: Any) -> bool:
    return actor.role == ADMIN or subject.enterprise_id == actor.enterprise_id


def _own_enterprise(actor: Actor, subject: Any) -> bool:
    return actor.role == ADMIN or subject.id == actor.enterprise_id


def _own_bid(actor: Actor, subject: Any) -> bool:
    return subject.bidder_enterprise_id == actor.enterprise_id


def _own_contract(actor: Actor, subject: Any) -> bool:
    return actor.role == ADMIN or actor.enterprise_id in (subject.producer_id, subject.taker_id)


def _own_park(actor: Actor, subject: Any) -> bool:
    if actor.role == COMMITTEE:
        return actor.park_id is not None and subject.id == actor.park_id
    return actor.role == ADMIN or actor.region_id is None or subject.region_id == actor.region_id


def _ledger_in_reach(actor: Actor, subject: Any) -> bool:
    """Of a site: staff read their own, a committee those in its park, a regulator those of its region or all."""
    if actor.role == COMMITTEE:
        inherits = subject.is_main and subject.park_id is None and subject.enterprise.park_id == actor.park_id
        return actor.park_id is not None and (subject.park_id == actor.park_id or inherits)
    if actor.role == REGULATOR and actor.region_id is not None:
        park = subject.park or (subject.enterprise.park if subject.is_main else None)
        return actor.region_id == ((park.region_id if park else None) or subject.enterprise.region_id)
    return actor.role in (REGULATOR, ADMIN) or subject.enterprise_id == actor.enterprise_id


def _in_reach(actor: Actor, subject: Any) -> bool:
    """Of a place or a heap: a committee's is its park, a regulator's its region, or everything without one."""
    if actor.role == COMMITTEE:
        return actor.park_id is not None and subject.park_id == actor.park_id
    return actor.role == ADMIN or actor.region_id is None or subject.region_id == actor.region_id


def _whole_market(actor: Actor, _subject: Any) -> bool:
    return actor.region_id is None


def _own_notice(actor: Actor, subject: Any) -> bool:
    return subject.user_id == actor.user_id


def _by_author(actor: Actor, subject: Any) -> bool:
    return subject.author_id == actor.user_id


def _shared_or_own(actor: Actor, subject: Any) -> bool:
    return subject.shared or subject.author_id == actor.user_id


@dataclass(frozen=True, slots=True)
class Permission:
    roles: tuple[str, ...]
    owns: Callable[[Actor, Any], bool] | None = None


PERMISSIONS: dict[str, Permission] = {
    "account.use": Permission(ROLES),
    "desk.view": Permission((STAFF,)),
    "listing.create": Permission((STAFF,)),
    "listing.edit": Permission((STAFF, ADMIN), _same_enterprise),
    "listing.view_draft": Permission((STAFF, ADMIN), _same_enterprise),
    "enterprise.edit": Permission((STAFF, ADMIN), _own_enterprise),
    "bid.view": Permission((STAFF, ADMIN)),
    "bid.place": Permission((STAFF,)),
    "bid.withdraw": Permission((STAFF,), _own_bid),
    "bid.decide": Permission((STAFF,), _same_enterprise),
    "bid.view_all": Permission((STAFF, ADMIN), _same_enterprise),
    "tender.view": Permission((STAFF, ADMIN)),
    "tender.bid": Permission((STAFF,)),
    "tender.manage": Permission((STAFF,), _same_enterprise),
    "contract.view": Permission((STAFF, ADMIN), _own_contract),
    "contract.confirm": Permission((STAFF,), _own_contract),
    "contract.amend": Permission((STAFF,), _own_contract),
    "contract.end": Permission((STAFF,), _own_contract),
    "ledger.view": Permission(ROLES, _ledger_in_reach),
    "ledger.record": Permission((STAFF,), _same_enterprise),
    "ledger.verify": Permission((ADMIN,)),
    "transfer.list": Permission((STAFF,)),
    "transfer.view": Permission((STAFF, ADMIN), _own_contract),
    "transfer.plan": Permission((STAFF,), _own_contract),
    "transfer.weigh": Permission((STAFF,), _own_contract),
    "transfer.decide": Permission((STAFF,), _own_contract),
    "transfer.settle": Permission((STAFF,), _own_contract),
    "key.manage": Permission((STAFF,), _same_enterprise),
    "inbox.read": Permission(ROLES),
    "inbox.mark": Permission(ROLES, _own_notice),
    "symbiosis.detail": Permission((REGULATOR, ADMIN), _whole_market),
    "place.view_detail": Permission((COMMITTEE, REGULATOR, ADMIN), _in_reach),
    "park.view_detail": Permission((COMMITTEE, REGULATOR, ADMIN), _own_park),
    "indicator.view_detail": Permission((COMMITTEE, REGULATOR, ADMIN), _in_reach),
    "value_added.enter": Permission((REGULATOR,), _in_reach),
    "scorecard.weigh": Permission((REGULATOR,), _whole_market),
    "stockpile.view": Permission((COMMITTEE, REGULATOR, ADMIN), _in_reach),
    "stockpile.edit": Permission((COMMITTEE, REGULATOR), _in_reach),
    "report.view": Permission((COMMITTEE, REGULATOR, ADMIN), _in_reach),
    "outlook.view": Permission((COMMITTEE, REGULATOR, ADMIN)),
    "what_if.make": Permission((COMMITTEE, REGULATOR, ADMIN)),
    "what_if.read": Permission((COMMITTEE, REGULATOR, ADMIN), _shared_or_own),
    "what_if.edit": Permission((COMMITTEE, REGULATOR, ADMIN), _by_author),
    "siting.make": Permission((COMMITTEE, REGULATOR, ADMIN)),
    "siting.read": Permission((COMMITTEE, REGULATOR, ADMIN), _shared_or_own),
    "siting.edit": Permission((COMMITTEE, REGULATOR, ADMIN), _by_author),
    "admin.view": Permission((ADMIN,)),
    "admin.qualify": Permission((ADMIN,)),
    "admin.accounts": Permission((ADMIN,)),
    "admin.queue": Permission((ADMIN,)),
}


def may(actor: Actor, permission: str, subject: Any = None) -> bool:
    """Whether ``actor`` has ``permission``, over ``subject`` where it is given."""
    if permission == PUBLIC:
        return True
    entry = PERMISSIONS[permission]
    if actor.role not in entry.roles:
        return False
    return subject is None or entry.owns is None or entry.owns(actor, subject)


def require(actor: Actor, permission: str, subject: Any = None) -> None:
    """Raise :class:`Forbidden` unless ``actor`` has ``permission`` over ``subject``."""
    if not may(actor, permission, subject):
        raise Forbidden(permission)

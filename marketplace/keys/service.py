"""Keys are made and revoked here; only the digest of one is ever stored."""

from __future__ import annotations

import hashlib
import secrets

from marketplace.errors import NotFound, refuse
from marketplace.keys import queries, rules
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.unit_of_work import UnitOfWork
from models.access import ApiKey

# Tells a key from other secrets that people paste somewhere.
PREFIX = "gsk_"


def digest_of(key: str) -> str:
    """SHA-256 of a key.  A key is 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(key.encode()).hexdigest()


def create_key(*, uow: UnitOfWork, actor: Actor, name: str) -> tuple[ApiKey, str]:
    """A new key of the actor's enterprise that acts as the actor; its text, which is shown once and not stored."""
    require(actor, "key.manage")
    refuse(rules.may_create(len(queries.live_keys(uow.session, actor.enterprise_id))))
    text = PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(
        enterprise_id=actor.enterprise_id, name=name, digest=digest_of(text), created_by=actor.user_id,
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.record(actor.user_id, "key.created", row, enterprise_id=actor.enterprise_id, name=name)
    return row, text


def revoke_key(*, uow: UnitOfWork, actor: Actor, key_id: int) -> ApiKey:
    """Let a key of the actor's enterprise open nothing any more; doing so again changes nothing."""
    row = uow.lock(ApiKey, key_id)
    if row is None:
        raise NotFound(str(key_id))
    require(actor, "key.manage", row)
    if row.revoked_at is None:
        row.revoked_at = uow.now
        uow.record(actor.user_id, "key.revoked", row, enterprise_id=row.enterprise_id, name=row.name)
    return row

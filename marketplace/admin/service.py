"""Checking enterprises and keeping accounts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from marketplace.accounts.queries import user_by_email
from marketplace.errors import NotFound, NotPossible, Refusal
from marketplace.market.changed import market_changed
from marketplace.security.actor import COMMITTEE, REGULATOR, STAFF, Actor
from marketplace.security.passwords import hash_password
from marketplace.security.permissions import require
from marketplace.unit_of_work import UnitOfWork
from models.accounts import User
from models.constraints import refused_by
from models.organisations import Enterprise


@dataclass(frozen=True, slots=True)
class NewAccount:
    email: str
    display_name: str
    role: str
    password: str
    enterprise_id: int | None = None
    park_id: int | None = None
    region_id: str | None = None


def set_qualified(*, uow: UnitOfWork, actor: Actor, enterprise_id: int, qualified: bool) -> Enterprise:
    """Say that an enterprise's permits and capacity have been checked, or no longer hold; matches change with it."""
    require(actor, "admin.qualify")
    enterprise = uow.lock(Enterprise, enterprise_id)
    if enterprise is None:
        raise NotFound(str(enterprise_id))
    if enterprise.qualified != qualified:
        enterprise.qualified = qualified
        uow.record(actor, "enterprise.qualified", enterprise, qualified=qualified)
        market_changed(uow)
    return enterprise


def create_account(*, uow: UnitOfWork, actor: Actor, account: NewAccount) -> User:
    """Add an account; a second one with the same e-mail address is refused."""
    require(actor, "admin.accounts")
    taken = NotPossible([Refusal("account:email_taken", field="email")])
    if user_by_email(uow.session, account.email) is not None:
        raise taken
    user = User(
        email=account.email.strip().lower(), display_name=account.display_name, role=account.role,
        password_hash=hash_password(account.password), session_nonce=secrets.token_hex(16), created_at=uow.now,
        enterprise_id=account.enterprise_id if account.role == STAFF else None,
        park_id=account.park_id if account.role == COMMITTEE else None,
        region_id=account.region_id if account.role == REGULATOR else None,
    )
    uow.session.add(user)
    try:
        uow.session.flush()
    except IntegrityError as error:
        # The guard is the unique constraint; two administrators may add the same person at once.
        if refused_by(error) != "uq_users_email":
            raise
        raise taken from error
    uow.record(actor, "user.created", user, role=account.role)
    return user


def set_active(*, uow: UnitOfWork, actor: Actor, user_id: int, active: bool) -> User:
    """Let an account sign in or not; closing it ends its open sessions at once."""
    require(actor, "admin.accounts")
    user = uow.lock(User, user_id)
    if user is None:
        raise NotFound(str(user_id))
    if user.id == actor.user_id and not active:
        raise NotPossible([Refusal("account:own")])
    if user.active != active:
        user.active, user.session_nonce = active, secrets.token_hex(16)
        if active:
            uow.record(actor, "user.updated", user, changed=["active"])
        else:
            uow.record(actor, "user.deactivated", user)
    return user

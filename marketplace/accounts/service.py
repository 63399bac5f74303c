"""Signing in, and keeping one's own account.

Every attempt to sign in is recorded, and the answer never tells whether the account exists.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from marketplace.accounts import queries, rules
from marketplace.errors import NotFound, NotPossible, Refusal
from marketplace.security.actor import Actor
from marketplace.security.passwords import hash_password, needs_rehash, verify_password
from marketplace.security.permissions import require
from marketplace.unit_of_work import UnitOfWork
from models.accounts import SignInAttempt, User


@dataclass(frozen=True, slots=True)
class SignInOutcome:
    """``user`` where the attempt succeeded, else the reasons."""

    user: User | None
    reasons: list[Refusal]


def sign_in(*, uow: UnitOfWork, email: str, password: str, address: str) -> SignInOutcome:
    """Check one attempt from ``address``; too many failures within the window refuse even the right password."""
    session, since = uow.session, uow.now - rules.WINDOW
    refused = rules.may_try(
        account_failures=queries.failures_since(session, since, email=email),
        address_failures=queries.failures_since(session, since, address=address),
    )
    if refused:
        return SignInOutcome(None, refused)
    user = queries.user_by_email(session, email)
    stored = user.password_hash if user is not None and user.active else None
    passed = verify_password(stored, password)
    session.add(SignInAttempt(email=email.strip().lower()[:254], address=address, ok=passed, at=uow.now))
    if user is None or not passed:
        return SignInOutcome(None, [Refusal("sign_in:wrong", field="password")])
    user.last_sign_in_at = uow.now
    if needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    uow.record(user.id, "user.signed_in", user)
    return SignInOutcome(user, [])


def change_account(
    *, uow: UnitOfWork, actor: Actor, locale: str, current_password: str = "", new_password: str = ""
) -> User:
    """Set the language, and the password where a new one is given; a new password ends all other sessions."""
    require(actor, "account.use")
    user = uow.lock(User, actor.user_id)
    if user is None:
        raise NotFound(str(actor.user_id))
    if new_password:
        if not verify_password(user.password_hash, current_password):
            raise NotPossible([Refusal("account:wrong_password", field="current_password")])
        user.password_hash, user.session_nonce = hash_password(new_password), secrets.token_hex(16)
        uow.record(actor, "user.password_changed", user)
    if user.locale != locale:
        user.locale = locale
        uow.record(actor, "user.updated", user, changed=["locale"])
    return user

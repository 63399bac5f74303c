"""What the browser session knows of the person: the account's id and nonce, nothing else."""

from __future__ import annotations

from flask_login import UserMixin

from marketplace.security.actor import Actor
from marketplace.security.requests import LARGEST_ROW_ID
from marketplace.session import db_session
from models.accounts import User


class SignedIn(UserMixin):
    """The account behind a session; a changed nonce (new password, deactivation) ends every session of it."""

    def __init__(self, user: User) -> None:
        self.id = f"{user.id}:{user.session_nonce}"
        self.locale = user.locale
        self.actor = Actor(
            user_id=user.id, role=user.role, enterprise_id=user.enterprise_id, park_id=user.park_id,
            name=user.display_name, region_id=user.region_id,
        )


def load_signed_in(key: str) -> SignedIn | None:
    number, _, nonce = key.partition(":")
    known = number.isdecimal() and int(number) <= LARGEST_ROW_ID
    user = db_session().get(User, int(number)) if known else None
    if user is None or not user.active or user.session_nonce != nonce:
        return None
    return SignedIn(user)

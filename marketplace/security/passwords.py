"""Passwords: Argon2id with the library's current parameters, rehashed when these grow."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Checked when the account does not exist, so that a wrong name takes as long as a wrong password."""
    return _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The Argon2id hash of ``password`` in its PHC string form."""
    return _HASHER.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the one behind ``stored``; None takes the same time and is always False."""
    try:
        return _HASHER.verify(stored or _nobody(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    return _HASHER.check_needs_rehash(stored)

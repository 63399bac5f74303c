"""How many keys an enterprise may have: a pure function with its reason."""

from __future__ import annotations

from marketplace.errors import Refusal

MOST_KEYS = 20


def may_create(live: int) -> list[Refusal]:
    """A key nobody remembers opens a door nobody watches."""
    return [] if live < MOST_KEYS else [Refusal("key:too_many", {"most": MOST_KEYS}, "name")]

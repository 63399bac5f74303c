"""Keys in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from marketplace import formatting
from marketplace.reasons import declare
from models.access import ApiKey

declare({"key:too_many": _l("An enterprise has at most %(most)s keys in use. Revoke one that nobody needs.")})


@dataclass(frozen=True, slots=True)
class KeyView:
    id: int
    name: str
    maker: str
    created: str
    used: str
    revoked: str


def key_views(rows: Sequence[tuple[ApiKey, str]]) -> list[KeyView]:
    return [
        KeyView(
            id=key.id, name=key.name, maker=maker, created=formatting.moment(key.created_at),
            used=formatting.moment(key.last_used_at),
            revoked=formatting.moment(key.revoked_at) if key.revoked_at else "",
        )
        for key, maker in rows
    ]

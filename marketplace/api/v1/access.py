"""Who asks: a key in the Authorization header, never a cookie; so a page elsewhere cannot make a browser ask."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, g, request
from flask.typing import ResponseReturnValue

from marketplace.api.v1.answers import failed
from marketplace.keys.queries import key_and_maker
from marketplace.keys.service import digest_of
from marketplace.security.actor import STAFF, Actor
from marketplace.session import API, db_session, unit_of_work
from models.access import ApiKey
from models.base import utc_now

# A larger body is no reading of a weighbridge.
MOST_BYTES = 64 * 1024
_LONGEST_KEY = 200
# When a key was last used is kept to this, so that a busy weighbridge does not write the row at every slip.
_USED_STEP = timedelta(minutes=5)


def register(app: Flask) -> None:
    @app.before_request
    def admit() -> ResponseReturnValue | None:
        if not request.path.startswith(API):
            return None
        request.max_content_length = MOST_BYTES
        scheme, _blank, key = request.headers.get("Authorization", "").partition(" ")
        key = key.strip()
        found = None
        if scheme.lower() == "bearer" and 0 < len(key) <= _LONGEST_KEY:
            found = key_and_maker(db_session(), digest_of(key))
        if found is None:
            answer = failed(401, "no_key")
            answer.headers["WWW-Authenticate"] = 'Bearer realm="gongsheng"'
            return answer
        row, maker = found
        g.api_actor = Actor(maker.id, STAFF, row.enterprise_id, name=maker.display_name)
        if row.last_used_at is None or utc_now() - row.last_used_at > _USED_STEP:
            _mark_used(row.id)
        return None


def _mark_used(key_id: int) -> None:
    with unit_of_work() as uow:
        row = uow.session.get(ApiKey, key_id)
        if row is not None:
            row.last_used_at = uow.now

"""What one request holds: the actor, and one database session that is closed when the request ends."""

from __future__ import annotations

from flask import Flask, current_app, g, request
from flask_login import current_user
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.security.actor import ANYBODY, Actor
from marketplace.unit_of_work import UnitOfWork

API = "/api/"


def db_session() -> Session:
    """The session of this request."""
    if "db_session" not in g:
        g.db_session = current_app.extensions["gongsheng_sessions"]()
    return g.db_session


def unit_of_work() -> UnitOfWork:
    """A unit of work on this request's session: one commit when its block ends, a rollback when it raises."""
    return UnitOfWork(db_session())


def current_actor() -> Actor:
    """Who is asking, as plain values.  Of a program's request that is whoever its key acts as, never a cookie."""
    if request.path.startswith(API):
        return g.get("api_actor", ANYBODY)
    if not current_user.is_authenticated:
        return ANYBODY
    return current_user.actor


def close_session(_error: BaseException | None = None) -> None:
    session = g.pop("db_session", None)
    if session is not None:
        try:
            session.close()
        except DBAPIError:
            # The server went away under the connection: there is nothing to hand back, and the answer stands.
            session.invalidate()


def register(app: Flask) -> None:
    app.teardown_appcontext(close_session)

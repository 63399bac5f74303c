"""``/healthz`` answers once the database is reachable and migrated; used by the demo and by load balancers."""

from __future__ import annotations

from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from marketplace.session import db_session


def register(app: Flask) -> None:
    app.add_url_rule("/healthz", "healthz", healthz)
    app.extensions["gongsheng_permissions"]["healthz"] = "public"


def healthz() -> ResponseReturnValue:
    try:
        db_session().execute(text("select version_num from alembic_version")).one()
    except SQLAlchemyError:
        return {"status": "database not ready"}, 503
    return {"status": "ok"}

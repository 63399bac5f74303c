"""The public page of an enterprise."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.organisations import queries
from marketplace.pages.presenters import listing_lines
from marketplace.session import db_session
from marketplace.urls import PUBLIC, Url
from models.listings import Demand, Supply


def enterprise(code: str) -> ResponseReturnValue:
    session = db_session()
    found = queries.enterprise_by_code(session, code)
    if found is None:
        raise NotFound(code)
    return render_template(
        "organisations/enterprise.html", enterprise=found,
        supplies=listing_lines(queries.published_of(session, Supply, found.id)),
        demands=listing_lines(queries.published_of(session, Demand, found.id)),
    )


URLS = [
    Url("/enterprises/<code>", enterprise, PUBLIC),
]

"""Why one pair fits or not."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.matches import presenters, queries
from marketplace.matches.reason_words import chip, remedy_text
from marketplace.session import db_session
from marketplace.urls import PUBLIC, Url


def explain_pair(supply: str, demand: str) -> ResponseReturnValue:
    session = db_session()
    found = queries.explanation(session, supply, demand)
    if found is None:
        raise NotFound(f"{supply} {demand}")
    return render_template(
        "matches/explain.html", found=found, supply=queries.supply_by_code(session, supply),
        demand=queries.demand_by_code(session, demand), score=presenters.score_view(found.match),
        chips=[chip(reason) for reason in found.match.reasons],
        remedies=[remedy_text(remedy) for remedy in found.remedies],
    )


URLS = [
    Url("/matches/<supply>/<demand>", explain_pair, PUBLIC),
]

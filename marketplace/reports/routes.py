"""The quarterly report: a page that shows it, and the PDF to take to the meeting."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from marketplace.errors import Forbidden, NotFound, Refusal
from marketplace.indicators.places import Place
from marketplace.indicators.queries import place_by_key
from marketplace.months import month_of
from marketplace.reasons import refusal_text
from marketplace.reports import presenters, queries, rules
from marketplace.reports.contents import Report
from marketplace.reports.material import gather
from marketplace.reports.pdf import pdf_of
from marketplace.security.permissions import require
from marketplace.session import current_actor, db_session
from marketplace.urls import Url
from models.base import utc_now


@dataclass(frozen=True, slots=True)
class Asked:
    """The place and quarter asked for; ``refused`` says why there can be no report of that quarter."""

    place: Place
    places: list[Place]
    quarter: str
    refused: list[Refusal] = field(default_factory=list)


def report() -> ResponseReturnValue:
    known = queries.first_month(db_session())
    return _page(_asked(rules.first_asked(known, month_of(utc_now()))))


def report_pdf() -> ResponseReturnValue:
    """The PDF in Chinese, whichever language its reader's pages are in."""
    asked = _asked("")
    if asked.refused:
        return _page(asked)
    with force_locale("zh"):
        content = pdf_of(_made(asked))
    # A header holds plain letters only; codes of parks may be anything.
    code = asked.place.code.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    name = f"report-{code}-{asked.quarter}.pdf"
    return Response(
        content, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def _page(asked: Asked) -> ResponseReturnValue:
    this_month = month_of(utc_now())
    return render_template(
        "reports/report.html", asked=asked, holds=presenters.HOLDS,
        options=presenters.place_options(asked.places),
        quarters=presenters.quarter_options(
            rules.quarters(queries.first_month(db_session()) or this_month, this_month)
        ),
        refused=[refusal_text(reason) for reason in asked.refused], report=None if asked.refused else _made(asked),
    ), 422 if asked.refused else 200


def _made(asked: Asked) -> Report:
    return presenters.report_of(
        gather(db_session(), current_actor(), asked.place, asked.quarter, now=utc_now())
    )


def _asked(otherwise: str) -> Asked:
    """What the address asks for, once it is sure that the actor may have it; ``otherwise``: the quarter if none."""
    places = queries.places_for(db_session(), current_actor())
    if not places:
        raise Forbidden("report.view")
    park, key = request.args.get("park", ""), request.args.get("place", "")
    wanted = f"park/{park}" if park else key
    place = next((one for one in places if one.key == wanted), None) if wanted else places[0]
    if place is None:
        _refuse_or_lose(wanted)
        raise NotFound(wanted)
    quarter = request.args.get("quarter", otherwise).strip()
    return Asked(place, places, quarter, rules.quarter_possible(quarter, month_of(utc_now())))


def _refuse_or_lose(wanted: str) -> None:
    """A place that exists and is another's is forbidden; one that does not exist is not found."""
    kind, _sign, code = wanted.partition("/")
    found = place_by_key(db_session(), kind, code)
    if found is not None:
        require(current_actor(), "report.view", found)


URLS = [
    Url("/report", report, "report.view"),
    Url("/report.pdf", report_pdf, "report.view"),
]

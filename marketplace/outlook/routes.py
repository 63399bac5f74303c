"""Two pages beside the symbiosis map: single failures, and the worth of one more tonne."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import formatting
from marketplace.outlook import presenters, queries
from marketplace.session import current_actor, db_session
from marketplace.symbiosis.queries import atlas
from marketplace.urls import Url
from marketplace.workbooks import excel_answer


def failures() -> ResponseReturnValue:
    found = queries.outlook(db_session())
    shown = None
    if found is not None and found.failures is not None:
        shown = presenters.failures_of(found.failures, atlas(db_session()), current_actor())
        if request.args.get("format") == "xlsx":
            head = [(_("Plan made"), formatting.moment(found.made_at))]
            return excel_answer("single-failures", head, [shown.table])
    return render_template("outlook/failures.html", found=found, shown=shown)


def prices() -> ResponseReturnValue:
    found = queries.outlook(db_session())
    shown = presenters.prices_of(found.prices, atlas(db_session())) if found is not None and found.prices else None
    if shown is not None and found is not None and request.args.get("format") == "xlsx":
        head = [(_("Plan made"), formatting.moment(found.made_at))]
        return excel_answer("worth-of-a-tonne", head, shown.tables)
    return render_template("outlook/prices.html", found=found, shown=shown)


URLS = [
    Url("/symbiosis/failures", failures, "outlook.view"),
    Url("/symbiosis/prices", prices, "outlook.view"),
]

"""The search pages of supplies and of demands."""

from __future__ import annotations

from dataclasses import replace

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from marketplace.errors import Refusal
from marketplace.listings import presenters_filters as words
from marketplace.listings import presenters_lines, queries_options, queries_search
from marketplace.listings import presenters_search as presenters
from marketplace.listings.filters import DEMAND, SUPPLY, Asked
from marketplace.listings.filters_read import read_filter
from marketplace.months import month_of
from marketplace.reasons import refusal_text
from marketplace.session import current_actor, db_session
from models.base import utc_now


def supplies() -> ResponseReturnValue:
    return _search(SUPPLY)


def demands() -> ResponseReturnValue:
    return _search(DEMAND)


def _search(kind: str) -> ResponseReturnValue:
    session = db_session()
    options = queries_options.options(session, kind, current_actor().enterprise_id)
    asked = read_filter(kind, request.args, options.choices())
    if not asked.problems and list(request.args.items(multi=True)) != asked.search.params():
        # One search has one address: what is empty or out of order is dropped.
        return redirect(words.address(asked.search))
    month = month_of(utc_now())
    origin = options.places.get(asked.search.near)
    counts = queries_search.count(session, asked.search, origin, month)
    asked = _on_a_page_that_exists(asked, counts.total)
    search = asked.search
    rows, points = queries_search.rows_and_points(session, search, origin, month)
    accepted = queries_search.accepted_wastes(session, [row.id for row in points]) if kind == DEMAND else {}
    typed = request.args if asked.problems else None
    problems = [(bad.field, words.field_word(bad.field), refusal_text(bad)) for bad in asked.problems]
    page = render_template(
        "listings/search.html",
        search=search,
        kind=kind,
        counts=counts,
        options=options,
        words=words,
        presenters=presenters,
        problems=problems,
        faults={field: sentence for field, _label, sentence in problems},
        values=typed.to_dict() if typed is not None else words.input_values(search),
        typed=typed,
        months=presenters.months_on_offer(search, month),
        lines=presenters_lines.lines(rows, search, options, accepted),
        map_data=presenters_lines.map_data(points, search, options, accepted),
        shown_on_map=len(points),
        pager=presenters.pager(search, counts.total),
        chips=words.chips(search, options),
        loosenings=words.loosenings(search, counts, options),
    )
    return page, 422 if asked.problems else 200


def _on_a_page_that_exists(asked: Asked, total: int) -> Asked:
    pages = presenters.page_count(total)
    if asked.search.page <= pages:
        return asked
    beyond = Refusal("search:page_beyond", {"page": asked.search.page, "pages": pages}, "page")
    return Asked(replace(asked.search, page=pages), (*asked.problems, beyond))

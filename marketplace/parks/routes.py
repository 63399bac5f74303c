"""A park's page, and the committee's first place."""

from __future__ import annotations

from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.errors import NotFound
from marketplace.i18n import named
from marketplace.indicators.places import Spot
from marketplace.months import SHANGHAI
from marketplace.parks import presenters, queries
from marketplace.security.permissions import may
from marketplace.session import current_actor, db_session
from marketplace.stockpiles.queries import overdue_in
from marketplace.symbiosis import pictures
from marketplace.symbiosis.books import book
from marketplace.symbiosis.flows import PARK, Place
from marketplace.symbiosis.presenters import VIEW_NOTES, switches, waste_options
from marketplace.symbiosis.selection import ENTERPRISES, Sight, Wanted
from marketplace.urls import PUBLIC, Url
from marketplace.workbooks import excel_answer
from models.base import utc_now
from models.listings import Demand, Supply
from models.organisations import Park


def park(code: str) -> ResponseReturnValue:
    found = queries.park_by_code(db_session(), code)
    if found is None:
        raise NotFound(code)
    return _page(found, "parks.park", code=code)


def mine() -> ResponseReturnValue:
    actor = current_actor()
    found = queries.park_by_id(db_session(), actor.park_id) if actor.park_id is not None else None
    if found is None:
        # A regulator or an administrator has no park of their own: all parks are on the map.
        return redirect(url_for("symbiosis.overview"))
    return _page(found, "parks.mine")


def _page(found: Park, endpoint: str, **values: str) -> ResponseReturnValue:
    session, wanted = db_session(), replace(Wanted.read(request.args), level=ENTERPRISES)
    sight = Sight(current_actor(), book(session, wanted.view), wanted)
    place = Place(PARK, found.code, found.name, found.name_en, found.lat, found.lon, found.id, found.region_id)
    view = presenters.park_view(sight, place)
    if request.args.get("format") == "xlsx":
        head = [(_("Park"), named(found)), (_("Flows"), str(VIEW_NOTES[wanted.view]))]
        return excel_answer(f"park-{found.code}", head, presenters.tables(view))
    supplies, demands = (queries.listings_in(session, found.id, model) for model in (Supply, Demand))
    waiting = (
        presenters.waiting(
            queries.open_bids_in(session, found.id),
            queries.supplies_without_laboratory(session, found.id),
            view,
            sight.book.stale,
            presenters.overdue_text(overdue_in(session, found.id, utc_now().astimezone(SHANGHAI).date())),
        )
        if view.detailed
        else []
    )
    return render_template(
        "parks/park.html",
        park=found,
        excel_url=url_for(endpoint, **values, **wanted.query(), format="xlsx"),
        may_report=may(current_actor(), "report.view", Spot(found.id, found.region_id)),
        view=view,
        wanted=wanted,
        sight=sight,
        views=switches(replace(wanted, level="parks"), endpoint, **values),
        note=VIEW_NOTES[wanted.view],
        wastes=waste_options(sight),
        waiting=waiting,
        map_data=pictures.park_map(place, view.arcs),
        enterprises=queries.enterprises_in(session, found.id),
        supplies=presenters.listing_lines(supplies, "supply"),
        demands=presenters.listing_lines(demands, "demand"),
    )


URLS = [
    Url("/parks/<code>", park, PUBLIC),
    Url("/my-park", mine, "park.view_detail"),
]

"""The board, which is public, and the desk of an enterprise."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.market.plan import latest_plan
from marketplace.pages import presenters, queries
from marketplace.pages.presenters_today import today_counts, today_lines
from marketplace.pages.queries_today import awaiting
from marketplace.session import current_actor, db_session
from marketplace.tenders import queries as bids
from marketplace.tenders.journeys import journeys
from marketplace.tenders.presenters import bid_views
from marketplace.urls import PUBLIC, Url
from models.base import utc_now
from models.listings import Demand, Supply

NEWEST = 6
# More points than this make a cloud, not a map; the largest listings are shown and the page says so.
MOST_POINTS = 2000


def board() -> ResponseReturnValue:
    session = db_session()
    supplies, demands = (queries.places(session, model, MOST_POINTS) for model in (Supply, Demand))
    offered, wanted = queries.by_region(session, Supply), queries.by_region(session, Demand)
    return render_template(
        "pages/board.html",
        by_waste=presenters.balances_by_waste(queries.offered_by_waste(session), queries.wanted_by_waste(session)),
        by_region=presenters.balances_by_region(offered, wanted, queries.regions(session)),
        offered=_total(offered), wanted=_total(wanted),
        newest_supplies=presenters.listing_lines(queries.newest(session, Supply, NEWEST)),
        newest_demands=presenters.listing_lines(queries.newest(session, Demand, NEWEST)),
        points=presenters.map_points(supplies, demands),
        plan=latest_plan(session), agreed=queries.agreed(session),
    )


def desk() -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    own = actor.enterprise_id
    waiting, placed = bids.awaiting(session, own), bids.bids_of(session, own, limit=10)
    now = utc_now()
    today = awaiting(session, own, now)
    travelled = journeys(session, [*waiting, *placed])
    return render_template(
        "pages/desk.html", today=today_lines(today, now), today_counts=today_counts(today),
        waiting=bid_views(waiting, travelled), placed=bid_views(placed, travelled),
        supplies=presenters.listing_lines(
            queries.listings_of(session, Supply, own), queries.open_bids_by_listing(session, Supply, own)
        ),
        demands=presenters.listing_lines(
            queries.listings_of(session, Demand, own), queries.open_bids_by_listing(session, Demand, own)
        ),
    )


def _total(sides: dict[str | None, queries.Side]) -> queries.Side:
    return queries.Side(
        sum(side.listings for side in sides.values()), sum((side.t_per_month for side in sides.values()), 0)
    )


URLS = [
    Url("/", board, PUBLIC),
    Url("/desk", desk, "desk.view"),
]

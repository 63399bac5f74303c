"""Why one pair fits or not, and what its tonnes would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.effects.presenters import flow_lines
from marketplace.effects.queries import market_rates
from marketplace.effects.rules import Consignment, effects_of_flow
from marketplace.errors import NotFound
from marketplace.matches import presenters, queries
from marketplace.matches.reason_words import chip, remedy_text
from marketplace.session import db_session
from marketplace.urls import PUBLIC, Url
from models.listings import Demand, Supply

if TYPE_CHECKING:
    from marketplace.effects.presenters_lines import Line
    from matching import Match


def explain_pair(supply: str, demand: str) -> ResponseReturnValue:
    session = db_session()
    found = queries.explanation(session, supply, demand)
    if found is None:
        raise NotFound(f"{supply} {demand}")
    offer, want = queries.supply_by_code(session, supply), queries.demand_by_code(session, demand)
    return render_template(
        "matches/explain.html", found=found, supply=offer, demand=want,
        effects=_effects(found.status, found.match, offer, want), score=presenters.score_view(found.match),
        chips=[chip(reason) for reason in found.match.reasons],
        remedies=[remedy_text(remedy) for remedy in found.remedies],
    )


def _effects(status: str, match: Match, supply: Supply | None, demand: Demand | None) -> list[Line]:
    """What a month of this pair would do; nothing where they do not fit or share no tonnes."""
    if status == "infeasible" or supply is None or demand is None or not match.tonnes_per_month > 0:
        return []
    rates = market_rates(db_session())
    flow = Consignment(supply.waste_type_id, demand.use_id, match.tonnes_per_month, match.distance_km)
    limits = {row.waste_type_id: 1.0 if row.max_share is None else float(row.max_share) for row in demand.accepts}
    return flow_lines(effects_of_flow(
        flow, rates, max_shares=limits, value_yuan=match.tonnes_per_month * match.surplus_yuan_per_t
    ), rates)


URLS = [
    Url("/matches/<supply>/<demand>", explain_pair, PUBLIC),
]

"""The symbiosis map, and the ground every map of the market stands on."""

from __future__ import annotations

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from marketplace.effects.presenters import total_lines, unknown_words
from marketplace.effects.queries import market_rates
from marketplace.effects.rates import EffectRates
from marketplace.effects.rules_totals import effects_of_flows
from marketplace.session import current_actor, db_session
from marketplace.symbiosis import pictures, presenters, presenters_chains, queries
from marketplace.symbiosis.books import book
from marketplace.symbiosis.flows import TRADES
from marketplace.symbiosis.selection import PARKS, Sight, Wanted
from marketplace.urls import PUBLIC, Url

GROUND_SECONDS = 300


def overview() -> ResponseReturnValue:
    wanted = Wanted.read(request.args)
    sight = Sight(current_actor(), book(db_session(), wanted.view), wanted)
    arcs = sight.arcs()
    uses = presenters.use_lines(sight.uses())
    rates = market_rates(db_session())
    return render_template(
        "symbiosis/overview.html",
        sight=sight,
        wanted=wanted,
        views=presenters.switches(wanted, "symbiosis.overview"),
        note=presenters.VIEW_NOTES[wanted.view],
        levels=presenters.LEVEL_WORDS,
        wastes=presenters.waste_options(sight),
        figures=presenters.figures(sight),
        arcs=presenters.arc_lines(arcs),
        uses=uses,
        left_over=presenters.left_lines(sight.left_over()),
        chains=presenters_chains.chain_lines(sight, rates),
        effects=_effects(sight, rates),
        trades=wanted.view == TRADES,
        parks_level=PARKS,
        map_data=pictures.map_data(arcs),
        sankey=pictures.sankey_data(uses),
    )


def _effects(sight: Sight, rates: EffectRates) -> dict[str, object] | None:
    """What all the flows shown do; None where these sums would give a hidden figure away."""
    if not sight.flows or not sight.discloses_sums:
        return None
    effects = effects_of_flows(sight.flows, rates)
    # How many tonnes go far is a sum over arcs, some of which may be hidden.
    return {"lines": total_lines(effects, rates, far=sight.everything), "unknown": unknown_words(effects)}


def map_ground() -> ResponseReturnValue:
    # The language is in the address, so that the answer may be kept by the browser.
    with force_locale("en" if request.args.get("lang", "zh").startswith("en") else "zh"):
        answer: Response = jsonify(pictures.map_ground(queries.parks(db_session()).values()))
    answer.headers["Cache-Control"] = f"private, max-age={GROUND_SECONDS}"
    return answer


URLS = [
    Url("/symbiosis", overview, PUBLIC),
    Url("/map/ground", map_ground, PUBLIC),
]

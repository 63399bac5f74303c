"""The symbiosis map, and the ground every map of the market stands on."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from marketplace.effects.presenters import total_lines, unknown_words
from marketplace.effects.queries import market_rates
from marketplace.effects.rates import EffectRates
from marketplace.effects.rules_totals import effects_of_flows
from marketplace.session import current_actor, db_session
from marketplace.symbiosis import (
    comparing,
    pictures,
    presenters,
    presenters_chains,
    presenters_compare,
    presenters_excel,
    presenters_measures,
    presenters_network,
    presenters_walk,
    queries,
)
from marketplace.symbiosis import network as networks
from marketplace.symbiosis.books import book
from marketplace.symbiosis.flows import POTENTIAL, TRADES
from marketplace.symbiosis.partners import partner_counts
from marketplace.symbiosis.selection import Sight, Wanted
from marketplace.urls import PUBLIC, Url
from marketplace.workbooks import excel_answer

GROUND_SECONDS = 300
# Lines of a comparison; beyond them a page is too long to load and to read.
LISTED = 200


def overview() -> ResponseReturnValue:
    wanted = Wanted.read(request.args)
    sight = _sight(wanted, wanted.view)
    other = _sight(wanted, wanted.compare) if wanted.compare else None
    arcs = sight.arcs()
    way = presenters_walk.walk_view(sight)
    rates = market_rates(db_session())
    return render_template(
        "symbiosis/overview.html",
        sight=sight,
        wanted=sight.wanted,
        views=presenters.switches(wanted, "symbiosis.overview"),
        note=presenters.VIEW_NOTES[wanted.view],
        levels=presenters.LEVEL_WORDS,
        wastes=presenters.waste_options(sight),
        figures=presenters.figures(sight),
        comparison=_comparison(sight, other) if other is not None else None,
        comparisons=presenters_compare.compare_options(sight.wanted, "symbiosis.overview"),
        arcs=presenters.arc_lines(pictures.listed(arcs), trades=wanted.view == TRADES),
        walk=way,
        left_over=presenters.left_lines(sight.left_over()),
        chains=presenters_chains.chain_lines(sight, rates),
        effects=_effects(sight, rates),
        cycles=presenters_walk.cycle_lines(sight),
        trades=wanted.view == TRADES,
        map_data={**pictures.map_data(arcs), "months": pictures.months_data(sight, arcs)},
        map_left_out=pictures.left_out(arcs),
        **_partners(wanted),
    )


def _effects(sight: Sight, rates: EffectRates) -> dict[str, object] | None:
    """What all the flows shown do; None where these sums would give a hidden figure away."""
    if not sight.flows or not sight.discloses_sums:
        return None
    effects = effects_of_flows(sight.flows, rates)
    # How many tonnes go far is a sum over arcs, some of which may be hidden.
    return {"lines": total_lines(effects, rates, far=sight.everything), "unknown": unknown_words(effects)}


def _partners(wanted: Wanted) -> dict[str, object]:
    """All feasible pairs by their number, where they are asked for: counting them takes a moment."""
    if wanted.view != POTENTIAL:
        return {}
    if request.args.get("pairs") != "all":
        return {"partners_url": url_for("symbiosis.overview", **wanted.query(), pairs="all", _anchor="partners")}
    counts = partner_counts(db_session())
    return {"partners": presenters.partner_lines(counts or ()), "partners_too_many": counts is None}


def _sight(wanted: Wanted, view: str) -> Sight:
    return Sight(current_actor(), book(db_session(), view), replace(wanted, view=view))


def _comparison(sight: Sight, other: Sight) -> dict[str, object]:
    """Both views side by side, as the page shows them in place of one."""
    rows = comparing.compared(sight, other)
    one, second = (str(presenters.VIEW_WORDS[one.book.view]) for one in (sight, other))
    return {
        "one": one,
        "other": second,
        "lines": presenters_compare.compared_lines(rows[:LISTED]),
        "left": len(rows[LISTED:]),
        "totals": presenters_compare.total_lines(sight, other),
        "map_data": presenters_compare.compared_map(rows[:LISTED], one, second),
    }


def network() -> ResponseReturnValue:
    wanted = Wanted.read(request.args)
    sight = _sight(wanted, wanted.view)
    whole, drawn = networks.network(sight), networks.drawing(sight)
    others_url = presenters_network.part_url(sight.wanted, drawn.next_rank or 0)
    return render_template(
        "symbiosis/network.html",
        sight=sight,
        wanted=sight.wanted,
        views=presenters.switches(wanted, "symbiosis.network"),
        note=presenters.VIEW_NOTES[wanted.view],
        levels=presenters.LEVEL_WORDS,
        wastes=presenters.waste_options(sight),
        drawn=drawn,
        shown=len(whole.marks),
        next_url=presenters_network.part_url(sight.wanted, drawn.next_rank),
        first_url=presenters_network.part_url(sight.wanted, 0) if drawn.rank else None,
        marks=presenters_network.mark_lines(whole, drawn),
        links=presenters_network.link_lines(drawn),
        measures=presenters_measures.measure_lines(networks.measures(sight)),
        network_data=presenters_network.network_data(drawn, others_url),
    )


def workbook() -> ResponseReturnValue:
    wanted = Wanted.read(request.args)
    sight = _sight(wanted, wanted.view)
    sheets = presenters_excel.sheets(sight, market_rates(db_session()))
    answer = excel_answer(presenters_excel.file_name(sight.wanted), (), sheets)
    # It holds what one person may see.
    answer.headers["Cache-Control"] = "no-store"
    return answer


def map_ground() -> ResponseReturnValue:
    # The language is in the address, so that the answer may be kept by the browser.
    with force_locale("en" if request.args.get("lang", "zh").startswith("en") else "zh"):
        answer: Response = jsonify(pictures.map_ground(queries.parks(db_session()).values()))
    answer.headers["Cache-Control"] = f"private, max-age={GROUND_SECONDS}"
    return answer


URLS = [
    Url("/symbiosis", overview, PUBLIC),
    Url("/symbiosis/network", network, PUBLIC),
    Url("/symbiosis.xlsx", workbook, PUBLIC),
    Url("/map/ground", map_ground, PUBLIC),
]

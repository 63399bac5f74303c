"""Why one pair fits or not and what would mend it; the partners and the near misses of one listing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from matching import gates
from matching.pairs import Evaluated, Evaluator
from matching.params import MatchParams
from matching.problem import MatchProblem
from matching.ranking import rank_pairs
from matching.reasons import Reason, figure, pair_reasons
from matching.result import Match, as_match


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would mend one reason; ``values`` holds the figures for those who put it in their own words."""

    code: str
    text: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One pair: ``status`` is ``feasible``, ``unverified`` or ``infeasible``; a remedy for every reason not
    met.
    """

    match: Match
    status: str
    remedies: tuple[Remedy, ...]


def explain(problem: MatchProblem, params: MatchParams, supply_id: str, demand_id: str) -> Explanation:
    """Every rule on the pair and what would mend those not met.  Raises ``KeyError`` for an unknown id."""
    supply, demand = _position(problem.supplies.ids, supply_id), _position(problem.demands.ids, demand_id)
    evaluator = Evaluator(problem, params)
    return _explained(evaluator, evaluator.evaluate(np.array([supply]), np.array([demand])), 0)


def partners(
    problem: MatchProblem,
    params: MatchParams,
    *,
    supply_id: str | None = None,
    demand_id: str | None = None,
    evaluator: Evaluator | None = None,
) -> list[Match]:
    """The ranked partners of ONE listing, at most ``params.top_k`` (0: all).

    Give ``supply_id`` or ``demand_id``; raises ``KeyError`` for an unknown id.  ``evaluator`` may be handed
    in by a caller that asks often about the same problem.
    """
    evaluator = evaluator or Evaluator(problem, params)
    pairs = _one_listing(evaluator, supply_id, demand_id)
    pairs = rank_pairs(pairs.keep(np.flatnonzero(pairs.passed)), by_demand=demand_id is not None)
    count = len(pairs.supply) if params.top_k == 0 else min(params.top_k, len(pairs.supply))
    return [as_match(evaluator, pairs, at, at + 1) for at in range(count)]


def near_misses(
    problem: MatchProblem,
    params: MatchParams,
    *,
    supply_id: str | None = None,
    demand_id: str | None = None,
    limit: int = 10,
    evaluator: Evaluator | None = None,
) -> list[Explanation]:
    """The pairs of ONE listing that almost fit: the demand accepts the waste type but some rule is not met.

    Fewest failed rules first, then the better score; ties by id.
    """
    evaluator = evaluator or Evaluator(problem, params)
    pairs = _one_listing(evaluator, supply_id, demand_id)
    pairs = pairs.keep(np.flatnonzero(~pairs.passed & gates.accepted(problem, pairs.supply, pairs.demand)))
    order = np.lexsort((pairs.demand, pairs.supply, -pairs.score, pairs.failed_rules))[:limit]
    return [_explained(evaluator, pairs, int(at)) for at in order]


def _one_listing(evaluator: Evaluator, supply_id: str | None, demand_id: str | None) -> Evaluated:
    """All pairs of one listing with those of the other side whose waste type is accepted."""
    problem = evaluator.problem
    if (supply_id is None) == (demand_id is None):
        raise ValueError("give either supply_id or demand_id")
    if supply_id is not None:
        own = _position(problem.supplies.ids, supply_id)
        others = np.flatnonzero(~np.isnan(problem.demands.max_share[:, problem.supplies.waste_type[own]]))
        return evaluator.evaluate(np.full(len(others), own), others)
    own = _position(problem.demands.ids, demand_id or "")
    takes = ~np.isnan(problem.demands.max_share[own])
    others = np.flatnonzero(takes[problem.supplies.waste_type])
    return evaluator.evaluate(others, np.full(len(others), own))


def _position(ids: tuple[str, ...], wanted: str) -> int:
    at = int(np.searchsorted(np.array(ids, dtype=object), wanted)) if ids else 0
    if at == len(ids) or ids[at] != wanted:
        raise KeyError(wanted)
    return at


def _explained(evaluator: Evaluator, pairs: Evaluated, at: int) -> Explanation:
    found = as_match(evaluator, pairs, at, 0)
    status = found.status if pairs.passed[at] else "infeasible"
    reasons = pair_reasons(evaluator, pairs, at)
    remedies = tuple(remedy(reason) for reason in reasons if reason.state != "yes")
    return Explanation(found, status, remedies)


def remedy(reason: Reason) -> Remedy:
    """What would mend ``reason``."""
    values = reason.values
    kind = reason.code.partition(":")[0]
    if kind in ("spec", "blend", "assay"):
        return _spec_remedy(reason)
    if kind == "distance":
        excess = _float(values["km"]) - _float(values["limit_km"])
        text = f"raise the {values['whose']}'s distance limit by {figure(excess)} km"
        return Remedy("raise_distance", text, {"km": excess, "whose": values["whose"]})
    if kind == "lot":
        text = f"lower the {values['whose']}'s minimum lot to {figure(_float(values['tonnes']))} t"
        return Remedy("lower_lot", text, {"tonnes": values["tonnes"], "whose": values["whose"]})
    words = {
        "waste": ("accept_waste", f"the demand would have to accept {values.get('waste_type')}"),
        "licence": ("get_licence", f"the receiver needs a licence for {values.get('wanted')}"),
        "qualified": ("check_receiver", "have the receiver's permits and capacity checked"),
        "months": (
            "shift_months",
            f"let the windows {values.get('supply')} and {values.get('demand')} overlap",
        ),
    }
    code, text = words[kind]
    return Remedy(code, text, dict(values))


def _spec_remedy(reason: Reason) -> Remedy:
    values = reason.values
    key, value = str(values["property"]), values["value"]
    if value is None:
        return Remedy("test", f"have {key} tested", {"property": key})
    low, high = values["min"], values["max"]
    over = high is not None and _float(value) > _float(high)
    limit = high if over else low
    gap = abs(_float(value) - _float(limit))
    numbers = {"property": key, "gap": gap, "limit": limit, "value": value}
    direction = "lower" if over else "raise"
    if values["blend"]:
        text = f"mix with lots whose {key} is {'below' if over else 'above'} {figure(_float(limit))}"
        return Remedy("mix_lower" if over else "mix_higher", text, numbers)
    text = f"{direction} {key} by {figure(gap)} to {figure(_float(limit))}, or relax the spec"
    return Remedy(f"{direction}_property", text, numbers)


def _float(value: object) -> float:
    """A figure of a reason; its values hold words as well."""
    return float(value)  # type: ignore[arg-type]

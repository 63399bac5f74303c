"""Why a pair is or is not feasible: one reason per rule, with both numbers, for machines and for people.

Codes: ``waste``, ``licence``, ``qualified``, ``months``, ``distance``, ``lot:supply``, ``lot:demand``,
``spec:<property>`` and ``assay:<property>``.  ``state`` is ``yes``, ``no`` or ``unknown``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite, isnan, nan

import numpy as np

from matching.pairs import Evaluated, Evaluator
from matching.problem import BLEND, NO_WASTE, MatchProblem
from matching.specs import binding
from matching.uncertainty import lot_probability, percent, within

YES, NO, UNKNOWN = "yes", "no", "unknown"
# A limit that is kept with less probability than this is remarked on where only remarks are given.
SURE = 0.95


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule applied to one pair.  ``values`` holds the numbers and ids; ``text`` is the plain form of
    files.
    """

    code: str
    state: str
    text: str
    values: dict[str, object] = field(default_factory=dict)


def figure(value: float) -> str:
    """``value`` in its shortest plain form: 8.0 stays ``8.0``, 103.25 stays ``103.25``."""
    text = f"{value:.4f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def pair_reasons(evaluator: Evaluator, pair: Evaluated, at: int = 0) -> list[Reason]:
    """Every rule on the pair at position ``at`` of ``pair``, gates first, then specs in their order."""
    problem = evaluator.problem
    supply, demand = int(pair.supply[at]), int(pair.demand[at])
    return [
        _waste(problem, supply, demand),
        *_licence(evaluator, supply, demand),
        _qualified(problem, demand),
        _months(problem, supply, demand, int(pair.shared_months[at])),
        _distance(problem, supply, demand, float(pair.distance_km[at])),
        *_lots(problem, supply, demand, float(pair.tonnes_per_month[at])),
        *_specs(evaluator, supply, demand),
    ]


def remarks(evaluator: Evaluator, pairs: Evaluated) -> list[list[str]]:
    """What is to be said of each of ``n`` pairs that pass every gate: missing assays, `blend` limits not met
    alone, limits kept with a probability below :data:`SURE`.

    The texts are those of :func:`pair_reasons`, but only the pairs that have something to say cost anything.
    """
    problem, specs = evaluator.problem, evaluator.problem.specs
    said: list[list[str]] = [[] for _ in range(len(pairs.supply))]
    for column in range(evaluator.specs.width):
        at, row = binding(problem, evaluator.specs, column, pairs.supply, pairs.demand)
        value = problem.supplies.property_value[pairs.supply[at], specs.property[row]]
        spread = problem.supplies.property_sd[pairs.supply[at], specs.property[row]]
        # Comparing with NaN is false, so this takes what is not assayed along.
        told = ~((value >= specs.minimum[row]) & (value <= specs.maximum[row]))
        doubted = np.flatnonzero(spread > 0)
        if len(doubted):
            own = row[doubted]
            sure = within(value[doubted], spread[doubted], specs.minimum[own], specs.maximum[own])
            told[doubted] |= sure < SURE
        told = np.flatnonzero(told)
        columns = zip(
            at[told].tolist(),
            value[told].tolist(),
            spread[told].tolist(),
            specs.property[row[told]].tolist(),
            specs.minimum[row[told]].tolist(),
            specs.maximum[row[told]].tolist(),
            (specs.basis[row[told]] == BLEND).tolist(),
            strict=True,
        )
        for pair, amount, sd, key, low, high, blend in columns:
            said[pair].append(_spec_text(problem.properties[key], amount, low, high, sd=sd, blend=blend))
    return said


def _waste(problem: MatchProblem, supply: int, demand: int) -> Reason:
    waste = int(problem.supplies.waste_type[supply])
    key = problem.waste_types[waste]
    if np.isnan(problem.demands.max_share[demand, waste]):
        return Reason("waste", NO, f"waste:{key} not accepted", {"waste_type": key})
    return Reason("waste", YES, f"waste:{key} accepted", {"waste_type": key})


def _licence(evaluator: Evaluator, supply: int, demand: int) -> list[Reason]:
    problem = evaluator.problem
    waste = int(problem.supplies.waste_type[supply])
    entry = problem.catalogue.waste_types[problem.waste_types[waste]]
    if not entry.hazardous:
        return []
    enterprise = int(problem.demands.enterprise[demand])
    wanted = "/".join(entry.hw_codes) or entry.id
    held = ";".join(sorted(problem.enterprises.licences[enterprise])) or "none"
    values = {"wanted": wanted, "held": held}
    if evaluator.licences[enterprise, waste]:
        return [Reason("licence", YES, f"licence:{wanted} held", values)]
    return [Reason("licence", NO, f"licence:{wanted} not held (holds {held})", values)]


def _qualified(problem: MatchProblem, demand: int) -> Reason:
    if problem.enterprises.qualified[problem.demands.enterprise[demand]]:
        return Reason("qualified", YES, "qualified:receiver checked")
    return Reason("qualified", NO, "qualified:receiver not checked")


def _months(problem: MatchProblem, supply: int, demand: int, shared: int) -> Reason:
    s, d, names = problem.supplies, problem.demands, problem.months
    own = _window(names, int(s.first_month[supply]), int(s.last_month[supply]))
    other = _window(names, int(d.first_month[demand]), int(d.last_month[demand]))
    values = {"shared": shared, "supply": own, "demand": other}
    if shared:
        return Reason("months", YES, f"months:{shared} shared", values)
    return Reason("months", NO, f"months:0 shared of {own} and {other}", values)


def _window(names: tuple[str, ...], first: int, last: int) -> str:
    return f"{names[first]}..{names[last]}" if first <= last else "outside the horizon"


def _distance(problem: MatchProblem, supply: int, demand: int, km: float) -> Reason:
    limit = float(min(problem.supplies.max_distance_km[supply], problem.demands.max_distance_km[demand]))
    whose = (
        "supply"
        if problem.supplies.max_distance_km[supply] <= problem.demands.max_distance_km[demand]
        else "demand"
    )
    values = {"km": km, "limit_km": limit, "whose": whose}
    if not np.isfinite(limit):
        return Reason("distance", YES, f"distance:{figure(km)} km", {"km": km})
    if km <= limit:
        return Reason("distance", YES, f"distance:{figure(km)} <= {figure(limit)}", values)
    return Reason("distance", NO, f"distance:{_compared(km, '>', limit)}", values)


def _lots(problem: MatchProblem, supply: int, demand: int, common: float) -> list[Reason]:
    reasons = []
    for whose, lot in (
        ("supply", problem.supplies.min_lot_t[supply]),
        ("demand", problem.demands.min_lot_t[demand]),
    ):
        if lot <= 0:
            continue
        values = {"tonnes": common, "lot_t": float(lot), "whose": whose}
        met = common >= lot
        text = f"{figure(common)} >= {figure(lot)}" if met else _compared(common, "<", float(lot))
        reasons.append(Reason(f"lot:{whose}", YES if met else NO, f"lot:{whose} {text}", values))
    return reasons


def _specs(evaluator: Evaluator, supply: int, demand: int) -> list[Reason]:
    problem, specs = evaluator.problem, evaluator.problem.specs
    waste = problem.supplies.waste_type[supply]
    reasons = []
    for row in evaluator.specs.row[demand]:
        if row < 0 or specs.waste_type[row] not in (NO_WASTE, waste):
            continue
        key = problem.properties[specs.property[row]]
        value = float(problem.supplies.property_value[supply, specs.property[row]])
        sd = float(problem.supplies.property_sd[supply, specs.property[row]])
        reasons.append(
            spec_reason(
                key,
                value,
                float(specs.minimum[row]),
                float(specs.maximum[row]),
                sd=sd,
                blend=bool(specs.basis[row] == BLEND),
            )
        )
    return reasons


def spec_reason(
    key: str, value: float, low: float, high: float, *, blend: bool, sd: float = nan
) -> Reason:
    """One spec against one value (NaN: not assayed); a blend spec outside its limits is ``unknown``, not
    ``no``.

    ``sd`` is the value's spread, NaN where it is not known: then ``values`` hold None for ``sd`` and for the
    ``probability`` that the lot keeps the limits, for the value is taken as stated and nothing is promised of it.
    """
    values = {
        "property": key,
        "value": None if isnan(value) else value,
        "min": low if isfinite(low) else None,
        "max": high if isfinite(high) else None,
        "blend": blend,
        "sd": None if isnan(sd) else sd,
        "probability": lot_probability(value, sd, low, high),
    }
    text = _spec_text(key, value, low, high, sd=sd, blend=blend)
    if isnan(value):
        return Reason(f"assay:{key}", UNKNOWN, text, values)
    inside = low <= value <= high
    return Reason(f"{_kind(blend)}:{key}", YES if inside else UNKNOWN if blend else NO, text, values)


def _spec_text(key: str, value: float, low: float, high: float, *, sd: float, blend: bool) -> str:
    if isnan(value):
        return f"assay:{key} missing"
    text = _compared_with_limits(f"{_kind(blend)}:{key}", value, low, high)
    sure = lot_probability(value, sd, low, high)
    # Without a spread there is nothing to be more or less sure of.
    return f"{text} (sd {figure(sd)}: {percent(sure)} % sure)" if sure is not None and sd > 0 else text


def _compared_with_limits(name: str, value: float, low: float, high: float) -> str:
    if value > high:
        return f"{name} {_compared(value, '>', high)}"
    if value < low:
        return f"{name} {_compared(value, '<', low)}"
    sides = [f"{figure(value)} >= {figure(low)}"] if isfinite(low) else []
    sides += [f"{figure(value)} <= {figure(high)}"] if isfinite(high) else []
    return f"{name} {' and '.join(sides) or figure(value)}"


def _kind(blend: bool) -> str:
    return "blend" if blend else "spec"


def _compared(value: float, sign: str, limit: float) -> str:
    """Both figures; two that round alike would read as no difference at all, so those are given in full."""
    if figure(value) == figure(limit):
        return f"{value!r} {sign} {limit!r}"
    return f"{figure(value)} {sign} {figure(limit)}"

"""An independent check of a match: every rule and every figure again, in plain Python, from the problem alone.

Nothing is shared with the matcher but the problem, the weights and the result that is on trial.  It is slow on
purpose: what it says can be read against the rules of docs/engine.md line by line.
"""

from __future__ import annotations

from math import asin, cos, exp, inf, isclose, isfinite, isnan, radians, sin, sqrt

from matching.params import MatchParams
from matching.problem import EACH, NO_WASTE, MatchProblem
from matching.result import Match, MatchResult

_TOLERANCE = 1e-9


def verify_match(problem: MatchProblem, params: MatchParams, result: MatchResult) -> list[str]:
    """What is wrong with ``result``, one sentence each; an empty list where nothing is.

    Looks at every pair of the market, so it is meant for small markets and for samples of large ones.
    """
    judge = _Judge(problem)
    wrong: list[str] = []
    kept: dict[tuple[str, str], Match] = {}
    for at in range(len(result)):
        pair = result.match(at)
        if (pair.supply, pair.demand) in kept:
            wrong.append(f"{pair.supply} -> {pair.demand} stands twice")
        kept[pair.supply, pair.demand] = pair
        wrong += judge.figures(pair, params)
    wrong += _ranks(kept, params.top_k)
    statuses = {key: judge.status(*key, kept.get(key)) for key in judge.pairs()}
    for key, status in statuses.items():
        if key in kept and kept[key].status != status:
            wrong.append(f"{key[0]} -> {key[1]} is given as {kept[key].status} but is {status}")
        if params.top_k == 0 and key not in kept and status != "infeasible":
            wrong.append(f"{key[0]} -> {key[1]} is {status} but missing")
    counts = {"feasible": result.feasible_count, "unverified": result.unverified_count}
    for status, count in counts.items():
        # Distances of pairs that were not kept are only known here where they follow from the great circle.
        true = sum(found == status for found in statuses.values())
        if result.distance_method == "great-circle" and count != true:
            wrong.append(f"{count} {status} pairs are reported, {true} are there")
    return wrong


class _Judge:
    def __init__(self, problem: MatchProblem) -> None:
        self.problem = problem
        self.supply = {key: at for at, key in enumerate(problem.supplies.ids)}
        self.demand = {key: at for at, key in enumerate(problem.demands.ids)}
        self.specs: dict[int, list[int]] = {}
        for row, demand in enumerate(problem.specs.demand.tolist()):
            self.specs.setdefault(demand, []).append(row)

    def pairs(self) -> list[tuple[str, str]]:
        return [(supply, demand) for supply in self.supply for demand in self.demand]

    def status(self, supply_id: str, demand_id: str, pair: Match | None) -> str:
        """``feasible``, ``unverified`` or ``infeasible``, rule by rule."""
        p, i, j = self.problem, self.supply[supply_id], self.demand[demand_id]
        waste, receiver = int(p.supplies.waste_type[i]), int(p.demands.enterprise[j])
        kind = p.catalogue.waste_types[p.waste_types[waste]]
        held = p.enterprises.licences[receiver]
        km = self.straight_km(i, j) * p.circuity if pair is None else pair.distance_km
        tonnes = min(p.supplies.t_per_month[i], p.demands.t_per_month[j])
        holds = (
            not isnan(p.demands.max_share[j, waste])
            and (not kind.hazardous or kind.id in held or any(code in held for code in kind.hw_codes))
            and bool(p.enterprises.qualified[receiver])
            and self.months(i, j) > 0
            and km <= p.supplies.max_distance_km[i]
            and km <= p.demands.max_distance_km[j]
            and tonnes >= p.supplies.min_lot_t[i]
            and tonnes >= p.demands.min_lot_t[j]
        )
        untested = False
        for row in self.binding(i, j):
            value = p.supplies.property_value[i, p.specs.property[row]]
            if isnan(value):
                untested = True
            elif p.specs.basis[row] == EACH:
                holds = holds and p.specs.minimum[row] <= value <= p.specs.maximum[row]
        if not holds:
            return "infeasible"
        return "unverified" if untested else "feasible"

    def figures(self, pair: Match, params: MatchParams) -> list[str]:
        """Figures of a kept pair that do not follow from the problem and the pair's distance."""
        p, i, j = self.problem, self.supply[pair.supply], self.demand[pair.demand]
        freight = p.freight.handling_yuan_per_t + p.freight.rate_yuan_per_t_km * pair.distance_km
        surplus = p.demands.bid_yuan_per_t[j] - p.supplies.ask_yuan_per_t[i] - freight
        tonnes = float(min(p.supplies.t_per_month[i], p.demands.t_per_month[j]))
        parts = {
            "distance": 100 / (100 + pair.distance_km),
            "quality": self.quality(i, j),
            "capacity": tonnes / (tonnes + 1000),
            "price": 1 / (1 + exp(min(max(-surplus / 20, -500), 500))),
            "timing": self.months(i, j) / len(p.months),
        }
        weights = params.weights
        weighted = {name: getattr(weights, name) for name in parts}
        score = 100 * sum(weighted[name] * parts[name] for name in parts) / sum(weighted.values())
        wanted = {"freight_yuan_per_t": freight, "surplus_yuan_per_t": surplus, "tonnes_per_month": tonnes,
                  "shared_months": self.months(i, j), "score": score}  # fmt: skip
        found = {name: getattr(pair, name) for name in wanted} | pair.parts
        if pair.distance_km < self.straight_km(i, j) - _TOLERANCE:
            return [f"{pair.supply} -> {pair.demand} is shorter than the great circle"]
        return [
            f"{pair.supply} -> {pair.demand}: {name} is {found[name]!r}, should be {value!r}"
            for name, value in (wanted | parts).items()
            if not isclose(found[name], value, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
        ]

    def straight_km(self, i: int, j: int) -> float:
        s, d = self.problem.supplies, self.problem.demands
        lat1, lon1, lat2, lon2 = map(radians, (s.lat[i], s.lon[i], d.lat[j], d.lon[j]))
        chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
        return 2 * 6371.0088 * asin(min(sqrt(chord), 1.0))

    def months(self, i: int, j: int) -> int:
        s, d = self.problem.supplies, self.problem.demands
        own = set(range(int(s.first_month[i]), int(s.last_month[i]) + 1))
        return len(own & set(range(int(d.first_month[j]), int(d.last_month[j]) + 1)))

    def binding(self, i: int, j: int) -> list[int]:
        specs, waste = self.problem.specs, self.problem.supplies.waste_type[i]
        return [row for row in self.specs.get(j, []) if specs.waste_type[row] in (NO_WASTE, waste)]

    def quality(self, i: int, j: int) -> float:
        """The mean margin of the specs that bind the pair."""
        p = self.problem
        margins = []
        for row in self.binding(i, j):
            value = float(p.supplies.property_value[i, p.specs.property[row]])
            margins.append(_margin(value, float(p.specs.minimum[row]), float(p.specs.maximum[row])))
        return sum(margins) / len(margins) if margins else 1.0


def _margin(value: float, low: float, high: float) -> float:
    if isnan(value) or not low <= value <= high:
        return 0.0
    if low == high:
        return 1.0
    if isfinite(low) and isfinite(high):
        return min(value - low, high - value) / ((high - low) / 2)
    limit = low if isfinite(low) else high
    size = abs(limit) if limit else 1.0
    return min(abs(value - limit) / size, 1.0) if isfinite(limit) else 1.0


def _ranks(kept: dict[tuple[str, str], Match], top_k: int) -> list[str]:
    """Faults of the ranking: it counts from 1, feasible before unverified, better before worse, then by id."""
    wrong = []
    rows: dict[str, list[Match]] = {}
    for pair in kept.values():
        rows.setdefault(pair.supply, []).append(pair)
    for supply, pairs in rows.items():
        pairs.sort(key=lambda pair: pair.rank)
        if [pair.rank for pair in pairs] != list(range(1, len(pairs) + 1)):
            wrong.append(f"{supply}: ranks do not count from 1")
        if top_k and len(pairs) > top_k:
            wrong.append(f"{supply}: {len(pairs)} partners kept, {top_k} asked for")
        last: tuple[bool, float, str] = (False, -inf, "")
        for pair in pairs:
            key = (pair.status != "feasible", -pair.score, pair.demand)
            if key < last:
                wrong.append(f"{supply}: {pair.demand} stands below a worse partner")
            last = key
    return wrong

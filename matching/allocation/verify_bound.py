"""Check the prices of an allocation with plain loops: they bound every plan, and an optimum reaches the
bound.

For prices >= 0 no plan can bring more than

sum of price x right-hand side + sum over all arcs of max(0, what the arc brings beyond its prices) x room

(weak duality).  A plan that reaches this bound is the best one, whoever found it and however.
"""

from __future__ import annotations

import math
from collections import defaultdict

from matching.allocation.result import OPTIMAL, AllocationResult
from matching.allocation.verify import Violation, mixing_weight, residue_joins, worth_of
from matching.problem import MatchProblem

# Prices come from the solver with its tolerance of 1e-7 each; over many arcs they may add up to this share.
BOUND_TOLERANCE = 1e-5


def verify_bound(problem: MatchProblem, result: AllocationResult) -> list[Violation]:
    """Negative prices, a stated bound that the prices do not give, or an optimum that misses it."""
    found = _signs(problem, result)
    if found:
        return found
    bound = dual_bound(problem, result)
    report = result.report
    slack = BOUND_TOLERANCE * max(1.0, abs(bound))
    if abs(bound - report.bound) > slack:
        found.append(Violation("bound_from_prices", result.objective, report.bound, bound))
    if report.status == OPTIMAL and bound - report.objective > slack:
        found.append(Violation("not_optimal_by_prices", result.objective, report.objective, bound))
    return found


def dual_bound(problem: MatchProblem, result: AllocationResult) -> float:
    """The bound that the result's prices give, derived from the problem alone."""
    priced = _right_hand_sides(problem, result)
    return priced + _arcs_beyond_price(problem, result) + _carries(problem, result)


def _signs(problem: MatchProblem, result: AllocationResult) -> list[Violation]:
    found = []
    tables = (
        ("supply", problem.supplies, result.supply_price),
        ("demand", problem.demands, result.demand_price),
    )
    for kind, listing, prices in tables:
        for at, row in enumerate(prices.tolist()):
            for month, price in enumerate(row):
                inside = listing.first_month[at] <= month <= listing.last_month[at]
                where = f"{listing.ids[at]} in {problem.months[month]}"
                if inside != (not math.isnan(price)) or (inside and price < 0):
                    found.append(Violation(f"{kind}_price", where, price, 0.0))
    found += [
        Violation(f"{rule.family}_price", str(rule.rule), rule.price, 0.0)
        for rule in result.rule_prices if not rule.price >= 0
    ]
    return found


def _right_hand_sides(problem: MatchProblem, result: AllocationResult) -> float:
    total = 0.0
    for supply, row in enumerate(result.supply_price.tolist()):
        first, last = int(problem.supplies.first_month[supply]), int(problem.supplies.last_month[supply])
        if first > last:
            continue
        total += row[first] * float(problem.supplies.stock_t[supply])
        total += sum(row[first : last + 1]) * float(problem.supplies.t_per_month[supply])
    for demand, row in enumerate(result.demand_price.tolist()):
        first, last = int(problem.demands.first_month[demand]), int(problem.demands.last_month[demand])
        total += sum(row[first : last + 1]) * float(problem.demands.t_per_month[demand])
    return total


def _arcs_beyond_price(problem: MatchProblem, result: AllocationResult) -> float:
    supply_price, demand_price = result.supply_price.tolist(), result.demand_price.tolist()
    rules = _rules_by_place(problem, result)
    gains = _residue_gains(problem, result)
    total = 0.0
    pairs = result.pairs
    for supply, demand, distance in zip(
        pairs.supply.tolist(), pairs.demand.tolist(), pairs.distance_km.tolist(), strict=True
    ):
        worth = worth_of(problem, result.objective, supply, demand, distance)
        first = max(problem.supplies.first_month[supply], problem.demands.first_month[demand])
        last = min(problem.supplies.last_month[supply], problem.demands.last_month[demand])
        for month in range(int(first), int(last) + 1):
            price = supply_price[supply][month] + demand_price[demand][month]
            price -= gains.get((demand, month), 0.0)
            for rule in rules.get((demand, month), ()):
                price += rule.price * _rule_weight(problem, rule, supply)
            total += max(0.0, worth - price) * float(problem.demands.t_per_month[demand])
    return total


def _carries(problem: MatchProblem, result: AllocationResult) -> float:
    """Carrying is free, so a later month may not be dearer than an earlier one; what is, counts in full."""
    total, joins = 0.0, defaultdict(float)
    for demand, _month, host, rate in residue_joins(problem):
        joins[host] += rate * float(problem.demands.t_per_month[demand])
    for supply, row in enumerate(result.supply_price.tolist()):
        first, last = int(problem.supplies.first_month[supply]), int(problem.supplies.last_month[supply])
        months = last - first + 1
        held = float(problem.supplies.stock_t[supply]) + months * float(problem.supplies.t_per_month[supply])
        held += joins[supply]
        total += sum(max(0.0, row[month + 1] - row[month]) for month in range(first, last)) * held
    return total


def _rules_by_place(problem: MatchProblem, result: AllocationResult) -> dict:
    places = defaultdict(list)
    types = len(problem.waste_types)
    for rule in result.rule_prices:
        share = rule.family == "share"
        demand = rule.rule // types if share else int(problem.specs.demand[rule.rule])
        places[demand, rule.month].append(rule)
    return places


def _rule_weight(problem: MatchProblem, rule: object, supply: int) -> float:
    """What one tonne of the supply puts into the rule's row."""
    waste = int(problem.supplies.waste_type[supply])
    if rule.family == "share":
        demand, kind = divmod(rule.rule, len(problem.waste_types))
        return (1.0 if waste == kind else 0.0) - float(problem.demands.max_share[demand, kind])
    specs, spec = problem.specs, rule.rule
    if specs.waste_type[spec] not in (-1, waste):
        return 0.0
    key = int(specs.property[spec])
    value, weight = float(problem.supplies.property_value[supply, key]), mixing_weight(problem, supply, key)
    if rule.family == "blend_max":
        return weight * (value - float(specs.maximum[spec]))
    return weight * (float(specs.minimum[spec]) - value)


def _residue_gains(problem: MatchProblem, result: AllocationResult) -> dict[tuple[int, int], float]:
    """What the residue of one tonne taken in is worth where it joins a supply, per (demand, month)."""
    gains: dict[tuple[int, int], float] = defaultdict(float)
    for demand, month, host, rate in residue_joins(problem):
        gains[demand, month] += rate * float(result.supply_price[host, month])
    return gains

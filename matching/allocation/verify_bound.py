"""Check the prices of an allocation: they bound every plan, and an optimum reaches the
bound.

For prices >= 0 no plan can bring more than

sum of price x right-hand side
  + sum over demands and months of max(0, what the best of its arcs brings beyond its prices) x room

(weak duality).  A plan that reaches this bound is the best one, whoever found it and however.
"""

from __future__ import annotations

import math
from collections import defaultdict
from statistics import NormalDist

import numpy as np

from matching.allocation.result import OPTIMAL, AllocationResult, RulePrice
from matching.allocation.verify import Violation, dry_shares, made, residue_joins, space, worths
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
        total += sum(row[month] * made(problem, supply, month) for month in range(first, last + 1))
    for demand, row in enumerate(result.demand_price.tolist()):
        first, last = int(problem.demands.first_month[demand]), int(problem.demands.last_month[demand])
        total += sum(row[month] * space(problem, demand, month) for month in range(first, last + 1))
    return total


def _arcs_beyond_price(problem: MatchProblem, result: AllocationResult) -> float:
    """Month by month over all pairs: what an arc brings beyond its prices, if anything, times its room."""
    pairs = result.pairs
    order = np.argsort(pairs.demand, kind="stable")
    supply, demand = pairs.supply[order], pairs.demand[order]
    worth = worths(problem, result.objective, pairs)[order]
    first = np.maximum(problem.supplies.first_month[supply], problem.demands.first_month[demand])
    last = np.minimum(problem.supplies.last_month[supply], problem.demands.last_month[demand])
    gains, rules = _residue_gains(problem, result), defaultdict(list)
    for rule in result.rule_prices:
        rules[rule.month].append(rule)
    total = 0.0
    for month in range(len(problem.months)):
        price = result.supply_price[supply, month] + result.demand_price[demand, month] - gains[demand, month]
        for rule in rules[month]:
            at = slice(*np.searchsorted(demand, [_demand_of(problem, rule), _demand_of(problem, rule) + 1]))
            price[at] += rule.price * _rule_weights(problem, rule, supply[at], result.confidence)
        beyond = np.where((first <= month) & (month <= last), worth - price, 0.0)
        # One demand's month has room for the best of its arcs once, not for each of them.
        room = problem.demands.t_per_month
        if problem.closures is not None:
            room = np.where(problem.closures.demand[:, month], 0.0, room)
        total += float(_most_of_each(demand, np.maximum(beyond, 0.0), len(room)) @ room)
    return total


def _most_of_each(demand: np.ndarray, beyond: np.ndarray, demands: int) -> np.ndarray:
    """The largest of ``beyond`` for each of ``demands``, 0 where ``demand`` does not name it."""
    most = np.zeros(demands)
    np.maximum.at(most, demand, beyond)
    return most


def _carries(problem: MatchProblem, result: AllocationResult) -> float:
    """Carrying is free, so a later month may not be dearer than an earlier one; what is, counts in full."""
    total, joins = 0.0, defaultdict(float)
    for demand, month, host, rate in residue_joins(problem):
        joins[host] += rate * space(problem, demand, month)
    for supply, row in enumerate(result.supply_price.tolist()):
        first, last = int(problem.supplies.first_month[supply]), int(problem.supplies.last_month[supply])
        held = float(problem.supplies.stock_t[supply]) + joins[supply]
        held += sum(made(problem, supply, month) for month in range(first, last + 1))
        total += sum(max(0.0, row[month + 1] - row[month]) for month in range(first, last)) * held
    return total


def _demand_of(problem: MatchProblem, rule: RulePrice) -> int:
    if rule.family == "share":
        return rule.rule // len(problem.waste_types)
    return int(problem.specs.demand[rule.rule])


def _rule_weights(
    problem: MatchProblem, rule: RulePrice, supply: np.ndarray, confidence: float | None
) -> np.ndarray:
    """What one tonne of each supply puts into the rule's row; with a confidence on the safe side of its spread."""
    waste = problem.supplies.waste_type[supply]
    if rule.family == "share":
        demand, kind = divmod(rule.rule, len(problem.waste_types))
        return (waste == kind) - float(problem.demands.max_share[demand, kind])
    specs, spec = problem.specs, rule.rule
    key = int(specs.property[spec])
    value = problem.supplies.property_value[supply, key]
    over = value - specs.maximum[spec] if rule.family == "blend_max" else specs.minimum[spec] - value
    if confidence is not None:
        # What may go wrong is halved where there is a limit on either side.
        limits = math.isfinite(specs.minimum[spec]) + math.isfinite(specs.maximum[spec])
        spread = problem.supplies.property_sd[supply, key]
        over = over - NormalDist().inv_cdf((1.0 - confidence) / limits) * np.where(spread > 0, spread, 0.0)
    binds = (specs.waste_type[spec] == -1) | (specs.waste_type[spec] == waste)
    return np.where(binds, over * dry_shares(problem, supply, key), 0.0)


def _residue_gains(problem: MatchProblem, result: AllocationResult) -> np.ndarray:
    """What the residue of one tonne taken in is worth where it joins a supply, ``(demands, months)``."""
    gains = np.zeros(result.demand_price.shape)
    for demand, month, host, rate in residue_joins(problem):
        gains[demand, month] += rate * float(result.supply_price[host, month])
    return gains

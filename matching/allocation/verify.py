"""Check an allocation against the market; nothing here is shared with the solver.

Every quantity is derived again from the problem: gates of each pair, balances of each month, shares, mixes,
residues, the objective, and, from the prices, a bound that no plan can exceed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from matching.allocation.result import OPTIMAL, AllocationResult, Pairs
from matching.allocation.verify_pair import CHANCE_TOLERANCE, chance_inside, pair_faults
from matching.problem import BLEND, MatchProblem

# Relative to the limit, at least this many tonnes: what the solver's own tolerance of 1e-7 may add up to.
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: its name, where, what was found and what was allowed."""

    rule: str
    where: str
    found: float
    limit: float

    def __str__(self) -> str:
        return f"{self.rule} at {self.where}: {self.found:.9g} against {self.limit:.9g}"


class AllocationFault(RuntimeError):
    """A plan that breaks its own rules: a defect of the engine, never of the input."""

    def __init__(self, violations: list[Violation]) -> None:
        self.violations = violations
        shown = "; ".join(str(violation) for violation in violations[:5])
        super().__init__(f"{len(violations)} rule(s) broken: {shown}")


def verify_allocation(problem: MatchProblem, result: AllocationResult) -> list[Violation]:
    """Everything the plan breaks, in a fixed order; empty when it keeps all rules and adds up."""
    arcs = _arcs(result)
    found = _check_arcs(problem, result, arcs)
    if found:
        # Balances of arcs that do not exist would only repeat the fault in other words.
        return found
    received = _received(problem, arcs)
    found += _check_supplies(problem, result, arcs, received)
    found += _check_demands(problem, arcs)
    found += _check_shares(problem, arcs)
    if result.blend:
        found += _check_blends(problem, arcs, result.confidence)
    return found + _check_objective(problem, result)


def _arcs(result: AllocationResult) -> list[tuple[int, int, int, float]]:
    columns = (result.supply, result.demand, result.month, result.tonnes)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _check_arcs(problem: MatchProblem, result: AllocationResult, arcs: list) -> list[Violation]:
    found, seen, checked = [], set(), set()
    distance, freight = result.distance_km.tolist(), result.freight_yuan_per_t.tolist()
    for at, (supply, demand, month, tonnes) in enumerate(arcs):
        where = f"{problem.supplies.ids[supply]} -> {problem.demands.ids[demand]}"
        in_month = f"{where} in {problem.months[month]}"
        if not (math.isfinite(tonnes) and tonnes >= 0):
            found.append(Violation("tonnes", in_month, tonnes, 0.0))
        if (supply, demand, month) in seen:
            found.append(Violation("given_twice", in_month, 2, 1))
        seen.add((supply, demand, month))
        for rule, listing in (("supply", problem.supplies), ("demand", problem.demands)):
            index = supply if rule == "supply" else demand
            first, last = int(listing.first_month[index]), int(listing.last_month[index])
            if not first <= month <= last:
                found.append(Violation(f"{rule}_window", in_month, month, first if month < first else last))
        if (supply, demand) in checked:
            continue
        checked.add((supply, demand))
        stated = problem.freight.handling_yuan_per_t + problem.freight.rate_yuan_per_t_km * distance[at]
        if abs(stated - freight[at]) > TOLERANCE * max(1.0, abs(stated)):
            found.append(Violation("freight", where, freight[at], stated))
        faults = pair_faults(
            problem, supply, demand, distance[at], blend=result.blend, confidence=result.confidence
        )
        found += [Violation(rule, where, value, limit) for rule, value, limit in faults]
    return found


def residue_joins(problem: MatchProblem) -> Iterator[tuple[int, int, int, float]]:
    """(demand, month, supply joined, tonnes of residue per tonne): the first open supply of the firm and
    type.
    """
    owned = defaultdict(list)
    for supply, enterprise in enumerate(problem.supplies.enterprise.tolist()):
        owned[enterprise, int(problem.supplies.waste_type[supply])].append(supply)
    for demand, waste, rate in zip(
        problem.residues.demand.tolist(), problem.residues.waste_type.tolist(),
        problem.residues.yield_t_per_t.tolist(), strict=True,
    ):
        hosts = owned[int(problem.demands.enterprise[demand]), waste]
        for month in range(len(problem.months)):
            for host in hosts:
                if problem.supplies.first_month[host] <= month <= problem.supplies.last_month[host]:
                    yield demand, month, host, rate
                    break


def _received(problem: MatchProblem, arcs: list) -> dict[tuple[int, int], float]:
    """Tonnes of residue that join each (supply, month)."""
    intake, received = _intake(arcs), defaultdict(float)
    for demand, month, host, rate in residue_joins(problem):
        received[host, month] += rate * intake.get((demand, month), 0.0)
    return received


def _check_supplies(
    problem: MatchProblem, result: AllocationResult, arcs: list, received: dict
) -> list[Violation]:
    sent = defaultdict(float)
    for supply, _demand, month, tonnes in arcs:
        sent[supply, month] += tonnes
    found = []
    for supply, name in enumerate(problem.supplies.ids):
        held = float(problem.supplies.stock_t[supply])
        came_in = held
        for month in range(problem.supplies.first_month[supply], problem.supplies.last_month[supply] + 1):
            comes = made(problem, supply, month) + received.get((supply, month), 0.0)
            held += comes - sent.get((supply, month), 0.0)
            came_in += comes
            if held < -TOLERANCE * max(1.0, came_in):
                found.append(Violation("supply_balance", f"{name} in {problem.months[month]}", -held, 0.0))
        stated = float(result.left_over_t[supply])
        if abs(stated - held) > TOLERANCE * max(1.0, came_in):
            found.append(Violation("left_over", name, stated, held))
    return found


def _check_demands(problem: MatchProblem, arcs: list) -> list[Violation]:
    found = []
    for (demand, month), tonnes in sorted(_intake(arcs).items()):
        room = space(problem, demand, month)
        if tonnes > room + TOLERANCE * max(1.0, room):
            where = f"{problem.demands.ids[demand]} in {problem.months[month]}"
            found.append(Violation("demand_capacity", where, tonnes, room))
    return found


def _check_shares(problem: MatchProblem, arcs: list) -> list[Violation]:
    intake, by_type = _intake(arcs), defaultdict(float)
    for supply, demand, month, tonnes in arcs:
        by_type[demand, month, int(problem.supplies.waste_type[supply])] += tonnes
    found = []
    for (demand, month, waste), tonnes in sorted(by_type.items()):
        share, whole = float(problem.demands.max_share[demand, waste]), intake[demand, month]
        if not tonnes <= share * whole + TOLERANCE * max(1.0, whole):
            where = f"{problem.demands.ids[demand]} {problem.waste_types[waste]} in {problem.months[month]}"
            found.append(Violation("max_share", where, tonnes / whole, share))
    return found


def _check_blends(problem: MatchProblem, arcs: list, confidence: float | None) -> list[Violation]:
    lots = defaultdict(list)
    for supply, demand, month, tonnes in arcs:
        lots[demand].append((month, supply, tonnes))
    found, specs, everything = [], problem.specs, np.arange(len(problem.supplies.ids))
    mixing = specs.basis == BLEND
    dry = {key: dry_shares(problem, everything, key).tolist() for key in set(specs.property[mixing].tolist())}
    for spec in np.flatnonzero(mixing).tolist():
        key = int(specs.property[spec])
        mixed: dict[int, list[tuple[float, float, float]]] = defaultdict(list)
        for month, supply, tonnes in lots.get(int(specs.demand[spec]), ()):
            if specs.waste_type[spec] in (-1, problem.supplies.waste_type[supply]):
                value = float(problem.supplies.property_value[supply, key])
                spread = float(problem.supplies.property_sd[supply, key])
                mixed[month].append((tonnes * dry[key][supply], value, spread))
        for month, parts in sorted(mixed.items()):
            found += _check_mix(problem, spec, month, parts, confidence)
    return found


def _check_mix(
    problem: MatchProblem, spec: int, month: int, parts: list, confidence: float | None
) -> list[Violation]:
    weight = sum(part for part, _value, _spread in parts)
    if weight <= 0:
        return []
    mean = sum(part * value for part, value, _spread in parts) / weight
    low, high = float(problem.specs.minimum[spec]), float(problem.specs.maximum[spec])
    # The solver's tolerance is on tonnes, so a mix of a few kilograms may stray further than a large one.
    spread = max(1.0, *(abs(value - mean) for _part, value, _spread in parts), abs(mean))
    slack = TOLERANCE * spread * max(1.0, 1.0 / weight)
    key = problem.properties[problem.specs.property[spec]]
    where = f"{problem.demands.ids[problem.specs.demand[spec]]} {key} in {problem.months[month]}"
    if not mean <= high + slack:
        return [Violation("blend_max", where, mean, high)]
    if not mean >= low - slack:
        return [Violation("blend_min", where, mean, low)]
    if confidence is None:
        return []
    # Lots are independent, so their variances add up; a spread that is not known adds nothing.
    variance = sum((part * spread) ** 2 for part, _value, spread in parts if not math.isnan(spread))
    sure = chance_inside(mean, math.sqrt(variance) / weight, low - slack, high + slack)
    short = sure < confidence - CHANCE_TOLERANCE
    return [Violation("blend_confidence", where, sure, confidence)] if short else []


def made(problem: MatchProblem, supply: int, month: int) -> float:
    """Tonnes a supply produces in a month of its window."""
    still = problem.closures is not None and bool(problem.closures.supply[supply, month])
    return 0.0 if still else float(problem.supplies.t_per_month[supply])


def space(problem: MatchProblem, demand: int, month: int) -> float:
    """Tonnes a demand can take in in a month of its window."""
    still = problem.closures is not None and bool(problem.closures.demand[demand, month])
    return 0.0 if still else float(problem.demands.t_per_month[demand])


def _check_objective(problem: MatchProblem, result: AllocationResult) -> list[Violation]:
    given = result.pairs
    place = {pair: at for at, pair in enumerate(zip(given.supply.tolist(), given.demand.tolist(), strict=True))}
    used = [place[pair] for pair in zip(result.supply.tolist(), result.demand.tolist(), strict=True)]
    total = float(result.tonnes @ worths(problem, result.objective, given)[used]) if used else 0.0
    report = result.report
    slack = TOLERANCE * max(1.0, abs(total))
    found = []
    if abs(total - report.objective) > slack:
        found.append(Violation("objective", result.objective, report.objective, total))
    if report.objective > report.bound + slack:
        found.append(Violation("bound", result.objective, report.objective, report.bound))
    if report.status == OPTIMAL and report.bound - report.objective > TOLERANCE * max(1.0, abs(report.bound)):
        found.append(Violation("not_optimal", result.objective, report.objective, report.bound))
    return found


def worths(problem: MatchProblem, objective: str, pairs: Pairs) -> np.ndarray:
    """What one tonne on each of the ``n`` pairs given counts for, shape ``(n,)``: yuan, tonnes or kg CO2e."""
    supply, demand = pairs.supply, pairs.demand
    if objective == "tonnes":
        return np.ones(len(supply))
    if objective == "value":
        freight = problem.freight.handling_yuan_per_t + problem.freight.rate_yuan_per_t_km * pairs.distance_km
        gain = problem.demands.bid_yuan_per_t[demand] - problem.supplies.ask_yuan_per_t[supply] - freight
        return gain + (0.0 if pairs.extra_yuan_per_t is None else pairs.extra_yuan_per_t)
    stated, wastes = problem.carbon.avoided_kg_per_t, problem.waste_types
    avoided = np.array([[stated.get((use, waste), 0.0) for waste in wastes] for use in problem.uses])
    saved = avoided[problem.demands.use[demand], problem.supplies.waste_type[supply]]
    net = saved - problem.carbon.transport_kg_per_t_km * pairs.distance_km
    return net + (0.0 if pairs.extra_kg_per_t is None else pairs.extra_kg_per_t)


def _intake(arcs: list) -> dict[tuple[int, int], float]:
    intake = defaultdict(float)
    for _supply, demand, month, tonnes in arcs:
        intake[demand, month] += tonnes
    return intake


def dry_shares(problem: MatchProblem, supply: np.ndarray, key: int) -> np.ndarray:
    """Dry tonnes per tonne of each supply for a property on a dry basis, else 1."""
    dry = problem.catalogue.properties[problem.properties[key]].mixing == "linear_dry"
    if not dry or "moisture" not in problem.properties:
        return np.ones(len(supply))
    moisture = problem.supplies.property_value[supply, problem.properties.index("moisture")]
    return 1.0 - np.where(np.isnan(moisture), 0.0, moisture) / 100.0

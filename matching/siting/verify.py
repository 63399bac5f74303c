"""Check a siting answer against what was asked, with plain loops; nothing here is shared with the search.

The plan itself is judged by the allocation's own verifier; here: what is closed takes nothing, requirements hold, the
objective adds up, the candidates in the market are those that were given, and the report does not boast.
"""

from __future__ import annotations

import math

from matching.allocation.result import OPTIMAL, WITHIN_GAP
from matching.allocation.verify import TOLERANCE, Violation, verify_allocation
from matching.siting.problem import Candidate, SitingProblem
from matching.siting.result import SitingResult

# A gap this small (relative) is rounding.
_PROVEN = 1e-6


def verify_siting(siting: SitingProblem, result: SitingResult, *, relative_gap: float) -> list[Violation]:
    """Everything the answer breaks, in a fixed order; empty when it keeps all that was asked and adds up."""
    found = verify_allocation(result.problem, result.plan) + verify_allocation(result.problem, result.without)
    opened = {decision.candidate for decision in result.decisions if decision.opened}
    asked = {candidate.id: candidate for candidate in siting.candidates}
    if [decision.candidate for decision in result.decisions] != sorted(asked):
        return [*found, Violation("decisions", "candidates", len(result.decisions), len(asked))]
    for candidate in asked.values():
        found += _candidate(result, candidate)
    found += _openings(siting, result, opened)
    found += _placed(siting, result, opened)
    return found + _report(siting, result, opened, relative_gap)


def _candidate(result: SitingResult, candidate: Candidate) -> list[Violation]:
    """The market's demand is the candidate that was given."""
    demands, at = result.problem.demands, result.problem.demands.ids.index(candidate.id)
    pairs = (
        ("t_per_month", demands.t_per_month[at], candidate.t_per_month), ("lat", demands.lat[at], candidate.lat),
        ("lon", demands.lon[at], candidate.lon), ("bid", demands.bid_yuan_per_t[at], candidate.bid_yuan_per_t),
        ("distance", demands.max_distance_km[at], candidate.max_distance_km),
        ("specs", sum(int(of) == at for of in result.problem.specs.demand), len(candidate.specs)),
        ("residues", sum(int(of) == at for of in result.problem.residues.demand), len(candidate.residues)),
        ("accepts", sum(not math.isnan(share) for share in demands.max_share[at]), len(candidate.accepts)),
    )  # fmt: skip
    return [
        Violation(f"candidate_{what}", candidate.id, float(stands), float(given))
        for what, stands, given in pairs if stands != given
    ]


def _openings(siting: SitingProblem, result: SitingResult, opened: set[str]) -> list[Violation]:
    costs = sum(candidate.open_cost_yuan for candidate in siting.candidates if candidate.id in opened)
    found = []
    if abs(costs - result.opening_yuan) > TOLERANCE * max(1.0, costs):
        found.append(Violation("opening_yuan", "all", result.opening_yuan, costs))
    if siting.budget_yuan is not None and costs > siting.budget_yuan + TOLERANCE * max(1.0, siting.budget_yuan):
        found.append(Violation("budget", "all", costs, siting.budget_yuan))
    if siting.most_open is not None and len(opened) > siting.most_open:
        found.append(Violation("most_open", "all", len(opened), siting.most_open))
    found += [Violation("must_open", key, 0.0, 1.0) for key in siting.must_open if key not in opened]
    return found


def _placed(siting: SitingProblem, result: SitingResult, opened: set[str]) -> list[Violation]:
    problem, plan, found = result.problem, result.plan, []
    by_waste: dict[str, float] = {}
    by_taker: dict[str, float] = {}
    for supply, demand, tonnes in zip(plan.supply.tolist(), plan.demand.tolist(), plan.tonnes.tolist(), strict=True):
        waste, taker = problem.waste_types[problem.supplies.waste_type[supply]], problem.demands.ids[demand]
        by_waste[waste] = by_waste.get(waste, 0.0) + tonnes
        by_taker[taker] = by_taker.get(taker, 0.0) + tonnes
    for waste, least in siting.at_least:
        placed = by_waste.get(waste, 0.0)
        if placed < least - TOLERANCE * max(1.0, least):
            found.append(Violation("at_least", waste, placed, least))
    for decision in result.decisions:
        taken = by_taker.get(decision.candidate, 0.0)
        slack = TOLERANCE * max(1.0, taken)
        if decision.candidate not in opened and taken > 0:
            found.append(Violation("closed_takes", decision.candidate, taken, 0.0))
        told = sum(part.unplaced_t + part.moved_t for part in decision.taken)
        if abs(decision.tonnes - taken) > slack or abs(told - taken) > slack:
            found.append(Violation("taken", decision.candidate, told, taken))
        if any(min(part.unplaced_t, part.moved_t) < -slack for part in decision.taken):
            found.append(Violation("taken_sign", decision.candidate, -1.0, 0.0))
    ours = {candidate.id for candidate in siting.candidates}
    for demand in set(result.without.demand.tolist()):
        if problem.demands.ids[demand] in ours:
            found.append(Violation("without_takes", problem.demands.ids[demand], 1.0, 0.0))
    return found


def _report(siting: SitingProblem, result: SitingResult, opened: set[str], relative_gap: float) -> list[Violation]:
    problem, plan, report, found = result.problem, result.plan, result.report, []
    value, freight = 0.0, 0.0
    arcs = zip(
        plan.supply.tolist(), plan.demand.tolist(), plan.tonnes.tolist(), plan.distance_km.tolist(), strict=True
    )
    for supply, demand, tonnes, km in arcs:
        rate = problem.freight.handling_yuan_per_t + problem.freight.rate_yuan_per_t_km * km
        gain = float(problem.demands.bid_yuan_per_t[demand] - problem.supplies.ask_yuan_per_t[supply])
        value += tonnes * (gain - rate)
        freight += tonnes * rate
    costs = sum(candidate.open_cost_yuan for candidate in siting.candidates if candidate.id in opened)
    told = [("net_value", result.net_value_yuan, value - costs)]
    if result.objective == "net_value":
        told.append(("objective", report.objective, value - costs))
    else:
        told.append(("objective", report.objective, float(sum(plan.tonnes.tolist()))))
        told.append(("least_cost", report.second_objective or 0.0, freight + costs))
    for what, stated, derived in told:
        if abs(stated - derived) > TOLERANCE * max(1.0, abs(derived), abs(value), costs):
            found.append(Violation(what, "report", stated, derived))
    gap = (report.bound - report.objective) / max(1.0, abs(report.bound))
    if report.bound < report.objective or abs(gap - report.gap) > 1e-9:
        found.append(Violation("gap", "report", report.gap, gap))
    most = {OPTIMAL: _PROVEN, WITHIN_GAP: max(relative_gap, _PROVEN)}.get(report.status, math.inf)
    gaps = [gap]
    if report.second_objective is not None and report.second_bound is not None:
        gaps.append((report.second_objective - report.second_bound) / max(1.0, abs(report.second_objective)))
    if max(gaps) > most + 1e-9:
        found.append(Violation("status", report.status, max(gaps), most))
    return found

"""Why what opens opens: the tonnes it takes, and where they would be without it."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from matching.allocation.report import LEAST_ARC_T
from matching.allocation.result import AllocationResult, Pairs
from matching.problem import MatchProblem
from matching.siting.result import Taken


def taken_by(
    problem: MatchProblem, plan: AllocationResult, without: AllocationResult, demand: np.ndarray
) -> list[tuple[Taken, ...]]:
    """What each candidate (``demand``, positions) takes by waste type, set against the plan without any.

    Supply by supply: of what candidates take, as much has moved as the other demands take less of that supply than
    before; the rest lay unplaced.  Candidates that share a supply share both in proportion.
    """
    before, after, ours = _by_supply(without), _by_supply(plan), set(demand.tolist())
    sums: dict[tuple[int, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    sources: dict[tuple[int, int], set[int]] = defaultdict(set)
    for supply, takers in sorted(after.items()):
        mine = {taker: tonnes for taker, tonnes in takers.items() if taker in ours}
        whole = sum(mine.values())
        given_up = sum(before[supply].values()) - (sum(takers.values()) - whole)
        moved = min(whole, max(given_up, 0.0))
        lost = {
            taker for taker, tonnes in before[supply].items() if tonnes - takers.get(taker, 0.0) > LEAST_ARC_T
        } if moved > LEAST_ARC_T else set()
        for taker, tonnes in mine.items():
            key = (taker, int(problem.supplies.waste_type[supply]))
            sums[key][0] += tonnes
            sums[key][1] += tonnes * moved / whole
            sources[key] |= lost
    found: dict[int, list[Taken]] = defaultdict(list)
    for (taker, waste), (tonnes, moved) in sorted(sums.items()):
        origins = tuple(sorted(problem.demands.ids[at] for at in sources[taker, waste]))
        found[taker].append(Taken(problem.waste_types[waste], tonnes, tonnes - moved, moved, origins))
    return [tuple(found[at]) for at in demand.tolist()]


def _by_supply(plan: AllocationResult) -> dict[int, dict[int, float]]:
    """Tonnes over the horizon by supply and demand."""
    tonnes: dict[int, dict[int, float]] = defaultdict(dict)
    for supply, demand, moved in zip(plan.supply.tolist(), plan.demand.tolist(), plan.tonnes.tolist(), strict=True):
        tonnes[supply][demand] = tonnes[supply].get(demand, 0.0) + moved
    return tonnes


def gain_estimates(
    problem: MatchProblem, plan: AllocationResult, pairs: Pairs, worth: np.ndarray, demand: np.ndarray,
    costs: np.ndarray,
) -> np.ndarray:
    """What opening each candidate beside ``plan`` could bring at most, its cost taken off, ``(candidates,)``.

    By weak duality, its own shares and mixes passed over: a month's room times the most that a tonne of one of its
    partners brings beyond that supply's price.  ``worth`` ``(pairs,)`` and ``costs`` in the objective's unit.  An
    estimate only where tonnes that must be placed hold the prices.
    """
    gains = 0.0 - costs
    for at, taker in enumerate(demand.tolist()):
        of = np.flatnonzero(pairs.demand == taker)
        if len(of):
            price = plan.supply_price[pairs.supply[of]]
            beyond = np.where(np.isnan(price), -np.inf, worth[of][:, np.newaxis] - price)
            gains[at] += float(np.maximum(beyond.max(axis=0), 0.0).sum() * problem.demands.t_per_month[taker])
    return gains

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

    Supply by supply, of what candidates take as much has moved as the other demands give up of that supply; what
    these make up for with tonnes of the same type that lay unplaced counts as unplaced again, in proportion.
    Candidates that share a supply share both in proportion.
    """
    ours = set(demand.tolist())
    shares = _moved_by_supply(plan, without, ours)
    given_up = _given_up(problem, plan, without, ours)
    sums: dict[tuple[int, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    at_first: dict[int, float] = defaultdict(float)
    for supply, taker, tonnes, moved in shares:
        waste = int(problem.supplies.waste_type[supply])
        sums[taker, waste][0] += tonnes
        sums[taker, waste][1] += moved
        at_first[waste] += moved
    found: dict[int, list[Taken]] = defaultdict(list)
    for (taker, waste), (tonnes, first) in sorted(sums.items()):
        net = sum(given_up[waste].values())
        moved = first * min(1.0, max(net, 0.0) / at_first[waste]) if at_first[waste] > 0 else 0.0
        losers = [at for at, lost in given_up[waste].items() if lost > LEAST_ARC_T]
        origins = tuple(sorted(problem.demands.ids[at] for at in losers)) if moved > LEAST_ARC_T else ()
        found[taker].append(Taken(problem.waste_types[waste], tonnes, tonnes - moved, moved, origins))
    return [tuple(found[at]) for at in demand.tolist()]


def _moved_by_supply(
    plan: AllocationResult, without: AllocationResult, ours: set[int]
) -> list[tuple[int, int, float, float]]:
    """(supply, candidate, tonnes taken, of which other demands gave up) over the horizon."""
    before, shares = _by_supply(without), []
    for supply, takers in sorted(_by_supply(plan).items()):
        mine = {taker: tonnes for taker, tonnes in takers.items() if taker in ours}
        whole = sum(mine.values())
        given_up = sum(before[supply].values()) - (sum(takers.values()) - whole)
        moved = min(whole, max(given_up, 0.0))
        shares += [(supply, taker, tonnes, tonnes * moved / whole) for taker, tonnes in mine.items()]
    return shares


def _given_up(
    problem: MatchProblem, plan: AllocationResult, without: AllocationResult, ours: set[int]
) -> dict[int, dict[int, float]]:
    """By waste type and demand that is no candidate: tonnes taken less than before (negative: more)."""
    lost: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for sign, one in ((1.0, without), (-1.0, plan)):
        wastes = problem.supplies.waste_type[one.supply].tolist()
        for waste, taker, tonnes in zip(wastes, one.demand.tolist(), one.tonnes.tolist(), strict=True):
            if taker not in ours:
                lost[waste][taker] += sign * tonnes
    return lost


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

"""Which pairs an allocation may use: the feasible ones, each property that a spec names assayed."""

from __future__ import annotations

import numpy as np

from matching.allocation.result import Pairs
from matching.problem import BLEND, NO_WASTE, MatchProblem
from matching.uncertainty import within


def allocatable(
    problem: MatchProblem, pairs: Pairs, *, blend: bool, confidence: float | None = None
) -> Pairs:
    """Sort ``pairs``, drop those with a spec'd property not assayed and, without ``blend``, those outside a
    spec.

    With ``blend`` a pair outside a `blend` limit stays: a better partner may make up for it in the mix.  With a
    ``confidence`` each spec of a lot by itself must hold with that probability, both its limits together.
    Pairs without a common month are dropped as well: nothing could move.  Raises ``ValueError`` for a pair
    named twice.
    """
    pairs = pairs.keep(np.lexsort((pairs.demand, pairs.supply)))
    same = (np.diff(pairs.supply) == 0) & (np.diff(pairs.demand) == 0)
    if same.any():
        at = int(np.argmax(same))
        supply, demand = problem.supplies.ids[pairs.supply[at]], problem.demands.ids[pairs.demand[at]]
        raise ValueError(f"pair {supply} -> {demand} is given twice; give every pair once")
    first, last = common_months(problem, pairs)
    keep = first <= last
    spec, at = spec_entries(problem, pairs.supply, pairs.demand)
    value = problem.supplies.property_value[pairs.supply[at], problem.specs.property[spec]]
    low, high = problem.specs.minimum[spec], problem.specs.maximum[spec]
    inside = (value >= low) & (value <= high)
    if confidence is not None:
        sd = problem.supplies.property_sd[pairs.supply[at], problem.specs.property[spec]]
        inside &= within(value, sd, low, high) >= confidence
    may_mix = (problem.specs.basis[spec] == BLEND) & blend
    keep[at[np.where(may_mix, np.isnan(value), ~inside)]] = False
    return pairs.keep(keep)


def common_months(problem: MatchProblem, pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """First and last month, inclusive, that both windows of each pair hold; last < first where there is
    none.
    """
    first = np.maximum(problem.supplies.first_month[pairs.supply], problem.demands.first_month[pairs.demand])
    last = np.minimum(problem.supplies.last_month[pairs.supply], problem.demands.last_month[pairs.demand])
    return first, last


def spec_entries(
    problem: MatchProblem, supply: np.ndarray, demand: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Every spec with every pair (or column) that it binds: two parallel arrays, spec and position in
    ``supply``.
    """
    spec, at = join(problem.specs.demand, demand)
    wanted = problem.specs.waste_type[spec]
    binds = (wanted == NO_WASTE) | (wanted == problem.supplies.waste_type[supply[at]])
    return spec[binds], at[binds]


def join(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All positions (i, j) with ``left[i] == right[j]``, sorted by i; two integer arrays ``(m,)``, ``(n,)``
    in.
    """
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    start = np.searchsorted(ordered, left, side="left")
    count = np.searchsorted(ordered, left, side="right") - start
    i = np.repeat(np.arange(len(left)), count)
    # Within each run of equal i the position counts up from the run's start.
    offset = np.arange(len(i)) - np.repeat(np.cumsum(count) - count, count)
    return i, order[start[i] + offset]

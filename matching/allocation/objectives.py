"""What a tonne on each pair counts for under the three objectives."""

from __future__ import annotations

import numpy as np

from matching.allocation.result import Pairs
from matching.problem import MatchProblem

OBJECTIVES = ("value", "tonnes", "carbon")


def value_yuan_per_t(problem: MatchProblem, pairs: Pairs) -> np.ndarray:
    """Bid - ask - freight in yuan per tonne, ``(pairs,)``: what both sides gain together; and the pair's extra."""
    bid = problem.demands.bid_yuan_per_t[pairs.demand]
    gain = bid - problem.supplies.ask_yuan_per_t[pairs.supply] - pairs.freight_yuan_per_t
    return gain if pairs.extra_yuan_per_t is None else gain + pairs.extra_yuan_per_t


def carbon_kg_per_t(problem: MatchProblem, pairs: Pairs) -> np.ndarray:
    """Kilograms CO2e avoided by the use less those of the freight, per tonne, ``(pairs,)``.

    A use and waste type without a stated saving avoids nothing.  The pair's extra is added.
    """
    avoided = np.zeros((len(problem.uses), len(problem.waste_types)))
    use_at = {key: at for at, key in enumerate(problem.uses)}
    waste_at = {key: at for at, key in enumerate(problem.waste_types)}
    for (use, waste), saving in problem.carbon.avoided_kg_per_t.items():
        if use in use_at and waste in waste_at:
            avoided[use_at[use], waste_at[waste]] = saving
    use, waste = problem.demands.use[pairs.demand], problem.supplies.waste_type[pairs.supply]
    net = avoided[use, waste] - problem.carbon.transport_kg_per_t_km * pairs.distance_km
    return net if pairs.extra_kg_per_t is None else net + pairs.extra_kg_per_t

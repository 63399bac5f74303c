"""`allocate`: the region-wide best plan of tonnes over months, as a linear program proven optimal or said
not to be.
"""

from __future__ import annotations

import math
import time

from matching.allocation.checks import check_call
from matching.allocation.planner import NETWORK_COLUMNS, Planner
from matching.allocation.result import PROVEN_GAP, AllocationResult, Pairs
from matching.params import MatchParams, Progress
from matching.problem import MatchProblem
from matching.uncertainty import check_confidence


def allocate(
    problem: MatchProblem,
    params: MatchParams | None = None,
    *,
    objective: str = "value",
    blend: bool = True,
    time_limit_s: float | None = None,
    pairs: Pairs | None = None,
    distance_method: str | None = None,
    progress: Progress | None = None,
    network_columns: int = NETWORK_COLUMNS,
    confidence: float | None = None,
    relative_gap: float = PROVEN_GAP,
) -> AllocationResult:
    """Choose tonnes for every feasible pair and month so that ``objective`` is greatest
    (docs/engine-allocation.md).

    ``objective`` is ``value`` (yuan), ``tonnes`` (most tonnes first, then least freight) or ``carbon`` (kg
    CO2e avoided net of freight).  ``blend`` False reads every `blend` spec as `each`.  ``pairs`` are the
    feasible pairs where they are known already; otherwise the matching finds them with ``params``.
    ``time_limit_s`` bounds the solver's seconds; an answer cut short says so in ``report.status`` and is
    never called optimal.  ``progress`` is told of the matching (supplies done, of how many).  From
    ``network_columns`` columns on a program without shares, mixes and residues goes to the network simplex.
    ``confidence`` (0.5 to below 1) allots only what keeps every spec with that probability where assays have a spread.
    A program of more than some hundred thousand columns is solved until plan and bound are within ``relative_gap``.
    Raises ``ValueError`` for an unknown objective, a negative time limit, a gap outside [0, 1), another confidence or a
    pair given twice, and ``AllocationFault`` should the plan not pass the verifier.
    """
    check_call(objective, relative_gap, time_limit_s)
    check_confidence(confidence)
    started = time.monotonic()
    deadline = started + time_limit_s if time_limit_s is not None else math.inf
    params = params or MatchParams()
    if pairs is None:
        from matching.allocation.feasible import feasible_pairs

        pairs, distance_method = feasible_pairs(problem, params, progress)
    planner = Planner(
        problem, params, pairs, objective=objective, blend=blend, network_columns=network_columns,
        confidence=confidence, relative_gap=relative_gap,
    )
    return planner.plan(deadline, started=started, distance_method=distance_method or "given")

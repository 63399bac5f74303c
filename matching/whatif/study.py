"""`Study`: one market, asked again and again what changes would do to its best plan."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from matching.allocation.feasible import feasible_pairs
from matching.allocation.planner import Planner
from matching.allocation.result import AllocationResult, Pairs
from matching.params import MatchParams
from matching.problem import MatchProblem
from matching.whatif.applying import alter
from matching.whatif.changes import Change, DisposalFee
from matching.whatif.difference import Difference, difference_of
from matching.whatif.fees import fee_due_yuan, in_steps
from matching.whatif.outcome import Outcome, outcome_of


@dataclass(frozen=True, slots=True)
class Answer:
    """What the plan is without the changes and with them, and the difference; ``seconds`` for the second alone."""

    problem: MatchProblem
    before: Outcome
    after: Outcome
    difference: Difference
    plan: AllocationResult
    seconds: float


class Study:
    """``objective`` and ``blend`` as in :func:`matching.allocation.allocate`; the first plan is made at once."""

    def __init__(
        self, problem: MatchProblem, params: MatchParams | None = None, *, objective: str = "value",
        blend: bool = True, time_limit_s: float | None = None,
    ) -> None:
        self.problem, self.params = problem, params or MatchParams()
        self._objective, self._blend, self._limit = objective, blend, time_limit_s
        self.pairs, self.distance_method = feasible_pairs(problem, self.params)
        self.planner = self._planner(problem, self.pairs)
        self.plan = self.planner.plan(self._deadline(), distance_method=self.distance_method)
        self.before = outcome_of(problem, self.plan)

    def ask(self, changes: Sequence[Change]) -> Answer:
        """The best plan with ``changes`` made.

        Raises :class:`~matching.whatif.faults.ImpossibleChange` with everything that cannot be.
        """
        started = time.monotonic()
        altered = alter(self.problem, changes)
        pairs, method = feasible_pairs(altered.problem, self.params)
        pairs = pairs.keep(np.lexsort((pairs.demand, pairs.supply)))
        extras = altered.extras(pairs, self.params)
        solved, owner, fee, near = altered.problem, None, None, self._at_home(altered.problem)
        if altered.fee is not None:
            steps = in_steps(altered.problem, pairs, extras, altered.fee)
            solved, pairs, extras, owner, fee = steps.problem, steps.pairs, steps.extras, steps.owner, steps.fee
            near = None
        plan = self._planner(solved, extras.of(pairs)).plan(
            self._deadline(), distance_method=method, near=near
        )
        after = outcome_of(altered.problem, plan, pairs=pairs, extras=extras, owner=owner, fee=fee)
        seconds = time.monotonic() - started
        return Answer(altered.problem, self.before, after, difference_of(self.before, after), plan, seconds)

    def fee_today(self, fee: DisposalFee) -> float:
        """What ``fee`` would cost if nobody acted upon it: on the plan as it is, yuan."""
        sent = np.bincount(self.plan.supply, self.plan.tonnes, minlength=len(self.problem.supplies.ids))
        return float(fee_due_yuan(fee, sent + self.plan.left_over_t, sent).sum())

    def _at_home(self, problem: MatchProblem) -> AllocationResult:
        """The plan of today with the positions of ``problem``, where a new plant may stand among the demands."""
        at = {key: position for position, key in enumerate(problem.demands.ids)}
        moved = np.array([at[key] for key in self.problem.demands.ids], dtype=np.int64)
        return replace(self.plan, demand=moved[self.plan.demand])

    def _planner(self, problem: MatchProblem, pairs: Pairs) -> Planner:
        return Planner(problem, self.params, pairs, objective=self._objective, blend=self._blend)

    def _deadline(self) -> float:
        return math.inf if self._limit is None else time.monotonic() + self._limit

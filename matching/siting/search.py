"""Branch and bound over the openings: linear programs that each start from where the last one stood.

A siting program has few whole numbers and many tonnes, so nearly all time goes into the first linear program; after
an opening is fixed, the dual simplex needs a moment.  (HiGHS's own branch and bound spends ten times as long on
sub-programs here.)  Land & Doig, *Econometrica* 28 (1960); the cuts are those of Leung & Magnanti, *Mathematical
Programming* 44 (1989), for capacitated plants.
"""

from __future__ import annotations

import heapq
import math
import time
from dataclasses import dataclass

import numpy as np

from matching.siting.program import SitingProgram
from matching.siting.solving import FOUND, IMPOSSIBLE, LinearModel, Outcome

# An opening this near a whole number is one; what that leaves open is closed before the plan is drawn up.
_WHOLE = 1e-6
_ROOT_ROUNDS, _NODE_ROUNDS, _CUTS = 20, 2, 5_000


@dataclass(frozen=True, slots=True)
class Choice:
    """The best set found: ``opened`` (bool, ``(candidates,)``; None where none was found), its point ``x``,
    objective, the bound no choice exceeds, linear programs solved, and whether the search came to its end.
    """

    opened: np.ndarray | None
    x: np.ndarray | None
    objective: float
    bound: float
    solved: int
    ended: bool

    @property
    def impossible(self) -> bool:
        """Whether it is proven that nothing keeps all requirements."""
        return self.ended and self.opened is None


@dataclass(slots=True)
class _Best:
    opened: np.ndarray | None = None
    x: np.ndarray | None = None
    objective: float = -math.inf


class Search:
    """One search over the openings of ``model``; the model keeps its cuts for the next search."""

    def __init__(self, program: SitingProgram, model: LinearModel, *, deadline: float, gap: float) -> None:
        self.program, self.model, self.deadline, self.gap = program, model, deadline, gap
        self.solved = 0
        self.best = _Best()
        self._limits = (np.zeros(len(program.demand)), np.ones(len(program.demand)))

    def run(self, *, forced: int | None = None, start: np.ndarray | None = None) -> Choice:
        """Search, with candidate ``forced`` open and the set ``start`` tried first where they are given."""
        low, high = (limit.copy() for limit in self._limits)
        if forced is not None:
            low[forced] = 1.0
        root = self._node(low, high, _ROOT_ROUNDS)
        if root is None or root.status == IMPOSSIBLE:
            self._restore()
            return self._choice(-math.inf if root is not None else math.inf, ended=root is not None)
        if start is not None:
            self._try(start.astype(bool), low, high)
        self._try(self._rounded(root.x), low, high)
        bound, ended = self._branch(root, low, high)
        self._restore()
        return self._choice(bound, ended=ended)

    def _branch(self, root: Outcome, low: np.ndarray, high: np.ndarray) -> tuple[float, bool]:
        """Best bound first, of equals the latest; the bound reached, and whether it is near enough."""
        heap: list[tuple[float, int, np.ndarray, np.ndarray]] = []
        found: Outcome | None = root
        parent, settled, count = root.objective, -math.inf, 0
        while True:
            if found is None:
                return max([parent, settled, self.best.objective, *(-key for key, *_ in heap)]), False
            if found.status == FOUND:
                at = self._branching(found.x[self.program.opening])
                if at is None:
                    self._settle(found, low, high)
                if at is None or not self._worth(found.objective):
                    settled = max(settled, found.objective)
                else:
                    for value in self._sides(found.x[self.program.opening[at]]):
                        lower, upper = low.copy(), high.copy()
                        lower[at] = upper[at] = value
                        count += 1
                        heapq.heappush(heap, (-found.objective, -count, lower, upper))
            if not heap or not self._worth(-heap[0][0]):
                return max([settled, self.best.objective, *(-key for key, *_ in heap[:1])]), True
            parent, _, low, high = heapq.heappop(heap)
            parent = -parent
            found = self._node(low, high, _NODE_ROUNDS)

    @staticmethod
    def _sides(y: float) -> tuple[float, float]:
        """The two values of an opening, the nearer last, since of equals the latest is looked at first."""
        return (0.0, 1.0) if y >= 0.5 else (1.0, 0.0)

    def _worth(self, bound: float) -> bool:
        """Whether a node with this bound could bring more than the gap asked for allows to give up."""
        return bound - self.best.objective > max(self.gap * max(1.0, abs(bound)), 1e-9 * max(1.0, abs(bound)))

    def _node(self, low: np.ndarray, high: np.ndarray, rounds: int) -> Outcome | None:
        """The linear program between these openings, with the cuts it breaks; None where time is up."""
        self.model.bound_columns(self.program.opening, low, high)
        found: Outcome | None = None
        for _ in range(rounds + 1):
            if time.monotonic() >= self.deadline:
                return None
            outcome = self.model.solve(self.deadline)
            self.solved += 1
            if outcome.status == IMPOSSIBLE:
                return outcome
            if outcome.status != FOUND:
                return found
            found = outcome
            if not self._worth(found.objective):
                break
            rows, upper = self.program.broken_cuts(found.x, _CUTS)
            if not len(upper):
                break
            self.model.add_rows(rows, upper)
        return found

    def _branching(self, y: np.ndarray) -> int | None:
        """The opening that is least decided, the dearest of equals; None where all are whole."""
        undecided = np.minimum(y, 1.0 - y)
        if undecided.max(initial=0.0) <= _WHOLE:
            return None
        return int(np.argmax(undecided * (1.0 + self.program.costs / max(1.0, self.program.costs.max()))))

    def _try(self, opened: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """Take the set where it is possible and better."""
        opened = (opened | (low > 0.5)) & (high > 0.5)
        found = self._node(opened.astype(float), opened.astype(float), 0)
        if found is not None and found.status == FOUND:
            self._take(found)

    def _settle(self, found: Outcome, low: np.ndarray, high: np.ndarray) -> None:
        """Take a point whose openings are whole but for rounding, which is taken off first."""
        y = found.x[self.program.opening]
        if np.array_equal(y, np.rint(y)):
            self._take(found)
        else:
            self._try(y > 0.5, low, high)

    def _take(self, found: Outcome) -> None:
        if found.objective > self.best.objective:
            self.best = _Best(found.x[self.program.opening] > 0.5, found.x, found.objective)

    def _rounded(self, x: np.ndarray) -> np.ndarray:
        """A set near the linear plan: the most decided first, as far as budget and number go."""
        siting, y = self.program.siting, x[self.program.opening]
        opened = np.zeros(len(y), bool)
        left = math.inf if siting.budget_yuan is None else siting.budget_yuan
        places = len(y) if siting.most_open is None else siting.most_open
        # Tonnes that must be placed ask for more room rather than less.
        least = 0.5 if not siting.at_least else _WHOLE
        for at in np.lexsort((np.arange(len(y)), -y)).tolist():
            cost = float(self.program.costs[at])
            if y[at] >= least and cost <= left and places > 0:
                opened[at], left, places = True, left - cost, places - 1
        return opened

    def _restore(self) -> None:
        self.model.bound_columns(self.program.opening, *self._limits)

    def _choice(self, bound: float, *, ended: bool) -> Choice:
        best = self.best
        return Choice(best.opened, best.x, best.objective, max(bound, best.objective), self.solved, ended)

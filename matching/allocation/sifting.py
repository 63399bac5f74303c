"""Solve a program with many columns by looking at few: price all of them, add those that pay, solve again.

An allocation uses only a few of its possible arcs.  The restricted program's prices tell for every arc left
out what a tonne on it would bring; when none brings anything, the plan is the best one over all arcs.  At
every stage the prices also bound what any plan can bring (weak duality), so an interrupted answer knows how
far off it may be.  Source: Bixby et al., "Very large-scale linear programming", Operations Research 40
(1992).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from matching.allocation.highs import Highs
from matching.allocation.program import LinearProgram
from matching.allocation.result import FAILED, OPTIMAL, PROVEN_GAP, WITHIN_GAP

# Below this many columns the whole program is handed over at once.
DIRECT_COLUMNS = 30_000
# Up to this many the simplex is quick from scratch; beyond, many equal arcs can hold it up for minutes.
SIMPLEX_COLUMNS = 2_000
STARTERS = 4
# With more than this share of new columns the old basis is a poor start, and the interior point is quicker.
MANY_NEW = 0.01
# Beyond this many columns crossover takes longer than all else: plans are solved to a proven gap instead.
LARGE_COLUMNS = 250_000
# Columns of a large program that fall short of the flow's prices by less than this enter at once.
NEARLY = 0.5
# A reduced cost within this much of nothing (relative to the largest cost) is nothing.
PRICE_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan ``x`` over all columns with prices >= 0 of the rows, its objective and the bound the prices
    give.
    """

    status: str
    reason: str
    x: np.ndarray
    prices: np.ndarray
    objective: float
    bound: float
    iterations: int
    rounds: int


def beyond_prices(reduced: np.ndarray, ceiling: np.ndarray, group: np.ndarray) -> float:
    """What columns could bring beyond their prices: in a demand's month its best one filling all the room.

    ``group`` numbers the demand's month of each column, -1 for carried tonnes; all arrays of shape ``(columns,)``.
    """
    most = np.maximum(reduced, 0.0) * ceiling
    traded = group >= 0
    best = np.zeros(int(group.max(initial=-1)) + 1)
    np.maximum.at(best, group[traded], most[traded])
    return float(best.sum() + most[~traded].sum())


def judged(
    status: str, reason: str, x: np.ndarray, prices: np.ndarray, objective: float, bound: float, iterations: int,
    rounds: int,
) -> Solved:
    """A solution, called optimal only where plan and bound are within the proven gap."""
    bound = max(bound, objective)
    nearness = (bound - objective) / max(1.0, abs(bound))
    if status == OPTIMAL and nearness > PROVEN_GAP:
        status, reason = WITHIN_GAP, f"the plan is proven to be within {nearness:.1e} of the best one"
    return Solved(status, reason, x, prices, objective, bound, iterations, rounds)


class Sifter:
    """Maximises one program, and again after another cost or another row has been put in its place.

    ``groups`` are arrays of shape (columns,) that number the rows each column competes in (-1: always
    active); the best columns of each group are looked at first.
    """

    def __init__(
        self, program: LinearProgram, groups: tuple[np.ndarray, ...], *, seed: int,
        large_columns: int = LARGE_COLUMNS, relative_gap: float = PROVEN_GAP,
    ) -> None:
        self.program = program
        self._large, self._gap = len(program.cost) > large_columns, relative_gap
        self._groups = groups
        self._solver = Highs(program, seed=seed)
        self._active = np.zeros(0, dtype=np.int64)
        self._is_active = np.zeros(len(program.cost), dtype=bool)
        self._x = np.zeros(len(program.cost))
        self._moved = False
        self.version = self._solver.version

    def maximise(self, preference: np.ndarray, deadline: float) -> Solved:
        """Solve to proven optimality, a large program to the relative gap, or until ``deadline``
        (``time.monotonic`` seconds).

        ``preference`` ``(columns,)`` orders the columns to begin with, best highest.
        """
        cost = self.program.cost
        if not len(self._active):
            self._activate(self._large_starters(preference) if self._large else self._starters(preference))
        # After a change of right-hand sides the old basis is still dual feasible, and near the new one.
        method = "dual" if self._moved or len(self._active) <= SIMPLEX_COLUMNS else "interior"
        method = "central" if self._large else method
        bound, prices, iterations, rounds = np.inf, np.zeros(len(self.program.upper)), 0, 0
        while True:
            rounds += 1
            left = deadline - time.monotonic()
            # Without time left nothing is begun: a small program would else be solved or not by chance.
            outcome = self._solver.solve(left, method=method) if left > 0 else self._solver.not_run()
            if method == "central" and outcome.status == FAILED:
                # Without crossover the interior point may stop short of its own tolerances; with it, it ends.
                outcome = self._solver.solve(deadline - time.monotonic(), method="interior")
            iterations += outcome.iterations
            if outcome.x is not None:
                self._x = np.zeros(len(cost))
                self._x[self._active] = np.maximum(outcome.x, 0.0)
            reduced = cost - self.program.matrix.T @ outcome.prices
            here = float(outcome.prices @ self.program.upper)
            here += beyond_prices(reduced, self.program.ceiling, self._groups[-1])
            if here < bound:
                bound, prices = here, outcome.prices
            if self._large and outcome.status == OPTIMAL and self._near(bound):
                break
            entering = self._entering(reduced) if outcome.status == OPTIMAL else np.zeros(0, dtype=np.int64)
            if not len(entering):
                break
            if not self._large:
                method = "interior" if len(entering) > MANY_NEW * len(self._active) else "primal"
            self._activate(entering)
        if outcome.status == OPTIMAL and not self._large:
            # The last prices price every column right; earlier ones may only have bounded as well by luck.
            prices = outcome.prices
        return judged(
            outcome.status, outcome.reason, self._x, prices, float(cost @ self._x), bound, iterations, rounds
        )

    def _near(self, bound: float) -> bool:
        return bound - float(self.program.cost @ self._x) <= self._gap * max(1.0, abs(bound))

    def replace_cost(self, cost: np.ndarray) -> None:
        """Ask for another objective; the present plan stays the starting point."""
        self.program = replace(self.program, cost=cost)
        self._solver.set_costs(cost[self._active])

    def change_upper(self, upper: np.ndarray, ceiling: np.ndarray) -> None:
        """Put other right-hand sides in place; the present basis stays the starting point."""
        self.program = replace(self.program, upper=upper, ceiling=ceiling)
        self._solver.set_upper(upper)
        self._moved = True

    def add_floor(self, values: np.ndarray, floor: float) -> None:
        """Add the row ``values . x >= floor``."""
        from scipy.sparse import csr_array, vstack

        values = -values
        matrix = vstack([self.program.matrix, csr_array(values[np.newaxis, :])]).tocsc()
        families = dict(self.program.families)
        families["floor"] = slice(len(self.program.upper), len(self.program.upper) + 1)
        self.program = replace(
            self.program, matrix=matrix, upper=np.append(self.program.upper, -floor), families=families
        )
        self._solver.add_row(np.arange(len(self._active)), values[self._active], -floor)

    def _activate(self, columns: np.ndarray) -> None:
        self._solver.add_columns(self.program, columns, self.program.cost)
        self._active = np.concatenate([self._active, columns])
        self._is_active[columns] = True

    def _starters(self, preference: np.ndarray) -> np.ndarray:
        if len(preference) <= DIRECT_COLUMNS:
            return np.arange(len(preference))
        chosen = self._groups[0] < 0
        for group in self._groups:
            chosen[best_of_each(group, preference, STARTERS)] = True
        return np.flatnonzero(chosen)

    def _large_starters(self, preference: np.ndarray) -> np.ndarray:
        """The best of each group, and whatever is nearly as good as the prices behind ``preference`` ask."""
        return np.union1d(self._starters(preference), np.flatnonzero(preference > -NEARLY))

    def _entering(self, reduced: np.ndarray) -> np.ndarray:
        scale = max(1.0, float(np.abs(self.program.cost).max(initial=0.0)))
        wanting = np.flatnonzero((reduced > PRICE_TOLERANCE * scale) & ~self._is_active)
        chosen = np.zeros(len(wanting), dtype=bool)
        for group in self._groups:
            chosen[best_of_each(group[wanting], reduced[wanting], STARTERS)] = True
        return wanting[chosen]


def best_of_each(group: np.ndarray, worth: np.ndarray, count: int) -> np.ndarray:
    """Positions of the ``count`` highest ``worth`` in each group; equal worth goes by position."""
    order = np.lexsort((-worth, group))
    ordered = group[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(order) else order
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    return order[rank < count]

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
from matching.allocation.result import OPTIMAL

# Below this many columns the whole program is handed over at once.
DIRECT_COLUMNS = 30_000
# Up to this many the simplex is quick from scratch; beyond, many equal arcs can hold it up for minutes.
SIMPLEX_COLUMNS = 2_000
STARTERS = 4
# With more than this share of new columns the old basis is a poor start, and the interior point is quicker.
MANY_NEW = 0.01
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


class Sifter:
    """Maximises one program, and again after another cost or another row has been put in its place.

    ``groups`` are arrays of shape (columns,) that number the rows each column competes in (-1: always
    active); the best columns of each group are looked at first.
    """

    def __init__(self, program: LinearProgram, groups: tuple[np.ndarray, ...], *, seed: int) -> None:
        self.program = program
        self._groups = groups
        self._solver = Highs(program, seed=seed)
        self._active = np.zeros(0, dtype=np.int64)
        self._is_active = np.zeros(len(program.cost), dtype=bool)
        self._x = np.zeros(len(program.cost))
        self._moved = False
        self.version = self._solver.version

    def maximise(self, preference: np.ndarray, deadline: float) -> Solved:
        """Solve to proven optimality or until ``deadline`` (``time.monotonic`` seconds).

        ``preference`` ``(columns,)`` orders the columns to begin with, best highest.
        """
        cost = self.program.cost
        if not len(self._active):
            self._activate(self._starters(preference))
        # After a change of right-hand sides the old basis is still dual feasible, and near the new one.
        method = "dual" if self._moved or len(self._active) <= SIMPLEX_COLUMNS else "interior"
        bound, prices, iterations, rounds = np.inf, np.zeros(len(self.program.upper)), 0, 0
        while True:
            rounds += 1
            left = deadline - time.monotonic()
            # Without time left nothing is begun: a small program would else be solved or not by chance.
            outcome = self._solver.solve(left, method=method) if left > 0 else self._solver.not_run()
            iterations += outcome.iterations
            if outcome.x is not None:
                self._x = np.zeros(len(cost))
                self._x[self._active] = np.maximum(outcome.x, 0.0)
            reduced = cost - self.program.matrix.T @ outcome.prices
            here = outcome.prices @ self.program.upper + np.maximum(reduced, 0.0) @ self.program.ceiling
            if here < bound:
                bound, prices = float(here), outcome.prices
            entering = self._entering(reduced) if outcome.status == OPTIMAL else np.zeros(0, dtype=np.int64)
            if not len(entering):
                break
            method = "interior" if len(entering) > MANY_NEW * len(self._active) else "primal"
            self._activate(entering)
        if outcome.status == OPTIMAL:
            # The last prices price every column right; earlier ones may only have bounded as well by luck.
            prices = outcome.prices
        objective = float(cost @ self._x)
        bound = max(bound, objective)
        return Solved(
            outcome.status, outcome.reason, self._x, prices, objective, bound, iterations, rounds
        )

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
            chosen[_best_of_each(group, preference, STARTERS)] = True
        return np.flatnonzero(chosen)

    def _entering(self, reduced: np.ndarray) -> np.ndarray:
        scale = max(1.0, float(np.abs(self.program.cost).max(initial=0.0)))
        wanting = np.flatnonzero((reduced > PRICE_TOLERANCE * scale) & ~self._is_active)
        chosen = np.zeros(len(wanting), dtype=bool)
        for group in self._groups:
            chosen[_best_of_each(group[wanting], reduced[wanting], STARTERS)] = True
        return wanting[chosen]


def _best_of_each(group: np.ndarray, worth: np.ndarray, count: int) -> np.ndarray:
    """Positions of the ``count`` highest ``worth`` in each group; equal worth goes by position."""
    order = np.lexsort((-worth, group))
    ordered = group[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(order) else order
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    return order[rank < count]

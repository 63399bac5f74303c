"""The siting's mixed-integer program: the allocation's linear program with one opening per candidate.

Columns are those of the allocation, then one y per candidate (1: open).  Rows are those of the allocation, where a
candidate's month reads ``taken in - room y <= 0``, then one row per requirement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.allocation.planner import Planner
from matching.allocation.program import Layout, LinearProgram, window_rows
from matching.siting.problem import SitingProblem
from matching.siting.solving import LinearModel

# A cut is worth its row where the linear plan breaks it by this share of the room.
_BROKEN = 1e-6


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing asked of the choice, as a row ``values . x[columns] <= upper`` and in words.

    ``kind`` is ``budget``, ``most_open``, ``must_open`` or ``at_least``; ``subject`` the candidate or waste type.
    """

    kind: str
    subject: str
    words: str
    columns: np.ndarray
    values: np.ndarray
    upper: float


def requirements_of(siting: SitingProblem, layout: Layout) -> tuple[Requirement, ...]:
    """The rows of the budget, the number opened, what must be open, and the tonnes that must be placed."""
    count = len(siting.candidates)
    first = layout.columns
    opening, ones = first + np.arange(count), np.ones(count)
    found = []
    if siting.budget_yuan is not None:
        words = f"opening costs of at most {siting.budget_yuan:,.0f} yuan"
        found.append(Requirement("budget", "", words, opening, opening_costs(siting), siting.budget_yuan))
    if siting.most_open is not None:
        words = f"at most {siting.most_open} plant{'s' if siting.most_open != 1 else ''} opened"
        found.append(Requirement("most_open", "", words, opening, ones, float(siting.most_open)))
    ids = [candidate.id for candidate in siting.candidates]
    for key in sorted(siting.must_open):
        at = np.array([first + ids.index(key)])
        cost = siting.candidates[ids.index(key)].open_cost_yuan
        words = f"{key} opened, at {cost:,.0f} yuan"
        found.append(Requirement("must_open", key, words, at, -np.ones(1), -1.0))
    for waste, tonnes in sorted(siting.at_least):
        at = np.flatnonzero(layout.waste == siting.problem.waste_types.index(waste))
        words = f"at least {tonnes:,.0f} t of {waste} placed"
        found.append(Requirement("at_least", waste, words, at, -np.ones(len(at)), -float(tonnes)))
    return tuple(found)


def opening_costs(siting: SitingProblem) -> np.ndarray:
    """Yuan of each opening, ``(candidates,)``."""
    return np.array([candidate.open_cost_yuan for candidate in siting.candidates], dtype=np.float64)


class SitingProgram:
    """The program of one siting problem, and the questions the search asks of it.

    ``demand`` ``(candidates,)`` are the candidates' positions among the demands of the planner's market.
    """

    def __init__(self, siting: SitingProblem, planner: Planner, demand: np.ndarray, *, objective: str) -> None:
        self.siting, self.demand, self.layout = siting, demand, planner.layout
        self.base: LinearProgram = planner.program
        self.requirements = requirements_of(siting, self.layout)
        self.opening = self.layout.columns + np.arange(len(demand))
        self.freight = np.zeros(self.layout.columns)
        self.freight[: self.layout.trades] = self.layout.pairs.freight_yuan_per_t[self.layout.pair]
        self.costs = opening_costs(siting)
        paid = -self.costs if objective == "net_value" else np.zeros(len(demand))
        self.cost = np.concatenate([self.base.cost, paid])
        self.expense = np.concatenate([-self.freight, -self.costs])
        self._cut_rows()

    def model(self, *, seed: int) -> LinearModel:
        """The program at the solver, each opening anything from 0 to 1: the search makes them whole.

        Rows of the allocation come first, then the requirements; cuts are added later.
        """
        from scipy.sparse import coo_array, hstack, vstack

        rows, columns = len(self.base.upper), len(self.cost)
        row, candidate, room, upper = self._opened_rows()
        linked = coo_array((-room, (row, candidate)), shape=(rows, len(self.demand)))
        blocks = [hstack([self.base.matrix, linked])]
        if self.requirements:
            at = np.repeat(np.arange(len(self.requirements)), [len(one.columns) for one in self.requirements])
            column = np.concatenate([one.columns for one in self.requirements])
            value = np.concatenate([one.values for one in self.requirements])
            blocks.append(coo_array((value, (at, column)), shape=(len(self.requirements), columns)))
        matrix = vstack(blocks).tocsc()
        matrix.sort_indices()
        bounds = np.concatenate([upper, [one.upper for one in self.requirements]])
        ceiling = np.full(columns, np.inf)
        ceiling[self.opening] = 1.0
        return LinearModel(self.cost, matrix, bounds, ceiling, seed=seed)

    @property
    def requirement_rows(self) -> np.ndarray:
        """The rows of the requirements in the model."""
        return len(self.base.upper) + np.arange(len(self.requirements))

    def _opened_rows(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Rows of the candidates' months, whose candidate, its room, and the right-hand sides with those at 0.

        No more room counts than the month's partners could ever fill: that keeps the linear program tight.
        """
        demands = self.layout.problem.demands
        base = window_rows(demands.first_month, demands.last_month) + self.base.families["demand"].start
        upper = self.base.upper.copy()
        months = len(self.layout.problem.months)
        candidate = np.repeat(np.arange(len(self.demand)), months)
        month = np.tile(np.arange(months), len(self.demand))
        row = base[self.demand[candidate]] + month
        upper[row] = 0.0
        fill = np.zeros((len(self.demand), months))
        np.add.at(fill, (self._whose, self.layout.month[self._arc]), self._most)
        return row, candidate, np.minimum(demands.t_per_month[self.demand[candidate]], fill[candidate, month]), upper

    def _cut_rows(self) -> None:
        """The arcs into candidates and the most each can carry in its month: the room, or all its supply holds."""
        layout, problem = self.layout, self.layout.problem
        place = np.full(len(problem.demands.ids), -1)
        place[self.demand] = np.arange(len(self.demand))
        self._arc = np.flatnonzero(place[layout.demand] >= 0)
        self._whose = place[layout.demand[self._arc]]
        supply = layout.supply[self._arc]
        elapsed = layout.month[self._arc] - problem.supplies.first_month[supply] + 1
        held = problem.supplies.stock_t[supply] + problem.supplies.t_per_month[supply] * elapsed
        # What residues bring is not known beforehand: the room alone bounds such an arc.
        hosting = np.zeros(len(problem.supplies.ids), bool)
        hosting[np.unique(layout.host[layout.host >= 0])] = True
        room = problem.demands.t_per_month[layout.demand[self._arc]]
        self._most = np.where(hosting[supply], room, np.minimum(held, room))

    def broken_cuts(self, x: np.ndarray, at_most: int) -> tuple[object, np.ndarray]:
        """Rows ``tonnes of the arc - most it can carry x y <= 0`` that ``x`` breaks, the worst ``at_most``.

        They are implied once y is whole; where y is a share they say what the month's sum does not.
        """
        from scipy.sparse import csr_array

        over = x[self._arc] - self._most * x[self.opening[self._whose]]
        # Without room there is nothing to break.
        share = over / np.maximum(self._most, 1e-9)
        chosen = np.flatnonzero(share > _BROKEN)
        chosen = np.sort(chosen[np.argsort(-over[chosen], kind="stable")[:at_most]])
        count = len(chosen)
        value = np.stack([np.ones(count), -self._most[chosen]], axis=1).ravel()
        column = np.stack([self._arc[chosen], self.opening[self._whose[chosen]]], axis=1).ravel()
        row = np.repeat(np.arange(count), 2)
        return csr_array((value, (row, column)), shape=(count, len(self.cost))), np.zeros(count)

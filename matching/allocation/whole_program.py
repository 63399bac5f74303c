"""The mixed-integer program of whole choices, and a first plan that keeps them."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from matching.allocation.choices import Choices
from matching.allocation.highs_mixed import WHOLE, MixedHighs, version
from matching.allocation.program import Layout, LinearProgram
from matching.allocation.result import TIME_LIMIT

_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A whole plan ``x`` over the program's columns, the proven bound, the nodes it took, and how the solver ended."""

    x: np.ndarray
    bound: float
    nodes: int
    status: str
    words: str


class WholeProgram:
    """Columns of the linear program, then a binary per arc with a lot, then one per pair of a demand that may choose.

    With b the binaries, room the most an arc can carry in a month and lot its minimum:
    ``x <= room b``, ``x >= lot b``; per pair ``x <= room b_pair`` in every month; per demand ``sum b_pair <= n``.
    """

    def __init__(self, layout: Layout, program: LinearProgram, choices: Choices, *, seed: int) -> None:
        self._seed, self.version, self.rows = seed, version(), len(program.upper)
        self._layout, self._program, self._choices = layout, program, choices
        problem = layout.problem
        trades = layout.trades
        months = problem.supplies.last_month - problem.supplies.first_month + 1
        held = problem.supplies.stock_t + problem.supplies.t_per_month * months
        # What residues bring is not known beforehand: the room of the demand alone bounds such an arc.
        held[np.unique(layout.host[layout.host >= 0])] = np.inf
        lots = np.maximum(problem.supplies.min_lot_t[layout.supply], problem.demands.min_lot_t[layout.demand])
        self._room = np.minimum(held[layout.supply], program.ceiling[:trades])
        self._lot = lots if choices.min_lots else np.zeros(trades)
        self._possible = self._lot <= self._room

    def first_plan(self, cost: np.ndarray, deadline: float) -> np.ndarray:
        """A plan that keeps the choices: drop what breaks one, solve what is left, until nothing does.

        It may be empty, which keeps every choice; each round drops at least one arc, so it ends.
        """
        layout, choices = self._layout, self._choices
        keep = np.ones(layout.columns, bool)
        keep[: layout.trades] = self._possible
        for _ in range(_ROUNDS):
            x = self._linear(cost, keep, deadline)
            if x is None:
                break
            used = x[: layout.trades] > 1e-6
            small = used & (x[: layout.trades] < self._lot * (1.0 - WHOLE))
            pair = self._surplus_pairs(x, choices.max_suppliers)
            drop = small | pair[layout.pair]
            if not (drop & used).any():
                return np.where(np.append(used, np.ones(layout.columns - layout.trades, bool)), x, 0.0)
            keep[: layout.trades] &= ~drop
        return np.zeros(layout.columns)

    def _surplus_pairs(self, x: np.ndarray, most: int | None) -> np.ndarray:
        """Pairs beyond the ``most`` largest suppliers of each demand, by tonnes over the horizon."""
        layout = self._layout
        tonnes = np.bincount(layout.pair, x[: layout.trades], minlength=len(layout.pairs))
        surplus = np.zeros(len(tonnes), bool)
        if most is None:
            return surplus
        order = np.lexsort((np.arange(len(tonnes)), -tonnes, layout.pairs.demand))
        demand = layout.pairs.demand[order]
        start = np.flatnonzero(np.append(True, demand[1:] != demand[:-1])) if len(order) else order
        rank = np.arange(len(order)) - np.repeat(start, np.diff(np.append(start, len(order))))
        # Only where more than so many are used is anything decided yet.
        busy = np.bincount(layout.pairs.demand, tonnes > 1e-6) > most
        surplus[order[rank >= most]] = True
        return surplus & busy[layout.pairs.demand]

    def _linear(self, cost: np.ndarray, keep: np.ndarray, deadline: float) -> np.ndarray | None:
        model = self._model(np.where(keep, np.inf, 0.0), cost)
        model.run(deadline)
        return model.x

    def solve(
        self, cost: np.ndarray, start: np.ndarray, gap: float, deadline: float,
        *, floor: tuple[np.ndarray, float] | None = None,
    ) -> Found:
        """Branch and bound from ``start``, which is the answer where no time was left or nothing whole was found.

        ``floor`` is a row ``values . x >= amount`` on top of the program's.
        """
        if time.monotonic() >= deadline:
            return Found(start, math.inf, 0, TIME_LIMIT, "no time was left")
        layout = self._layout
        carried = np.full(layout.columns - layout.trades, np.inf)
        model = self._model(np.append(np.where(self._possible, np.inf, 0.0), carried), cost)
        if floor is not None:
            at = np.flatnonzero(floor[0])
            model.row(at, floor[0][at], lower=floor[1])
        arcs, pairs = self._add_choices(model)
        used = start[: layout.trades] > 0
        hint = np.concatenate([start, used[arcs], np.isin(pairs, layout.pair[used])]).astype(float)
        model.run(deadline, gap=gap, hint=hint)
        if model.x is None:
            return Found(start, math.inf, model.nodes, model.status, model.words)
        x = model.x[: layout.columns]
        idle = np.zeros(layout.columns, bool)
        if len(arcs):
            idle[arcs] = model.x[layout.columns : layout.columns + len(arcs)] < 0.5
        if len(pairs):
            off = pairs[model.x[layout.columns + len(arcs) :] < 0.5]
            idle[: layout.trades] |= np.isin(layout.pair, off)
        return Found(np.where(idle, 0.0, x), model.bound, model.nodes, model.status, model.words)

    def _add_choices(self, model: MixedHighs) -> tuple[np.ndarray, np.ndarray]:
        """Add the binaries and their rows; the columns with a lot, and the pairs that are counted."""
        layout = self._layout
        arcs = np.flatnonzero((self._lot > 0) & self._possible)
        first = model.binaries(len(arcs))
        for n, a in enumerate(arcs.tolist()):
            model.row(np.array([a, first + n]), np.array([1.0, -self._room[a]]), upper=0.0)
            model.row(np.array([a, first + n]), np.array([1.0, -self._lot[a]]), lower=0.0)
        if self._choices.max_suppliers is None:
            return arcs, np.zeros(0, np.int64)
        pairs = np.arange(len(layout.pairs))
        base = model.binaries(len(pairs))
        for a, pair in enumerate(layout.pair.tolist()):
            model.row(np.array([a, base + pair]), np.array([1.0, -self._room[a]]), upper=0.0)
        for demand in np.unique(layout.pairs.demand).tolist():
            of = np.flatnonzero(layout.pairs.demand == demand)
            model.row(base + of, np.ones(len(of)), upper=float(self._choices.max_suppliers))
        return arcs, pairs

    def _model(self, ceiling: np.ndarray, cost: np.ndarray) -> MixedHighs:
        return MixedHighs(self._program, cost, ceiling, self._seed)

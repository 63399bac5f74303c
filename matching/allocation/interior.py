"""Large coupled programs by an interior point that knows them: the best plan to a relative gap, with its proof.

The first columns are those that the pure flow's prices favour.  Once plan and bound of these are near each other, the
prices tell which of all columns may still matter, and with these few it goes on from where it stood, until the prices
prove the plan over all columns as near to the best one as was asked.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numba
import numpy as np

from matching.allocation.interior_forced import find_forced, price_forced
from matching.allocation.interior_halves import Halves
from matching.allocation.interior_start import INSIDE, first_prices, first_tonnes, places, rooms
from matching.allocation.interior_step import Iterate, Point
from matching.allocation.interior_system import System, lay_system
from matching.allocation.interior_tidy import tidied
from matching.allocation.model import competing
from matching.allocation.network import flow_prices
from matching.allocation.program import Layout, LinearProgram
from matching.allocation.report import LEAST_ARC_T
from matching.allocation.result import OPTIMAL, TIME_LIMIT
from matching.allocation.sifting import PROVEN_GAP, Solved, best_of_each, beyond_prices, judged
from matching.ranking import versions

# When plan and bound are this near each other the prices choose the columns that may still matter: those that fall
# short by less than so many times what a tonne falls short on the whole; more where these turn out too few,
# and then all.
NARROWING = 1e-2
MAY_MATTER, WIDER = 20.0, 4.0
# A tree that takes more than this to factor once is not what this is for.
MOST_GIGAFLOPS = 500.0
# Rows that miss by less than this (in units of the mean right-hand side) are set right by tidying.
_MISSED = 1e-7
# More than this, and something stands in the way.
_MOST_ITERATIONS = 150
# Passes that make room for the columns that stay.
_SHRINKS = 8
# Prices are kept on the way, each time the gap has become so many times smaller.
_LOOK = 5.0
# How much nearer to go where a plan and its bound were not near enough after all.
_NEARER = 0.3
VERSIONS = {"interior_point": versions()["gongsheng"], "numba": numba.__version__}
_BEST = "the plan is proven to be the best one"
_OUT_OF_TIME = "the time limit was reached before the plan was proven best"


@dataclass
class _State:
    """Tonnes and what falls short of all columns, room to spare and prices of all rows."""

    x: np.ndarray
    z: np.ndarray
    s: np.ndarray
    y: np.ndarray


@dataclass
class _Found:
    """A plan, None where none is known yet, and prices with the bound they give, in the program's units."""

    x: np.ndarray | None
    prices: np.ndarray
    objective: float
    bound: float

    def near(self, gap: float) -> bool:
        return self.x is not None and self.bound - self.objective <= gap * max(1.0, abs(self.bound))


class Interior:
    """Maximises one large program by rounds, each over the columns that may still matter.

    Within, tonnes and yuan are in units of the mean right-hand side and of the largest cost.
    """

    def __init__(self, layout: Layout, program: LinearProgram, *, relative_gap: float = PROVEN_GAP) -> None:
        self._layout, self._program, self._gap = layout, program, relative_gap
        self._groups = competing(layout)
        self._supply_row, self._shared, self._where = places(layout, program)
        self._forced = find_forced(program.matrix, program.upper)
        self._live = np.ones(len(program.cost), bool)
        self._live[self._forced.column] = False
        some = program.upper[program.upper > 0.0]
        self._tonne = float(some.mean()) if len(some) else 1.0
        self._yuan = float(np.abs(program.cost).max(initial=0.0)) or 1.0
        self._b, self._c = program.upper / self._tonne, program.cost / self._yuan
        group = self._groups[-1]
        self._room = np.where(group >= 0, rooms(layout, program)[group], -1)
        self._iterations = self._rounds = 0
        self._halves = Halves()
        self._room_of_row = _rooms_of_rows(program, self._shared, self._room)
        self._is_rule = ~self._shared
        self._is_rule[program.families["demand"]] = False
        self._rooming = np.flatnonzero(self._live & (self._room >= 0))

    def maximise(self, deadline: float) -> Solved | None:
        """The plan to the relative gap, or what there is at ``deadline`` (seconds of ``time.monotonic``); None where
        this is not the way: the equations would fill up, or rounding stands in the way.
        """
        if not time.monotonic() < deadline:
            return self._ended(self._found(np.zeros(len(self._b)), None))
        if not (self._c[self._live] > 0.0).any():
            # Nothing brings anything: the empty plan, at no prices.
            return self._ended(self._found(np.zeros(len(self._b)), np.zeros(len(self._c))))
        try:
            return self._ended(self._rounds_of(self._begin(), deadline))
        finally:
            self._halves.close()

    def _rounds_of(self, state: _State, deadline: float) -> _Found | None:
        """A round over all columns, and where that was not to be the last, others over those that may still matter."""
        system = self._lay(self._live)
        if system.tree.gigaflops > MOST_GIGAFLOPS:
            return None
        iterate = self._iterate(system, state)
        found = self._run(iterate, system, state, max(self._gap, NARROWING), deadline)
        short = self._narrow(iterate, system, state)
        # Its memory is needed again.
        del iterate
        wanted = np.zeros(len(self._c), bool)
        for width in (MAY_MATTER, MAY_MATTER * WIDER, np.inf):
            if found is None or found.near(self._gap) or time.monotonic() >= deadline:
                return found
            wanted |= self._matter(state, width * short)
            system = self._lay(wanted)
            iterate = self._iterate(system, self._narrowed(state, wanted))
            found = self._run(iterate, system, state, self._gap, deadline)
            if found is not None:
                wanted |= self._live & (self._c * self._yuan > self._program.matrix.T @ found.prices)
        over = time.monotonic() >= deadline
        return found if found is not None and (over or found.near(self._gap)) else None

    def _lay(self, chosen: np.ndarray) -> System:
        self._rounds += 1
        columns = np.flatnonzero(chosen)
        return lay_system(self._program.matrix, columns, self._groups[-1][columns], self._shared, self._where)

    def _begin(self) -> _State:
        flow = flow_prices(self._layout, self._program)
        y = first_prices(self._layout, self._program, flow, self._yuan)
        touched = np.zeros(len(y), bool)
        touched[self._program.matrix[:, np.flatnonzero(self._live)].indices] = True
        y[~touched] = 0.0
        z = self._lifted(y, self._program.matrix.T @ y - self._c, INSIDE)
        x = first_tonnes(self._b, self._supply_row, self._room, self._live)
        return _State(x, z, np.maximum(self._b - self._program.matrix @ x, INSIDE), y)

    def _lifted(self, y: np.ndarray, z: np.ndarray, least: float) -> np.ndarray:
        """``z`` after the prices ``y`` of rooms have risen until every live column falls short by ``least``."""
        lift, here = np.zeros(len(y)), self._rooming
        np.maximum.at(lift, self._room[here], least - z[here])
        y += lift
        return z + np.where(self._room >= 0, lift[self._room], 0.0)

    def _iterate(self, system: System, state: _State) -> Iterate:
        rows, columns = np.concatenate([system.own_row, system.shared_row]), system.column
        point = Point(state.x[columns], state.z[columns], state.s[rows], state.y[rows])
        position = np.full(len(self._b), -1)
        position[system.own_row] = np.arange(len(system.own_row))
        first = self._room[columns[system.elements.column[:-1]]]
        room = np.where(first >= 0, position[first], -1)
        return Iterate(system, self._c[columns], self._b[rows], room, point, self._halves)

    def _run(
        self, iterate: Iterate, system: System, state: _State, goal: float, deadline: float
    ) -> _Found | None:
        """Iterate until plan and bound are within ``goal``: what was found over all columns, None where it does not
        get there.
        """
        earlier, next_look = [state.y], goal if goal > self._gap else NARROWING / _LOOK
        while True:
            bound = iterate.bound()
            gap = (bound - iterate.objective) / max(1.0 / (self._tonne * self._yuan), abs(bound))
            over = time.monotonic() >= deadline
            if gap <= goal or over:
                found = self._over_all(iterate, system, state, earlier, tidy=goal <= self._gap or over)
                excluded = found.bound - bound * self._tonne * self._yuan
                if over or goal > self._gap or found.near(self._gap) or excluded > 0.5 * self._gap * abs(found.bound):
                    return found
                goal *= _NEARER
            elif gap <= next_look:
                earlier.append(self._prices(iterate, system, state))
                next_look = gap / _LOOK
            if self._iterations >= _MOST_ITERATIONS or not iterate.advance():
                return None
            self._iterations += 1

    def _prices(self, iterate: Iterate, system: System, state: _State) -> np.ndarray:
        y = state.y.copy()
        y[np.concatenate([system.own_row, system.shared_row])] = iterate.lowered()
        return y

    def _over_all(
        self, iterate: Iterate, system: System, state: _State, earlier: list[np.ndarray], *, tidy: bool
    ) -> _Found:
        """What the iterate means over all columns: prices, bound, and with ``tidy`` a plan if it holds one."""
        found = self._found(self._settled(self._prices(iterate, system, state), earlier) * self._yuan, None)
        if not tidy or iterate.infeasible > max(_MISSED, 0.1 * self._gap):
            return found
        x, matters = np.zeros(len(self._c)), np.zeros(len(self._c), bool)
        x[system.column] = iterate.point.x * self._tonne
        matters[system.column] = iterate.point.x > iterate.point.z
        # Tonnes that are less than what they fall short are on their way to nothing.
        for keep in (matters & (x > LEAST_ARC_T), x > LEAST_ARC_T):
            plan = tidied(self._program.matrix, self._program.upper, x, keep)
            if plan is not None:
                found = replace(found, x=plan, objective=float(self._program.cost @ plan))
                if found.near(self._gap):
                    break
        return found

    def _settled(self, y: np.ndarray, earlier: list[np.ndarray]) -> np.ndarray:
        """``y`` with the least prices of rooms that all columns allow.

        A mix of few columns may have prices that soar, for nothing bounds them; columns left out then seem to bring
        much.  Where it lowers the price of the room, the prices of a demand's mixes are those of ``earlier`` iterates.
        """
        best = None
        for before in (y, *earlier):
            trial = np.where(self._is_rule, before, np.where(self._shared, y, 0.0))
            np.maximum.at(trial, self._room[self._rooming], (self._c - self._program.matrix.T @ trial)[self._rooming])
            if best is None:
                best = trial
            else:
                better = (self._room_of_row >= 0) & (trial < best)[self._room_of_row]
                best = np.where(better, trial, best)
        return best

    def _found(self, prices: np.ndarray, x: np.ndarray | None) -> _Found:
        program = self._program
        price_forced(self._forced, program.matrix, program.cost, prices)
        reduced = program.cost - program.matrix.T @ prices
        bound = float(prices @ program.upper) + beyond_prices(reduced, program.ceiling, self._groups[-1])
        return _Found(x, prices, 0.0 if x is None else float(program.cost @ x), bound)

    def _narrow(self, iterate: Iterate, system: System, state: _State) -> float:
        """Bring ``state`` up to an iterate over all columns: what a tonne of its plan falls short on the whole."""
        point, rows = iterate.point, np.concatenate([system.own_row, system.shared_row])
        state.x[system.column], state.z[system.column] = point.x, point.z
        state.s[rows], state.y[rows] = point.s, point.y
        return (iterate.bound() - iterate.objective) / float(point.x.sum())

    def _matter(self, state: _State, most: float) -> np.ndarray:
        """Carried tonnes, the best column of each supply's and demand's month, and those that fall short by less than
        ``most`` where the price of the room is as low as it may be.
        """
        live = np.flatnonzero(self._live)
        chosen = self._live & (self._groups[0] < 0)
        for group in self._groups:
            chosen[live[best_of_each(group[live], -state.z[live], 1)]] = True
        least = np.full(len(self._b), np.inf)
        np.minimum.at(least, self._room[self._rooming], state.z[self._rooming])
        low = np.where(self._room >= 0, np.minimum(least, state.y)[self._room], 0.0)
        return chosen | (self._live & (state.z - low < most))

    def _narrowed(self, state: _State, chosen: np.ndarray) -> _State:
        """``state`` without the tonnes of columns that are not ``chosen``: what they filled is room to spare now.

        Where they made up for others, those shrink, so that rows keep a tenth of what they had to spare.
        """
        x, matrix, enough = np.where(chosen, state.x, 0.0), self._program.matrix, 0.1 * state.s
        fills = matrix.maximum(0.0)
        for _ in range(_SHRINKS):
            spare = self._b - matrix @ x
            factor = 1.0 - np.maximum(enough - spare, 0.0) / np.maximum(fills @ x, 1e-300)
            if factor.min() >= 1.0:
                break
            x *= _least_of_rows(fills, np.maximum(factor, 0.5))
        spare = self._b - matrix @ x
        return _State(x, state.z, np.where(spare > 0.5 * enough, spare, state.s), state.y)

    def _ended(self, found: _Found | None) -> Solved | None:
        if found is None:
            return None
        near = found.near(self._gap)
        x = found.x if found.x is not None else np.zeros(len(self._c))
        status, reason = (OPTIMAL, _BEST) if near else (TIME_LIMIT, _OUT_OF_TIME)
        return judged(
            status, reason, x, found.prices, float(self._program.cost @ x), found.bound, self._iterations, self._rounds
        )


def _rooms_of_rows(program: LinearProgram, shared: np.ndarray, room: np.ndarray) -> np.ndarray:
    """The row of the room in the demand's month of each row, -1 for supplies' rows; ``room`` is that of each column."""
    found = np.full(len(program.upper), -1)
    column = np.repeat(np.arange(len(room)), np.diff(program.matrix.indptr))
    own = ~shared[program.matrix.indices]
    found[program.matrix.indices[own]] = room[column[own]]
    return found


def _least_of_rows(matrix, value: np.ndarray) -> np.ndarray:
    """The least ``value`` of the rows that each column of ``matrix`` (scipy CSC) meets, 1 where it meets none."""
    found = np.ones(matrix.shape[1])
    column = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    np.minimum.at(found, column, value[matrix.indices])
    return found

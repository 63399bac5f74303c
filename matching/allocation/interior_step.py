"""One program inside its limits: an iterate that steps towards the best plan and always has a bound.

Maximise c x, A x + s = b, with prices y: A'y - z = c.  Steps are Mehrotra's (*SIAM Journal on Optimization* 2, 1992)
with Gondzio's further correctors (*Computational Optimization and Applications* 6, 1996).  The prices are feasible
from the start and stay so, hence bound every plan; the tonnes become feasible on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.allocation.interior_halves import Halves
from matching.allocation.interior_kernel import priced, used
from matching.allocation.interior_system import Factor, System
from matching.allocation.interior_vectors import (
    aim,
    first_look,
    follow,
    least_of_each,
    longest,
    straighten,
    walk,
)

# How much of the way to the nearest limit is gone.
_NEARLY = 0.9995
# Further correctors at most: each costs a solve and may save an iteration.
CORRECTORS = 3
# How much longer a step a corrector aims at, and how much longer it must make it.
_LONGER, _GAIN = 0.3, 0.02


@dataclass
class Point:
    """Tonnes ``x`` and what columns fall short ``z``, room to spare ``s`` and prices ``y``; rows own before shared."""

    x: np.ndarray
    z: np.ndarray
    s: np.ndarray
    y: np.ndarray


@dataclass
class _Way:
    """A direction, how far tonnes and prices may go along it, and the products it was made for."""

    dx: np.ndarray
    dz: np.ndarray
    ds: np.ndarray
    dy: np.ndarray
    far: tuple[float, float]


class Iterate:
    """A point of one system.  ``c`` and ``b`` are worth and right-hand sides, ``room`` the row of each element's room
    (-1: none)."""

    def __init__(self, system: System, c: np.ndarray, b: np.ndarray, room: np.ndarray, point: Point,
                 halves: Halves) -> None:
        self.point, self._system, self._b, self._c = point, system, b, c
        self._factor, self._halves = Factor(system, halves), halves
        self._own = len(system.own_row)
        self._at = np.flatnonzero(room >= 0)
        self._room = room[self._at]
        self._short = b - self._used(point.x) - point.s

    @property
    def objective(self) -> float:
        return float(self._c @ self.point.x)

    @property
    def infeasible(self) -> float:
        """The largest residual of a row."""
        return float(np.abs(self._short).max(initial=0.0))

    def lowered(self) -> np.ndarray:
        """The prices with those of rooms as low as they may be."""
        least = np.empty(len(self._system.elements.column) - 1)
        least_of_each(self.point.z, self._system.elements.column, least)
        y = self.point.y.copy()
        y[self._room] -= np.minimum(least[self._at], y[self._room])
        return y

    def bound(self) -> float:
        """What no plan over these columns can exceed."""
        return float(self._b @ self.lowered())

    def advance(self) -> bool:
        """One iteration; False where rounding stands in the way."""
        p = self.point
        theta, psi = p.x / p.z, p.s / p.y
        if not self._factor.make(theta, psi[: self._own], psi[self._own :]):
            return False
        weights = (theta, psi)
        way, mean, target = self._first(weights)
        wanted, right = self._aimed(way, target)
        way = self._towards(weights, right)
        for _ in range(CORRECTORS):
            steps = tuple(min(1.0, far + _LONGER) for far in way.far)
            again, right = self._straightened(way, steps, target, wanted)
            other = self._towards(weights, right)
            if sum(other.far) < sum(way.far) + _GAIN:
                break
            way, wanted = other, again
        # By the rows themselves, so that what is feasible stays so whatever rounding did to the direction.
        way.ds[:] = self._short - self._used(way.dx)
        far = min(*self._pass(longest, p.x, way.dx), longest(p.s, way.ds)), way.far[1]
        a, b = (min(1.0, _NEARLY * reach) for reach in far)
        self._halves.both(walk, (p.x, way.dx, a), (p.z, way.dz, b))
        walk(p.s, way.ds, a)
        walk(p.y, way.dy, b)
        self._short *= 1.0 - a
        return bool(np.isfinite(mean) and max(a, b) > 1e-6)

    def _first(self, weights: tuple[np.ndarray, np.ndarray]) -> tuple[_Way, float, float]:
        """The way that aims at nothing, the mean product now, and the one to aim at."""
        p = self.point
        dy = self._solved(-self._b)
        way = _Way(np.empty_like(p.x), self._priced(dy), np.empty_like(p.s), dy, (0.0, 0.0))
        looks = (
            *self._pass(first_look, p.x, p.z, weights[0], way.dz, way.dx),
            first_look(p.s, p.y, weights[1], way.dy, way.ds),
        )
        a, b = (min(1.0, *(look[n] for look in looks)) for n in (0, 1))
        ab, dab, adb, dadb = (sum(look[n] for look in looks) for n in range(2, 6))
        count = len(p.x) + len(p.s)
        mean, there = ab / count, (ab + a * dab + b * adb + a * b * dadb) / count
        return way, mean, mean * max(there / mean, 0.0) ** 3

    def _aimed(self, way: _Way, target: float) -> tuple[tuple, tuple]:
        p = self.point
        wanted = np.empty_like(p.x), np.empty_like(p.s)
        right = np.empty_like(p.x), np.empty_like(p.s)
        self._pass(aim, p.x, p.z, way.dx, way.dz, target, wanted[0], right[0])
        aim(p.s, p.y, way.ds, way.dy, target, wanted[1], right[1])
        return wanted, right

    def _straightened(self, way: _Way, steps: tuple, target: float, wanted: tuple) -> tuple[tuple, tuple]:
        p = self.point
        again = np.empty_like(p.x), np.empty_like(p.s)
        right = np.empty_like(p.x), np.empty_like(p.s)
        self._pass(straighten, p.x, p.z, way.dx, way.dz, *steps, target, wanted[0], again[0], right[0])
        straighten(p.s, p.y, way.ds, way.dy, *steps, target, wanted[1], again[1], right[1])
        return again, right

    def _towards(self, weights: tuple[np.ndarray, np.ndarray], right: tuple) -> _Way:
        p = self.point
        dy = self._solved(self._used(right[0]) + right[1] - self._short)
        way = _Way(np.empty_like(p.x), self._priced(dy), np.empty_like(p.s), dy, (0.0, 0.0))
        looks = (
            *self._pass(follow, p.x, p.z, weights[0], right[0], way.dz, way.dx),
            follow(p.s, p.y, weights[1], right[1], way.dy, way.ds),
        )
        way.far = tuple(min(1.0, *(look[n] for look in looks)) for n in (0, 1))
        return way

    def _pass(self, work: Callable, *arguments: np.ndarray | float) -> tuple:
        """One pass over long vectors, halves side by side."""
        at = len(self.point.x) // 2
        one = tuple(part[:at] if isinstance(part, np.ndarray) else part for part in arguments)
        two = tuple(part[at:] if isinstance(part, np.ndarray) else part for part in arguments)
        return self._halves.both(work, one, two)

    def _solved(self, right: np.ndarray) -> np.ndarray:
        self._factor.solve(right[: self._own], right[self._own :])
        return right

    def _priced(self, y: np.ndarray) -> np.ndarray:
        el, half, out = self._system.elements, self._system.half, np.empty(len(self._c))
        parts, end = (y[: self._own], y[self._own :], out), len(el.column) - 1
        self._halves.both(priced, (el, 0, half, *parts), (el, half, end, *parts))
        return out

    def _used(self, x: np.ndarray) -> np.ndarray:
        el, half, out = self._system.elements, self._system.half, np.empty(len(self._b))
        own, other, end = out[: self._own], np.empty(len(self._b) - self._own), len(el.column) - 1
        self._halves.both(used, (el, 0, half, x, own, out[self._own :]), (el, half, end, x, own, other))
        out[self._own :] += other
        return out

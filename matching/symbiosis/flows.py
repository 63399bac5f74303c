"""Flows: tonnes between enterprises or parks, by waste type and month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from matching.problem import MatchProblem

ENTERPRISE, PARK = "enterprise", "park"


class HasArcs(Protocol):
    """Anything with parallel arrays of supply, demand and month indexes and tonnes: a plan, or accepted
    trades.
    """

    supply: np.ndarray
    demand: np.ndarray
    month: np.ndarray
    tonnes: np.ndarray


@dataclass(frozen=True, slots=True)
class Arcs:
    """Tonnes moved, as parallel arrays ``(arcs,)`` of indexes into a problem."""

    supply: np.ndarray
    demand: np.ndarray
    month: np.ndarray
    tonnes: np.ndarray


@dataclass(frozen=True, slots=True)
class Flows:
    """Parallel arrays ``(flows,)`` sorted by (source, target, waste type, month).

    ``source`` and ``target`` index enterprises or, at ``level`` park, parks (-1: in no park).  ``month`` is
    -1 where a flow sums the whole horizon.
    """

    level: str
    source: np.ndarray
    target: np.ndarray
    waste_type: np.ndarray
    month: np.ndarray
    tonnes: np.ndarray

    def __len__(self) -> int:
        return len(self.tonnes)


def flows_between(
    problem: MatchProblem, arcs: HasArcs, *, level: str = ENTERPRISE, by_month: bool = False
) -> Flows:
    """Tonnes from one enterprise (or park) to another by waste type, on-site flows included.

    Raises ``ValueError`` for a ``level`` other than ``enterprise`` and ``park``.
    """
    if level not in (ENTERPRISE, PARK):
        raise ValueError(f"level {level!r} is unknown; choose {ENTERPRISE} or {PARK}")
    source = problem.supplies.enterprise[arcs.supply]
    target = problem.demands.enterprise[arcs.demand]
    if level == PARK:
        source, target = problem.enterprises.park[source], problem.enterprises.park[target]
    waste = problem.supplies.waste_type[arcs.supply]
    month = arcs.month if by_month else np.full(len(arcs.tonnes), -1)
    keys = np.stack([source, target, waste, month], axis=1).astype(np.int64)
    distinct, which = np.unique(keys, axis=0, return_inverse=True)
    tonnes = np.bincount(which.ravel(), arcs.tonnes, minlength=len(distinct))
    return Flows(level, *distinct.T, tonnes)

"""A part of a market as a market of its own."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TypeVar

import numpy as np

from matching.problem import Closures, Demands, MatchProblem, Residues, Specs, Supplies

Rows = TypeVar("Rows", Supplies, Demands, Specs, Residues)


def subset(problem: MatchProblem, supplies: np.ndarray, demands: np.ndarray) -> MatchProblem:
    """The supplies and demands at these positions (each increasing), with their specs and residues.

    Enterprises, parks and the names stay whole, so that positions in them keep their meaning.
    """
    place = np.full(len(problem.demands.ids), -1)
    place[demands] = np.arange(len(demands))

    def of_demands(rows: Rows) -> Rows:
        kept = _at(rows, np.flatnonzero(place[rows.demand] >= 0))  # type: ignore[union-attr]
        return replace(kept, demand=place[kept.demand])  # type: ignore[union-attr]

    closed = problem.closures
    return replace(
        problem, supplies=_at(problem.supplies, supplies), demands=_at(problem.demands, demands),
        specs=of_demands(problem.specs), residues=of_demands(problem.residues),
        closures=Closures(closed.supply[supplies], closed.demand[demands]) if closed else None,
    )  # fmt: skip


def _at(rows: Rows, at: np.ndarray) -> Rows:
    columns = {}
    for column in fields(rows):
        held = getattr(rows, column.name)
        columns[column.name] = tuple(held[n] for n in at.tolist()) if isinstance(held, tuple) else held[at]
    return replace(rows, **columns)

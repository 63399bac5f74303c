"""The linear program's columns and rows: what stands where, so that every constraint family numbers alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.allocation.pairs import common_months
from matching.allocation.result import Pairs
from matching.problem import MatchProblem


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns: first one per pair and common month (``supply``, ``demand``, ``waste``, ``month``,
    ``pair``), then one per supply and month for the tonnes carried into the next month (``carry_supply``,
    ``carry_month``).

    ``host[r, m]`` is the supply that residue row r joins in month m, -1 where there is none.  ``confidence`` is the
    probability with which every mix must keep its limits, None where spreads do not count.
    """

    problem: MatchProblem
    pairs: Pairs
    pair: np.ndarray
    supply: np.ndarray
    demand: np.ndarray
    waste: np.ndarray
    month: np.ndarray
    carry_supply: np.ndarray
    carry_month: np.ndarray
    host: np.ndarray
    confidence: float | None = None

    @property
    def trades(self) -> int:
        return len(self.pair)

    @property
    def columns(self) -> int:
        return len(self.pair) + len(self.carry_supply)


@dataclass(frozen=True, slots=True)
class Rows:
    """One constraint family: entries (row, column, value) of rows ``value . x <= upper``, rows counted from
    0.
    """

    name: str
    row: np.ndarray
    column: np.ndarray
    value: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True, slots=True)
class RuleRows(Rows):
    """Rows of a rule of a demand: ``rule`` (which one), ``month`` and ``scale``, each ``(rows,)``.

    A row stands for ``scale`` times itself: the values were divided by it for the solver's sake.
    """

    rule: np.ndarray
    month: np.ndarray
    scale: np.ndarray


@dataclass(frozen=True, slots=True)
class LinearProgram:
    """Maximise ``cost . x`` subject to ``matrix x <= upper`` and ``x >= 0``.

    ``matrix`` is scipy CSC and ``ceiling`` an upper bound that the rows imply for each column, used only to state a
    bound from prices that are not quite feasible; where only the outline was asked for, None and without columns;
    ``families`` names the slice of rows of each family.
    """

    cost: np.ndarray
    matrix: object
    upper: np.ndarray
    ceiling: np.ndarray
    families: dict[str, slice]
    families_of_rules: tuple[RuleRows, ...]


def lay_out(problem: MatchProblem, pairs: Pairs, *, confidence: float | None = None) -> Layout:
    """Number the columns of the program for ``pairs`` (sorted, each with a common month)."""
    first, last = common_months(problem, pairs)
    pair, month = months_of(first, last)
    supply = pairs.supply[pair]
    trading = np.unique(supply)
    at, carry_month = months_of(
        problem.supplies.first_month[trading], problem.supplies.last_month[trading] - 1
    )
    return Layout(
        problem, pairs, pair, supply, pairs.demand[pair], problem.supplies.waste_type[supply], month,
        trading[at], carry_month, residue_hosts(problem), confidence,
    )


def months_of(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Spell out month ranges: position and month for every month from ``first`` to ``last`` (may be empty).
    """
    count = np.maximum(last - first + 1, 0)
    at = np.repeat(np.arange(len(first)), count)
    return at, first[at] + np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)


def residue_hosts(problem: MatchProblem) -> np.ndarray:
    """The supply that takes up each residue in each month, ``(residues, months)``, -1 where there is none.

    It is the first by id among the supplies of the demand's enterprise and of the residue's waste type whose
    window holds the month: a listing that is not open cannot take anything in.
    """
    supplies, residues = problem.supplies, problem.residues
    host = np.full((len(residues.demand), len(problem.months)), -1, dtype=np.int64)
    owners: dict[tuple[int, int], list[int]] = {}
    for supply in range(len(supplies.ids)):
        key = (int(supplies.enterprise[supply]), int(supplies.waste_type[supply]))
        owners.setdefault(key, []).append(supply)
    for row, (demand, waste) in enumerate(zip(residues.demand, residues.waste_type, strict=True)):
        mine = owners.get((int(problem.demands.enterprise[demand]), int(waste)), [])
        # Filled from the last to the first, so that the first by id has the last word.
        for supply in reversed(mine):
            host[row, supplies.first_month[supply] : supplies.last_month[supply] + 1] = supply
    return host


def window_rows(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Row of month 0 for each listing when every listing has one row per month of its window."""
    count = np.maximum(last - first + 1, 0)
    return np.cumsum(count) - count - first


def is_network(layout: Layout, families: list[Rows]) -> bool:
    """Whether the program has supply and demand rows only, and no residue joins a supply: a pure network."""
    coupled = any(len(rows.upper) for rows in families if rows.name not in ("supply", "demand"))
    takes_in = np.zeros(len(layout.problem.demands.ids), dtype=bool)
    takes_in[layout.demand] = True
    hosted = (layout.host >= 0).any(axis=1)
    return not coupled and not (hosted & takes_in[layout.problem.residues.demand]).any()


def outline(cost: np.ndarray, families: list[Rows]) -> LinearProgram:
    """A program whose matrix nobody will ask for: a network's arcs say it all."""
    slices, upper = _stacked(families)
    rules = tuple(r for r in families if isinstance(r, RuleRows))
    return LinearProgram(cost, None, upper, np.zeros(0), slices, rules)


def _stacked(families: list[Rows]) -> tuple[dict[str, slice], np.ndarray]:
    slices, start = {}, 0
    for rows in families:
        slices[rows.name] = slice(start, start + len(rows.upper))
        start += len(rows.upper)
    return slices, np.concatenate([rows.upper for rows in families])


def assemble(cost: np.ndarray, ceiling: np.ndarray, families: list[Rows]) -> LinearProgram:
    """Stack the families into one program."""
    from scipy.sparse import coo_array

    slices, upper = _stacked(families)
    row = np.concatenate([rows.row + slices[rows.name].start for rows in families])
    column = np.concatenate([rows.column for rows in families])
    value = np.concatenate([rows.value for rows in families])
    matrix = coo_array((value, (row, column)), shape=(len(upper), len(cost))).tocsc()
    matrix.sort_indices()
    rules = tuple(rows for rows in families if isinstance(rows, RuleRows))
    return LinearProgram(cost, matrix, upper, ceiling, slices, rules)

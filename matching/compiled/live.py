"""The live index: a market that a process holds, changed listing by listing and asked for one listing's partners.

It answers with ids, in the order in which :mod:`matching.explaining` ranks them over the whole market; the reference
engine then explains only those (docs/live-index.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matching.compiled.buckets import Buckets
from matching.compiled.columns import OFFER, SPEC, WANT, offers_of, specs_of, terms_of, values_of, wants_of
from matching.compiled.grid import Grid, cells_of
from matching.compiled.live_kernel import (
    misses_of_demand,
    misses_of_supply,
    partners_of_demand,
    partners_of_supply,
    room,
)
from matching.distance.great_circle import GreatCircle
from matching.pairs import Evaluator
from matching.params import MatchParams, Weights
from matching.problem import MatchProblem

SUPPLY, DEMAND = "supply", "demand"
# China with its surroundings; what lies outside belongs to the cells of the border.
CHINA = Grid(17.5, 73.0, 0.25, 148, 250)
_GROWTH = 4
_ROOM = 4_096


class NewColumn(ValueError):
    """A listing names a waste type or a property that the index has no column for: build it anew."""


class LiveIndex:
    """``wastes`` and ``properties`` are the ids it has columns for; the terms are those of ``problem``."""

    def __init__(
        self, problem: MatchProblem, *, weights: Weights | None = None, wastes: Sequence[str] | None = None,
        properties: Sequence[str] | None = None, grid: Grid = CHINA,
    ) -> None:
        """Build the index of a whole market at once.

        ``wastes`` defaults to the problem's, ``properties`` to those that its specs name.
        """
        self.wastes = tuple(wastes or problem.waste_types)
        named = np.unique(problem.specs.property)
        self.properties = tuple(properties or (problem.properties[at] for at in named.tolist()))
        self.grid = grid
        self._params = MatchParams(weights=weights or Weights(), distance=GreatCircle(problem.circuity))
        evaluator = Evaluator(problem, self._params)
        self.terms = terms_of(evaluator, problem.circuity)
        supplies, demands = len(problem.supplies.ids), len(problem.demands.ids)
        self._supplies = _Side(OFFER, supplies, len(self.wastes), grid.cells, supplies)
        self._demands = _Side(WANT, demands, len(self.wastes), grid.cells, 3 * demands)
        self._values = np.empty((_capacity(supplies), len(self.properties)))
        self._specs, self._spec_end = np.zeros(_capacity(len(problem.specs.demand)), SPEC), 0
        self._free_specs: dict[int, list[int]] = {}
        self._accepts: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._fill(problem, evaluator)

    def __len__(self) -> int:
        return len(self._supplies.slot_of) + len(self._demands.slot_of)

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays use, about."""
        supplies, demands = len(self._supplies.slot_of), len(self._demands.slot_of)
        rows = supplies * (OFFER.itemsize + 16 + 8 * len(self.properties)) + demands * (WANT.itemsize + 16)
        return rows + self._spec_end * SPEC.itemsize + self._supplies.buckets.nbytes + self._demands.buckets.nbytes

    def put(self, problem: MatchProblem) -> None:
        """Add every listing of a small ``problem``, or replace the one of the same id.

        Raises :class:`NewColumn` for a waste type or property that the index does not know.
        """
        evaluator = Evaluator(problem, self._params)
        waste, key = self._columns_of(problem)
        offers, values = offers_of(evaluator, problem.circuity), values_of(evaluator)
        offers["waste"] = waste[offers["waste"]]
        for at, code in enumerate(problem.supplies.ids):
            self.withdraw(SUPPLY, code)
            slot = self._supplies.take_slot(code)
            self._supplies.rows[slot] = offers[at]
            self._supplies.place[slot] = problem.supplies.lat[at], problem.supplies.lon[at]
            self._values = _room_for(self._values, slot)
            self._values[slot] = np.nan
            self._values[slot, key[key >= 0]] = values[at, key >= 0]
            self._supplies.enter(int(offers["waste"][at]), slot, self._cell(self._supplies.place[slot]), True)
        wants, specs = wants_of(evaluator, problem.circuity), specs_of(evaluator)
        specs["property"] = key[specs["property"]]
        named = specs["waste"] >= 0
        specs["waste"][named] = waste[specs["waste"][named]]
        for at, code in enumerate(problem.demands.ids):
            self.withdraw(DEMAND, code)
            slot = self._demands.take_slot(code)
            self._demands.place[slot] = problem.demands.lat[at], problem.demands.lon[at]
            start, count = int(wants["spec_start"][at]), int(wants["spec_count"][at])
            row = wants[at].copy()
            row["spec_start"] = self._keep_specs(specs[start : start + count])
            self._demands.rows[slot] = row
            taken = np.flatnonzero(~np.isnan(problem.demands.max_share[at]))
            licensed = evaluator.licences[problem.demands.enterprise[at], taken]
            self._accepts[slot] = waste[taken], licensed
            cell = self._cell(self._demands.place[slot])
            for kind, may in zip(waste[taken].tolist(), licensed.tolist(), strict=True):
                self._demands.enter(kind, slot, cell, may)

    def withdraw(self, side: str, code: str) -> bool:
        """Take a listing out; whether it was there."""
        held = self._supplies if side == SUPPLY else self._demands
        slot = held.slot_of.get(code)
        if slot is None:
            return False
        cell = self._cell(held.place[slot])
        if side == SUPPLY:
            held.leave(int(held.rows["waste"][slot]), slot, cell)
        else:
            for waste in self._accepts.pop(slot)[0].tolist():
                held.leave(waste, slot, cell)
            count = int(held.rows["spec_count"][slot])
            if count:
                self._free_specs.setdefault(_size(count), []).append(int(held.rows["spec_start"][slot]))
        held.give_back(code)
        return True

    def partners(self, side: str, code: str, top_k: int) -> list[str]:
        """Ids of the ``top_k`` best partners (0: all) of a listing, in order of rank; ``KeyError`` if unknown."""
        slot = self._slot(side, code)
        held, other = self._sides(side)
        lat, lon = held.place[slot]
        angle = float(2.0 * np.arcsin(np.sqrt(min(float(held.rows["reach"][slot]), 1.0))))
        places, most = _ROOM, top_k or np.iinfo(np.int64).max
        while True:
            answer = room(places)
            if side == SUPPLY:
                count = partners_of_supply(
                    held.rows, self._values, slot, lat, lon, angle, self.grid, *other.pool, other.buckets.licensed,
                    other.rows, self._specs, self.terms, most, *answer,
                )  # fmt: skip
            else:
                count = partners_of_demand(
                    held.rows[slot], *self._accepts[slot], lat, lon, angle, self.grid, *other.pool, other.rows,
                    self._values, self._specs, self.terms, most, *answer,
                )  # fmt: skip
            if count <= places:
                break
            places = count
        found, missing, score = (column[:count] for column in answer)
        return other.ranked(found, (missing > 0).astype(np.int64), score, top_k)

    def near_misses(self, side: str, code: str, limit: int) -> list[str]:
        """Ids of the ``limit`` pairs that almost fit, fewest failed rules first, then the better score, then ids."""
        slot = self._slot(side, code)
        held, other = self._sides(side)
        parts = []
        if side == SUPPLY:
            kinds = [(int(held.rows["waste"][slot]), True)]
        else:
            kinds = list(zip(*(column.tolist() for column in self._accepts[slot]), strict=True))
        for waste, may in kinds:
            first = waste * self.grid.cells
            last = first + self.grid.cells
            answer = room(int(other.buckets.counts[first:last].sum()))
            if side == SUPPLY:
                count = misses_of_supply(
                    held.rows, self._values, slot, first, last, *other.pool, other.buckets.licensed, other.rows,
                    self._specs, self.terms, *answer,
                )  # fmt: skip
            else:
                count = misses_of_demand(
                    held.rows[slot], may, first, last, *other.pool, other.rows, self._values, self._specs, self.terms,
                    *answer,
                )  # fmt: skip
            parts.append([column[:count] for column in answer])
        found, failed, score = (np.concatenate([part[at] for part in parts]) for at in range(3))
        return other.ranked(found, failed, score, limit)

    def _sides(self, side: str) -> tuple[_Side, _Side]:
        both = self._supplies, self._demands
        return both if side == SUPPLY else both[::-1]

    def _slot(self, side: str, code: str) -> int:
        return self._sides(side)[0].slot_of[code]

    def _cell(self, place: np.ndarray) -> int:
        return int(cells_of(self.grid, place[:1], place[1:])[0])

    def _columns_of(self, problem: MatchProblem) -> tuple[np.ndarray, np.ndarray]:
        """The index's numbers of the problem's waste types and properties, -1 for what it has no column for.

        An assay of a property that no spec names says nothing to anybody; a waste type that is offered or accepted
        and a property that a spec names must be known.
        """
        kinds = {name: at for at, name in enumerate(self.wastes)}
        keys = {name: at for at, name in enumerate(self.properties)}
        waste = np.array([kinds.get(name, -1) for name in problem.waste_types], np.int64)
        key = np.array([keys.get(name, -1) for name in problem.properties], np.int64)
        accepted = np.flatnonzero((~np.isnan(problem.demands.max_share)).any(axis=0))
        used = np.concatenate([problem.supplies.waste_type, accepted]).astype(np.int64)
        specified = problem.specs.property
        for what, names, known, named in (
            ("waste type", problem.waste_types, waste, used), ("property", problem.properties, key, specified),
        ):
            lacking = named[known[named] < 0] if len(named) else named
            if len(lacking):
                raise NewColumn(f"the index has no column for the {what} {names[lacking[0]]}; build it anew")
        return waste, key

    def _keep_specs(self, rows: np.ndarray) -> int:
        if not len(rows):
            return 0
        waiting = self._free_specs.get(_size(len(rows)))
        start = waiting.pop() if waiting else self._spec_end
        if start == self._spec_end:
            self._spec_end += _size(len(rows))
            self._specs = _room_for(self._specs, self._spec_end)
        self._specs[start : start + len(rows)] = rows
        return start

    def _fill(self, problem: MatchProblem, evaluator: Evaluator) -> None:
        waste, key = self._columns_of(problem)
        s, d = problem.supplies, problem.demands
        # Slots go by cell, so that what lies near each other on the ground does so in memory.
        cell = cells_of(self.grid, s.lat, s.lon)
        order = np.argsort(cell, kind="stable")
        offers = offers_of(evaluator, problem.circuity)[order]
        offers["waste"] = waste[offers["waste"]] if len(offers) else offers["waste"]
        known = key >= 0
        self._values[: len(offers)] = np.nan
        self._values[: len(offers), key[known]] = values_of(evaluator)[order][:, known]
        self._supplies.fill([s.ids[at] for at in order.tolist()], offers, s.lat[order], s.lon[order])
        bucket = offers["waste"] * self.grid.cells + cell[order]
        self._supplies.buckets.fill(bucket, np.arange(len(offers)), offers, np.ones(len(offers), bool))

        cell = cells_of(self.grid, d.lat, d.lon)
        order = np.argsort(cell, kind="stable")
        wants, specs = wants_of(evaluator, problem.circuity)[order], specs_of(evaluator)
        specs["property"] = key[specs["property"]] if len(specs) else specs["property"]
        named = specs["waste"] >= 0
        specs["waste"][named] = waste[specs["waste"][named]]
        self._fill_specs(wants, specs)
        self._demands.fill([d.ids[at] for at in order.tolist()], wants, d.lat[order], d.lon[order])
        demand, kind = np.nonzero(~np.isnan(d.max_share[order]))
        licensed = evaluator.licences[d.enterprise[order][demand], kind]
        bucket = waste[kind] * self.grid.cells + cell[order][demand]
        self._demands.buckets.fill(bucket, demand, wants[demand], licensed)
        ends = np.searchsorted(demand, np.arange(len(wants) + 1)).tolist()
        kinds = waste[kind]
        for at in range(len(wants)):
            part = slice(ends[at], ends[at + 1])
            self._accepts[at] = kinds[part], licensed[part]

    def _fill_specs(self, wants: np.ndarray, specs: np.ndarray) -> None:
        """Lay the specs out in the order of ``wants``, each demand's in a run of a power of two."""
        count = wants["spec_count"].astype(np.int64)
        size = np.where(count > 0, 2 ** np.ceil(np.log2(np.maximum(count, 1))), 0).astype(np.int64)
        moved = np.cumsum(size) - size
        self._spec_end = int(size.sum())
        self._specs = _room_for(self._specs, self._spec_end)
        within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        self._specs[np.repeat(moved, count) + within] = specs[np.repeat(wants["spec_start"], count) + within]
        wants["spec_start"] = moved


class _Side:
    """The listings of one side: a record and a place per slot, the ids, and the buckets that lead to the slots."""

    def __init__(self, kind: np.dtype, expected: int, wastes: int, cells: int, entries: int) -> None:
        self.rows, self.place = np.zeros(_capacity(expected), kind), np.zeros((_capacity(expected), 2))
        self.codes: list[str | None] = []
        self.slot_of: dict[str, int] = {}
        self._empty: list[int] = []
        self.buckets = Buckets(wastes * cells, entries)
        self._cells = cells

    @property
    def pool(self) -> tuple[np.ndarray, ...]:
        held = self.buckets
        return held.starts, held.counts, held.slots, held.x, held.y, held.z, held.reach

    def fill(self, ids: list[str], rows: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> None:
        self.rows[: len(ids)] = rows
        self.place[: len(ids), 0], self.place[: len(ids), 1] = lat, lon
        self.codes = list(ids)
        self.slot_of = {code: slot for slot, code in enumerate(ids)}

    def take_slot(self, code: str) -> int:
        slot = self._empty.pop() if self._empty else len(self.codes)
        if slot == len(self.codes):
            self.codes.append(code)
            self.rows, self.place = _room_for(self.rows, slot), _room_for(self.place, slot)
        self.codes[slot], self.slot_of[code] = code, slot
        return slot

    def give_back(self, code: str) -> None:
        slot = self.slot_of.pop(code)
        self.codes[slot] = None
        self._empty.append(slot)

    def enter(self, waste: int, slot: int, cell: int, licensed: bool) -> None:
        self.buckets.put(waste * self._cells + cell, slot, self.rows[slot], licensed)

    def leave(self, waste: int, slot: int, cell: int) -> None:
        self.buckets.take(waste * self._cells + cell, slot)

    def ranked(self, found: np.ndarray, first: np.ndarray, score: np.ndarray, top_k: int) -> list[str]:
        """Ids by ``first`` upwards, score downwards, then id; the first ``top_k`` of them (0: all)."""
        if 0 < top_k < len(found):
            order = np.lexsort((-score, first))
            last = order[top_k - 1]
            # Whatever equals the last one that is kept may come before it by its id.
            within = (first < first[last]) | ((first == first[last]) & (score >= score[last]))
            found, first, score = found[within], first[within], score[within]
        codes = [self.codes[slot] for slot in found.tolist()]
        keys = sorted(zip(first.tolist(), (-score).tolist(), codes, strict=True))
        return [key[2] for key in keys[: top_k or None]]


def _capacity(expected: int) -> int:
    return max(_GROWTH * expected, 1_024)


def _room_for(column: np.ndarray, at: int) -> np.ndarray:
    if at < len(column):
        return column
    grown = np.zeros((2 * (at + 1), *column.shape[1:]), column.dtype)
    grown[: len(column)] = column
    return grown


def _size(count: int) -> int:
    return 1 << (count - 1).bit_length()

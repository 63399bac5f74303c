"""The live index: a market that a process holds, changed listing by listing and asked for one listing's partners.

It answers with ids, in the order in which :mod:`matching.explaining` ranks them over the whole market; the reference
engine then explains only those (docs/live-index.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from matching.compiled.buckets import BARRED, REACH, SLOT, asking_of, entries_of, unassayed_of
from matching.compiled.columns import OFFER, WANT, offers_of, specs_of, terms_of, values_of, wants_of
from matching.compiled.grid import Grid, cells_of
from matching.compiled.live_kernel import (
    ACCEPTED,
    LICENSED,
    misses_of_demand,
    misses_of_supply,
    partners_of_demand,
    partners_of_supply,
)
from matching.compiled.live_side import Side, SpecStore
from matching.distance.great_circle import GreatCircle
from matching.gates import licence_table
from matching.pairs import Evaluator
from matching.params import MatchParams, Weights
from matching.problem import MatchProblem
from matching.subset import subset

SUPPLY, DEMAND = "supply", "demand"
# China with its surroundings; what lies outside belongs to the cells of the border.
CHINA = Grid(17.5, 73.0, 0.25, 148, 250)

_REHEARSED = 8


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
        # What is asked for most comes first: the first properties are looked at before the specs are read.
        asked = np.bincount(problem.specs.property, minlength=len(problem.properties))
        named = [at for at in np.argsort(-asked, kind="stable").tolist() if asked[at]]
        self.properties = tuple(properties or (problem.properties[at] for at in named))
        self.grid = grid
        params = MatchParams(weights=weights or Weights(), distance=GreatCircle(problem.circuity))
        self.terms = terms_of(Evaluator(problem, params), problem.circuity)
        supplies, demands = len(problem.supplies.ids), len(problem.demands.ids)
        buckets = len(self.wastes) * grid.cells
        self._supplies = Side(OFFER, supplies, buckets, supplies, np.float64, len(self.properties))
        self._demands = Side(WANT, demands, buckets, 3 * demands, np.int8, len(self.wastes))
        self._specs = SpecStore(len(problem.specs.demand))
        self._fill(problem)
        # A rehearsal: the first change and the first question wait for no code to be loaded.
        few = [np.arange(min(count, _REHEARSED)) for count in (supplies, demands)]
        for part in (subset(problem, few[0], few[1][:0]), subset(problem, few[0][:0], few[1])):
            self.put(part)
            for side, ids in ((SUPPLY, part.supplies.ids), (DEMAND, part.demands.ids)):
                for code in ids:
                    self.partners(side, code, 1)
                    self.near_misses(side, code, 1)

    def __len__(self) -> int:
        return len(self._supplies.names) + len(self._demands.names)

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays use, about."""
        return self._supplies.nbytes + self._demands.nbytes + self._specs.nbytes

    def put(self, problem: MatchProblem) -> None:
        """Add every listing of a small ``problem``, or replace the one of the same id.

        Raises :class:`NewColumn` for a waste type or property that the index does not know.
        """
        waste, key = self._columns_of(problem)
        if problem.supplies.ids:
            self._put_supplies(problem, *self._offers(problem, waste, key))
        if problem.demands.ids:
            self._put_demands(problem, *self._wants(problem, waste, key))

    def _put_supplies(self, problem: MatchProblem, offers: np.ndarray, values: np.ndarray) -> None:
        s = problem.supplies
        for at, code in enumerate(s.ids):
            self.withdraw(SUPPLY, code)
            slot = self._supplies.add(code, offers[at], (s.lat[at], s.lon[at]), values[at])
            self._enter(self._supplies, slot, self._supply_entries(np.array([slot])))

    def _put_demands(
        self, problem: MatchProblem, wants: np.ndarray, specs: np.ndarray, kinds: np.ndarray
    ) -> None:
        d = problem.demands
        for at, code in enumerate(d.ids):
            self.withdraw(DEMAND, code)
            start, count = int(wants["spec_start"][at]), int(wants["spec_count"][at])
            wants["spec_start"][at] = self._specs.keep(specs[start : start + count])
            slot = self._demands.add(code, wants[at], (d.lat[at], d.lon[at]), kinds[at])
            self._enter(self._demands, slot, self._demand_entries(np.array([slot])))

    def withdraw(self, side: str, code: str) -> bool:
        """Take a listing out; whether it was there."""
        held = self._sides(side)[0]
        slot = held.names.slot(code)
        if slot is None:
            return False
        row = held.rows.data[slot]
        if side == SUPPLY:
            kinds = [int(row["waste"])]
        else:
            kinds = np.flatnonzero(held.details.data[slot]).tolist()
            self._specs.give_back(int(row["spec_start"]), int(row["spec_count"]))
        cell = self._cell(held, slot)
        for waste in kinds:
            held.buckets.take(waste * self.grid.cells + cell, slot)
        held.names.drop(code)
        return True

    def partners(self, side: str, code: str, top_k: int) -> list[str]:
        """Ids of the ``top_k`` best partners (0: all) of a listing, in order of rank; ``KeyError`` if unknown."""
        kernel = partners_of_supply if side == SUPPLY else partners_of_demand
        return self._asked(kernel, side, code, top_k)

    def near_misses(self, side: str, code: str, limit: int) -> list[str]:
        """Ids of the ``limit`` pairs that almost fit, fewest failed rules first, then the better score, then ids."""
        kernel = misses_of_supply if side == SUPPLY else misses_of_demand
        return self._asked(kernel, side, code, limit)

    def _asked(self, kernel: Callable[..., tuple[np.ndarray, ...]], side: str, code: str, most: int) -> list[str]:
        slot = self._slot(side, code)
        held, other = self._sides(side)
        buckets = other.buckets
        answer = kernel(slot, held.place.data, self.grid, *buckets.chains, buckets.counts, *self._columns(), most)
        return other.ranked(*answer, most)

    def _columns(self) -> tuple[object, ...]:
        """What a pair is judged by."""
        supplies, demands = self._supplies, self._demands
        return (
            supplies.rows.data, supplies.details.data, demands.rows.data, demands.details.data, self._specs.rows.data,
            self.terms,
        )  # fmt: skip

    def _sides(self, side: str) -> tuple[Side, Side]:
        both = self._supplies, self._demands
        return both if side == SUPPLY else both[::-1]

    def _slot(self, side: str, code: str) -> int:
        slot = self._sides(side)[0].names.slot(code)
        if slot is None:
            raise KeyError(code)
        return slot

    def _cell(self, held: Side, slot: int) -> int:
        place = held.place.data[slot]
        return int(cells_of(self.grid, place[:1], place[1:])[0])

    def _enter(self, held: Side, slot: int, entries: tuple[np.ndarray, np.ndarray]) -> None:
        cell = self._cell(held, slot)
        for waste, entry in zip(entries[0].tolist(), entries[1], strict=True):
            held.buckets.put(waste * self.grid.cells + cell, entry)

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

    def _offers(
        self, problem: MatchProblem, waste: np.ndarray, key: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The supplies of a problem and their assays in the index's own numbers."""
        offers, assays = offers_of(problem, self.terms.circuity), values_of(problem)
        offers["waste"] = waste[offers["waste"]] if len(offers) else offers["waste"]
        values = np.full((len(offers), len(self.properties)), np.nan)
        values[:, key[key >= 0]] = assays[:, key >= 0]
        return offers, values

    def _wants(
        self, problem: MatchProblem, waste: np.ndarray, key: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The demands of a problem, their specs, and what each says of each waste type, in the index's numbers."""
        wants, specs = wants_of(problem, self.terms.circuity), specs_of(problem)
        specs["property"] = key[specs["property"]] if len(specs) else specs["property"]
        named = specs["waste"] >= 0
        specs["waste"][named] = waste[specs["waste"][named]]
        d = problem.demands
        demand, kind = np.nonzero(~np.isnan(d.max_share))
        licensed = licence_table(problem)[d.enterprise[demand], kind]
        kinds = np.zeros((len(wants), len(self.wastes)), np.int8)
        kinds[demand, waste[kind]] = np.where(licensed, LICENSED, ACCEPTED)
        return wants, specs, kinds

    def _supply_entries(self, slots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The entry of each supply and its waste type."""
        rows = self._supplies.rows.data[slots]
        unknown = unassayed_of(self._supplies.details.data, slots)
        return rows["waste"], entries_of(slots, rows, -rows["price"], 0, unknown)

    def _demand_entries(self, slots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The entries of demands, one for each waste type they accept, and their waste types."""
        at, waste = np.nonzero(self._demands.details.data[slots])
        rows = self._demands.rows.data[slots[at]]
        bound, asked = asking_of(self._specs.rows.data, rows, np.ascontiguousarray(waste))
        entries = entries_of(slots[at], rows, rows["price"], bound, asked)
        licensed = self._demands.details.data[slots[at], waste] == LICENSED
        entries[~(rows["qualified"] & licensed), REACH] = BARRED
        return waste, entries

    def _fill(self, problem: MatchProblem) -> None:
        waste, key = self._columns_of(problem)
        s, d = problem.supplies, problem.demands
        # Slots go by cell, so that what lies near each other on the ground does so in memory.
        cell = cells_of(self.grid, s.lat, s.lon)
        order = np.argsort(cell, kind="stable")
        offers, values = self._offers(problem, waste, key)
        ids = [s.ids[at] for at in order.tolist()]
        self._supplies.fill(ids, offers[order], s.lat[order], s.lon[order], values[order])
        kind, entries = self._supply_entries(np.arange(len(offers)))
        self._supplies.buckets.fill(kind * self.grid.cells + cell[order], entries)

        cell = cells_of(self.grid, d.lat, d.lon)
        order = np.argsort(cell, kind="stable")
        wants, specs, kinds = self._wants(problem, waste, key)
        wants = wants[order]
        self._specs.fill(wants, specs)
        ids = [d.ids[at] for at in order.tolist()]
        self._demands.fill(ids, wants, d.lat[order], d.lon[order], kinds[order])
        kind, entries = self._demand_entries(np.arange(len(wants)))
        at = entries.view(np.uint32)[:, SLOT]
        self._demands.buckets.fill(kind * self.grid.cells + cell[order][at], entries)

"""What is wrong with candidates or with what is asked of them: every fault at once, in words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from matching.distance import great_circle_km
from matching.problem import MatchProblem
from matching.scenario.faults import nearest, shown
from matching.siting.problem import VOID_KM, Candidate, SitingProblem


@dataclass(frozen=True, slots=True)
class SitingFault:
    """One fault: of the candidate at ``position`` (-1: of the request), in row ``row`` of its ``table`` (-1: of the
    candidate itself; else ``accepts``, ``specs``, ``residues``), column ``column``; what was found and expected.
    """

    candidate: str
    position: int
    table: str
    row: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        whose = f"candidate {self.candidate}" if self.position >= 0 else "the request"
        where = f", {self.table} row {self.row + 1}" if self.row >= 0 else ""
        return f"{whose}{where}: {self.column}: found {self.found}; expected {self.expected}"


class SitingInputError(ValueError):
    """Candidates or requirements that cannot be; ``faults`` holds every reason."""

    def __init__(self, faults: Sequence[SitingFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def candidate_faults(
    problem: MatchProblem, candidates: Sequence[Candidate], *, void_km: float = VOID_KM
) -> list[SitingFault]:
    """Everything wrong with ``candidates`` as plants of ``problem``, in their order."""
    faults: list[SitingFault] = []
    taken = {key: "an id of the market" for key in (*problem.demands.ids, *problem.enterprises.ids)}
    for position, candidate in enumerate(candidates):
        check = _Check(problem, candidate, position)
        if not candidate.id or not candidate.id.isprintable():
            check.add("id", shown(candidate.id), "an id in visible characters on one line")
        elif candidate.id in taken:
            check.add("id", f"{shown(candidate.id)} again", f"an id of its own; this one is {taken[candidate.id]}")
        taken.setdefault(candidate.id, "that of an earlier candidate")
        check.place(void_km)
        check.figures()
        check.accepts()
        check.specs()
        check.residues()
        faults += check.faults
    return faults


class _Check:
    """The faults of one candidate."""

    def __init__(self, problem: MatchProblem, candidate: Candidate, position: int) -> None:
        self.problem, self.candidate, self.position = problem, candidate, position
        self.faults: list[SitingFault] = []

    def add(self, column: str, found: str, expected: str, *, table: str = "candidates", row: int = -1) -> None:
        self.faults.append(SitingFault(self.candidate.id, self.position, table, row, column, found, expected))

    def place(self, void_km: float) -> None:
        """A position on the globe, and within reach of the market."""
        candidate, problem = self.candidate, self.problem
        good = True
        for column, value, most in (("lat", candidate.lat, 90.0), ("lon", candidate.lon, 180.0)):
            if not -most <= value <= most:
                self.add(column, f"{value:g}", f"degrees from {-most:g} to {most:g}")
                good = False
        lat = np.concatenate([problem.supplies.lat, problem.demands.lat])
        lon = np.concatenate([problem.supplies.lon, problem.demands.lon])
        if good and len(lat):
            far = great_circle_km(np.float64(candidate.lat), np.float64(candidate.lon), lat, lon)
            if not far.min() <= void_km:
                found = f"{candidate.lat:g}, {candidate.lon:g}: {far.min():,.0f} km from the nearest listing"
                within = f"a place in the region, at most {void_km:g} km from a listing"
                self.add("lat", found, f"{within}; are lat and lon the right way round?")

    def figures(self) -> None:
        """Use, park, tonnes and money."""
        candidate = self.candidate
        if candidate.use not in self.problem.uses:
            self.add("use", shown(candidate.use), f"a use of the market{nearest(candidate.use, self.problem.uses)}")
        if candidate.park and candidate.park not in self.problem.parks.ids:
            self.add("park", shown(candidate.park), f"a park{nearest(candidate.park, self.problem.parks.ids)}, or none")
        for column, unit in (("t_per_month", "t/month"), ("open_cost_yuan", "yuan"), ("min_lot_t", "t")):
            value = getattr(candidate, column)
            if not (math.isfinite(value) and value >= 0):
                self.add(column, f"{value:g}", f"a number in {unit}, 0 or more")
        if not math.isfinite(candidate.bid_yuan_per_t):
            self.add("bid_yuan_per_t", f"{candidate.bid_yuan_per_t:g}", "a number in yuan/t")
        if not candidate.max_distance_km >= 0:
            self.add("max_distance_km", f"{candidate.max_distance_km:g}", "a number in km, 0 or more")

    def accepts(self) -> None:
        rows = self.candidate.accepts
        if not rows:
            self.add("id", shown(self.candidate.id), "at least one waste type that the candidate accepts")
        self._wastes("accepts", [row.waste_type for row in rows])
        for at, row in enumerate(rows):
            if row.max_share is not None and not 0 <= row.max_share <= 1:
                self.add("max_share", f"{row.max_share:g}", "a share from 0 to 1", table="accepts", row=at)

    def specs(self) -> None:
        rows = self.candidate.specs
        self._wastes("specs", [row.waste_type for row in rows], once=False)
        seen: set[tuple[object, ...]] = set()
        for at, row in enumerate(rows):
            def add(column: str, found: str, expected: str, row: int = at) -> None:
                self.add(column, found, expected, table="specs", row=row)

            known = row.property in self.problem.properties
            if not known:
                add("property", shown(row.property), f"a property{nearest(row.property, self.problem.properties)}")
            for column, value in (("min", row.minimum), ("max", row.maximum)):
                if value is not None and not math.isfinite(value):
                    add(column, f"{value:g}", "a number in the property's unit")
            if row.minimum is None and row.maximum is None:
                add("min", "neither min nor max", "at least one of the two")
            elif row.minimum is not None and row.maximum is not None and row.minimum > row.maximum:
                add("min", f"{row.minimum:g}", f"at most max, {row.maximum:g}")
            if row.basis not in ("each", "blend"):
                add("basis", shown(row.basis), "each or blend")
            elif row.basis == "blend" and known:
                entry = self.problem.catalogue.properties[row.property]
                if not entry.mixes_linearly:
                    add("basis", "'blend'", f"each; {row.property} does not mix linearly ({entry.mixing})")
            key = (row.waste_type, row.property, row.basis)
            if key in seen:
                add("property", f"{shown(row.property)} again", "each waste type, property and basis once")
            seen.add(key)

    def residues(self) -> None:
        rows = self.candidate.residues
        self._wastes("residues", [row.waste_type for row in rows])
        for at, row in enumerate(rows):
            if not (math.isfinite(row.yield_t_per_t) and row.yield_t_per_t >= 0):
                words = "a number in t/t, 0 or more"
                self.add("yield_t_per_t", f"{row.yield_t_per_t:g}", words, table="residues", row=at)

    def _wastes(self, table: str, wastes: Sequence[str | None], *, once: bool = True) -> None:
        seen: set[str | None] = set()
        for at, waste in enumerate(wastes):
            if waste is not None and waste not in self.problem.waste_types:
                expected = f"a waste type{nearest(waste, self.problem.waste_types)}"
                self.add("waste_type", shown(waste), expected, table=table, row=at)
            if once and waste in seen:
                self.add("waste_type", f"{shown(str(waste))} again", "each waste type once", table=table, row=at)
            seen.add(waste)


def request_faults(siting: SitingProblem) -> list[SitingFault]:
    """Everything wrong with the bounds and requirements themselves; whether they conflict is another question."""
    faults = []

    def add(column: str, found: str, expected: str) -> None:
        faults.append(SitingFault("", -1, "", -1, column, found, expected))

    if siting.budget_yuan is not None and not (math.isfinite(siting.budget_yuan) and siting.budget_yuan >= 0):
        add("budget_yuan", f"{siting.budget_yuan:g}", "a number in yuan, 0 or more")
    if siting.most_open is not None and siting.most_open < 0:
        add("most_open", str(siting.most_open), "a number of plants, 0 or more")
    if not siting.void_km > 0:
        add("void_km", f"{siting.void_km:g}", "a number of km above 0")
    known = [candidate.id for candidate in siting.candidates]
    for key in siting.must_open:
        if key not in known:
            add("must_open", shown(key), f"an id of a candidate{nearest(key, known)}")
    for waste, tonnes in siting.at_least:
        if waste not in siting.problem.waste_types:
            add("at_least", shown(waste), f"a waste type{nearest(waste, siting.problem.waste_types)}")
        if not (math.isfinite(tonnes) and tonnes >= 0):
            add("at_least", f"{tonnes:g} t of {waste}", "a number in t, 0 or more")
    for what, keys in (("must_open", siting.must_open), ("at_least", [row.waste_type for row in siting.at_least])):
        for key in _twice(keys):
            add(what, f"{shown(key)} again", "each once")
    return faults


def _twice(keys: Iterable[str]) -> list[str]:
    return [key for key, count in Counter(keys).items() if count > 1]

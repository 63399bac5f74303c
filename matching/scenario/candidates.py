"""``read_candidates``: a folder of candidate plants in, :class:`Candidate` objects out, or every fault at once."""

from __future__ import annotations

import math
from pathlib import Path

from matching.problem import MatchProblem
from matching.scenario.build import licence_codes
from matching.scenario.faults import Fault, ScenarioError, nearest
from matching.scenario.reader import references
from matching.scenario.schema import Column, Table, number
from matching.scenario.tables import Rows, read_table
from matching.siting.faults import SitingFault, candidate_faults
from matching.siting.problem import VOID_KM, Candidate, CandidateAccept, CandidateResidue, CandidateSpec

_REMARKS = (Column("source"), Column("note"))
_WHOSE = Column("candidate", "reference", required=True, target="candidates.csv")
TABLES: dict[str, Table] = {
    "candidates": Table(
        "candidates.csv",
        (
            Column("id", "id", required=True),
            Column("name", required=True),
            Column("use", "use", required=True),
            number("lat", "degrees", required=True, low=-90, high=90),
            number("lon", "degrees", required=True, low=-180, high=180),
            Column("park"),
            number("t_per_month", "t/month", required=True, low=0),
            number("open_cost_yuan", "yuan over the horizon", required=True, low=0),
            number("bid_yuan_per_t", "yuan/t"),
            number("min_lot_t", "t", low=0),
            number("max_distance_km", "km", low=0),
            Column("licences", "licences"),
            *_REMARKS,
        ),
        ("id",),
        needed=True,
    ),
    "accepts": Table(
        "candidate_accepts.csv",
        (
            _WHOSE,
            Column("waste_type", "waste_type", required=True),
            number("max_share", "share", low=0, high=1),
            *_REMARKS,
        ),
        ("candidate", "waste_type"),
        needed=True,
    ),
    "specs": Table(
        "candidate_specs.csv",
        (
            _WHOSE,
            Column("waste_type", "waste_type"),
            Column("property", "property", required=True),
            number("min", "the property's unit"),
            number("max", "the property's unit"),
            Column("basis", "choice", choices=("each", "blend")),
            Column("standard"),
            Column("clause"),
            *_REMARKS,
        ),
        ("candidate", "waste_type", "property", "basis"),
    ),
    "residues": Table(
        "candidate_residues.csv",
        (
            _WHOSE,
            Column("waste_type", "waste_type", required=True),
            number("yield_t_per_t", "t/t", required=True, low=0),
            *_REMARKS,
        ),
        ("candidate", "waste_type"),
    ),
}


def read_candidates(folder: Path | str, problem: MatchProblem, *, void_km: float = VOID_KM) -> tuple[Candidate, ...]:
    """The candidates in ``folder``, judged as plants of ``problem``, in the order of the file.

    ``candidate_specs.csv`` and ``candidate_residues.csv`` may be missing.  Raises :class:`ScenarioError` with every
    fault of the folder, by file, line and column.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ScenarioError([Fault(str(folder), 0, 0, "", "no such folder", "a folder with candidates.csv")])
    faults: list[Fault] = []
    tables = {name: read_table(folder / table.file, table, problem.catalogue, faults) for name, table in TABLES.items()}
    _misspelt_files(folder, faults)
    references({rows.table.file: rows for rows in tables.values()}, faults)
    reading = _Reading(tables)
    candidates = reading.candidates()
    faults += reading.placed(candidate_faults(problem, candidates, void_km=void_km), faults)
    if faults:
        raise ScenarioError(faults)
    return candidates


def _misspelt_files(folder: Path, faults: list[Fault]) -> None:
    """A file of specs whose name is nearly right would be passed over in silence."""
    known = {table.file for table in TABLES.values()}
    for path in sorted(folder.glob("*.csv")):
        hint = nearest(path.name, known) if path.name not in known else ""
        if hint:
            faults.append(Fault(path.name, 0, 0, "", "unknown file", f"one of {', '.join(sorted(known))}{hint}"))


class _Reading:
    """The tables, and which rows of each belong to which candidate."""

    def __init__(self, tables: dict[str, Rows]) -> None:
        self.tables = tables
        self.rows = {
            name: [
                [at for at, whose in enumerate(rows.values["candidate"]) if whose == key]
                for key in tables["candidates"].values["id"]
            ]
            for name, rows in tables.items() if name != "candidates"
        }

    def candidates(self) -> tuple[Candidate, ...]:
        """One per row, a cell that is at fault read as something that is one too."""
        return tuple(self._candidate(at) for at in range(len(self.tables["candidates"])))

    def _candidate(self, at: int) -> Candidate:
        cell = self.tables["candidates"].values

        def text(name: str) -> str:
            return str(cell[name][at] or "")

        def figure(name: str, blank: float = 0.0) -> float:
            return blank if cell[name][at] is None else float(cell[name][at])  # type: ignore[arg-type]

        return Candidate(
            text("id"), text("name"), text("use"), figure("lat", math.nan), figure("lon", math.nan),
            figure("t_per_month"), figure("open_cost_yuan"),
            tuple(CandidateAccept(*row) for row in self._of("accepts", at, "waste_type", "max_share")),
            tuple(
                CandidateSpec(*limits, basis or "each")
                for *limits, basis in self._of("specs", at, "waste_type", "property", "min", "max", "basis")
            ),
            figure("bid_yuan_per_t"), figure("max_distance_km", math.inf),
            tuple(
                CandidateResidue(waste, math.nan if share is None else share)
                for waste, share in self._of("residues", at, "waste_type", "yield_t_per_t")
            ),
            figure("min_lot_t"), text("park"), licence_codes(cell["licences"][at]),
        )  # fmt: skip

    def _of(self, table: str, at: int, *columns: str) -> list[tuple]:  # type: ignore[type-arg]
        cell = self.tables[table].values
        return [tuple(cell[name][row] for name in columns) for row in self.rows[table][at]]

    def placed(self, found: list[SitingFault], said: list[Fault]) -> list[Fault]:
        """The faults by file, line and column; what the cells' own faults have said is not said again."""
        cells = {(fault.file, fault.line, fault.column) for fault in said}
        lines = {(fault.file, fault.line) for fault in said}
        accepts = self.tables["accepts"]
        told = []
        for fault in found:
            whole = self.tables[fault.table]
            row = fault.position if fault.row < 0 else self.rows[fault.table][fault.position][fault.row]
            here = whole.fault(row, fault.column, fault.found, fault.expected)
            if (here.file, here.line, here.column) in cells or (fault.row >= 0 and (here.file, here.line) in lines):
                continue
            nothing_accepted = fault.column == "id" and not self.rows["accepts"][fault.position]
            if nothing_accepted and (not accepts.whole or any(file == accepts.table.file for file, _ in lines)):
                continue
            told.append(here)
        return told

"""A market with more plants in it: what siting chooses from, and what a what-if looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TypeVar

import numpy as np

from matching.problem import BLEND, EACH, NO_WASTE, Demands, Enterprises, MatchProblem, Residues, Specs
from matching.siting.faults import SitingInputError, candidate_faults
from matching.siting.problem import VOID_KM, Candidate

Listed = TypeVar("Listed", Enterprises, Demands)


def with_candidates(
    problem: MatchProblem, candidates: Sequence[Candidate], *, void_km: float = VOID_KM
) -> MatchProblem:
    """``problem`` with each candidate as a demand of a new, qualified enterprise at its place, open all months.

    Demand and enterprise both bear the candidate's id; ids stay sorted, so positions of existing demands and
    enterprises may move (look candidates up by id).  Specs, accepts and residues are carried over; the residue of
    a new plant finds no supply of its enterprise, so it is reported as unplaced.  Arrays are read-only.  Raises
    :class:`SitingInputError` with every fault of the candidates.
    """
    candidates = sorted(candidates, key=lambda one: one.id)
    faults = candidate_faults(problem, candidates, void_km=void_km)
    if faults:
        raise SitingInputError(faults)
    if not candidates:
        return problem
    enterprises, firm_moved = _merged(problem.enterprises, _enterprises(problem, candidates))
    firm_at = {key: at for at, key in enumerate(enterprises.ids)}
    old = replace(problem.demands, enterprise=firm_moved[problem.demands.enterprise])
    demands, demand_moved = _merged(old, _demands(problem, candidates, firm_at))
    demand_at = {key: at for at, key in enumerate(demands.ids)}
    return replace(
        problem, enterprises=enterprises, demands=demands,
        supplies=replace(problem.supplies, enterprise=_frozen(firm_moved[problem.supplies.enterprise])),
        specs=_specs(problem, candidates, demand_moved, demand_at),
        residues=_residues(problem, candidates, demand_moved, demand_at),
    )  # fmt: skip


def positions(problem: MatchProblem, candidates: Sequence[Candidate]) -> np.ndarray:
    """Where each candidate stands among the demands of the extended ``problem``, ``(candidates,)``."""
    at = {key: index for index, key in enumerate(problem.demands.ids)}
    return np.array([at[candidate.id] for candidate in candidates], dtype=np.int64)


def _merged(old: Listed, new: Listed) -> tuple[Listed, np.ndarray]:
    """Both in one, sorted by id, and the new position of each old row."""
    ids = old.ids + new.ids
    order = sorted(range(len(ids)), key=ids.__getitem__)
    columns = {}
    for column in fields(old):
        before, after = getattr(old, column.name), getattr(new, column.name)
        if isinstance(before, tuple):
            joined = before + after
            columns[column.name] = tuple(joined[at] for at in order)
        else:
            columns[column.name] = _frozen(np.concatenate([before, after])[order])
    moved = np.empty(len(ids), dtype=np.int64)
    moved[order] = np.arange(len(ids))
    return type(old)(**columns), moved[: len(old.ids)]


def _column(candidates: Sequence[Candidate], name: str) -> np.ndarray:
    return np.array([getattr(candidate, name) for candidate in candidates], dtype=np.float64)


def _enterprises(problem: MatchProblem, candidates: Sequence[Candidate]) -> Enterprises:
    parks = problem.parks
    park = [parks.ids.index(candidate.park) if candidate.park else -1 for candidate in candidates]
    return Enterprises(
        ids=tuple(candidate.id for candidate in candidates),
        names=tuple(candidate.name for candidate in candidates),
        names_en=("",) * len(candidates),
        regions=tuple(parks.regions[at] if at >= 0 else "" for at in park),
        park=np.array(park, dtype=np.int64),
        lat=_column(candidates, "lat"),
        lon=_column(candidates, "lon"),
        qualified=np.ones(len(candidates), dtype=bool),
        licences=tuple(frozenset(candidate.licences) for candidate in candidates),
    )


def _demands(problem: MatchProblem, candidates: Sequence[Candidate], firm_at: dict[str, int]) -> Demands:
    waste_at = {key: at for at, key in enumerate(problem.waste_types)}
    share = np.full((len(candidates), len(problem.waste_types)), np.nan)
    for at, candidate in enumerate(candidates):
        for waste, most in candidate.accepts:
            share[at, waste_at[waste]] = 1.0 if most is None else most
    return Demands(
        ids=tuple(candidate.id for candidate in candidates),
        enterprise=np.array([firm_at[candidate.id] for candidate in candidates], dtype=np.int64),
        use=np.array([problem.uses.index(candidate.use) for candidate in candidates], dtype=np.int64),
        lat=_column(candidates, "lat"),
        lon=_column(candidates, "lon"),
        t_per_month=_column(candidates, "t_per_month"),
        first_month=np.zeros(len(candidates), dtype=np.int64),
        last_month=np.full(len(candidates), len(problem.months) - 1, dtype=np.int64),
        bid_yuan_per_t=_column(candidates, "bid_yuan_per_t"),
        min_lot_t=_column(candidates, "min_lot_t"),
        max_distance_km=_column(candidates, "max_distance_km"),
        max_share=share,
    )


def _specs(
    problem: MatchProblem, candidates: Sequence[Candidate], moved: np.ndarray, demand_at: dict[str, int]
) -> Specs:
    old = problem.specs
    rows = [
        (
            demand_at[candidate.id],
            NO_WASTE if row.waste_type is None else problem.waste_types.index(row.waste_type),
            problem.properties.index(row.property),
            -np.inf if row.minimum is None else row.minimum,
            np.inf if row.maximum is None else row.maximum,
            BLEND if row.basis == "blend" else EACH,
        )
        for candidate in candidates for row in candidate.specs
    ]
    before = (moved[old.demand], old.waste_type, old.property, old.minimum, old.maximum, old.basis)
    columns = _joined(before, rows)
    order = np.lexsort((columns[5], columns[2], columns[1], columns[0]))
    return Specs(*(_frozen(column[order]) for column in columns))


def _residues(
    problem: MatchProblem, candidates: Sequence[Candidate], moved: np.ndarray, demand_at: dict[str, int]
) -> Residues:
    old = problem.residues
    rows = [
        (demand_at[candidate.id], problem.waste_types.index(row.waste_type), row.yield_t_per_t)
        for candidate in candidates for row in candidate.residues
    ]
    columns = _joined((moved[old.demand], old.waste_type, old.yield_t_per_t), rows)
    order = np.lexsort((columns[1], columns[0]))
    return Residues(*(_frozen(column[order]) for column in columns))


def _joined(before: tuple[np.ndarray, ...], rows: list[tuple[float, ...]]) -> list[np.ndarray]:
    """Rows appended to parallel columns, each keeping its type."""
    new = list(zip(*rows, strict=True)) if rows else [()] * len(before)
    return [
        np.concatenate([column, np.array(added, dtype=column.dtype)])
        for column, added in zip(before, new, strict=True)
    ]


def _frozen(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array

"""Which candidates to open, worked out by the engine and kept as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from marketplace.market import distance_model, market_revision
from marketplace.what_ifs.answers import problem_of, study

if TYPE_CHECKING:
    from matching.siting import Candidate, SitingResult

# A reader waits this long for the search; what is not proven by then says so.
TIME_LIMIT_S = 25.0
GAP = 1e-4


def work_out(
    session: Session, objective: str, asked: dict[str, Any], rows: Sequence[dict[str, Any]]
) -> tuple[dict[str, Any], int]:
    """The choice among the candidates ``rows`` as plain data, and the revision of the market it holds for.

    Raises ``matching.siting.RequirementsConflict`` where no choice keeps what is asked, ``NotFoundInTime``, and
    ``matching.whatif.ImpossibleChange`` for candidates that the market cannot have (any more).
    """
    from matching.params import MatchParams
    from matching.siting import AtLeast, SitingProblem, place_facilities
    from matching.whatif import check_changes
    from matching.whatif.keeping import read_changes

    revision, problem = market_revision(session), problem_of(session)
    check_changes(problem, read_changes([plant_of(row) for row in rows]))
    params = MatchParams(top_k=0, distance=distance_model(session))
    at_least = [AtLeast(*one) for one in asked.get("at_least", [])]
    siting = SitingProblem(
        problem, tuple(candidates_of(rows)), budget_yuan=asked.get("budget_yuan"), most_open=asked.get("most_open"),
        at_least=tuple(at_least),
    )
    found = place_facilities(siting, params, objective=objective, relative_gap=GAP, time_limit_s=TIME_LIMIT_S)
    return _plain(found), revision


def plant_of(row: dict[str, Any]) -> dict[str, Any]:
    """A candidate as the new plant of a what-if: the same without its cost."""
    return {"kind": "new_plant", **{key: value for key, value in row.items() if key != "open_cost_yuan"}}


def candidates_of(rows: Sequence[dict[str, Any]]) -> list[Candidate]:
    from dataclasses import replace

    from matching.whatif.keeping import read_changes
    from matching.whatif.plants import as_candidates

    plants = as_candidates(read_changes([plant_of(row) for row in rows]))  # type: ignore[arg-type]
    return [
        replace(plant, open_cost_yuan=float(row["open_cost_yuan"])) for plant, row in zip(plants, rows, strict=True)
    ]


def _plain(found: SitingResult) -> dict[str, Any]:
    report = found.report
    return {
        "decisions": [
            {
                "opened": one.opened, "tonnes": one.tonnes, "value_yuan": one.value_yuan,
                "taken": [[part.waste_type, part.tonnes, part.unplaced_t, part.moved_t] for part in one.taken],
                "missed_t": one.missed.placed_t if one.missed else None,
                "short": one.forced.short if one.forced else None,
                "tried": one.forced is not None, "impossible": bool(one.forced) and one.forced.objective is None,
            }
            for one in found.decisions
        ],
        "opening_yuan": found.opening_yuan, "net_value_yuan": found.net_value_yuan, "gain_yuan": found.gain_yuan,
        "tonnes": [found.without.total_t, found.plan.total_t],
        "gained_t": found.gain_t_by_waste_type,
        "status": report.status, "gap": report.gap, "seconds": report.seconds,
    }


def unplaced(session: Session) -> list[dict[str, Any]]:
    """Where unplaced tonnes concentrate by waste type, the most first: cells of 20 km with what lies within 50 km."""
    from matching.siting import screening

    held = study(session)
    return [
        {
            "waste": cell.waste_type, "lat": cell.lat, "lon": cell.lon, "tonnes": cell.tonnes,
            "within": cell.within_radius_t, "supplies": list(cell.supplies),
        }
        for cell in screening(held.problem, held.plan)
    ]

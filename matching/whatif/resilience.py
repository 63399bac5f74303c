"""Single failures: what the region loses when one enterprise stands still, and which ways its partners would go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matching.params import Progress
from matching.whatif.applying import stopped
from matching.whatif.changes import Stop
from matching.whatif.difference import Difference, RouteChange, difference_of
from matching.whatif.outcome import outcome_of
from matching.whatif.study import Study


@dataclass(frozen=True, slots=True)
class Failure:
    """An enterprise that stands still for ``months``: tonnes and yuan lost, and the routes that take over.

    ``lost_t`` is what the region no longer places, its own included; ``stranded_t`` what its partners could not place
    or get elsewhere: the tonnes that left its routes and were not rerouted.  ``instead`` are routes of others that
    carry more than before, the largest first: the second-best ways.
    """

    enterprise: str
    months: int
    lost_t: float
    lost_yuan: float
    touched_t: float
    rerouted_t: float
    stranded_t: float
    instead: tuple[RouteChange, ...]
    difference: Difference


def single_failures(
    study: Study, *, first_month: str | None = None, months: int | None = None,
    enterprises: Sequence[str] | None = None, progress: Progress | None = None,
) -> tuple[Failure, ...]:
    """Every enterprise that the plan of ``study`` touches, standing still, ranked by the tonnes lost.

    By default for the whole horizon.  The plan is solved again from where it stands, and verified, for each of them.
    ``progress`` is told how many are done, of how many.
    """
    problem = study.problem
    first = first_month or problem.months[0]
    span = months or len(problem.months) - problem.months.index(first)
    named = _touched(study) if enterprises is None else list(enterprises)
    found = []
    try:
        for done, firm in enumerate(named, 1):
            still = stopped(problem, [Stop(firm, first, span)])
            study.planner.with_tonnes(still)
            plan = study.planner.plan(distance_method=study.distance_method, near=study.plan)
            change = difference_of(study.before, outcome_of(still, plan))
            found.append(_failure(study, firm, span, change))
            if progress is not None:
                progress(done, len(named))
    finally:
        study.planner.with_tonnes(problem)
    return tuple(sorted(found, key=lambda one: (-one.lost_t, one.enterprise)))


def _touched(study: Study) -> list[str]:
    problem, plan = study.problem, study.plan
    firms = {*problem.supplies.enterprise[plan.supply].tolist(), *problem.demands.enterprise[plan.demand].tolist()}
    return [problem.enterprises.ids[firm] for firm in sorted(firms)]


def _failure(study: Study, firm: str, months: int, change: Difference) -> Failure:
    problem = study.problem
    at = problem.enterprises.ids.index(firm)
    own = {problem.supplies.ids[n] for n in np.flatnonzero(problem.supplies.enterprise == at).tolist()}
    own |= {problem.demands.ids[n] for n in np.flatnonzero(problem.demands.enterprise == at).tolist()}
    touched = sum(
        route.tonnes for (supply, demand), route in study.before.routes.items() if supply in own or demand in own
    )
    instead = tuple(route for route in change.routes if route.change_t > 0)
    lost = -change.tonnes
    return Failure(
        firm, months, lost, -change.value_yuan, touched, change.rerouted_t, max(touched - change.rerouted_t, 0.0),
        instead, change,
    )

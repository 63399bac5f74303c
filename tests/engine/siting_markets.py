"""Random siting problems for the tests, and the judge that tries every set of openings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from random import Random

import numpy as np
from scipy.optimize import linprog

from matching.allocation import Pairs, allocate
from matching.allocation.feasible import feasible_pairs
from matching.allocation.planner import Planner
from matching.params import MatchParams
from matching.problem import MatchProblem
from matching.siting import Candidate, SitingProblem, with_candidates
from tests.engine.random_markets import LINEAR, WASTES, Shape

TINY = Shape(
    enterprises=4, supplies=6, demands=3, wastes=3, months=2, residues=0.3, limits=0.1, assayed=1.0, spec_count=1,
    blend=0.7, outside=0.0,
)  # fmt: skip
USES = ("fired_brick", "aac", "mine_backfill")


def random_candidates(seed: int, count: int = 4) -> tuple[Candidate, ...]:
    """Candidates in and around the random markets, some with shares, mixes and residues."""
    rng = Random(seed)
    found = []
    for n in range(count):
        wastes = rng.sample(WASTES[:3], rng.randint(1, 3))
        limit = rng.choice((5.0, 8.0, 9.2))
        found.append(
            Candidate(
                f"C{n}", f"candidate {n}", rng.choice(USES), rng.uniform(39, 40.5), rng.uniform(108, 110.5),
                float(rng.choice((0, 200, 500, 1500))), float(rng.choice((0, 2_000, 10_000, 30_000))),
                tuple((waste, rng.choice((None, 0.5, 1.0))) for waste in wastes),
                ((None, rng.choice(LINEAR), None, limit, rng.choice(("each", "blend"))),) if rng.random() < 0.5 else (),
                float(rng.choice((0, 40, 90, 150))), rng.choice((np.inf, np.inf, 120.0)),
                ((rng.choice(wastes), 0.2),) if rng.random() < 0.3 else (),
            )
        )  # fmt: skip
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Judged:
    """The best objective (None where no set keeps what is asked), the least cost for `tonnes`, and the set."""

    objective: float | None
    expense: float
    opened: frozenset[str]


def best_of_all(siting: SitingProblem, objective: str, *, blend: bool = True) -> Judged:
    """Every set of openings by `allocate`, without anything of the siting but the extended market."""
    problem = with_candidates(siting.problem, siting.candidates)
    pairs, _ = feasible_pairs(problem, MatchParams())
    best = Judged(None, np.inf, frozenset())
    for choice in product((False, True), repeat=len(siting.candidates)):
        opened = frozenset(c.id for c, on in zip(siting.candidates, choice, strict=True) if on)
        cost = sum(c.open_cost_yuan for c in siting.candidates if c.id in opened)
        if not set(siting.must_open) <= opened or len(opened) > (siting.most_open or np.inf):
            continue
        if siting.budget_yuan is not None and cost > siting.budget_yuan:
            continue
        found = _plan(problem, pairs, siting, opened, objective, blend)
        reached = found[0] - cost if objective == "net_value" else found[0]
        expense = found[1] + cost
        tied = best.objective is not None and abs(reached - best.objective) <= 1e-6 * max(1.0, abs(reached))
        if best.objective is None or reached > best.objective + 1e-6 * max(1.0, abs(reached)):
            best = Judged(reached, expense, opened)
        elif tied and expense < best.expense:
            best = Judged(max(reached, best.objective), expense, opened)
    return best


def _plan(
    problem: MatchProblem, pairs: Pairs, siting: SitingProblem, opened: frozenset[str], objective: str, blend: bool
) -> tuple[float, float]:
    closed = [
        at for at, key in enumerate(problem.demands.ids)
        if key in {c.id for c in siting.candidates} and key not in opened
    ]
    plan = allocate(
        problem, objective="value" if objective == "net_value" else "tonnes", blend=blend,
        pairs=pairs.keep(~np.isin(pairs.demand, closed)),
    )
    return plan.report.objective, plan.total_freight_yuan


def best_with_tonnes(siting: SitingProblem) -> float | None:
    """The best net value over every set, with what must be placed as a row of its own, by scipy; None for none."""
    problem = with_candidates(siting.problem, siting.candidates)
    pairs, _ = feasible_pairs(problem, MatchParams())
    ids = [candidate.id for candidate in siting.candidates]
    best = None
    for choice in product((False, True), repeat=len(ids)):
        closed = [problem.demands.ids.index(key) for key, on in zip(ids, choice, strict=True) if not on]
        cost = sum(c.open_cost_yuan for c, on in zip(siting.candidates, choice, strict=True) if on)
        opened = {key for key, on in zip(ids, choice, strict=True) if on}
        if cost > (np.inf if siting.budget_yuan is None else siting.budget_yuan) or not set(siting.must_open) <= opened:
            continue
        if len(opened) > (len(ids) if siting.most_open is None else siting.most_open):
            continue
        kept = pairs.keep(~np.isin(pairs.demand, closed))
        planner = Planner(problem, MatchParams(), kept, objective="value", blend=True, network_columns=2**62)
        layout, program = planner.layout, planner.program
        rows, right = [program.matrix.toarray()], [program.upper]
        for waste, tonnes in siting.at_least:
            of = np.zeros(layout.columns)
            of[: layout.trades] = layout.waste == problem.waste_types.index(waste)
            rows.append(-of[np.newaxis, :])
            right.append(np.array([-tonnes]))
        if layout.columns == 0:
            found = 0.0 if not any(tonnes for _, tonnes in siting.at_least) else None
        else:
            answer = linprog(-program.cost, A_ub=np.vstack(rows), b_ub=np.concatenate(right), bounds=(0, None))
            found = -answer.fun if answer.status == 0 else None
        if found is not None and (best is None or found - cost > best):
            best = found - cost
    return best

"""The region-wide best plan, computed and kept for the pages that show it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from marketplace.market.problem import load_problem, market_revision
from marketplace.market.settings import distance_model
from marketplace.unit_of_work import UnitOfWork
from models import Demand, Plan, PlanFlow, Supply

if TYPE_CHECKING:
    from matching.allocation import AllocationResult
    from matching.problem import MatchProblem
    from matching.symbiosis import ChainResult

# Older plans are kept for comparison, not for ever.
_KEPT = 10
_TIME_LIMIT_S = 300.0
# Chains beyond these are counted, not kept: their tonnes are small.
_CHAINS_KEPT = 500
# So are consignments of residue beyond these: a picture draws them as though they were fresh.
_PARTS_KEPT = 5_000


def latest_plan(session: Session, *, objective: str = "value", blend: bool = True) -> Plan | None:
    """The newest kept plan for ``objective``, None before the first."""
    return session.scalar(
        select(Plan).where(Plan.objective == objective, Plan.blend == blend).order_by(Plan.id.desc()).limit(1)
    )


def refresh_plan(session: Session, *, objective: str = "value", blend: bool = True) -> Plan:
    """Compute the best plan of the market as it stands and keep it; a plan that still holds is returned.

    It reads, then solves without holding a transaction, then writes in one of its own: people go on trading
    meanwhile, and a change made while it solved leaves a job of its own.
    """
    revision = market_revision(session)
    newest = latest_plan(session, objective=objective, blend=blend)
    if newest is not None and newest.market_revision == revision:
        return newest
    problem, model = load_problem(session), distance_model(session)
    session.commit()
    result = _allocate(problem, model, objective, blend)
    with UnitOfWork(session) as uow:
        plan = Plan(
            created_at=uow.now, market_revision=revision, objective=objective, blend=blend,
            status=result.report.status, objective_value=_number(result.report.objective),
            bound=_number(result.report.bound), gap=_number(result.report.gap), tonnes=result.total_t,
            summary=_summary(problem, result),
        )
        session.add(plan)
        session.flush()
        _keep_flows(session, plan, problem, result)
        _forget_old(session, objective, blend)
        uow.record(None, "plan.made", plan, objective=objective, tonnes=result.total_t, status=plan.status)
    return plan


def _allocate(problem: MatchProblem, model: Any, objective: str, blend: bool) -> AllocationResult:
    from matching.allocation import allocate
    from matching.params import MatchParams

    return allocate(
        problem, MatchParams(distance=model), objective=objective, blend=blend, time_limit_s=_TIME_LIMIT_S
    )


def _keep_flows(session: Session, plan: Plan, problem: MatchProblem, result: AllocationResult) -> None:
    supply_ids = dict(session.execute(select(Supply.code, Supply.id)).all())
    demand_ids = dict(session.execute(select(Demand.code, Demand.id)).all())
    rows = [
        {
            "plan_id": plan.id, "supply_id": supply_ids[problem.supplies.ids[supply]],
            "demand_id": demand_ids[problem.demands.ids[demand]], "month": problem.months[month],
            "tonnes": tonnes, "value_yuan_per_t": value, "distance_km": km,
        }
        for supply, demand, month, tonnes, value, km in zip(
            result.supply.tolist(), result.demand.tolist(), result.month.tolist(), result.tonnes.tolist(),
            result.value_yuan_per_t.tolist(), result.distance_km.tolist(), strict=True,
        )
    ]
    if rows:
        session.execute(insert(PlanFlow), rows)


def _forget_old(session: Session, objective: str, blend: bool) -> None:
    kept = select(Plan.id).where(Plan.objective == objective, Plan.blend == blend).order_by(Plan.id.desc())
    old = session.scalars(kept.offset(_KEPT)).all()
    if old:
        session.execute(delete(PlanFlow).where(PlanFlow.plan_id.in_(old)))
        session.execute(delete(Plan).where(Plan.id.in_(old)))


def _summary(problem: MatchProblem, result: AllocationResult) -> dict[str, Any]:
    left = np.bincount(
        problem.supplies.waste_type, result.left_over_t, minlength=len(problem.waste_types)
    )
    unplaced: dict[str, float] = {}
    for residue in result.unplaced:
        waste = problem.waste_types[residue.waste_type]
        unplaced[waste] = unplaced.get(waste, 0.0) + residue.tonnes
    return {
        "pairs": len(result.pairs),
        "distance_method": result.distance_method,
        "months": list(problem.months),
        "value_yuan": result.total_value_yuan,
        "freight_yuan": result.total_freight_yuan,
        "carbon_kg_co2e": result.total_carbon_kg,
        "left_over_t": {problem.waste_types[at]: float(left[at]) for at in np.flatnonzero(left > 0)},
        "left_over_by_supply": {
            problem.supplies.ids[at]: float(result.left_over_t[at])
            for at in np.flatnonzero(result.left_over_t > 0)
        },
        "unplaced_residue_t": unplaced,
        **_chains(problem, result),
        "stop_reason": result.report.stop_reason,
        "seconds": result.report.seconds,
        "versions": result.report.versions,
    }


def _chains(problem: MatchProblem, result: AllocationResult) -> dict[str, Any]:
    """The strongest chains as listing codes and tonnes by hop, and how many there are; rounds; residues sent on."""
    from matching.symbiosis import trace_chains

    traced = trace_chains(problem, result)
    return {
        "chains_found": len(traced.chains),
        "chains_complete": traced.complete,
        "chains": [
            {
                "hops": [
                    {
                        "supply": problem.supplies.ids[hop.supply],
                        "demand": problem.demands.ids[hop.demand],
                        "tonnes": hop.tonnes,
                    }
                    for hop in chain.hops
                ]
            }
            for chain in traced.chains[:_CHAINS_KEPT]
        ],
        "cycles": [
            {"arcs": [_codes(problem, *arc) for arc in cycle.arcs], "tonnes": cycle.tonnes}
            for cycle in traced.cycles[:_CHAINS_KEPT]
        ],
        "parts": _parts(problem, traced),
    }


def _parts(problem: MatchProblem, traced: ChainResult) -> list[dict[str, Any]]:
    """The tonnes of each consignment that are the residue of a demand, by that demand, the most first."""
    from matching.symbiosis.origins import OWN

    rows = [
        (tonnes, origin, arc) for (origin, arc), tonnes in traced.origins.part.items() if origin != OWN and tonnes > 0
    ]
    rows.sort(key=lambda row: (-row[0], row[1:]))
    return [
        {"origin": problem.demands.ids[origin], **_codes(problem, *arc), "tonnes": tonnes}
        for tonnes, origin, arc in rows[:_PARTS_KEPT]
    ]


def _codes(problem: MatchProblem, supply: int, demand: int) -> dict[str, str]:
    return {"supply": problem.supplies.ids[supply], "demand": problem.demands.ids[demand]}


def _number(value: float) -> float | None:
    """JSON and both databases agree on finite numbers only."""
    return float(value) if math.isfinite(value) else None

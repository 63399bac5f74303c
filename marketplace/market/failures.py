"""Single failures of the kept plan: what the region loses when one enterprise stands still; the worker's work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from marketplace.market.live import is_large
from marketplace.market.plan import latest_plan
from marketplace.market.problem import load_problem, market_revision
from marketplace.market.settings import distance_model
from marketplace.unit_of_work import UnitOfWork
from models import Plan

if TYPE_CHECKING:
    from matching.whatif import Failure

# Ways that take over, the largest of each failure: what a reader wants to know.
_WAYS_KEPT = 3
# A market larger than this many enterprises in the plan would take the worker minutes.
MOST_ENTERPRISES = 400


def work_out_failures(session: Session) -> bool:
    """Keep the failures with the newest plan; False where that is no longer the market's: its successor will ask.

    Like the plan itself it is solved without holding a transaction.
    """
    plan = latest_plan(session)
    # Of a large market each of them would take as long as the plan: the worker has other work.
    if is_large(session) or plan is None or plan.market_revision != market_revision(session):
        return False
    plan_id = plan.id
    problem, model = load_problem(session), distance_model(session)
    session.commit()
    from matching.params import MatchParams
    from matching.whatif import Study, single_failures

    study = Study(problem, MatchParams(top_k=0, distance=model))
    firms = sorted(study.before.firms.items(), key=lambda one: (-(one[1].sends_t + one[1].takes_t), one[0]))
    asked = [key for key, firm in firms if firm.sends_t + firm.takes_t > 0][:MOST_ENTERPRISES]
    found = single_failures(study, enterprises=asked)
    with UnitOfWork(session) as uow:
        plan = uow.lock(Plan, plan_id)
        if plan is None:
            return False
        plan.summary = {**plan.summary, "failures": [_plain(one) for one in found]}
        uow.record(None, "plan.failures", plan, enterprises=len(found))
    return True


def _plain(failure: Failure) -> dict[str, Any]:
    return {
        "enterprise": failure.enterprise, "lost_t": failure.lost_t, "lost_yuan": failure.lost_yuan,
        "touched_t": failure.touched_t, "rerouted_t": failure.rerouted_t,
        "instead": [
            {"supply": one.supply, "demand": one.demand, "before_t": one.before_t, "after_t": one.after_t}
            for one in failure.instead[:_WAYS_KEPT]
        ],
    }

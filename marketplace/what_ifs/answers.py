"""What a what-if comes to, worked out by the engine and kept as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from marketplace.errors import refuse
from marketplace.market import cached_problem, distance_model, market_revision, market_settings
from marketplace.market.kept import Kept
from marketplace.market.live import is_large
from marketplace.what_ifs import rules

if TYPE_CHECKING:
    from matching.problem import MatchProblem
    from matching.whatif import Answer, Study

# A reader waits this long at most; a plan cut short says so.
TIME_LIMIT_S = 20.0
# Rows kept of an answer; what is beyond is in the sums.
MOST_ROUTES, MOST_FIRMS = 400, 400

_studies: Kept[Study] = Kept(1)


def study(session: Session) -> Study:
    """The market's plan as it is now, ready to be asked; kept by this process until the market changes."""
    settings = market_settings(session)
    key = (
        str(session.get_bind().engine.url), market_revision(session), settings.first_month, settings.months,
        settings.circuity, settings.handling_yuan_per_t, settings.rate_yuan_per_t_km,
    )
    return _studies.get(key, lambda: _new_study(session))


def _new_study(session: Session) -> Study:
    from matching.params import MatchParams
    from matching.whatif import Study

    params = MatchParams(top_k=0, distance=distance_model(session))
    return Study(problem_of(session), params, time_limit_s=TIME_LIMIT_S)


def problem_of(session: Session) -> MatchProblem:
    """The market that changes are made to.

    Raises ``NotPossible`` where it is too large to be planned while a reader waits.
    """
    refuse(rules.may_wait(large=is_large(session)))
    return cached_problem(session)


def work_out(session: Session, changes: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], int]:
    """The answer to ``changes`` as plain data, and the revision of the market it holds for.

    Raises ``matching.whatif.ImpossibleChange`` with everything that cannot be.
    """
    from matching.whatif.keeping import read_changes

    revision = market_revision(session)
    held, read = study(session), read_changes(list(changes))
    return _plain(held, read, held.ask(read)), revision


def _plain(held: Study, changes: Sequence[Any], answer: Answer) -> dict[str, Any]:
    from matching.whatif import DisposalFee, NewPlant
    from matching.whatif.plants import plant_id

    before, after, change = answer.before, answer.after, answer.difference
    fee = next((one for one in changes if isinstance(one, DisposalFee)), None)
    plants = [one.name for one in changes if isinstance(one, NewPlant)]
    wastes = sorted({*before.placed_t, *after.placed_t, *before.left_t, *after.left_t})
    tables = (before.placed_t, after.placed_t, before.left_t, after.left_t)
    names = ("tonnes", "value_yuan", "transfer_yuan", "freight_yuan", "carbon_kg")
    return {
        "totals": {
            **{name: [getattr(before.totals, name), getattr(after.totals, name)] for name in names},
            "left_over_t": [before.left_over_t, after.left_over_t],
            "fee_yuan": [held.fee_today(fee) if fee else 0.0, after.fee_yuan],
        },
        "rerouted_t": change.rerouted_t,
        "wastes": [[waste, *(table.get(waste, 0.0) for table in tables)] for waste in wastes],
        "firms": [
            [
                one.enterprise, one.before.sends_t, one.after.sends_t, one.before.takes_t, one.after.takes_t,
                one.before.left_t, one.after.left_t, one.before.gain_yuan, one.after.gain_yuan,
            ]
            for one in sorted(change.firms, key=lambda one: -abs(one.gain_yuan))[:MOST_FIRMS]
        ],
        "routes": [
            [one.supply, one.demand, one.before_t, one.after_t] for one in change.routes[:MOST_ROUTES]
        ],
        "plants": {plant_id(at): name for at, name in enumerate(plants)},
        "months": list(answer.problem.months),
        "status": after.report.status,
        "gap": after.report.gap,
        "seconds": answer.seconds,
        "distance_method": after.distance_method,
    }

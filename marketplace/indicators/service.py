"""What the regulator enters: value added, and how much each criterion of the scorecard counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.errors import NotFound, Stale, refuse
from marketplace.indicators import queries, queries_entered, rules
from marketplace.indicators.places import CITY, PARK, REGION
from marketplace.months import month_of
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.unit_of_work import UnitOfWork
from models.constraints import refused_by
from models.indicators import ScorecardWeight, ValueAdded


@dataclass(frozen=True, slots=True)
class Entered:
    """Value added in units of 10,000 yuan; ``quality`` stated by a document, declared, or estimated."""

    period: str
    amount: Decimal
    quality: str
    source_note: str


def enter_value_added(*, uow: UnitOfWork, actor: Actor, kind: str, code: str, entered: Entered) -> ValueAdded:
    """Enter or replace the value added of a place and period; what stood there before is in the event."""
    place = queries.place_by_key(uow.session, kind, code)
    if place is None:
        raise NotFound(f"{kind}/{code}")
    require(actor, "value_added.enter", place)
    refuse(rules.period_possible(entered.period, month_of(uow.now)))
    row = queries_entered.value_added_row(uow.session, place, entered.period)
    before = None if row is None else {"amount": row.amount, "quality": row.quality, "source_note": row.source_note}
    if row is None:
        row = ValueAdded(
            period=entered.period, park_id=place.park_id if kind == PARK else None,
            region_id=place.region_id if kind == REGION else None, city=place.code if kind == CITY else None,
        )
        uow.session.add(row)
    row.amount, row.quality, row.source_note = entered.amount, entered.quality, entered.source_note
    row.entered_by, row.entered_at = actor.user_id, uow.now
    try:
        uow.session.flush()
    except IntegrityError as error:
        # Two people at one moment: the unique rule of the place and period lets one of them through.
        if str(refused_by(error)).startswith("uq_value_added"):
            raise Stale from error
        raise
    uow.record(
        actor, "value_added.entered", row, place=place.key, period=entered.period, amount=entered.amount,
        quality=entered.quality, before=before,
    )
    return row


def weigh_scorecard(*, uow: UnitOfWork, actor: Actor, weights: Mapping[str, Decimal]) -> None:
    """Set the weight of every criterion."""
    rows = uow.session.scalars(select(ScorecardWeight).order_by(ScorecardWeight.criterion).with_for_update()).all()
    require(actor, "scorecard.weigh", rows)
    refuse(rules.weights_possible(weights))
    before = {row.criterion: row.weight for row in rows}
    for row in rows:
        row.weight = weights.get(row.criterion, row.weight)
    after = {row.criterion: row.weight for row in rows}
    if after != before:
        uow.record(actor, "scorecard.weighted", rows[0], before=before, after=after)

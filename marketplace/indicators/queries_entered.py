"""What regulators have entered: value added by place and period, and the weights of the scorecard."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from marketplace.indicators.places import CITY, PARK, Place
from models.indicators import ScorecardWeight, ValueAdded


def of_place(place: Place) -> ColumnElement[bool]:
    if place.kind == PARK:
        return ValueAdded.park_id == place.park_id
    return ValueAdded.city == place.code if place.kind == CITY else ValueAdded.region_id == place.region_id


def value_added_of(session: Session, place: Place, year: int) -> Sequence[ValueAdded]:
    """What was entered for ``place`` in ``year``: the year first, then quarters, then months."""
    rows = session.scalars(select(ValueAdded).where(of_place(place), ValueAdded.period.like(f"{year}%")))
    return sorted(rows, key=lambda row: (len(row.period), row.period))


def all_value_added(session: Session) -> Sequence[ValueAdded]:
    """Everything entered, the newest period first, with its place and who entered it."""
    return session.scalars(
        select(ValueAdded).order_by(ValueAdded.period.desc(), ValueAdded.id)
        .options(joinedload(ValueAdded.park), joinedload(ValueAdded.region), joinedload(ValueAdded.person))
    ).all()


def value_added_row(session: Session, place: Place, period: str) -> ValueAdded | None:
    return session.scalar(select(ValueAdded).where(of_place(place), ValueAdded.period == period))


def weights(session: Session) -> dict[str, Decimal]:
    """The weight of every criterion."""
    rows = session.execute(select(ScorecardWeight.criterion, ScorecardWeight.weight))
    return {row.criterion: row.weight for row in rows}

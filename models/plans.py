"""The region-wide best plan of tonnes as last computed, and its flows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, Month, UtcDateTime, is_month, utc_now
from models.listings import Demand, Supply


class Plan(Base):
    """An allocation; ``status``, ``bound`` and ``gap`` are the solver's own; ``summary`` is summary.json."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("objective IN ('value', 'tonnes', 'carbon')", name="objective"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)
    market_revision: Mapped[int]
    objective: Mapped[str] = mapped_column(String(20))
    blend: Mapped[bool]
    status: Mapped[str] = mapped_column(String(40))
    objective_value: Mapped[float | None]
    bound: Mapped[float | None]
    gap: Mapped[float | None]
    tonnes: Mapped[float]
    summary: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    flows: Mapped[list[PlanFlow]] = relationship(
        back_populates="plan", cascade="all, delete-orphan", order_by="PlanFlow.id"
    )


class PlanFlow(Base):
    """Tonnes from one supply to one demand in one month of a plan."""

    __tablename__ = "plan_flows"
    __table_args__ = (
        UniqueConstraint("plan_id", "supply_id", "demand_id", "month"),
        CheckConstraint("tonnes > 0", name="tonnes"),
        CheckConstraint("distance_km >= 0", name="distance_km"),
        is_month("month"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"))
    supply_id: Mapped[int] = mapped_column(ForeignKey("supplies.id"), index=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands.id"), index=True)
    month: Mapped[str] = mapped_column(Month)
    tonnes: Mapped[float]
    value_yuan_per_t: Mapped[float]
    distance_km: Mapped[float]

    plan: Mapped[Plan] = relationship(back_populates="flows")
    supply: Mapped[Supply] = relationship()
    demand: Mapped[Demand] = relationship()

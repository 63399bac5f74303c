"""Siting studies that somebody keeps: candidate plants, what is asked of the choice, and what was found best."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json
from models.studies import Study, study_constraints


class SitingStudy(Study, Base):
    """``candidates`` are plants as what-ifs keep them, each with its opening cost over the horizon in yuan; ``asked``
    is what every choice must keep.
    """

    __tablename__ = "siting_studies"
    __table_args__ = (
        *study_constraints(), CheckConstraint("objective IN ('net_value', 'tonnes')", name="objective"),
    )

    objective: Mapped[str] = mapped_column(String(20), default="net_value")
    asked: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)

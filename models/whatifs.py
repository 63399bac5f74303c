"""What-ifs that somebody keeps: changes to the market, and what the best plan would be with them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json
from models.studies import Study, study_constraints


class WhatIf(Study, Base):
    """``changes`` as ``matching.whatif.keeping`` writes them."""

    __tablename__ = "what_ifs"
    __table_args__ = study_constraints()

    changes: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)

"""Reads of enterprises."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.i18n import language
from models.organisations import Enterprise


def enterprise_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Names by id, in the language of the request."""
    if not ids:
        return {}
    rows = session.execute(select(Enterprise.id, Enterprise.name, Enterprise.name_en).where(Enterprise.id.in_(ids)))
    return {row.id: row.name if language() == "zh" else row.name_en or row.name for row in rows}

"""Reads of what-ifs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from marketplace.security.actor import Actor
from models.whatifs import WhatIf

SHOWN = 100


def readable(session: Session, actor: Actor) -> Sequence[WhatIf]:
    """One's own and those that are shared, the newest first."""
    query = select(WhatIf).where(or_(WhatIf.author_id == actor.user_id, WhatIf.shared.is_(True)))
    return session.scalars(query.options(joinedload(WhatIf.author)).order_by(WhatIf.id.desc()).limit(SHOWN)).all()


def what_if_by_id(session: Session, what_if_id: int) -> WhatIf | None:
    return session.scalar(select(WhatIf).where(WhatIf.id == what_if_id).options(joinedload(WhatIf.author)))


def what_ifs_by_id(session: Session, ids: Sequence[int]) -> list[WhatIf]:
    """Those of ``ids`` that there are, in that order."""
    rows = session.scalars(select(WhatIf).where(WhatIf.id.in_(ids)).options(joinedload(WhatIf.author)))
    found = {row.id: row for row in rows}
    return [found[one] for one in dict.fromkeys(ids) if one in found]

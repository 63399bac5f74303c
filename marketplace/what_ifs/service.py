"""The verbs of what-ifs; whoever may make them works on their own and reads what others share."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from marketplace.errors import NotFound, NotPossible, refuse
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.unit_of_work import UnitOfWork
from marketplace.what_ifs import rules, studies
from models.whatifs import WhatIf


def create(*, uow: UnitOfWork, actor: Actor, title: str, note: str) -> WhatIf:
    """A what-if without a change yet."""
    require(actor, "what_if.make")
    row = WhatIf(author_id=actor.user_id, title=title, note=note, changes=[], created_at=uow.now)
    uow.session.add(row)
    uow.record(actor.user_id, "what_if.created", row, title=title)
    return row


def add_change(
    *, uow: UnitOfWork, actor: Actor, what_if_id: int, change: dict[str, Any], mine: Collection[str] | None
) -> WhatIf:
    """Put ``change`` behind the others; the answer is no longer that of these changes.

    ``mine`` are the enterprises and demands this actor may name (None: all).  Raises ``NotPossible`` with every reason
    why the market cannot be changed so.
    """
    row = studies.own(uow, actor, WhatIf, what_if_id)
    refuse(rules.may_add(row.changes) + rules.within_reach(change, mine))
    refuse(_impossible(uow, [*row.changes, change]))
    row.changes = [*row.changes, change]
    row.forget_answer()
    uow.record(actor.user_id, "what_if.changed", row, title=row.title, changes=len(row.changes))
    return row


def remove_change(*, uow: UnitOfWork, actor: Actor, what_if_id: int, at: int) -> WhatIf:
    """Take the change at position ``at`` out; one that is gone already changes nothing."""
    row = studies.own(uow, actor, WhatIf, what_if_id)
    if 0 <= at < len(row.changes):
        row.changes = [one for position, one in enumerate(row.changes) if position != at]
        row.forget_answer()
        uow.record(actor.user_id, "what_if.changed", row, title=row.title, changes=len(row.changes))
    return row


def keep_answer(
    *, uow: UnitOfWork, actor: Actor, what_if_id: int, changes: list[dict[str, Any]], answer: dict[str, Any],
    revision: int,
) -> WhatIf:
    """Keep what was worked out, unless the changes have become others meanwhile."""
    row = studies.own(uow, actor, WhatIf, what_if_id)
    if row.changes == changes:
        row.answer, row.market_revision, row.answered_at = answer, revision, uow.now
        uow.record(actor.user_id, "what_if.answered", row, title=row.title, market_revision=revision)
    return row


def share(*, uow: UnitOfWork, actor: Actor, what_if_id: int, shared: bool) -> WhatIf:
    """Let everybody who may make what-ifs read it, or no longer."""
    return studies.share(uow, actor, WhatIf, what_if_id, shared=shared)


def copy(*, uow: UnitOfWork, actor: Actor, what_if_id: int, title: str) -> WhatIf:
    """A what-if of one's own with the changes of one that may be read: to go on from it."""
    found = uow.session.get(WhatIf, what_if_id)
    if found is None:
        raise NotFound(str(what_if_id))
    require(actor, "what_if.read", found)
    row = WhatIf(
        author_id=actor.user_id, title=title, note=found.note, changes=list(found.changes), created_at=uow.now
    )
    uow.session.add(row)
    uow.record(actor.user_id, "what_if.created", row, title=title)
    return row


def delete(*, uow: UnitOfWork, actor: Actor, what_if_id: int) -> None:
    """Take a what-if away for good; its events stay."""
    studies.delete(uow, actor, WhatIf, what_if_id)


def _impossible(uow: UnitOfWork, changes: list[dict[str, Any]]) -> list[Any]:
    """Why the market cannot be changed like this; of the last change only, the others were asked when they came."""
    from marketplace.what_ifs.answers import problem_of
    from matching.whatif import ImpossibleChange, check_changes
    from matching.whatif.keeping import read_changes

    try:
        check_changes(problem_of(uow.session), read_changes(changes))
    except ImpossibleChange as error:
        last = [fault for fault in error.faults if fault.change == len(changes) - 1]
        if not last:
            raise NotPossible(rules.reasons_of(error.faults)) from error
        return rules.reasons_of(last)
    return []

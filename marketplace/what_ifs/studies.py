"""What every kind of study on paper has alike: whose it is, who may read it, that it can be taken away."""

from __future__ import annotations

from typing import TypeVar

from marketplace.errors import NotFound
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.unit_of_work import UnitOfWork
from models.siting import SitingStudy
from models.whatifs import WhatIf

Kept = TypeVar("Kept", WhatIf, SitingStudy)
# The word before the dot in the names of permissions and events.
NAMES: dict[type, str] = {WhatIf: "what_if", SitingStudy: "siting"}


def own(uow: UnitOfWork, actor: Actor, model: type[Kept], study_id: int) -> Kept:
    """The study of that id, locked, if it is the actor's own; ``NotFound`` or ``Forbidden`` otherwise."""
    row = uow.lock(model, study_id)
    if row is None:
        raise NotFound(str(study_id))
    require(actor, f"{NAMES[model]}.edit", row)
    return row


def share(uow: UnitOfWork, actor: Actor, model: type[Kept], study_id: int, *, shared: bool) -> Kept:
    """Let everybody who may make such studies read it, or no longer."""
    row = own(uow, actor, model, study_id)
    if row.shared != shared:
        row.shared = shared
        uow.record(actor.user_id, f"{NAMES[model]}.shared", row, title=row.title, shared=shared)
    return row


def delete(uow: UnitOfWork, actor: Actor, model: type[Kept], study_id: int) -> None:
    """Take a study away for good; its events stay."""
    row = own(uow, actor, model, study_id)
    uow.record(actor.user_id, f"{NAMES[model]}.deleted", row, title=row.title)
    uow.session.delete(row)

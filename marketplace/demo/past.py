"""What happened before the demonstration began was heard of then: it is read, and no mail about it goes out today."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.alerts.service import choose, read_all
from marketplace.alerts.topics import DEFAULTS
from marketplace.security.actor import Actor
from marketplace.unit_of_work import UnitOfWork
from models.accounts import Role, User


def hear_by_mail(*, uow: UnitOfWork, mail: bool) -> None:
    """Let the demo's staff be told as everybody is who has chosen nothing, or by the inbox alone."""
    choices = {topic: by if mail else type(by)(inbox=by.inbox, mail=False) for topic, by in DEFAULTS.items()}
    for actor in _staff(uow):
        choose(uow=uow, actor=actor, choices=choices)


def read_what_came(uow: UnitOfWork) -> None:
    """The demo's staff have read what is in their inboxes."""
    for actor in _staff(uow):
        read_all(uow=uow, actor=actor)


def _staff(uow: UnitOfWork) -> list[Actor]:
    users = uow.session.scalars(select(User).where(User.role == Role.STAFF).order_by(User.id))
    return [Actor(user_id=user.id, role=user.role, enterprise_id=user.enterprise_id) for user in users]

"""Notices in words: one sentence each, in the reader's language, with a link to what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketplace.alerts.words import Told, notice_link, notice_text
from marketplace.formatting import moment
from marketplace.security.actor import Actor
from models.listings import Listing
from models.notices import Notice


@dataclass(frozen=True, slots=True)
class NoticeView:
    id: int
    unread: bool
    when: str
    text: str
    url: str


def notice_views(
    notices: Sequence[Notice], actor: Actor, names: Mapping[int, str], listings: Mapping[str, Listing]
) -> list[NoticeView]:
    """Views of ``notices`` for ``actor``; ``names`` gives the names of the enterprises in them by id, ``listings``
    what the notices are about by code.
    """
    return [_view(notice, Told(notice.kind, notice.data, actor, names, listings)) for notice in notices]


def _view(notice: Notice, told: Told) -> NoticeView:
    return NoticeView(
        notice.id, notice.read_at is None, moment(notice.created_at), notice_text(told), notice_link(told)
    )


def notice_url(notice: Notice, actor: Actor) -> str:
    """Where ``actor`` finds what ``notice`` is about."""
    return notice_link(Told(notice.kind, notice.data, actor))

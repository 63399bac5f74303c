"""Notices in words: one sentence each, in the reader's language, with a link to what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.alerts.topics import DEFAULTS, Channels, Topic, topic_of
from marketplace.alerts.words import Told, notice_link, notice_text
from marketplace.formatting import day, moment
from marketplace.security.actor import Actor
from models.listings import Listing
from models.notices import Notice

TOPIC_WORDS: dict[Topic, LazyString] = {
    Topic.MATCH: _l("New partners"),
    Topic.BID: _l("New bids and counter-offers"),
    Topic.OUTBID: _l("Outbid"),
    Topic.DEADLINE: _l("Deadlines near"),
    Topic.RESULT: _l("Tenders, awards and results"),
    Topic.CONTRACT: _l("Contracts"),
    Topic.WEIGHING: _l("Weighings"),
    Topic.DISPUTE: _l("Disputes"),
    Topic.TRANSFER: _l("Consignments"),
    Topic.OTHER: _l("Everything else"),
}
_HELP: dict[Topic, LazyString] = {
    Topic.MATCH: _l("A listing new on the market that fits one of yours well."),
    Topic.BID: _l("Somebody bids on your listing, or answers with other terms."),
    Topic.OUTBID: _l("A better bid displaces yours in an open tender."),
    Topic.DEADLINE: _l("A day before a tender closes, or a confirmation or a dispute runs out."),
    Topic.RESULT: _l("Bids accepted, declined or withdrawn; tenders opened, answered, closed and awarded."),
    Topic.CONTRACT: _l("A contract waits for you, is confirmed, changed or ended."),
    Topic.WEIGHING: _l("A consignment weighed in, a slip with other figures, a corrected weighing."),
    Topic.DISPUTE: _l("The weighings differ too much, or the quality is disputed."),
    Topic.TRANSFER: _l("Consignments planned, loaded, accepted, sent back or cancelled."),
    Topic.OTHER: _l("Listings that were withdrawn, and what belongs nowhere above."),
}


@dataclass(frozen=True, slots=True)
class NoticeView:
    id: int
    unread: bool
    day: str
    when: str
    topic: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """One topic on the page of choices."""

    id: str
    name: str
    help: str
    inbox: bool
    mail: bool
    default: str


def topic_word(topic: Topic) -> str:
    return str(TOPIC_WORDS[topic])


def topic_named(name: str) -> Topic | None:
    """The topic of an address; None for all of them, or a name that is none."""
    return next((topic for topic in Topic if topic.value == name), None)


def choice_rows(choices: Mapping[Topic, Channels]) -> list[ChoiceRow]:
    """What holds, topic by topic, with what would hold if nothing were chosen."""
    return [
        ChoiceRow(topic.value, topic_word(topic), str(_HELP[topic]), by.inbox, by.mail, _default(DEFAULTS[topic]))
        for topic, by in choices.items()
    ]


def _default(by: Channels) -> str:
    return _("inbox and mail") if by.mail else _("inbox")


def by_day(views: Sequence[NoticeView]) -> list[tuple[str, list[NoticeView]]]:
    """The views under their day, in the order they come."""
    return [(name, list(some)) for name, some in groupby(views, key=lambda view: view.day)]


def notice_views(
    notices: Sequence[Notice], actor: Actor, names: Mapping[int, str], listings: Mapping[str, Listing]
) -> list[NoticeView]:
    """Views of ``notices`` for ``actor``; ``names`` gives the names of the enterprises in them by id, ``listings``
    what the notices are about by code.
    """
    return [_view(notice, Told(notice.kind, notice.data, actor, names, listings)) for notice in notices]


def _view(notice: Notice, told: Told) -> NoticeView:
    return NoticeView(
        notice.id, notice.read_at is None, day(notice.created_at), moment(notice.created_at)[-5:],
        topic_word(topic_of(notice.kind)), notice_text(told), notice_link(told),
    )


def notice_url(notice: Notice, actor: Actor) -> str:
    """Where ``actor`` finds what ``notice`` is about."""
    return notice_link(Told(notice.kind, notice.data, actor))

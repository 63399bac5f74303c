"""What a person may choose to hear of and how: topics, and which kind of notice belongs to which."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Topic(StrEnum):
    """In the order in which the page of choices shows them."""

    MATCH = "match"
    BID = "bid"
    OUTBID = "outbid"
    DEADLINE = "deadline"
    RESULT = "result"
    CONTRACT = "contract"
    WEIGHING = "weighing"
    DISPUTE = "dispute"
    TRANSFER = "transfer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Channels:
    """Where a notice goes."""

    inbox: bool = True
    mail: bool = True


# What holds where a person has chosen nothing: everything in the inbox, by mail what waits for an answer or ends one.
DEFAULTS: dict[Topic, Channels] = {
    topic: Channels(mail=topic not in (Topic.MATCH, Topic.TRANSFER, Topic.OTHER)) for topic in Topic
}

_BY_KIND = {
    "bid.placed": Topic.BID,
    "bid.countered": Topic.BID,
    "bid.outbid": Topic.OUTBID,
    "tender.opened": Topic.BID,
    "tender.question": Topic.BID,
    "tender.answered": Topic.BID,
    "tender.extended": Topic.DEADLINE,
    "slip.conflict": Topic.WEIGHING,
    "transfer.received": Topic.WEIGHING,
    "transfer.disputed": Topic.DISPUTE,
    "weighing.refused": Topic.WEIGHING,
    "weighing.corrected": Topic.WEIGHING,
}
# Of kinds that are not named above, by the word before the point.
_BY_FAMILY = {
    "match": Topic.MATCH,
    "bid": Topic.RESULT,
    "tender": Topic.RESULT,
    "contract": Topic.CONTRACT,
    "amendment": Topic.CONTRACT,
    "transfer": Topic.TRANSFER,
    "dispute": Topic.DISPUTE,
}


def topic_of(kind: str) -> Topic:
    """The topic of a kind of notice; one that nobody placed is among the others."""
    if kind.endswith("outbid"):
        return Topic.OUTBID
    if kind.endswith("deadline_near"):
        return Topic.DEADLINE
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    return _BY_FAMILY.get(kind.partition(".")[0], Topic.OTHER)

"""The page of one consignment: its story, both weighings, results against limits, the ledger's entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting
from marketplace.i18n import named
from marketplace.ledger.presenters import ACCOUNT_WORDS, KIND_WORDS
from marketplace.matches.bands import Band, band
from marketplace.transfers import rules
from marketplace.transfers.presenters import GATE_WORDS, SIDE_WORDS, SOURCE_WORDS, signed
from models.base import round_tonnes
from models.contracts import Side
from models.events import Event
from models.ledger import Account, LedgerEntry
from models.transfers import Dispute, Gate, Source, Transfer, TransferFile

# Kinds of events that stand out in the story.
MARKS = {
    "transfer.disputed": "warn", "transfer.rejected": "bad", "slip.conflict": "bad", "weighing.refused": "bad",
    "transfer.accepted": "good", "dispute.settled": "good",
}
ABOUT_WORDS = {"weight": _l("weighing difference"), "quality": _l("quality")}
OUTCOME_WORDS = {
    "agreed": _l("both sides agreed"), "deadline": _l("the deadline passed, so the in-weight counts"),
    "rejected": _l("the lot was sent back"), "corrected": _l("a slip was corrected"),
}


@dataclass(frozen=True, slots=True)
class WeighingView:
    """One weighing beside the other."""

    gate: str
    title: str
    slip_no: str
    gross: str
    tare: str
    net: str
    when: str
    vehicle: str
    source: str
    corrected: bool


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """How far the two weighings lie apart, and how far they may."""

    tonnes: str
    share: str
    tolerance: str
    allowed: str
    within: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story."""

    when: str
    text: str
    who: str
    detail: str
    mark: str


@dataclass(frozen=True, slots=True)
class FileView:
    url: str
    name: str
    gate: str
    size: str
    picture: bool


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry of the ledger with its lines: site, account, tonnes with sign."""

    seq: int
    when: str
    word: str
    note: str
    inferred: str
    lines: list[tuple[str, str, str]]


def weighing_views(transfer: Transfer, events: Sequence[Event]) -> list[WeighingView | None]:
    """The out- and the in-weighing; None for one that is still to come."""
    corrected = {event.data["gate"] for event in events if event.kind == "weighing.corrected"}
    return [_weighing(transfer, gate, gate.value in corrected) for gate in Gate]


def _weighing(transfer: Transfer, gate: Gate, corrected: bool) -> WeighingView | None:
    row = transfer.weighing(gate)
    if row is None:
        return None
    return WeighingView(
        gate=gate.value, title=str(GATE_WORDS[gate]), slip_no=row.slip_no, gross=formatting.number(row.gross_t, 3),
        tare=formatting.number(row.tare_t, 3), net=formatting.number(row.net_t, 3),
        when=formatting.moment(row.weighed_at), vehicle=row.vehicle, source=str(SOURCE_WORDS[Source(row.source)]),
        corrected=corrected,
    )


def difference_view(transfer: Transfer) -> DifferenceView | None:
    """The difference of both weighings; None before both are known."""
    out, came = transfer.weighing(Gate.OUT), transfer.weighing(Gate.IN)
    if out is None or came is None:
        return None
    tolerance, gap = transfer.contract.weighing_tolerance, came.net_t - out.net_t
    return DifferenceView(
        tonnes=signed(gap), share=formatting.percent(abs(gap) / out.net_t, 2),
        tolerance=formatting.percent(tolerance, 2), allowed=formatting.number(round_tonnes(tolerance * out.net_t), 3),
        within=rules.within_tolerance(out.net_t, came.net_t, tolerance),
    )


def result_bands(transfer: Transfer) -> list[tuple[str, Band]]:
    """Each limit of the contract with the laboratory's result; not assayed where there is none."""
    found = {row.property_id: row.value for row in transfer.results}
    return [
        (named(spec.property), band(
            named(spec.property), spec.property.unit, found.get(spec.property_id), spec.minimum, spec.maximum
        ))
        for spec in transfer.contract.specs
    ]


def file_views(transfer: Transfer, files: Sequence[TransferFile]) -> list[FileView]:
    return [
        FileView(
            url=url_for("transfers.file", code=transfer.code, file_id=row.id), name=row.name,
            gate=str(GATE_WORDS[Gate(row.gate)]), size=_size(row.size_bytes),
            picture=row.content_type in ("image/jpeg", "image/png", "image/webp"),
        )
        for row in files
    ]


def _size(count: int) -> str:
    if count < 1024 * 1024:
        return _("%(size)s kB", size=formatting.number(max(1, count / 1024)))
    return _("%(size)s MB", size=formatting.number(count / 1024 / 1024, 1))


def entry_views(entries: Sequence[LedgerEntry]) -> list[EntryView]:
    """The ledger's entries; sites by their enterprise and name."""
    return [
        EntryView(
            seq=entry.seq, when=formatting.moment(entry.at), word=str(KIND_WORDS.get(entry.kind, entry.kind)),
            note=entry.note, inferred=_tonnes_of(entry.data.get("inferred_t")),
            lines=[
                (named(row.site.enterprise), str(ACCOUNT_WORDS[Account(row.account)]), signed(row.tonnes))
                for row in entry.postings
            ],
        )
        for entry in entries
    ]


def steps(events: Sequence[Event]) -> list[Step]:
    """The story of a consignment, newest last."""
    return [
        Step(
            when=formatting.moment(event.at), text=_event_text(event),
            who=event.actor.display_name if event.actor else _("the platform"), detail=_event_detail(event),
            mark=MARKS.get(event.kind, ""),
        )
        for event in events
    ]


def _event_text(event: Event) -> str:
    data, kind = event.data, event.kind
    net, tonnes = _tonnes_of(data.get("net_t")), _tonnes_of(data.get("tonnes"))
    if kind == "transfer.planned":
        return _("Planned: %(tonnes)s t", tonnes=tonnes)
    if kind == "transfer.loaded":
        return _("Weighed out: net %(net)s t, slip %(slip)s", net=net, slip=data["slip_no"])
    if kind == "transfer.received":
        return _("Weighed in: net %(net)s t, slip %(slip)s", net=net, slip=data["slip_no"])
    if kind == "transfer.disputed":
        return _("Dispute opened: %(about)s", about=ABOUT_WORDS[data["about"]])
    if kind == "dispute.proposed":
        return _("%(side)s proposes %(tonnes)s t", side=SIDE_WORDS[Side(data["side"])], tonnes=tonnes)
    if kind == "dispute.settled":
        return _("Settled: %(tonnes)s t count, %(how)s", tonnes=tonnes, how=OUTCOME_WORDS[data["how"]])
    if kind == "slip.conflict":
        return _("Slip %(slip)s was sent again with other figures and refused", slip=data["slip_no"])
    if kind == "weighing.refused":
        return _("A slip was refused at the gate: %(slip)s", slip=data["offered"]["slip_no"])
    if kind == "weighing.corrected":
        return _("%(gate)s corrected", gate=GATE_WORDS[Gate(data["gate"])])
    return str(PLAIN_EVENTS.get(kind, kind)) % {"tonnes": tonnes}


PLAIN_EVENTS = {
    "transfer.cancelled": _l("Cancelled"),
    "transfer.assayed": _l("Laboratory results entered"),
    "transfer.accepted": _l("Confirmed by the receiver: %(tonnes)s t count"),
    "transfer.rejected": _l("Sent back by the receiver"),
}


def _event_detail(event: Event) -> str:
    data = event.data
    if event.kind == "weighing.corrected":
        before, after = _slip_words(data["before"]), _slip_words(data["after"])
        return _("%(reason)s · before: %(before)s · now: %(after)s", reason=data["reason"], before=before, after=after)
    if event.kind == "slip.conflict":
        known, sent = _slip_words(data["known"]), _slip_words(data["offered"])
        return _("known: %(known)s · sent: %(sent)s", known=known, sent=sent)
    if event.kind == "weighing.refused":
        return _slip_words(data["offered"])
    return str(data.get("reason") or data.get("statement") or "")


def _slip_words(slip: dict[str, str]) -> str:
    return _(
        "%(slip)s, gross %(gross)s t, tare %(tare)s t", slip=slip["slip_no"], gross=_tonnes_of(slip["gross_t"]),
        tare=_tonnes_of(slip["tare_t"]),
    )


def _tonnes_of(text: object) -> str:
    return formatting.number(Decimal(str(text)), 3) if text is not None else ""


@dataclass(frozen=True, slots=True)
class DisputeView:
    """An open dispute: what it is about, until when, and what is proposed by whom."""

    about: str
    deadline: str
    statement: str
    proposed: str
    proposed_by: str
    mine: bool
    version: int


def dispute_view(dispute: Dispute | None, side: Side | None) -> DisputeView | None:
    if dispute is None:
        return None
    by = Side(dispute.proposed_by_side) if dispute.proposed_by_side else None
    return DisputeView(
        about=str(ABOUT_WORDS[dispute.about]), deadline=formatting.moment(dispute.deadline),
        statement=dispute.statement, proposed=_tonnes_of(dispute.proposed_t) if dispute.proposed_t is not None else "",
        proposed_by=str(SIDE_WORDS[by]) if by else "", mine=by is not None and by == side, version=dispute.version,
    )

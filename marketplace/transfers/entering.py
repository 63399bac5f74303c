"""A slip on its way in, from a form or a program: kept by one unit of work, or its refusal remembered by another."""

from __future__ import annotations

from marketplace.errors import NotPossible
from marketplace.security.actor import Actor
from marketplace.session import unit_of_work
from marketplace.transfers.readings import Reading
from marketplace.transfers.weighing import Beside, Recorded, note_refused, record_weighing
from models.transfers import Source


def enter(actor: Actor, code: str, reading: Reading, source: Source, beside: Beside | None = None) -> Recorded:
    """Record one reading.  A refused one leaves nothing but an event that says what was offered and why it was not
    taken; then :class:`NotPossible` goes on to whoever asked.
    """
    try:
        with unit_of_work() as uow:
            return record_weighing(uow=uow, actor=actor, code=code, reading=reading, source=source, beside=beside)
    except NotPossible as refused:
        with unit_of_work() as uow:
            note_refused(
                uow=uow, actor=actor, code=code, reading=reading, source=source, reasons=refused.reasons
            )
        raise

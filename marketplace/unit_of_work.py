"""One change, one transaction: rows, their event, notices and jobs are kept together or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar, runtime_checkable

from sqlalchemy import delete, insert, inspect, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from marketplace.alerts import outbox
from models.base import Base, utc_now
from models.engine import begin_writing
from models.events import EVENT_KINDS, Event
from models.jobs import Job, JobStatus
from models.listings import Demand, Supply
from models.market import MarketChange, MarketRevision
from models.notices import Notice

_log = logging.getLogger(__name__)
# What a change says that does not name the listings it alters.
EVERYTHING = ("all", "")
# A process further behind than this many revisions reads the market anew.
CHANGES_KEPT = 1_000
Row = TypeVar("Row", bound=Base)


@runtime_checkable
class HasUserId(Protocol):
    """An actor: somebody with a user id, None for the machine itself."""

    @property
    def user_id(self) -> int | None: ...


class UnitOfWork:
    """``with UnitOfWork(session) as uow: …`` commits once at the end; raising rolls back and runs no effect.

    A reading transaction that the session already holds is ended first and its rows are read anew, so that
    the change is decided on what is true now; pending changes at that moment are a programming error
    (``RuntimeError``).
    """

    def __init__(self, session: Session, *, now: datetime | None = None) -> None:
        self.session = session
        self.now = now or utc_now()
        self._effects: list[Callable[[], object]] = []
        self._market_changes: set[tuple[str, str]] = set()

    def __enter__(self) -> Self:
        session = self.session
        if session.new or session.dirty or session.deleted:
            raise RuntimeError("a unit of work must start without pending changes")
        if session.in_transaction() and not session.in_nested_transaction():
            session.commit()
        session.expire_all()
        begin_writing(session)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.session.rollback()
            return
        try:
            self._commit()
        except BaseException:
            self.session.rollback()
            raise
        for effect in self._effects:
            try:
                effect()
            except Exception:
                # The change is kept already; a failing effect must not make it look lost.
                _log.exception("an effect after the commit failed")

    def record(self, actor: HasUserId | Base | int | None, kind: str, subject: Base, **data: Any) -> Event:
        """Write the event of a change and return it, flushed.

        ``actor`` is a user, an actor, a user id, or None for the machine.  Raises ``ValueError`` for a kind
        that is not declared in ``EVENT_KINDS`` or data that is not exactly the declared keys.
        """
        declared = EVENT_KINDS.get(kind)
        if declared is None:
            raise ValueError(f"event kind {kind!r} is not declared in models/events.py")
        if set(data) != declared:
            raise ValueError(f"event {kind} must carry {sorted(declared)}, got {sorted(data)}")
        self.session.flush()
        event = Event(
            at=self.now, actor_id=_user_id(actor), kind=kind, subject_type=type(subject).__name__.lower(),
            subject_id=str(subject.id), data=plain(data),
        )
        self.session.add(event)
        self.session.flush()
        return event

    def after_commit(self, effect: Callable[[], object]) -> None:
        """Run ``effect`` once the change is kept; never when it is not."""
        self._effects.append(effect)

    def notify(
        self, user_ids: Iterable[int], event: Event, *, kind: str | None = None, **data: Any
    ) -> list[Notice]:
        """Tell each person of ``event`` once, the way each has chosen; the notice's data is the event's with ``data``.

        Returns the notices that are left: of people who want none there is none.
        """
        return outbox.tell(
            self.session, user_ids, event, kind=kind or event.kind, data={**event.data, **plain(data)}, now=self.now
        )

    def enqueue(
        self, kind: str, payload: dict[str, Any], dedupe_key: str | None = None, *,
        run_after: datetime | None = None,
    ) -> None:
        """Leave work for the worker; a job already queued under ``dedupe_key`` stands for this one too."""
        dialect = postgresql if self.session.get_bind().dialect.name == "postgresql" else sqlite
        row = dialect.insert(Job).values(
            kind=kind, payload=plain(payload), dedupe_key=dedupe_key, status=JobStatus.QUEUED, attempts=0,
            created_at=self.now, run_after=run_after or self.now, last_error="",
        )
        where = Job.__table__.c
        self.session.execute(
            row.on_conflict_do_nothing(
                index_elements=[where.dedupe_key],
                # Written out: PostgreSQL cannot tell from a parameter of a prepared statement which index is meant.
                index_where=text("status = 'queued' AND dedupe_key IS NOT NULL"),
            )
            if dedupe_key is not None else row
        )

    def touch_market(self, *listings: Supply | Demand) -> None:
        """Say that this change may alter a match: what processes keep of the market is stale once it is committed.

        ``listings`` are those that it alters; without them everything may be different.
        """
        named = {("supply" if isinstance(one, Supply) else "demand", one.code) for one in listings}
        self._market_changes |= named or {EVERYTHING}

    def lock(self, model: type[Row], row_id: Any) -> Row | None:
        """The row as it is now, locked until the end of this unit of work; None where there is none.

        PostgreSQL locks the row; on SQLite the whole unit of work already holds the one writer's lock.  First the lock,
        then the reading: a copy read before somebody else's commit is replaced, where one statement that does both
        would call it stale.
        """
        [key] = inspect(model).primary_key
        if self.session.execute(select(key).where(key == row_id).with_for_update()).first() is None:
            return None
        return self.session.get(model, row_id, populate_existing=True)

    def _commit(self) -> None:
        self.session.flush()
        if self._market_changes:
            # Last of all, because every other change waits for this row until the commit: so the order of the
            # revisions is the order of the commits, and whoever reads one has seen all before it.
            revision = self.session.scalar(
                update(MarketRevision)
                .where(MarketRevision.id == 1)
                .values(revision=MarketRevision.revision + 1, changed_at=self.now)
                .returning(MarketRevision.revision)
            )
            changes = {EVERYTHING} if EVERYTHING in self._market_changes else self._market_changes
            self.session.execute(
                insert(MarketChange),
                [{"revision": revision, "side": side, "code": code} for side, code in sorted(changes)],
            )
            self.session.execute(delete(MarketChange).where(MarketChange.revision <= revision - CHANGES_KEPT))
        self.session.commit()


def _user_id(actor: HasUserId | Base | int | None) -> int | None:
    if actor is None or isinstance(actor, int):
        return actor
    return actor.user_id if isinstance(actor, HasUserId) else actor.id


def plain(value: Any) -> Any:
    """``value`` as JSON can hold it: decimals, times and tuples in their plain form."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime | date) else value

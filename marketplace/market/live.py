"""A large market as an index that this process holds and keeps in step with the database, listing by listing.

Every question catches up first: it reads the market's revision, and where that has moved the changes since its own,
so what another process has committed is in the answer.  A small market is matched whole and never needs the compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.market.kept import Kept
from marketplace.market.problem import load_problem, market_revision
from marketplace.market.settings import distance_model, market_settings
from marketplace.unit_of_work import EVERYTHING
from matching.distance import GreatCircle
from models.listings import Demand, ListingStatus, Supply
from models.market import MarketChange

if TYPE_CHECKING:
    from matching.compiled.live import LiveIndex
    from matching.problem import MatchProblem

# From this many published listings on a page asks the index: the whole market would take longer than a reader waits.
LIVE_FROM = 5_000

Answer = TypeVar("Answer")
_markets: Kept[LiveMarket] = Kept(2)
_large: Kept[bool] = Kept(4)


class LiveMarket:
    """The index of one database's market with the revision and settings it stands for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._index: LiveIndex | None = None
        self._revision = -1
        self._terms: tuple[object, ...] = ()
        self.built = 0

    def ask(self, session: Session, question: Callable[[LiveIndex], Answer]) -> Answer:
        """``question`` of the index as the market is now; one at a time, so none sees a change half made."""
        with self._lock:
            return question(self._current(session))

    def _current(self, session: Session) -> LiveIndex:
        settings = market_settings(session)
        terms = (
            settings.first_month, settings.months, settings.circuity, settings.handling_yuan_per_t,
            settings.rate_yuan_per_t_km,
        )
        # The revision is read before the rows: a row newer than it is read again with the next change, never missed.
        revision = market_revision(session)
        if self._index is None or terms != self._terms or not self._catch_up(session, revision):
            self._build(session)
        self._revision, self._terms = revision, terms
        assert self._index is not None
        return self._index

    def _catch_up(self, session: Session, revision: int) -> bool:
        """Apply what changed since the index's revision; False where that cannot be done listing by listing."""
        from matching.compiled.live import NewColumn

        if revision == self._revision:
            return True
        behind = MarketChange.revision > self._revision, MarketChange.revision <= revision
        columns = MarketChange.revision, MarketChange.side, MarketChange.code
        changes = session.execute(select(*columns).where(*behind)).all()
        seen = {change.revision for change in changes}
        named = {(change.side, change.code) for change in changes}
        # Rows of long ago are gone: with one revision missing nobody knows what it changed.
        if len(seen) != revision - self._revision or EVERYTHING in named:
            return False
        problem = load_problem(session, only={code for _, code in named})
        assert self._index is not None
        for side, code in named:
            self._index.withdraw(side, code)
        try:
            self._index.put(_by_straight_line(session, problem))
        except NewColumn:
            return False
        return True

    def _build(self, session: Session) -> None:
        from matching.compiled.live import LiveIndex

        problem = load_problem(session)
        wastes = tuple(sorted(problem.catalogue.waste_types))
        self._index = LiveIndex(_by_straight_line(session, problem), wastes=wastes)
        self.built += 1


def _by_straight_line(session: Session, problem: MatchProblem) -> MatchProblem:
    """Where roads or a router measure, no stretching of the straight line, so that the index leaves nothing out."""
    measured = not isinstance(distance_model(session), GreatCircle)
    return replace(problem, circuity=1.0) if measured else problem


def live_market(session: Session) -> LiveMarket | None:
    """This process's index of a market that is large enough for one, else None."""
    return _markets.get(str(session.get_bind().engine.url), LiveMarket) if is_large(session) else None


def is_large(session: Session) -> bool:
    """Whether the market is too large to be matched or planned whole while a reader waits."""
    key = str(session.get_bind().engine.url), market_revision(session)
    return _large.get(key, lambda: _has_many(session))


def _has_many(session: Session) -> bool:
    """Whether there are ``LIVE_FROM`` published listings; counts no further than that."""
    found = 0
    for model in (Supply, Demand):
        some = select(model.id).where(model.status == ListingStatus.PUBLISHED).limit(LIVE_FROM).subquery()
        found += session.scalar(select(func.count()).select_from(some)) or 0
    return found >= LIVE_FROM

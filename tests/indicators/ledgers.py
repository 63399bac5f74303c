"""Sites in a park and what is entered in their ledgers, by the service that everybody's entries go through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from marketplace.ledger.service import Record, correct, open_stock, record_disposal, record_production, record_use
from marketplace.security.actor import STAFF, Actor
from marketplace.unit_of_work import UnitOfWork
from models import Enterprise, LedgerEntry, Park, Site
from tests import factories as make
from tests.transfers import consignments

NOW = datetime(2027, 1, 20, 4, 0, tzinfo=UTC)
MONTH, GANGUE, ASH = "2027-01", "gangue", make.WASTE


@dataclass
class Works:
    """One enterprise with a site, and somebody who keeps its ledger."""

    session: Session
    enterprise: Enterprise
    actor: Actor

    @property
    def site(self) -> Site:
        return self.enterprise.sites[0]

    def opened(self, tonnes: Any, waste: str = ASH, month: str = MONTH) -> LedgerEntry:
        return self._enter(open_stock, tonnes, waste, month)

    def made(self, tonnes: Any, waste: str = ASH, month: str = MONTH) -> LedgerEntry:
        return self._enter(record_production, tonnes, waste, month)

    def used(self, tonnes: Any, waste: str = ASH, month: str = MONTH, **more: Any) -> LedgerEntry:
        return self._enter(record_use, tonnes, waste, month, **more)

    def buried(self, tonnes: Any, waste: str = ASH, month: str = MONTH) -> LedgerEntry:
        return self._enter(record_disposal, tonnes, waste, month, method="landfill")

    def take_back(self, entry: LedgerEntry) -> None:
        with UnitOfWork(self.session, now=NOW) as uow:
            correct(uow=uow, actor=self.actor, site_id=self.site.id, seq=entry.seq, reason="记错了", instead=None)

    def _enter(self, verb: Any, tonnes: Any, waste: str, month: str, **more: Any) -> LedgerEntry:
        with UnitOfWork(self.session, now=NOW) as uow:
            record = Record(waste, Decimal(str(tonnes)), month, **more)
            return verb(uow=uow, actor=self.actor, site_id=self.site.id, record=record)


def works(session: Session, park: Park | None = None, **enterprise: Any) -> Works:
    """A new enterprise in ``park``, in its banner where that is given."""
    inside = {"park_id": park.id, "region_id": park.region_id} if park else {}
    row = make.enterprise(session, **{**inside, **enterprise})
    person = make.user(session, enterprise_id=row.id)
    session.commit()
    return Works(session, row, Actor(person.id, STAFF, row.id))


def deal_between(session: Session, park: Park | None, taker_park: Park | None = None) -> consignments.Deal:
    """An active contract for 100 t of fly ash a month in 2027, its sides in the parks given."""
    made = consignments.deal(session)
    for side, where in ((made.contract.producer, park), (made.contract.taker, taker_park)):
        if where is not None:
            side.park_id, side.region_id = where.id, where.region_id
    session.commit()
    return made


def producer_of(deal: consignments.Deal) -> Works:
    return Works(deal.session, deal.contract.producer, deal.producer)


def taker_of(deal: consignments.Deal) -> Works:
    return Works(deal.session, deal.contract.taker, deal.taker)

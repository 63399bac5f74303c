"""A contract of 100 t a month with somebody at each gate, and what they do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.ledger.queries import contract_months, site_balances
from marketplace.security.actor import STAFF, Actor
from marketplace.transfers.readings import Reading
from marketplace.transfers.service import Plan, plan_transfer
from marketplace.transfers.weighing import Recorded, record_weighing
from marketplace.unit_of_work import UnitOfWork
from models import Account, Contract, ContractSpec, LedgerPosting
from models.transfers import Gate, Source, Transfer
from tests import factories as make

NOW = datetime(2027, 1, 15, 4, 0, tzinfo=UTC)
OUT_AT, IN_AT = datetime(2027, 1, 15, 2, 0, tzinfo=UTC), datetime(2027, 1, 15, 3, 30, tzinfo=UTC)
MONTH, PLATE = "2027-01", "蒙K12345"


@dataclass
class Deal:
    """Both sides of one active contract, and a session that others do not use."""

    session: Session
    contract: Contract
    producer: Actor
    taker: Actor

    def uow(self, now: datetime = NOW) -> UnitOfWork:
        return UnitOfWork(self.session, now=now)

    def plan(self, tonnes: Any = 30, **values: Any) -> str:
        """The code of a new planned consignment."""
        plan = Plan(**{"month": MONTH, "planned_t": Decimal(str(tonnes)), "vehicle": PLATE, **values})
        with self.uow() as uow:
            return plan_transfer(uow=uow, actor=self.producer, contract_id=self.contract.id, plan=plan).code

    def weigh(self, code: str, reading: Reading, *, actor: Actor | None = None, **values: Any) -> Recorded:
        actor = actor or (self.producer if reading.gate == Gate.OUT else self.taker)
        with self.uow() as uow:
            return record_weighing(
                uow=uow, actor=actor, code=code, reading=reading, source=values.pop("source", Source.FORM), **values
            )

    def loaded(self, tonnes: Any = 30, *, slip: str = "A1", **plan: Any) -> str:
        code = self.plan(tonnes, **plan)
        self.weigh(code, out(tonnes, slip=slip))
        return code

    def received(self, tonnes: Any = 30, came: Any = 30, *, slips: tuple[str, str] = ("A1", "B1")) -> str:
        code = self.loaded(tonnes, slip=slips[0])
        self.weigh(code, into(came, slip=slips[1]))
        return code

    def transfer(self, code: str) -> Transfer:
        self.session.expire_all()
        return self.session.scalars(select(Transfer).where(Transfer.code == code)).one()

    def promises(self, month: str = MONTH) -> tuple[Decimal, Decimal]:
        """Contracted and sent tonnes of a month."""
        row = contract_months(self.session, self.contract)[month]
        return row.contracted, row.sent

    def real(self) -> dict[str, Decimal]:
        """What lies where: accounts of tonnes that exist, the producer's by name, the taker's after ``taker:``."""
        contract = self.contract
        found = site_balances(self.session, [contract.from_site_id, contract.to_site_id])
        return {
            ("taker:" if site == contract.to_site_id else "") + account: tonnes
            for (site, _waste, account), tonnes in found.items() if tonnes
        }


def deal(session: Session, *, specs: Iterable[dict[str, Any]] = (), waste: str = make.WASTE, **values: Any) -> Deal:
    """An active contract: 100 t in every month of 2027, 5 % over a month, 0.5 % between two weighings."""
    supply = make.supply(session, waste_type_id=waste)
    bid = make.bid(session, supply=supply, waste_type_id=waste)
    contract = make.active_contract(session, bid, **values)
    contract.specs += [ContractSpec(**{"basis": "each", **spec}) for spec in specs]
    people = [make.user(session, enterprise_id=one) for one in (contract.producer_id, contract.taker_id)]
    actors = [Actor(one.id, STAFF, one.enterprise_id, name=one.display_name) for one in people]
    session.commit()
    return Deal(session, contract, *actors)


def out(tonnes: Any, *, slip: str = "A1", tare: Any = 15, at: datetime = OUT_AT, vehicle: str = PLATE) -> Reading:
    return _reading(Gate.OUT, tonnes, slip, tare, at, vehicle)


def into(tonnes: Any, *, slip: str = "B1", tare: Any = 15, at: datetime = IN_AT, vehicle: str = PLATE) -> Reading:
    return _reading(Gate.IN, tonnes, slip, tare, at, vehicle)


def _reading(gate: Gate, tonnes: Any, slip: str, tare: Any, at: datetime, vehicle: str) -> Reading:
    tare = Decimal(str(tare))
    return Reading(gate, slip, Decimal(str(tonnes)) + tare, tare, at, vehicle)


def sums(session: Session) -> dict[str, Decimal]:
    """The sum of all postings of each book: promises and tonnes that exist; both must be zero."""
    promises = {Account.UNCOMMITTED, Account.RESERVED, Account.CONTRACTED, Account.SENT}
    found = {"promises": Decimal(0), "real": Decimal(0)}
    for account, tonnes in session.execute(select(LedgerPosting.account, LedgerPosting.tonnes)):
        found["promises" if account in promises else "real"] += tonnes
    return found

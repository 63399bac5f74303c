"""The demo's accepted bids become contracts that both sides confirm, and consignments that are weighed, used, disputed.

Everything goes through the services that everybody's deeds go through, each at its own past moment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.service import confirm_contract
from marketplace.demo.past import read_what_came
from marketplace.ledger.queries import balance
from marketplace.ledger.service import Record, open_stock, record_disposal, record_production, record_use
from marketplace.months import SHANGHAI, month_of
from marketplace.security.actor import Actor
from marketplace.transfers.readings import Reading
from marketplace.transfers.service import Plan, accept_transfer, plan_transfer
from marketplace.transfers.weighing import Beside, record_weighing
from marketplace.unit_of_work import UnitOfWork
from models.base import round_tonnes
from models.contracts import Contract, ContractStatus
from models.ledger import Account
from models.transfers import Gate, Source, Transfer

# How long before the present the demo's first contract was made; the steps that follow lie between.
BEGAN = timedelta(days=45)
# Days before the present on which consignments leave; the last are on the road, and still to come.
_LEFT = (38, 33, 29, 24, 20, 15, 11, 8, 5, 3, 2, 1, -1)
# What the taker's weighbridge finds beside the producer's, in kilograms a truck.
_BESIDE_KG = (0, -20, 20, -40, 0, -20, 40, 0, -20, 20, 0, 0, 0)
_DISPUTED, _WAITING, _ON_THE_ROAD, _TO_COME = 9, 10, 11, 12
_DRIVERS = (("王师傅", "13904770001"), ("赵师傅", "13904770002"), ("李师傅", "13904770003"))
_PLATES = ("蒙K52A01", "蒙K52A02", "蒙K52A03")
_TRUCK_TARE, _TRUCK_NET = Decimal("15.4"), Decimal("31.6")
_TRAIN_TARE, _TRAIN_NET = Decimal("231.5"), Decimal("642.4")
# Above this many tonnes a month goods go by rail: a rake of wagons over one weighbridge.
_BY_RAIL_FROM = Decimal(3000)

ActorOf = Callable[[int], Actor]


@dataclass(frozen=True, slots=True)
class _Way:
    """How the goods of one contract travel: in how heavy loads, and under which carrier's name."""

    net_t: Decimal
    tare_t: Decimal
    carrier: str
    rail: bool

    def vehicle(self, nth: int) -> str:
        return f"C70-154{nth:04d}" if self.rail else _PLATES[nth % len(_PLATES)]


def deliver(session: Session, *, now: datetime, actor_of: ActorOf) -> list[Contract]:
    """Confirm the proposed contracts that are older than a day, and move tonnes under each; those that were moved."""
    made = session.scalars(
        select(Contract).where(
            Contract.status == ContractStatus.PROPOSED, Contract.created_at < now - timedelta(days=1)
        ).order_by(Contract.id)
    ).all()
    ids = [(one.id, one.producer_id, one.taker_id) for one in made]
    # One weighing difference is enough to look at.
    steps = [
        step for nth, (contract_id, producer, taker) in enumerate(ids)
        for step in (
            *_confirmations(contract_id, (producer, taker), now), *_ByHand(contract_id, now).steps(),
            *_consignments(session, contract_id, now, disputed=nth == 0),
        )
    ]
    steps.append((now - timedelta(days=4), lambda uow, _actor_of: read_what_came(uow)))
    # In the order of time, as they would have happened: the ledger's entries stand in the order of their commits.
    for at, step in sorted(steps, key=lambda one: one[0]):
        with UnitOfWork(session, now=at) as uow:
            step(uow, actor_of)
    return list(made)


def _confirmations(contract_id: int, sides: Sequence[int], now: datetime) -> list[tuple[datetime, Any]]:
    """Both sides confirm on the day after the award, an hour apart."""
    def confirm(side: int, uow: UnitOfWork, actor_of: ActorOf) -> None:
        contract = uow.session.get_one(Contract, contract_id)
        confirm_contract(uow=uow, actor=actor_of(side), contract_id=contract_id, version=contract.version)

    began = now - BEGAN + timedelta(days=1)
    return [(began + timedelta(hours=nth), partial(confirm, side)) for nth, side in enumerate(sides)]


def _consignments(
    session: Session, contract_id: int, now: datetime, *, disputed: bool
) -> list[tuple[datetime, Any]]:
    """Everything that happens to the contract's consignments, each step with its moment."""
    contract = session.get(Contract, contract_id)
    if contract is None or contract.waste_type.hazardous == "yes":
        # A manifest number is the authority's to give, not the demo's to invent.
        return []
    way, steps = _way(contract), []
    for nth, days in enumerate(_LEFT):
        if nth < _DISPUTED and nth * way.net_t * 2 > contract.months[0].planned_t:
            continue
        day = (now - timedelta(days=days)).astimezone(SHANGHAI)
        left = day.replace(hour=9, minute=4 * nth, second=0, microsecond=0)
        steps += _Consignment(contract_id, nth, left, way, disputed and nth == _DISPUTED).steps(now)
    return steps


@dataclass(frozen=True, slots=True)
class _Consignment:
    """The ``nth`` consignment of a contract, which leaves at ``left``."""

    contract_id: int
    nth: int
    left: datetime
    way: _Way
    disputed: bool

    def steps(self, now: datetime) -> list[tuple[datetime, Any]]:
        if self.nth == _TO_COME:
            return [(now - timedelta(hours=3), self.plan)]
        steps = [(self.left - timedelta(hours=15), self.plan), (self.left, self.load)]
        if self.nth != _ON_THE_ROAD:
            steps.append((self.left + timedelta(hours=4), self.receive))
        if self.nth not in (_WAITING, _ON_THE_ROAD) and not self.disputed:
            steps.append((self.left + timedelta(hours=6), self.accept))
        return steps

    def plan(self, uow: UnitOfWork, actor_of: ActorOf) -> None:
        contract = uow.session.get(Contract, self.contract_id)
        months = [row.month for row in contract.months if row.planned_t]
        month = month_of(self.left)
        driver, phone = _DRIVERS[self.nth % len(_DRIVERS)]
        plan_transfer(uow=uow, actor=actor_of(contract.producer_id), contract_id=contract.id, plan=Plan(
            # What leaves before the first month of the contract counts for that month.
            month=month if month in months else months[0], planned_t=self.way.net_t,
            planned_for=self.left, vehicle=self.way.vehicle(self.nth), driver="" if self.way.rail else driver,
            driver_phone="" if self.way.rail else phone, carrier=self.way.carrier,
            submission_key=self._key(),
        ))

    def load(self, uow: UnitOfWork, actor_of: ActorOf) -> None:
        transfer = self._transfer(uow)
        net = round_tonnes(self.way.net_t * (1 + Decimal(self.nth % 5 - 2) / 100))
        self._weigh(uow, actor_of(transfer.contract.producer_id), transfer, Gate.OUT, net, self.left)

    def receive(self, uow: UnitOfWork, actor_of: ActorOf) -> None:
        transfer = self._transfer(uow)
        out = transfer.weighing(Gate.OUT).net_t  # type: ignore[union-attr]
        scale = self.way.net_t / _TRUCK_NET
        lacks = round_tonnes(out * Decimal("0.021")) if self.disputed else Decimal(0)
        came = out + round_tonnes(Decimal(_BESIDE_KG[self.nth]) / 1000 * scale) - lacks
        self._weigh(
            uow, actor_of(transfer.contract.taker_id), transfer, Gate.IN, came, self.left + timedelta(hours=4),
            results={spec.property_id: _within(spec.minimum, spec.maximum) for spec in transfer.contract.specs},
        )

    def accept(self, uow: UnitOfWork, actor_of: ActorOf) -> None:
        transfer = self._transfer(uow)
        actor = actor_of(transfer.contract.taker_id)
        accept_transfer(uow=uow, actor=actor, code=transfer.code, version=transfer.version)

    def _weigh(
        self, uow: UnitOfWork, actor: Actor, transfer: Transfer, gate: Gate, net: Decimal, at: datetime,
        results: dict[str, float | None] | None = None,
    ) -> None:
        letter = "C" if gate == Gate.OUT else "J"
        reading = Reading(
            gate, f"{letter}{at:%y%m%d}{transfer.id:04d}", self.way.tare_t + net, self.way.tare_t, at, transfer.vehicle
        )
        record_weighing(
            uow=uow, actor=actor, code=transfer.code, reading=reading, source=Source.FORM,
            beside=Beside(results=results or {}),
        )

    def _transfer(self, uow: UnitOfWork) -> Transfer:
        return uow.session.scalars(select(Transfer).where(Transfer.submission_key == self._key())).one()

    def _key(self) -> str:
        return f"demo-{self.contract_id}-{self.nth}"


def _way(contract: Contract) -> _Way:
    rail = contract.months[0].planned_t >= _BY_RAIL_FROM
    if rail:
        return _Way(_TRAIN_NET, _TRAIN_TARE, "铁路专用线", True)
    net = min(_TRUCK_NET, max(round_tonnes(contract.months[0].planned_t / 12), Decimal(5)))
    return _Way(net, _TRUCK_TARE, "鄂尔多斯某运输公司", False)


def _within(minimum: float | None, maximum: float | None) -> float:
    """A laboratory's result a little inside the limits."""
    if maximum is None:
        return round((minimum or 0) * 1.06, 2)
    return round(maximum * 0.88, 2) if minimum is None else round((minimum + maximum) / 2, 2)


@dataclass(frozen=True, slots=True)
class _ByHand:
    """What the people of both sites enter by hand: a heap and what was produced since, use, what nobody took."""

    contract_id: int
    now: datetime

    def steps(self) -> list[tuple[datetime, Any]]:
        begin = self.now - BEGAN + timedelta(days=2)
        return [
            (begin, self.heap), (begin + timedelta(days=1), self.production),
            (self.now - timedelta(hours=2), self.use), (self.now - timedelta(hours=1), self.landfill),
        ]

    def heap(self, uow: UnitOfWork, actor_of: ActorOf) -> None:
        contract, site_id = self._producer_side(uow)
        if not balance(uow.session, site_id, contract.waste_type_id, Account.OPENING):
            record = Record(contract.waste_type_id, _each(contract) / 2, month_of(uow.now), note="建账盘点")
            open_stock(uow=uow, actor=actor_of(contract.producer_id), site_id=site_id, record=record)

    def production(self, uow: UnitOfWork, actor_of: ActorOf) -> None:
        contract, site_id = self._producer_side(uow)
        made = round_tonnes(_each(contract) * Decimal("0.97"))
        record = Record(contract.waste_type_id, made, month_of(uow.now), note="按月报产量")
        record_production(uow=uow, actor=actor_of(contract.producer_id), site_id=site_id, record=record)

    def use(self, uow: UnitOfWork, actor_of: ActorOf) -> None:
        contract, _site = self._producer_side(uow)
        site_id, demand = contract.to_site_id, contract.demand
        came = balance(uow.session, site_id, contract.waste_type_id, Account.RECEIVED)
        if came:
            record_use(uow=uow, actor=actor_of(contract.taker_id), site_id=site_id, record=Record(
                contract.waste_type_id, round_tonnes(came * Decimal("0.8")), month_of(uow.now), note="投料",
                demand=demand.code if demand and demand.site_id == site_id else "",
            ))

    def landfill(self, uow: UnitOfWork, actor_of: ActorOf) -> None:
        contract, site_id = self._producer_side(uow)
        rest = round_tonnes(balance(uow.session, site_id, contract.waste_type_id, Account.STOCK) / 20)
        if rest:
            record_disposal(uow=uow, actor=actor_of(contract.producer_id), site_id=site_id, record=Record(
                contract.waste_type_id, rest, month_of(uow.now), method="landfill", note="渣场填埋",
            ))

    def _producer_side(self, uow: UnitOfWork) -> tuple[Contract, int]:
        contract = uow.session.get(Contract, self.contract_id)
        if contract is None:
            raise LookupError(str(self.contract_id))
        return contract, contract.from_site_id


def _each(contract: Contract) -> Decimal:
    return contract.supply.t_per_month if contract.supply else contract.months[0].planned_t

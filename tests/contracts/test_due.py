"""What time does to contracts: they lapse unconfirmed, are completed when over; asked twice they take no harm."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.due import COMPLETE_JOB, LAPSE_JOB, complete, lapse
from marketplace.ledger.queries import contract_months
from marketplace.months import month_start
from models import ContractStatus, Event, Job, Transfer, TransferStatus
from tests import factories as make

AFTER = month_start("2028-01")


def jobs(session: Session, kind: str) -> list[Job]:
    return list(session.scalars(select(Job).where(Job.kind == kind).order_by(Job.id)))


def held(session: Session, contract) -> list:
    return [row for row in contract_months(session, contract).values() if row.reserved or row.contracted]


def test_a_contract_nobody_confirms_lapses(session: Session) -> None:
    contract = make.contract(session)
    [job] = [one for one in jobs(session, LAPSE_JOB) if one.payload == {"contract_id": contract.id}]
    assert job.run_after == contract.confirm_by
    assert not lapse(session, contract.id, now=contract.confirm_by - timedelta(seconds=1))
    assert contract.status == ContractStatus.PROPOSED
    assert lapse(session, contract.id, now=contract.confirm_by)
    assert contract.status == ContractStatus.DECLINED and contract.end_reason and not held(session, contract)
    assert not lapse(session, contract.id, now=contract.confirm_by)
    told = select(Event).where(Event.kind == "contract.lapsed", Event.subject_id == str(contract.id))
    assert len(session.scalars(told).all()) == 1


def test_a_confirmed_contract_does_not_lapse(session: Session) -> None:
    contract = make.active_contract(session)
    assert not lapse(session, contract.id, now=contract.confirm_by + timedelta(days=1))
    assert contract.status == ContractStatus.ACTIVE


def test_completed_once_its_months_are_over(session: Session) -> None:
    contract = make.active_contract(session)
    assert not complete(session, contract.id, now=AFTER - timedelta(seconds=1))
    assert contract.status == ContractStatus.ACTIVE and jobs(session, COMPLETE_JOB)[-1].run_after == AFTER
    assert complete(session, contract.id, now=AFTER)
    assert contract.status == ContractStatus.COMPLETED and not held(session, contract)
    assert not complete(session, contract.id, now=AFTER)


def test_not_while_something_is_on_the_road(session: Session) -> None:
    contract = make.active_contract(session)
    on_the_road = Transfer(
        code=f"T-{contract.code}", contract_id=contract.id, month="2027-12", planned_t=30,
        status=TransferStatus.LOADED,
    )
    session.add(on_the_road)
    session.flush()
    assert not complete(session, contract.id, now=AFTER)
    assert contract.status == ContractStatus.ACTIVE
    assert jobs(session, COMPLETE_JOB)[-1].run_after == AFTER + timedelta(days=1)
    on_the_road.status = TransferStatus.ACCEPTED
    session.flush()
    session.commit()
    assert complete(session, contract.id, now=AFTER + timedelta(days=1))

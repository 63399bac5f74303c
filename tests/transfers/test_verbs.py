"""What each verb does to the status, the ledger, the events and the notices; and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.service import end_contract
from marketplace.errors import Forbidden, NotPossible
from marketplace.ledger.posting import Line, post
from marketplace.security.actor import STAFF, Actor
from marketplace.transfers import disputes, service
from marketplace.transfers.weighing import note_refused
from models import Account, Event, Job, Notice
from models.ledger import LedgerEntry
from models.transfers import Source, TransferStatus, Weighing
from tests import factories as make
from tests.transfers.consignments import MONTH, NOW, Deal, deal, into, out, sums


@pytest.fixture
def agreed(session: Session) -> Deal:
    return deal(session)


def codes(refused: pytest.ExceptionInfo[NotPossible]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def refused(action: object, *args: object, **named: object) -> list[str]:
    with pytest.raises(NotPossible) as found:
        action(*args, **named)  # type: ignore[operator]
    return codes(found)


def kinds(session: Session, code: str) -> list[str]:
    rows = session.scalars(select(Event).order_by(Event.id))
    return [row.kind for row in rows if row.data.get("transfer") == code]


def test_the_whole_way(agreed: Deal, session: Session) -> None:
    code = agreed.plan()
    assert agreed.transfer(code).status == TransferStatus.PLANNED
    assert agreed.promises() == (100, 0)
    agreed.weigh(code, out(30))
    assert agreed.promises() == (70, 30)
    assert agreed.real() == {"produced": -30, "in_transit": 30}
    agreed.weigh(code, into("29.9"))
    transfer = agreed.transfer(code)
    assert transfer.status == TransferStatus.RECEIVED
    assert transfer.confirm_by == datetime(2027, 1, 22, 15, 59, 59, tzinfo=UTC)
    assert agreed.real() == {"produced": -30, "difference": Decimal("0.1"), "taker:received": Decimal("29.9")}
    with agreed.uow() as uow:
        service.accept_transfer(uow=uow, actor=agreed.taker, code=code, version=transfer.version)
    transfer = agreed.transfer(code)
    assert (transfer.status, transfer.accepted_t) == (TransferStatus.ACCEPTED, Decimal("29.9"))
    assert kinds(session, code) == ["transfer.planned", "transfer.loaded", "transfer.received", "transfer.accepted"]
    assert session.query(Notice).filter(Notice.kind.startswith("transfer.")).count() == 6
    assert set(sums(session).values()) == {0}


def test_what_left_without_a_stock_is_inferred_to_have_been_produced(agreed: Deal, session: Session) -> None:
    contract = agreed.contract
    with agreed.uow() as uow:
        post(uow=uow, actor_id=None, kind="produced", lines=[
            Line(contract.from_site_id, contract.waste_type_id, account, MONTH, Decimal(tonnes))
            for account, tonnes in ((Account.PRODUCED, -20), (Account.STOCK, 20))
        ])
    agreed.loaded(30)
    assert agreed.real() == {"produced": -30, "in_transit": 30}
    entry = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "transfer.loaded")).one()
    assert Decimal(entry.data["inferred_t"]) == 10


def test_the_same_slip_twice_is_one_slip(agreed: Deal, session: Session) -> None:
    code = agreed.loaded()
    again = agreed.weigh(code, out(30))
    assert not again.first
    assert agreed.weigh(code, replace(out(30), vehicle="")).weighing.id == again.weighing.id
    assert agreed.promises() == (70, 30)
    assert session.query(Weighing).count() == 1 and kinds(session, code).count("transfer.loaded") == 1


def test_a_known_slip_with_other_figures_is_refused_and_remembered(agreed: Deal, session: Session) -> None:
    code, other = agreed.loaded(), agreed.plan(10)
    assert refused(agreed.weigh, code, out(31)) == ["slip:conflict"]
    with pytest.raises(NotPossible) as found:
        agreed.weigh(other, out(30))
    assert codes(found) == ["slip:conflict"]
    with agreed.uow() as uow:
        note_refused(
            uow=uow, actor=agreed.producer, code=other, reading=out(30), source=Source.API,
            reasons=found.value.reasons,
        )
    event = session.scalars(select(Event).where(Event.kind == "slip.conflict")).one()
    assert event.data["known"]["gross_t"] == "45.000" and event.data["offered"]["slip_no"] == "A1"
    assert agreed.promises() == (70, 30)


def test_each_side_weighs_at_its_own_gate(agreed: Deal, session: Session) -> None:
    code = agreed.plan()
    assert refused(agreed.weigh, code, out(30), actor=agreed.taker) == ["transfer:not_your_gate:out"]
    agreed.weigh(code, out(30))
    assert refused(agreed.weigh, code, into(30), actor=agreed.producer) == ["transfer:not_your_gate:in"]
    stranger = make.user(session)
    session.commit()
    with pytest.raises(Forbidden):
        agreed.weigh(code, into(30), actor=Actor(stranger.id, STAFF, stranger.enterprise_id))


def test_figures_that_cannot_be(agreed: Deal) -> None:
    code = agreed.plan()
    assert refused(agreed.weigh, code, out(-1)) == ["weighing:below_tare"]
    assert refused(agreed.weigh, code, out(30, at=NOW + timedelta(hours=1))) == ["weighing:future"]
    assert refused(agreed.weigh, code, into(30)) == ["transfer:cannot_become:received"]
    agreed.weigh(code, out(30))
    assert refused(agreed.weigh, code, into(30, at=datetime(2027, 1, 15, 1, tzinfo=UTC))) == ["weighing:before_out"]
    assert refused(agreed.weigh, code, into(30, vehicle="蒙K99999")) == ["weighing:other_vehicle"]
    assert refused(agreed.weigh, code, out(30, slip="A2")) == ["weighing:already"]
    assert agreed.transfer(code).status == TransferStatus.LOADED


def test_more_than_remains(agreed: Deal, session: Session) -> None:
    """100 t and 5 % of tolerance: 105 t may leave, planned ones waiting beside count when one plans."""
    assert refused(agreed.plan, "105.001") == ["transfer:more_than_remains"]
    first = agreed.plan(60)
    assert refused(agreed.plan, "45.001") == ["transfer:more_than_remains"]
    agreed.weigh(first, out(60))
    second = agreed.plan(45)
    assert refused(agreed.weigh, second, out("45.001", slip="A2")) == ["transfer:more_than_remains"]
    agreed.weigh(second, out(45, slip="A2"))
    assert agreed.promises() == (0, 105)
    assert refused(agreed.plan, "0.001") == ["transfer:more_than_remains"]
    assert set(sums(session).values()) == {0}


def test_tolerance_needs_room_on_the_listing(session: Session) -> None:
    supply = make.supply(session, t_per_month=102, end_month="2027-12")
    full = deal(session)
    full.contract.supply_id = supply.id
    supply.site_id = full.contract.from_site_id
    session.commit()
    code = full.plan(104)
    # The supply gives 102 t a month and 100 t of every month are promised: 2 t are free.
    assert refused(full.weigh, code, out("102.001")) == ["transfer:more_than_remains"]
    full.weigh(code, out(102))
    assert full.promises() == (0, 102)


def test_a_month_outside_and_an_ended_contract(agreed: Deal) -> None:
    assert refused(agreed.plan, month="2026-12") == ["transfer:month_outside"]
    waiting, gone = agreed.plan(10), agreed.loaded(20)
    with agreed.uow() as uow:
        end_contract(uow=uow, actor=agreed.producer, contract_id=agreed.contract.id, reason="停产")
    assert refused(agreed.plan) == ["transfer:contract_not_active"]
    assert refused(agreed.weigh, waiting, out(10, slip="A2")) == ["transfer:contract_not_active"]
    agreed.weigh(gone, into(20))
    assert agreed.transfer(gone).status == TransferStatus.RECEIVED
    with agreed.uow() as uow:
        service.reject_transfer(uow=uow, actor=agreed.taker, code=gone, version=agreed.transfer(gone).version,
                                reason="水分超标")
    # Nothing can be sent under it any more: the promise is freed, not open again.
    assert agreed.promises() == (0, 0)


@pytest.mark.parametrize("came", ["29.8", "30.2"], ids=["loss", "gain"])
def test_a_difference_beyond_tolerance_is_disputed_and_settled(agreed: Deal, session: Session, came: str) -> None:
    code = agreed.received(30, came)
    transfer = agreed.transfer(code)
    assert transfer.status == TransferStatus.DISPUTED and transfer.disputes[0].about == "weight"
    assert refused(accept, agreed, code) == ["transfer:disputed"]
    with agreed.uow() as uow:
        disputes.propose_tonnes(uow=uow, actor=agreed.producer, code=code, tonnes=Decimal("29.95"))
    version = agreed.transfer(code).disputes[0].version
    assert refused(_agree, agreed, agreed.producer, code, version) == ["dispute:own_proposal"]
    assert refused(_agree, agreed, agreed.taker, code, version - 1) == ["transfer:changed"]
    _agree(agreed, agreed.taker, code, version)
    transfer = agreed.transfer(code)
    assert (transfer.status, transfer.accepted_t) == (TransferStatus.ACCEPTED, Decimal("29.95"))
    assert agreed.real()["taker:received"] == Decimal("29.95")
    assert agreed.real()["difference"] == Decimal("0.05")
    assert set(sums(session).values()) == {0}


def test_a_difference_within_tolerance_is_none(agreed: Deal) -> None:
    assert agreed.transfer(agreed.received(30, "29.85")).status == TransferStatus.RECEIVED


def test_the_deadline_lets_the_in_weight_count(agreed: Deal, session: Session) -> None:
    code = agreed.received(30, 28)
    dispute = agreed.transfer(code).disputes[0]
    assert dispute.deadline == datetime(2027, 1, 22, 15, 59, 59, tzinfo=UTC)
    job = session.scalars(select(Job).where(Job.kind == disputes.DEADLINE_JOB)).one()
    assert job.run_after == dispute.deadline and job.payload == {"dispute_id": dispute.id}
    assert disputes.close_overdue(session, dispute.id, now=dispute.deadline - timedelta(seconds=1)) is False
    assert disputes.close_overdue(session, dispute.id, now=dispute.deadline) is True
    assert disputes.close_overdue(session, dispute.id, now=dispute.deadline) is False
    transfer = agreed.transfer(code)
    assert (transfer.status, transfer.accepted_t) == (TransferStatus.ACCEPTED, 28)
    assert transfer.disputes[0].outcome == "deadline"


def test_quality_is_doubted_and_rejected_by_the_taker_alone(agreed: Deal, session: Session) -> None:
    code = agreed.received()
    version = agreed.transfer(code).version
    values = {"code": code, "version": version, "reason": "烧失量 12 %"}
    with pytest.raises(NotPossible) as found, agreed.uow() as uow:
        service.dispute_quality(uow=uow, actor=agreed.producer, **values)
    assert codes(found) == ["transfer:taker_decides"]
    with agreed.uow() as uow:
        service.dispute_quality(uow=uow, actor=agreed.taker, **values)
    with agreed.uow() as uow:
        service.reject_transfer(
            uow=uow, actor=agreed.taker, code=code, version=agreed.transfer(code).version, reason="退回"
        )
    assert agreed.transfer(code).status == TransferStatus.REJECTED
    assert agreed.real() == {"produced": -30, "stock": 30}
    assert agreed.promises() == (100, 0)
    assert set(sums(session).values()) == {0}


def test_after_the_deadline_nobody_settles(agreed: Deal) -> None:
    code = agreed.received(30, 28)
    dispute = agreed.transfer(code).disputes[0]
    with pytest.raises(NotPossible) as found, agreed.uow(dispute.deadline + timedelta(seconds=1)) as uow:
        disputes.propose_tonnes(uow=uow, actor=agreed.producer, code=code, tonnes=Decimal(29))
    assert codes(found) == ["dispute:deadline_passed"]
    with agreed.uow(dispute.deadline) as uow:
        disputes.propose_tonnes(uow=uow, actor=agreed.producer, code=code, tonnes=Decimal(29))
    with pytest.raises(NotPossible) as found, agreed.uow(dispute.deadline + timedelta(seconds=1)) as uow:
        disputes.agree_tonnes(uow=uow, actor=agreed.taker, code=code, version=dispute.version)
    assert codes(found) == ["dispute:deadline_passed"]


def test_a_planned_one_is_cancelled_and_a_loaded_one_is_not(agreed: Deal) -> None:
    code = agreed.plan()
    with agreed.uow() as uow:
        service.cancel_transfer(uow=uow, actor=agreed.taker, code=code, reason="停窑")
    assert agreed.transfer(code).status == TransferStatus.CANCELLED
    gone = agreed.loaded()
    with pytest.raises(NotPossible) as found, agreed.uow() as uow:
        service.cancel_transfer(uow=uow, actor=agreed.taker, code=gone, reason="停窑")
    assert codes(found) == ["transfer:cannot_become:cancelled"]


def test_what_was_changed_meanwhile_is_shown_again(agreed: Deal) -> None:
    code = agreed.received()
    assert refused(accept, agreed, code, version=1) == ["transfer:changed"]


def accept(agreed: Deal, code: str, version: int | None = None) -> None:
    seen = agreed.transfer(code).version if version is None else version
    with agreed.uow() as uow:
        service.accept_transfer(uow=uow, actor=agreed.taker, code=code, version=seen)


def _agree(agreed: Deal, actor: Actor, code: str, version: int) -> None:
    with agreed.uow() as uow:
        disputes.agree_tonnes(uow=uow, actor=actor, code=code, version=version)

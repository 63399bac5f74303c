"""A mistyped slip: put right by new entries, asked what every slip is asked, and remembered as it was."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.service import end_contract
from marketplace.errors import NotPossible
from marketplace.transfers.weighing import correct_weighing
from models import Event
from models.ledger import LedgerEntry
from models.transfers import TransferStatus
from tests.transfers.consignments import IN_AT, Deal, deal, into, out, sums
from tests.transfers.test_verbs import accept, codes


@pytest.fixture
def agreed(session: Session) -> Deal:
    return deal(session)


def test_a_mistyped_slip_is_corrected_by_new_entries(agreed: Deal, session: Session) -> None:
    code = agreed.received(30, 28)
    with agreed.uow() as uow:
        correct_weighing(uow=uow, actor=agreed.taker, code=code, reading=into(30, slip="B9"), reason="输错毛重")
    transfer = agreed.transfer(code)
    assert transfer.status == TransferStatus.RECEIVED and transfer.disputes[0].outcome == "corrected"
    assert agreed.real() == {"produced": -30, "taker:received": 30}
    with agreed.uow() as uow:
        correct_weighing(uow=uow, actor=agreed.producer, code=code, reading=out("30.1"), reason="皮重有误")
    assert agreed.promises() == (Decimal("69.9"), Decimal("30.1"))
    assert agreed.real() == {"produced": Decimal("-30.1"), "difference": Decimal("0.1"), "taker:received": 30}
    event = session.scalars(select(Event).where(Event.kind == "weighing.corrected").order_by(Event.id)).first()
    assert event.data["before"]["gross_t"] == "43.000" and event.data["before"]["slip_no"] == "B1"
    corrected = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "corrected")).all()
    assert len(corrected) == 3 and all(row.corrects_seq for row in corrected)
    assert set(sums(session).values()) == {0}
    accept(agreed, code)
    with pytest.raises(NotPossible) as found, agreed.uow() as uow:
        correct_weighing(uow=uow, actor=agreed.taker, code=code, reading=into(29), reason="又错")
    assert codes(found) == ["transfer:not_correctable"]


def test_a_correction_under_an_ended_contract_frees_what_it_gives_back(agreed: Deal, session: Session) -> None:
    code = agreed.loaded(30)
    with agreed.uow() as uow:
        end_contract(uow=uow, actor=agreed.taker, contract_id=agreed.contract.id, reason="停产")
    with agreed.uow() as uow:
        correct_weighing(uow=uow, actor=agreed.producer, code=code, reading=out(28), reason="皮重有误")
    assert agreed.promises() == (0, 28)
    assert set(sums(session).values()) == {0}


def test_a_correction_is_asked_what_a_slip_is_asked(agreed: Deal, session: Session) -> None:
    code = agreed.received()
    entries = session.query(LedgerEntry).count()
    late = out(30, at=IN_AT + timedelta(minutes=5))
    for reading, reason in (
        (out(-1), "weighing:below_tare"), (late, "weighing:before_out"), (out(106), "transfer:more_than_remains"),
        (out(30, vehicle="蒙K99999"), "weighing:other_vehicle"),
    ):
        with pytest.raises(NotPossible) as found, agreed.uow() as uow:
            correct_weighing(uow=uow, actor=agreed.producer, code=code, reading=reading, reason="错")
        assert codes(found) == [reason]
    with agreed.uow() as uow:
        correct_weighing(uow=uow, actor=agreed.producer, code=code, reading=out(30), reason="没有错")
    assert session.query(LedgerEntry).count() == entries, "what says the same changes nothing"

"""Whatever is tried in whatever order: the books balance, and no month sends more than it may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from marketplace.contracts.service import end_contract
from marketplace.errors import MarketError
from marketplace.ledger.verify import _verified
from marketplace.transfers import disputes, rules, service
from marketplace.transfers.weighing import correct_weighing
from models import LedgerBalance, LedgerPosting
from models.transfers import Gate, Transfer, TransferStatus
from tests.transfers.consignments import MONTH, Deal, deal, into, out, sums

AGREED, TOLERANCE = Decimal(100), Decimal("0.05")
TONNES = st.sampled_from([Decimal(text) for text in ("0.001", "7.5", "33.333", "50", "55", "105", "105.001")])
VERBS = st.sampled_from([
    "plan", "plan", "load", "load", "receive", "receive", "accept", "reject", "doubt", "propose", "agree", "overdue",
    "correct_out", "correct_in", "cancel", "end",
])
STEPS = st.lists(st.tuples(VERBS, st.integers(0, 3), TONNES, st.booleans()), max_size=25)


@given(steps=STEPS)
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_books_balance(engine: Engine, steps: list[tuple[str, int, Decimal, bool]]) -> None:
    with undone(engine) as session:
        agreed = deal(session)
        for number, (verb, nth, tonnes, by_producer) in enumerate(steps):
            with suppress(MarketError):
                attempt(agreed, verb, nth, tonnes, by_producer=by_producer, number=number)
            session.expire_all()
            judge(agreed)
        report = _verified(session.connection())
        assert report.faults == []

@contextmanager
def undone(engine: Engine) -> Iterator[Session]:
    """A session of one example's own; nothing of it is kept."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()


def attempt(agreed: Deal, verb: str, nth: int, tonnes: Decimal, *, by_producer: bool, number: int) -> None:
    """Try ``verb`` on the ``nth`` consignment; whatever is not possible raises and must leave no trace."""
    if verb == "plan":
        agreed.plan(tonnes)
        return
    found = agreed.session.scalars(select(Transfer).order_by(Transfer.id)).all()
    actor = agreed.producer if by_producer else agreed.taker
    with agreed.uow() as uow:
        if verb == "end":
            end_contract(uow=uow, actor=actor, contract_id=agreed.contract.id, reason="停产")
            return
    if not found:
        return
    transfer = found[nth % len(found)]
    verbs(agreed, transfer, tonnes, number, by_producer)[verb]()


def verbs(
    agreed: Deal, transfer: Transfer, tonnes: Decimal, number: int, by_producer: bool
) -> dict[str, Callable[[], object]]:
    actor = agreed.producer if by_producer else agreed.taker
    code, version = transfer.code, transfer.version
    seen = {"actor": agreed.taker, "code": code, "version": version}
    dispute = next((one for one in transfer.disputes if one.status == "open"), None)
    slip = f"S{number}"

    def do(verb: Callable[..., object], **named: object) -> Callable[[], object]:
        def act() -> object:
            with agreed.uow() as uow:
                return verb(uow=uow, **named)
        return act

    return {
        "load": lambda: agreed.weigh(code, out(tonnes, slip=slip)),
        "receive": lambda: agreed.weigh(code, into(tonnes, slip=slip)),
        "accept": do(service.accept_transfer, **seen),
        "reject": do(service.reject_transfer, **seen, reason="退回"),
        "doubt": do(service.dispute_quality, **seen, reason="水分"),
        "propose": do(disputes.propose_tonnes, actor=actor, code=code, tonnes=tonnes),
        "agree": do(disputes.agree_tonnes, actor=actor, code=code, version=dispute.version if dispute else 1),
        "overdue": lambda: dispute and disputes.close_overdue(agreed.session, dispute.id, now=dispute.deadline),
        "correct_out": do(
            correct_weighing, actor=agreed.producer, code=code, reading=out(tonnes, slip=slip), reason="错"
        ),
        "correct_in": do(
            correct_weighing, actor=agreed.taker, code=code, reading=into(tonnes, slip=slip), reason="错"
        ),
        "cancel": do(service.cancel_transfer, actor=actor, code=code, reason="停窑"),
    }


def judge(agreed: Deal) -> None:
    """Everything that must be true after every step."""
    session = agreed.session
    assert set(sums(session).values()) == {0}
    contracted, sent = agreed.promises()
    assert contracted >= 0 and sent >= 0
    assert contracted + sent <= AGREED * (1 + TOLERANCE)
    gone = [
        transfer for transfer in session.scalars(select(Transfer))
        if transfer.weighing(Gate.OUT) and transfer.status != TransferStatus.REJECTED
    ]
    assert all(transfer.month == MONTH for transfer in gone)
    assert sum((transfer.weighing(Gate.OUT).net_t for transfer in gone), Decimal(0)) == sent
    counted = [transfer for transfer in gone if transfer.weighing(Gate.IN)]
    came = sum((transfer.accepted_t if transfer.accepted_t is not None else transfer.weighing(Gate.IN).net_t
                for transfer in counted), Decimal(0))
    assert agreed.real().get("taker:received", 0) == came
    balances, postings = (session.scalar(select(func.count()).select_from(table))
                          for table in (LedgerBalance, LedgerPosting))
    assert balances <= postings


def test_every_status_has_its_moves() -> None:
    assert set(rules.MOVES) == set(TransferStatus)
    assert {to for targets in rules.MOVES.values() for to in targets} == set(TransferStatus) - {TransferStatus.PLANNED}

"""Entries: what is refused, what balances say, that nothing is ever changed, and two writers at once."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from marketplace.errors import NotPossible
from marketplace.ledger.chain import FIRST, hash_of
from marketplace.ledger.posting import Line, move, post, reverse
from marketplace.ledger.queries import balance
from marketplace.ledger.verify import verify
from marketplace.unit_of_work import UnitOfWork
from models.constraints import refused_by
from models.ledger import Account, LedgerBalance, LedgerEntry, LedgerHead, LedgerPosting
from tests import factories as make
from tests.conftest import NOW

WASTE, OTHER, MONTH = make.WASTE, make.OTHER_WASTE, "2027-01"


def produce(uow: UnitOfWork, site: int, tonnes: str, **more: object) -> LedgerEntry:
    lines = move(
        Decimal(tonnes), waste_type_id=WASTE, month=MONTH, off=(site, Account.PRODUCED), onto=(site, Account.STOCK)
    )
    return post(uow=uow, actor_id=None, kind="produced", lines=lines, **more)


def dispose(uow: UnitOfWork, site: int, tonnes: str, month: str = MONTH) -> LedgerEntry:
    lines = move(
        Decimal(tonnes), waste_type_id=WASTE, month=month, off=(site, Account.STOCK), onto=(site, Account.DISPOSED)
    )
    return post(uow=uow, actor_id=None, kind="disposed", lines=lines)


@pytest.fixture
def site(uow: UnitOfWork) -> int:
    return make.enterprise(uow.session).sites[0].id


def counts(session: Session) -> tuple[int, int, int]:
    return tuple(
        session.scalar(select(func.count()).select_from(table)) for table in (LedgerEntry, LedgerPosting, LedgerBalance)
    )


class TestWhatIsRefused:
    def test_lines_that_do_not_sum_to_zero(self, uow: UnitOfWork, site: int) -> None:
        line = Line(site, WASTE, Account.STOCK, MONTH, Decimal(1))
        with pytest.raises(ValueError, match="sum to zero"):
            post(uow=uow, actor_id=None, kind="produced", lines=[line])

    def test_one_waste_does_not_make_up_for_another(self, uow: UnitOfWork, site: int) -> None:
        lines = [
            Line(site, WASTE, Account.PRODUCED, MONTH, Decimal(-1)),
            Line(site, OTHER, Account.STOCK, MONTH, Decimal(1)),
        ]
        with pytest.raises(ValueError, match="sum to zero"):
            post(uow=uow, actor_id=None, kind="produced", lines=lines)

    def test_promises_do_not_make_up_for_tonnes(self, uow: UnitOfWork, site: int) -> None:
        contract = make.contract(uow.session)
        lines = [
            Line(site, WASTE, Account.PRODUCED, MONTH, Decimal(-1)),
            Line(site, WASTE, Account.RESERVED, MONTH, Decimal(1), contract.id),
        ]
        with pytest.raises(ValueError, match="sum to zero"):
            post(uow=uow, actor_id=None, kind="produced", lines=lines)

    def test_a_promise_without_a_contract_and_a_stock_with_one(self, uow: UnitOfWork, site: int) -> None:
        for account, contract in ((Account.RESERVED, None), (Account.STOCK, 1)):
            with pytest.raises(ValueError, match="contract"):
                post(uow=uow, actor_id=None, kind="produced",
                     lines=[Line(site, WASTE, account, MONTH, Decimal(1), contract)])

    def test_nothing_to_move_and_a_kind_nobody_declared(self, uow: UnitOfWork, site: int) -> None:
        with pytest.raises(ValueError, match="tonnes that move"):
            produce(uow, site, "0.0004")
        with pytest.raises(ValueError, match="not declared"):
            post(uow=uow, actor_id=None, kind="conjured", lines=[])

    def test_floats_which_the_databases_keep_differently(self, uow: UnitOfWork, site: int) -> None:
        with pytest.raises(ValueError, match="floats"):
            produce(uow, site, "1", data={"readings": [{"t": 1e22}]})

    def test_below_zero_says_how_much_there_is_and_writes_nothing(self, uow: UnitOfWork, site: int) -> None:
        produce(uow, site, "10")
        before, head = counts(uow.session), uow.session.get(LedgerHead, 1).hash
        with pytest.raises(NotPossible) as refused:
            dispose(uow, site, "10.001")
        assert refused.value.reasons[0].values == {
            "account": "stock", "tonnes": Decimal("10.001"), "balance": Decimal(10),
        }
        # The unit of work goes on as if nothing had been asked.
        uow.session.flush()
        assert (counts(uow.session), uow.session.get(LedgerHead, 1).hash) == (before, head)
        dispose(uow, site, "10")

    def test_the_months_of_one_account_count_together(self, uow: UnitOfWork, site: int) -> None:
        lines = [
            *move(Decimal(5), waste_type_id=WASTE, month="2027-01", off=(site, Account.PRODUCED),
                  onto=(site, Account.STOCK)),
            *move(Decimal(3), waste_type_id=WASTE, month="2027-02", off=(site, Account.PRODUCED),
                  onto=(site, Account.STOCK)),
        ]
        assert len(post(uow=uow, actor_id=None, kind="produced", lines=lines).postings) == 4
        dispose(uow, site, "8", month="2027-03")
        assert balance(uow.session, site, WASTE, Account.STOCK) == 0

    def test_the_database_refuses_below_zero_by_itself(self, uow: UnitOfWork, site: int) -> None:
        produce(uow, site, "10")
        with pytest.raises(IntegrityError) as refused, uow.session.begin_nested():
            uow.session.execute(update(LedgerBalance).where(LedgerBalance.account == "stock").values(tonnes=-1))
        assert refused_by(refused.value) == "ck_ledger_balances_not_below_zero"

    @pytest.mark.parametrize("statement", [
        "UPDATE ledger_entries SET note = 'x'", "DELETE FROM ledger_entries", "UPDATE ledger_postings SET tonnes = 1",
        "DELETE FROM ledger_postings",
    ])
    def test_the_database_refuses_every_change(self, uow: UnitOfWork, site: int, statement: str) -> None:
        produce(uow, site, "10")
        with pytest.raises(DBAPIError, match="append-only"), uow.session.begin_nested():
            uow.session.execute(text(statement))


class TestTheChain:
    def test_each_entry_carries_the_hash_before(self, uow: UnitOfWork, site: int) -> None:
        first, second = produce(uow, site, "10"), dispose(uow, site, "4")
        assert first.previous_hash in (FIRST, uow.session.get(LedgerEntry, first.seq - 1).hash if first.seq > 1 else "")
        assert second.previous_hash == first.hash and second.seq == first.seq + 1
        head = uow.session.get(LedgerHead, 1)
        assert (head.seq, head.hash) == (second.seq, second.hash)

    def test_what_the_database_gives_back_has_the_same_hash(self, uow: UnitOfWork, site: int) -> None:
        odd = {
            "甲": "㎏\u2028 \"\\/<>&\t\r\n😀é", "b": Decimal("1.500"), "at": NOW, "whole": 10**21, "no": None,
            "yes": True, "in": {"z": [], "a": {}, "": (1, 2)}, "10": "text", "9": "key order",
        }
        entry = produce(uow, site, "0.001", note="注：第一行\r\n第二行 \u00e9 e\u0301 ", data=odd)
        kept, seq = entry.hash, entry.seq
        uow.session.flush()
        uow.session.expire_all()
        again = uow.session.get(LedgerEntry, seq)
        assert again.at == NOW and hash_of(again) == again.hash == kept

    def test_microseconds_are_kept(self, session: Session) -> None:
        exact = NOW.replace(microsecond=123457)
        with UnitOfWork(session, now=exact) as uow:
            entry = produce(uow, make.enterprise(session).sites[0].id, "1")
            seq = entry.seq
        session.expire_all()
        assert session.get(LedgerEntry, seq).at == exact and hash_of(session.get(LedgerEntry, seq)) == entry.hash

    @pytest.mark.parametrize("change", [
        {"note": "other"}, {"kind": "used"}, {"actor_id": 7}, {"data": {"a": "b"}}, {"previous_hash": "1" * 64},
        {"seq": 99}, {"corrects_seq": 1}, {"contract_id": 1}, {"transfer_id": 1}, {"at": NOW.replace(microsecond=1)},
    ])
    def test_every_part_counts(self, uow: UnitOfWork, site: int, change: dict[str, object]) -> None:
        entry = produce(uow, site, "1")
        uow.session.flush()
        uow.session.expunge(entry)
        for name, value in change.items():
            setattr(entry, name, value)
        assert hash_of(entry) != entry.hash


class TestTakingBack:
    def test_a_reversal_points_at_what_it_takes_back(self, uow: UnitOfWork, site: int) -> None:
        entry = produce(uow, site, "10")
        back = reverse(uow=uow, actor_id=None, entry=entry, note="written twice")
        assert (back.kind, back.corrects_seq, back.note) == ("corrected", entry.seq, "written twice")
        assert [-row.tonnes for row in back.postings] == [row.tonnes for row in entry.postings]
        assert balance(uow.session, site, WASTE, Account.STOCK) == 0
        assert balance(uow.session, site, WASTE, Account.PRODUCED) == 0

    def test_once_and_not_twice(self, uow: UnitOfWork, site: int) -> None:
        entry = produce(uow, site, "10")
        produce(uow, site, "10")
        reverse(uow=uow, actor_id=None, entry=entry, note="once")
        with pytest.raises(IntegrityError) as refused, uow.session.begin_nested():
            reverse(uow=uow, actor_id=None, entry=entry, note="twice")
        assert refused_by(refused.value) == "uq_ledger_entries_corrects_seq"

    def test_what_is_gone_cannot_be_taken_back(self, uow: UnitOfWork, site: int) -> None:
        entry = produce(uow, site, "10")
        dispose(uow, site, "10")
        with pytest.raises(NotPossible):
            reverse(uow=uow, actor_id=None, entry=entry, note="too late")


def test_two_at_once_leave_no_gap(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        site = make.enterprise(session).sites[0].id
        session.commit()
    each, refused, faults = 25, [], []

    def work(nth: int) -> None:
        with sessions() as session:
            for turn in range(each):
                try:
                    with UnitOfWork(session) as uow:
                        (produce if (turn + nth) % 2 else dispose)(uow, site, "1.001")
                except NotPossible:
                    refused.append(turn)
                except Exception as fault:
                    faults.append(fault)

    threads = [threading.Thread(target=work, args=(nth,)) for nth in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        # The proof sees one moment, although the others go on posting.
        faults += verify(sessions.kw["bind"]).faults
    for thread in threads:
        thread.join()
    assert faults == []
    with sessions() as session:
        entries = session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)).all()
        assert [entry.seq for entry in entries] == list(range(1, 4 * each - len(refused) + 1))
        assert [entry.previous_hash for entry in entries] == [FIRST, *(entry.hash for entry in entries[:-1])]
        assert all(hash_of(entry) == entry.hash for entry in entries)
        total = sum(
            (row.tonnes for entry in entries for row in entry.postings if row.account == Account.STOCK), Decimal(0)
        )
        assert balance(session, site, WASTE, Account.STOCK) == total >= 0

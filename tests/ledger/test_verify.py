"""The verification finds every way to tamper with the ledger, and nothing where nobody did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from marketplace.cli.ledger import ledger
from marketplace.contracts.making import both_sides
from marketplace.ledger.posting import Line, move, post
from marketplace.ledger.verify import Report, verify
from marketplace.unit_of_work import UnitOfWork
from models.ledger import Account
from tests import factories as make

Execute = Callable[..., None]


@pytest.fixture
def engine(sessions: sessionmaker[Session]) -> Engine:
    """A database with two contracts, one confirmed, and some tonnes that were produced and disposed of."""
    with sessions() as session:
        supply, demand = make.supply(session, t_per_month=300, stock_t=0), make.demand(session, t_per_month=300)
        make.active_contract(session, make.bid(session, supply=supply, own_demand_id=demand.id))
        make.contract(session, make.bid(session, demand=demand, own_supply_id=supply.id))
        uow, site = UnitOfWork(session), supply.site_id
        for kind, off, onto, tonnes in (
            ("stock.opened", Account.OPENING, Account.STOCK, 50), ("produced", Account.PRODUCED, Account.STOCK, 100),
            ("disposed", Account.STOCK, Account.DISPOSED, Decimal("0.125")),
        ):
            post(uow=uow, actor_id=None, kind=kind, note="一班", data={"day": "2027-01-15"}, lines=move(
                Decimal(tonnes), waste_type_id=make.WASTE, month="2027-01", off=(site, off), onto=(site, onto)
            ))
        session.commit()
    return sessions.kw["bind"]


@pytest.fixture
def tamper(engine: Engine) -> Iterator[Execute]:
    """Run a statement as somebody who has the database to themselves: without triggers and foreign keys."""
    drop = (
        [f"DROP TRIGGER {table}_append_only ON {table}" for table in ("ledger_entries", "ledger_postings")]
        + ["ALTER TABLE ledger_postings DROP CONSTRAINT fk_ledger_postings_seq",
           "ALTER TABLE ledger_balances DROP CONSTRAINT ck_ledger_balances_not_below_zero"]
        if engine.dialect.name == "postgresql" else
        [f"DROP TRIGGER {table}_append_only_{verb}" for table in ("ledger_entries", "ledger_postings")
         for verb in ("update", "delete")]
    )
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[attr-defined]
            connection.connection.execute("PRAGMA ignore_check_constraints = ON")  # type: ignore[attr-defined]
        with connection.begin():
            for statement in drop:
                connection.execute(text(statement))

        def execute(statement: str, **values: object) -> None:
            with connection.begin():
                assert connection.execute(text(statement), values).rowcount

        yield execute


def found(report: Report) -> set[tuple[str, int | None]]:
    return {(fault.check, fault.seq) for fault in report.faults}


def test_a_ledger_nobody_touched(engine: Engine) -> None:
    report = verify(engine)
    assert report.faults == []
    assert (report.entries, report.contracts, report.listings) == (6, 2, 2)
    assert report.postings == 12 * 4 * 3 + 6


def test_an_empty_ledger(sessions: sessionmaker[Session]) -> None:
    report = verify(sessions.kw["bind"])
    assert (report.entries, report.faults) == (0, [])


def test_tonnes_changed(engine: Engine, tamper: Execute) -> None:
    tamper("UPDATE ledger_postings SET tonnes = 101 WHERE seq = 5 AND account = 'stock'")
    report = verify(engine)
    assert {("hash", 5), ("sum", 5), ("balance", None)} == found(report)
    fault = next(one for one in report.faults if one.check == "balance")
    assert fault.account.endswith(":stock") and (fault.found, fault.expected) == ("149.875", "150.875")


def test_tonnes_changed_by_less_than_a_kilogram(engine: Engine, tamper: Execute) -> None:
    tamper("UPDATE ledger_postings SET tonnes = 100.0001 WHERE seq = 5 AND account = 'stock'")
    # PostgreSQL's column keeps kilograms, and what is changed by less is not changed.
    assert found(verify(engine)) == ({("tonnes", 5)} if engine.dialect.name == "sqlite" else set())


def test_tonnes_moved_to_another_site_that_still_sum_to_zero(engine: Engine, tamper: Execute) -> None:
    tamper("UPDATE ledger_postings SET site_id = (SELECT MAX(id) FROM sites) WHERE seq = 5 AND account = 'stock'")
    assert {("hash", 5), ("balance", None)} <= found(verify(engine))


def test_an_entry_removed(engine: Engine, tamper: Execute) -> None:
    tamper("DELETE FROM ledger_entries WHERE seq = 5")
    tamper("DELETE FROM ledger_postings WHERE seq = 5")
    assert {("number", 6), ("hash before", 6), ("balance", None)} <= found(verify(engine))


def test_the_last_entry_removed(engine: Engine, tamper: Execute) -> None:
    tamper("DELETE FROM ledger_entries WHERE seq = 6")
    tamper("DELETE FROM ledger_postings WHERE seq = 6")
    assert {("head's number", None), ("head's hash", None), ("balance", None)} <= found(verify(engine))


def test_postings_left_without_their_entry(engine: Engine, tamper: Execute) -> None:
    tamper("DELETE FROM ledger_entries WHERE seq = 6")
    assert ("posting without its entry", 6) in found(verify(engine))


def test_postings_removed(engine: Engine, tamper: Execute) -> None:
    tamper("DELETE FROM ledger_postings WHERE seq = 6")
    assert {("entry without postings", 6), ("hash", 6)} <= found(verify(engine))


def test_a_hash_rewritten(engine: Engine, tamper: Execute) -> None:
    tamper("UPDATE ledger_entries SET hash = :hash WHERE seq = 5", hash="a" * 64)
    assert found(verify(engine)) == {("hash", 5), ("hash before", 6)}


@pytest.mark.parametrize("change", ["note = '二班'", "kind = 'used'", "at = '2027-01-01 00:00:00.000000'"])
def test_what_was_written_beside_the_tonnes_changed(engine: Engine, tamper: Execute, change: str) -> None:
    tamper(f"UPDATE ledger_entries SET {change} WHERE seq = 6")
    assert found(verify(engine)) == {("hash", 6)}


def test_a_balance_changed(engine: Engine, tamper: Execute) -> None:
    tamper("UPDATE ledger_balances SET tonnes = tonnes + 1 WHERE account = 'stock'")
    tamper("DELETE FROM ledger_balances WHERE account = 'disposed'")
    tamper(
        "INSERT INTO ledger_balances (key, site_id, waste_type_id, account, tonnes) SELECT 'x', MAX(id), :waste,"
        " 'received', 7 FROM sites", waste=make.WASTE,
    )
    assert sorted(check for check, _seq in found(verify(engine))) == [
        "balance", "balance without postings", "key of a balance",
    ]
    assert len(verify(engine).faults) == 4


def test_an_entry_appended_with_the_wrong_hash_before(engine: Engine, tamper: Execute) -> None:
    tamper(
        "INSERT INTO ledger_entries (seq, at, kind, note, data, previous_hash, hash) SELECT 7, at, kind, note, data,"
        " :wrong, :hash FROM ledger_entries WHERE seq = 6", wrong="b" * 64, hash="c" * 64,
    )
    tamper(
        "INSERT INTO ledger_postings (seq, line, site_id, waste_type_id, account, month, tonnes)"
        " SELECT 7, line, site_id, waste_type_id, account, month, tonnes FROM ledger_postings WHERE seq = 6"
    )
    assert found(verify(engine)) == {
        ("hash before", 7), ("hash", 7), ("head's number", None), ("head's hash", None), ("balance", None),
    }


def test_an_account_below_zero(engine: Engine, tamper: Execute) -> None:
    tamper("UPDATE ledger_postings SET tonnes = -500 WHERE seq = 6 AND account = 'stock'")
    assert ("below zero", 6) in found(verify(engine))


@pytest.mark.parametrize("listing", ["supplies", "demands"])
def test_more_promised_than_offered(engine: Engine, tamper: Execute, listing: str) -> None:
    tamper(f"UPDATE {listing} SET t_per_month = 150")
    report = verify(engine)
    assert (report.faults[0].check, report.faults[0].found) == ("oversold", "200.000")
    assert len(report.faults) == 12


def test_stock_and_earlier_months_count_for_a_supply(engine: Engine, tamper: Execute) -> None:
    # 200 a month are promised, 2,400 in the year: 150 a month and 600 from the heap just do.
    tamper("UPDATE supplies SET t_per_month = 150, stock_t = 600")
    assert verify(engine).faults == []
    tamper("UPDATE supplies SET stock_t = 599.999")
    faults = [str(fault) for fault in verify(engine).faults]
    assert len(faults) == 1
    assert faults[0].startswith("oversold: supply ")
    assert faults[0].endswith(" until 2027-12: found 2400.000, expected 2399.999 or less")


def test_one_side_of_a_contract_only(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        contract = make.contract(session)
        lines = [
            line for line in both_sides(contract, {"2027-01": Decimal(1)}, Account.RESERVED, Account.CONTRACTED)
            if line.site_id == contract.from_site_id
        ]
        post(uow=UnitOfWork(session), actor_id=None, kind="contract.confirmed", contract_id=contract.id, lines=lines)
        other = make.enterprise(session).sites[0].id
        lines = [
            Line(other, make.WASTE, account, "2027-01", Decimal(tonnes), contract.id)
            for account, tonnes in ((Account.UNCOMMITTED, -1), (Account.RESERVED, 1))
        ]
        post(uow=UnitOfWork(session), actor_id=None, kind="contract.reserved", contract_id=contract.id, lines=lines)
        session.commit()
    assert {check for check, _seq in found(verify(sessions.kw["bind"]))} == {"sides of a contract"}


def test_the_command_prints_every_fault(
    engine: Engine, tamper: Execute, fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    whole = CliRunner().invoke(ledger, ["verify"])
    assert whole.exit_code == 0 and "6 entries" in whole.output and "chain is whole" in whole.output
    tamper("UPDATE ledger_entries SET note = 'x' WHERE seq = 6")
    broken = CliRunner().invoke(ledger, ["verify"])
    assert broken.exit_code == 1 and "hash: entry 6: found" in broken.output and "1 faults" in broken.output

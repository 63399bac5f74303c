"""The demonstration loads once, keeps what it holds, and has one account per role that can sign in."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import sessionmaker

from marketplace.cli.db import db
from marketplace.cli.worker import worker
from marketplace.config import ROOT
from marketplace.demo import SIGN_INS, load
from marketplace.demo.accounts import DEMO_SIGN_INS
from marketplace.ledger.verify import verify
from marketplace.security.passwords import verify_password
from models import (
    Bid,
    Contract,
    Demand,
    Dispute,
    LedgerEntry,
    Plan,
    PlanFlow,
    Role,
    Stockpile,
    Supply,
    Tender,
    Transfer,
    User,
    ValueAdded,
    utc_now,
)
from models.engine import make_engine

ORDOS = ROOT / "scenarios" / "ordos"


def test_loads_once_and_keeps_the_data(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGSHENG_ROADS", "/nowhere.npz")
    assert load(fresh_database_url, ORDOS)
    engine = make_engine(fresh_database_url)
    try:
        with sessionmaker(engine)() as session:
            for one in DEMO_SIGN_INS:
                user = session.scalars(select(User).where(User.email == one.email)).one()
                assert verify_password(user.password_hash, one.password)
            park = session.scalars(select(User).where(User.role == Role.COMMITTEE)).one().park
            assert "大路" in park.name
            plan = session.scalars(select(Plan)).one()
            assert (plan.status, plan.objective) == ("optimal", "value")
            assert plan.tonnes > 0
            flows = session.scalar(select(func.sum(PlanFlow.tonnes)).where(PlanFlow.plan_id == plan.id))
            assert flows == pytest.approx(plan.tonnes)
            statuses = set(session.scalars(select(Bid.status)))
            assert {"open", "accepted"} <= statuses
            assert set(session.scalars(select(Contract.status))) == {"active", "proposed"}
            assert set(session.scalars(select(Transfer.status))) == {
                "planned", "loaded", "received", "accepted", "disputed",
            }
            assert session.scalar(select(func.count(Dispute.id))) == 1
            tender = session.scalars(select(Tender)).one()
            assert tender.status == "open" and tender.deadline > utc_now()
            in_tender = select(func.count(Bid.id)).where(Bid.tender_id == tender.id, Bid.status == "open")
            assert session.scalar(in_tender) >= 2
            kinds = set(session.scalars(select(LedgerEntry.kind)))
            assert {"stock.opened", "produced", "used", "disposed", "transfer.loaded", "transfer.received"} <= kinds
            moments = session.scalars(select(LedgerEntry.at).order_by(LedgerEntry.seq)).all()
            assert moments == sorted(moments) and moments[-1] <= utc_now()
            assert verify(engine).faults == []
            # Nothing that is no fact looks like one.
            heaps = session.scalars(select(Stockpile)).all()
            assert len(heaps) >= 6 and all("示例" in one.name and "示例" in one.source for one in heaps)
            assert any(one.overdue(utc_now().date()) and one.park_id == park.id for one in heaps)
            added = session.scalars(select(ValueAdded)).all()
            assert added and all(one.quality == "estimate" and "演示假设" in one.source_note for one in added)
            session.scalars(select(Supply)).first().note = "changed by hand"
            session.commit()
        assert not load(fresh_database_url, ORDOS)
        with sessionmaker(engine)() as session:
            assert session.scalar(select(Supply.id).where(Supply.note == "changed by hand"))
            assert session.scalar(select(func.count(User.id))) == len(DEMO_SIGN_INS)
            assert session.scalar(select(func.count(Demand.id))) >= 40
    finally:
        engine.dispose()


def test_every_role_has_an_account() -> None:
    assert {one.role for one in DEMO_SIGN_INS} == set(Role)
    assert len(SIGN_INS) == len(DEMO_SIGN_INS)


def test_the_commands(
    fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("SECRET_KEY", "for this test")
    monkeypatch.setenv("GONGSHENG_ROADS", "/nowhere.npz")
    run = CliRunner().invoke
    assert "0012" in run(db, ["current"]).output
    assert run(db, ["upgrade"]).exit_code == 0
    done = run(db, ["import-scenario", str(ORDOS)])
    assert done.exit_code == 0, done.output
    again = run(db, ["import-scenario", str(ORDOS)])
    assert again.exit_code == 1
    assert "empty market" in again.output
    assert run(db, ["export-scenario", str(tmp_path / "out")]).exit_code == 0
    assert (tmp_path / "out" / "supplies.csv").exists()
    assert run(db, ["export-scenario", str(tmp_path / "out")]).exit_code == 1
    finished = run(worker, ["--once"])
    assert finished.output == "2 jobs done\n"  # The plan, and what the failure of each would cost.


def test_a_bad_scenario_is_told_with_exit_code_2(
    fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("SECRET_KEY", "for this test")
    (tmp_path / "supplies.csv").write_text("id\n", encoding="utf-8")
    done = CliRunner().invoke(db, ["import-scenario", str(tmp_path)])
    assert done.exit_code == 2
    assert "supplies.csv" in done.output
    assert "Traceback" not in done.output

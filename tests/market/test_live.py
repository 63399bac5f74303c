"""The index that a process holds of a large market: the pages' answers, and what others commit, at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from marketplace.market import live, problem
from marketplace.market.changed import market_changed
from marketplace.market.kept import forget
from marketplace.matches import queries
from marketplace.unit_of_work import UnitOfWork
from models import Demand, MarketChange, MarketSettings, Supply
from tests import factories as make

Sessions = sessionmaker[Session]


@pytest.fixture(autouse=True)
def _large(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(live, "LIVE_FROM", 1)
    forget()
    yield
    forget()


def fill(session: Session, supplies: int = 12, demands: int = 15) -> None:
    rng = np.random.default_rng(3)
    session.add(MarketSettings(
        first_month="2027-01", months=6, handling_yuan_per_t=5, rate_yuan_per_t_km=0.5, carbon={},
    ))
    for at in range(supplies):
        owner = make.enterprise(session, qualified=True, lat=39 + rng.random(), lon=109 + rng.random())
        make.supply(session, code=f"S-{at:02d}", owner=owner, t_per_month=50 * (at + 1), ask_yuan_per_t=at,
                    assays={"loi": float(rng.integers(3, 12))} if at % 4 else {})
    for at in range(demands):
        owner = make.enterprise(session, qualified=at % 5 > 0, lat=39 + rng.random(), lon=109 + rng.random())
        make.demand(session, code=f"D-{at:02d}", owner=owner, max_distance_km=150 if at % 3 else 60,
                    specs=[{"property_id": "loi", "maximum": 8, "basis": "each" if at % 2 else "blend"}])


def listings(session: Session) -> list[Supply | Demand]:
    return [one for model in (Supply, Demand) for one in session.scalars(select(model).order_by(model.code))]


def answer(session: Session, listing: Supply | Demand) -> object:
    found = queries.answer_for(session, listing)
    return found.partners, found.near_misses, found.distance_method


def whole(session: Session, listing: Supply | Demand, monkeypatch: pytest.MonkeyPatch) -> object:
    """The answer of the readable road over the whole market."""
    with monkeypatch.context() as patch:
        patch.setattr(queries, "live_market", lambda session: None)
        return answer(session, listing)


def test_the_answer_is_that_of_the_whole_market(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(session)
    make.supply(session, code="S-DRAFT", status="draft", assays={"loi": 5})
    session.flush()
    found = 0
    for listing in listings(session):
        theirs = whole(session, listing, monkeypatch)
        assert answer(session, listing) == theirs
        found += len(theirs[0])  # type: ignore[index]
    assert found > 20


def test_a_draft_may_speak_of_a_property_that_no_listing_has(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(session)
    draft = make.demand(session, code="D-DRAFT", status="draft",
                        specs=[{"property_id": "so3", "maximum": 3, "basis": "each"}])
    session.flush()
    assert answer(session, draft) == whole(session, draft, monkeypatch)


def test_a_listing_withdrawn_since_its_row_was_read_has_no_partners(session: Session) -> None:
    fill(session)
    listing = session.scalars(select(Supply).order_by(Supply.code)).first()
    session.flush()
    assert answer(session, listing)[0]  # type: ignore[index]
    held = live.live_market(session)
    assert held is not None
    held.ask(session, lambda index: index.withdraw("supply", listing.code))
    assert answer(session, listing)[0] == []  # type: ignore[index]


def test_pairs_are_explained_as_by_the_whole_market(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(session)
    ours = queries.explanation(session, "S-01", "D-01")
    assert ours is not None and queries.explanation(session, "S-01", "nobody") is None
    monkeypatch.setattr(queries, "live_market", lambda session: None)
    assert queries.explanation(session, "S-01", "D-01") == ours


def change(sessions: Sessions, code: str, **values: object) -> None:
    """Another process: another session that changes one listing and says so."""
    with sessions() as session, UnitOfWork(session) as uow:
        model = Supply if code.startswith("S") else Demand
        listing = session.scalars(select(model).where(model.code == code)).one()
        for name, value in values.items():
            setattr(listing, name, value)
        market_changed(uow, listing)


@pytest.fixture
def market(sessions: Sessions) -> Sessions:
    with sessions() as session:
        fill(session)
        session.commit()
    return sessions


def all_answers(sessions: Sessions) -> list[object]:
    with sessions() as session:
        return [answer(session, listing) for listing in listings(session) if listing.status == "published"]


def true_answers(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    problem._problems.clear()  # Not the index, whose changes are asked about.
    with sessions() as session:
        published = [listing for listing in listings(session) if listing.status == "published"]
        return [whole(session, listing, monkeypatch) for listing in published]


def built(sessions: Sessions) -> int:
    with sessions() as session:
        held = live.live_market(session)
        assert held is not None
        return held.built


def test_what_another_session_commits_is_in_the_next_answer(market: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    before = all_answers(market)
    for code, values in (
        ("S-03", {"ask_yuan_per_t": -50}), ("D-04", {"t_per_month": 20}), ("D-07", {"status": "withdrawn"}),
        ("S-05", {"status": "withdrawn"}), ("D-07", {"status": "published"}), ("S-03", {"min_lot_t": 400}),
    ):
        change(market, code, **values)
        now = all_answers(market)
        assert now != before
        assert now == true_answers(market, monkeypatch)
        before = now
    assert built(market) == 1


def test_a_change_that_names_nothing_reads_the_market_anew(market: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    all_answers(market)
    with market() as session, UnitOfWork(session) as uow:
        for demand in session.scalars(select(Demand)):
            demand.enterprise.qualified = True
        market_changed(uow)
    assert all_answers(market) == true_answers(market, monkeypatch)
    assert built(market) == 2


def test_a_process_too_far_behind_reads_the_market_anew(market: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.unit_of_work.CHANGES_KEPT", 3)
    all_answers(market)
    for ask in range(5):
        change(market, "S-03", ask_yuan_per_t=ask)
    with market() as session:
        assert len(session.scalars(select(MarketChange)).all()) == 3
    assert all_answers(market) == true_answers(market, monkeypatch)
    assert built(market) == 2


def test_another_horizon_reads_the_market_anew(market: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    all_answers(market)
    with market() as session:
        session.get_one(MarketSettings, 1).months = 3
        session.commit()
    assert all_answers(market) == true_answers(market, monkeypatch)
    assert built(market) == 2


def test_every_change_leaves_its_row_in_the_order_of_commits(market: Sessions) -> None:
    for ask in range(3):
        change(market, f"S-0{ask}", ask_yuan_per_t=ask)
    with market() as session:
        rows = session.scalars(select(MarketChange).order_by(MarketChange.revision)).all()
        assert [(row.side, row.code) for row in rows][-3:] == [("supply", f"S-0{ask}") for ask in range(3)]
        assert np.diff([row.revision for row in rows]).tolist() == [1] * (len(rows) - 1)


def test_a_small_market_does_not_load_the_compiler() -> None:
    """The web application starts, and finds its market small, without it."""
    code = (
        "import sys\n"
        "import marketplace.app, marketplace.matches.queries, marketplace.market.live\n"
        "assert 'numba' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

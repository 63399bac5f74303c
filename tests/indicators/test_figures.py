"""Figures from ledgers worked out by hand, and the same sums by another road."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from marketplace.indicators import queries, queries_records
from marketplace.indicators.facts import Figures, figures
from marketplace.indicators.places import PARK, Place
from marketplace.indicators.report import sight_of
from marketplace.indicators.sight import Sight
from marketplace.security.actor import ADMIN, Actor
from models import DemandResidue, Park
from tests import factories as make
from tests.indicators.ledgers import GANGUE, deal_between, producer_of, taker_of, works

CITY = Actor(role=ADMIN)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Session:
    with sessions() as session:
        yield session


def place_of(session: Session, park: Park) -> Place:
    found = queries.place_by_key(session, PARK, park.code)
    assert found is not None
    return found


def sight(session: Session, year: int = 2027, actor: Actor = CITY) -> Sight:
    return sight_of(session, actor, year)


def of(session: Session, park: Park, year: int = 2027) -> Figures:
    found = sight(session, year).figures(place_of(session, park))
    assert found is not None
    return found


def test_a_park_by_hand(session: Session) -> None:
    park = make.park(session)
    ash = deal_between(session, park)
    one, mine = producer_of(ash), works(session, park)
    one.opened(200)
    one.made(1000)
    one.take_back(one.made(500))
    one.used(100)
    one.buried(50)
    ash.received(30, D("29.9"))
    one.made(5, "coal_tar_residue")
    mine.opened(100, GANGUE)
    mine.made(100, GANGUE)
    mine.used(150, GANGUE)
    works(session).made(7777)
    found = of(session, park)
    assert (found.produced, found.own_use, found.handed_use, found.used) == (1100, 250, D("29.9"), D("279.9"))
    assert (found.disposed, found.stored, found.kept) == (50, 820 - 50, 820)
    # 50 t of gangue come from before: 279.9 of 1,100 + 50.
    assert found.from_before == 50 and found.use_rate == D("279.9") / 1150
    assert (found.gangue_produced, found.gangue_used, found.gangue_rate) == (100, 100, 1)
    assert (found.enterprises, found.months) == (2, ("2027-01",))
    assert sight(session).stock(place_of(session, park)) == 1020 + 50
    by_sql = {row.account: row.tonnes for row in session.execute(text(
        "SELECT p.account, SUM(p.tonnes) AS tonnes FROM ledger_postings p WHERE p.site_id IN (:a, :b) AND"
        " p.contract_id IS NULL AND p.waste_type_id <> 'coal_tar_residue' GROUP BY p.account"
    ), {"a": one.site.id, "b": mine.site.id})}
    received = session.scalar(text(
        "SELECT SUM(tonnes) FROM ledger_postings WHERE account = 'received' AND site_id = :taker"
    ), {"taker": ash.contract.to_site_id})
    assert -D(str(by_sql["produced"])) == found.produced
    assert D(str(by_sql["used"])) + D(str(received)) == found.used
    assert D(str(by_sql["disposed"])) == found.disposed
    assert D(str(by_sql["stock"])) == 1070


def test_what_a_taker_does_counts_where_the_waste_was_made(session: Session) -> None:
    """Received tonnes are used once: the taker's own entry of them adds nothing, its residue is new waste."""
    park, other = make.park(session), make.park(session)
    deal = deal_between(session, park, other)
    producer_of(deal).made(100)
    taker = taker_of(deal)
    demand = make.demand(session, owner=taker.enterprise)
    demand.residues = [DemandResidue(waste_type_id="bottom_ash", yield_t_per_t=0.5)]
    session.commit()
    deal.received(40, 40)
    taker.used(20, demand=demand.code)
    taker.buried(4)
    assert of(session, park).used == 40
    elsewhere = of(session, other)
    assert (elsewhere.produced, elsewhere.used, elsewhere.taken_disposed) == (10, None, 4)
    assert elsewhere.disposed is None and elsewhere.use_rate is None


def test_what_nobody_recorded_is_missing(session: Session) -> None:
    park = make.park(session)
    one = works(session, park)
    assert of(session, park) == Figures() and not of(session, park).recorded
    one.opened(100)
    found = of(session, park)
    assert (found.produced, found.used, found.stored, found.use_rate) == (None, None, None, None)
    assert sight(session).stock(place_of(session, park)) == 100
    one.made(50)
    found = of(session, park)
    # Nobody has said that nothing was used.
    assert (found.produced, found.used, found.use_rate, found.gangue_rate) == (50, None, None, None)
    assert of(session, park, 2026) == Figures()


def test_a_place_whose_only_entry_was_taken_back_has_no_record(session: Session) -> None:
    park = make.park(session)
    one = works(session, park)
    one.take_back(one.made(9))
    assert not of(session, park).recorded


def test_storage_and_disposal_beside_the_year_before(session: Session) -> None:
    park = make.park(session)
    one = works(session, park)
    one.made(400, month="2026-01")
    one.buried(100, month="2026-01")
    one.made(900, month="2026-07")
    place = place_of(session, park)
    assert sight(session).kept_change(place) is None
    one.made(300)
    one.used(100)
    change = sight(session).kept_change(place)
    # July has no counterpart in 2027: 400 t a year ago, 200 t now.
    assert change is not None and (change.before, change.now, change.months) == (400, 200, ("2027-01",))
    assert change.reduction == D("0.5")
    assert sight(session, 2026).stock(place) == 1200 and sight(session).stock(place) == 1400


def test_returned_lots_come_off(session: Session) -> None:
    from marketplace.transfers.service import reject_transfer

    park = make.park(session)
    deal = deal_between(session, park)
    producer_of(deal).made(100)
    code = deal.received(30, 30)
    assert of(session, park).used == 30
    with deal.uow() as uow:
        reject_transfer(uow=uow, actor=deal.taker, code=code, version=deal.transfer(code).version, reason="含水过高")
    assert (of(session, park).used, of(session, park).stored) == (None, 100)


def test_places_hold_what_lies_in_them(session: Session) -> None:
    park = make.park(session, region_id="ejin-horo")
    inside, outside = works(session, park), works(session, region_id="ejin-horo")
    baotou = works(session, region_id="guyang")
    for one, tonnes in ((inside, 10), (outside, 20), (baotou, 40)):
        one.made(tonnes)
    looked, places = sight(session), {one.key: one for one in queries.places(session)}
    made = {key: looked.figures(place).produced for key, place in places.items()}
    assert made[f"park/{park.code}"] == 10 and made["region/ejin-horo"] == 30
    assert made["city/ordos"] == 30 and made["city/baotou"] == 40 and made["region/guyang"] == 40


@pytest.mark.parametrize("measures", [("produced",), ("own_use", "handed_use"), ("stored", "disposed")])
def test_the_records_add_up_to_the_figure(session: Session, measures: tuple[str, ...]) -> None:
    park = make.park(session)
    deal = deal_between(session, park, park)
    one = producer_of(deal)
    one.opened(500)
    one.made(D("123.456"))
    one.take_back(one.used(11))
    one.used(12)
    one.buried(3)
    deal.received(30, 29)
    deal.received(30, 30, slips=("A2", "B2"))
    ground = queries.ground(session)
    sites = [site for site, spot in ground.spots.items() if spot.park_id == park.id]
    rows = queries_records.records(
        session, ground, sites, first="2027-01", last="2027-12", measures=measures
    )
    found = of(session, park)
    expected = sum((getattr(found, name) for name in measures), D(0))
    assert sum((row.tonnes for row in rows), D(0)) == expected != 0
    assert {row.transfer for row in rows if row.measure == "handed_use"} <= {"", *_codes(deal)}
    within = queries_records.records(
        session, ground, sites, first="2027-01", last="2027-12", measures=measures, within_park=park.id
    )
    if "own_use" in measures:
        assert sum((row.tonnes for row in within), D(0)) == found.within == found.used


def _codes(deal: object) -> set[str]:
    return set(deal.session.scalars(text("SELECT code FROM transfers")))  # type: ignore[attr-defined]


def test_figures_of_nothing() -> None:
    assert figures([]) == Figures() and Figures().kept is None



"""A market small enough that everybody wants the same tonnes, and the people who will fight over them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.keys.service import digest_of
from models import ApiKey, Demand, MarketSettings, Supply, Tender, User, utc_now
from models.engine import make_engine
from tests import factories as make
from tests.web.reading import Page

SECRET = "only for tests"
FIRST, LAST = "2027-01", "2027-06"


@dataclass
class Person:
    """Somebody with a session cookie, its token, and a key for the weighbridge; ``listings`` are their own."""

    enterprise_id: int
    cookie: str
    token: str
    key: str
    listings: list[str] = field(default_factory=list)
    # A closed tender to award, and the bids in it.
    tender: int = 0
    tender_bids: list[int] = field(default_factory=list)


@dataclass
class Market:
    """Owners of the few supplies, takers with demands of their own, and the addresses to bid at."""

    owners: list[Person]
    takers: list[Person]
    supplies: list[str]
    demands: list[str]


def lay_out(url: str, *, owners: int, takers: int) -> Market:
    """Write the market to the migrated database at ``url``.

    Each owner has one supply of 1,000 t a month and 500 t in stock, and another that was out to tender, on which
    every taker bids 200 t a month for its demand of 300 t a month.
    """
    engine = make_engine(url)
    app = create_app(Settings(database_url=url, secret_key=SECRET, https=False))
    try:
        with Session(engine, expire_on_commit=False) as session:
            session.add(MarketSettings(
                first_month=FIRST, months=6, handling_yuan_per_t=5, rate_yuan_per_t_km=0.5, carbon={},
            ))
            supplies = [
                make.supply(session, t_per_month=1000, stock_t=500, end_month=LAST, ask_yuan_per_t=0)
                for _ in range(owners)
            ]
            demands = [
                make.demand(session, t_per_month=300, end_month=LAST, bid_yuan_per_t=100) for _ in range(takers)
            ]
            people = [make.user(session, enterprise_id=row.enterprise_id) for row in (*supplies, *demands)]
            keys = [_key(session, person, number) for number, person in enumerate(people)]
            tenders = [_closed_tender(session, supply, demands) for supply in supplies]
            session.commit()
            met = [
                _person(app, person, key, listing)
                for person, key, listing in zip(people, keys, (*supplies, *demands), strict=True)
            ]
            for person, (tender, bids) in zip(met, tenders, strict=False):
                person.tender, person.tender_bids = tender, bids
            return Market(
                met[:owners], met[owners:], [row.code for row in supplies], [row.code for row in demands]
            )
    finally:
        engine.dispose()
        app.extensions["gongsheng_engine"].dispose()


def _closed_tender(session: Session, beside: Supply, demands: list[Demand]) -> tuple[int, list[int]]:
    """A second supply of the same owner whose tender is closed with a bid of every demand: its id and the bids'."""
    supply = make.supply(session, owner=beside.enterprise, t_per_month=1000, end_month=LAST)
    now = utc_now()
    tender = Tender(
        supply_id=supply.id, mode="ascending", status="closed", opened_at=now - timedelta(days=2),
        deadline=now - timedelta(days=1), closed_at=now,
    )
    session.add(tender)
    session.flush()
    bids = [
        make.bid(
            session, supply=supply, bidder=demand.enterprise, own_demand_id=demand.id, tender_id=tender.id,
            t_per_month=200, start_month=FIRST, end_month=LAST,
        )
        for demand in demands
    ]
    return tender.id, [bid.id for bid in bids]


def _key(session: Session, person: User, number: int) -> str:
    key = f"gsk_fault{number:059}"
    session.add(ApiKey(
        enterprise_id=person.enterprise_id, name="磅房", digest=digest_of(key), created_by=person.id,
    ))
    return key


def _person(app: Flask, user: User, key: str, listing: Supply | Demand) -> Person:
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = f"{user.id}:{user.session_nonce}", True
    token = Page(client.get("/inbox")).token
    cookie = client.get_cookie("gongsheng")
    assert cookie is not None
    return Person(user.enterprise_id or 0, f"gongsheng={cookie.value}; lang=zh", token, key, [listing.code])

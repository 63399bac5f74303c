"""Two enterprises and what they do to each other's listings, as a browser would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.accounts import User
from models.bids import Bid
from models.listings import Demand, Supply
from models.notices import Notice
from models.organisations import Enterprise
from tests import factories as make
from tests.web.reading import Page

TERMS = {"t_per_month": "100", "price_yuan_per_t": "12.5", "start_month": "2027-02", "end_month": "2027-04"}


@dataclass
class Person:
    """Somebody with a browser of their own."""

    user: User
    client: FlaskClient

    def get(self, address: str, status: int = 200) -> Page:
        answer = self.client.get(address)
        assert answer.status_code == status, (address, answer.status_code, Page(answer).text[:400])
        return Page(answer)

    def post(self, address: str, **fields: str) -> TestResponse:
        """Post to ``address`` with the token of the person's session."""
        token = Page(self.client.get("/inbox")).token
        return self.client.post(address, data={"csrf_token": token, **fields})

    def bid(self, address: str, **changes: str | None) -> TestResponse:
        """Fill in the bid form at ``address`` and send it; None leaves a field out."""
        form = self.get(address).form()
        return self.client.post(address, data=_without_none({**form, **TERMS, **changes}))

    def notices(self) -> list[str]:
        """The sentences in the inbox, newest first."""
        return [one.text for one in self.get("/inbox").all("span", class_="notice-text")]


@dataclass
class Trade:
    """A market of a test's own in a database that others use too."""

    app: Flask
    session: Session

    def person(self, *, locale: str = "zh", **enterprise: Any) -> Person:
        """Staff of a new enterprise."""
        self.session.commit()
        return self.colleague(make.enterprise(self.session, **enterprise), locale=locale)

    def colleague(self, enterprise: Enterprise, *, locale: str = "zh") -> Person:
        """One more person of an enterprise."""
        return self.browser(make.user(self.session, enterprise_id=enterprise.id, locale=locale))

    def browser(self, user: User) -> Person:
        self.session.commit()
        client = self.app.test_client()
        with client.session_transaction() as kept:
            kept["_user_id"], kept["_fresh"] = f"{user.id}:{user.session_nonce}", True
        return Person(user, client)

    def supply(self, owner: Person, **values: Any) -> Supply:
        enterprise = owner.user.enterprise
        self.session.commit()
        row = make.supply(self.session, owner=enterprise, **{"end_month": "2027-12", **values})
        self.session.commit()
        return row

    def demand(self, owner: Person, **values: Any) -> Demand:
        enterprise = owner.user.enterprise
        self.session.commit()
        row = make.demand(self.session, owner=enterprise, **{"end_month": "2027-12", **values})
        self.session.commit()
        return row

    def bids(self, listing: Supply | Demand) -> list[Bid]:
        """The bids on a listing as they are now, oldest first."""
        column = Bid.supply_id if isinstance(listing, Supply) else Bid.demand_id
        return list(self._read(select(Bid).where(column == listing.id).order_by(Bid.id)))

    def told(self, person: Person) -> list[str]:
        """The kinds of the notices of a person, oldest first."""
        return list(self._read(
            select(Notice.kind).where(Notice.user_id == person.user.id).order_by(Notice.id)
        ))

    def _read(self, query: Select[Any]) -> Sequence[Any]:
        """Rows as they are now; the transaction ends with the reading, so that nobody waits for it."""
        self.session.commit()
        self.session.expire_all()
        rows = self.session.scalars(query).all()
        self.session.commit()
        return rows


def new_bid(listing: Supply | Demand) -> str:
    return f"/{'supplies' if isinstance(listing, Supply) else 'demands'}/{listing.code}/bids/new"


def all_bids(listing: Supply | Demand) -> str:
    return new_bid(listing).removesuffix("/new")


def accept(bid: Bid) -> str:
    return f"/bids/{bid.id}/accept/{bid.version}"


def decline(bid: Bid) -> str:
    return f"/bids/{bid.id}/decline/{bid.version}"


def withdraw(bid: Bid) -> str:
    return f"/bids/{bid.id}/withdraw"


def _without_none(fields: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}

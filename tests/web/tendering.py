"""A tender and who takes part in it, as a browser would; the clock is moved by moving the deadline."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.months import SHANGHAI
from marketplace.tenders.opening import close_tender
from models.base import utc_now
from models.listings import Demand, Supply
from models.tenders import Tender
from tests.web.bidding import TERMS, Person, Trade, new_bid

SECRET = "only for tests"


def new_tender(listing: Supply | Demand) -> str:
    return new_bid(listing).replace("/bids/new", "/tenders/new")


def put_out(owner: Person, listing: Supply | Demand, **changes: str) -> TestResponse:
    """Fill in the form of a new tender and send it; a deadline given as ``in_s`` is so many seconds away."""
    form = owner.get(new_tender(listing)).form()
    when = (utc_now() + timedelta(seconds=float(changes.pop("in_s", "86400")))).astimezone(SHANGHAI)
    form |= {"mode": "sealed", "deadline_day": f"{when:%Y-%m-%d}", "deadline_time": f"{when:%H:%M:%S}"}
    return owner.client.post(new_tender(listing), data={**form, **changes})


def tender_on(trade: Trade, listing: Supply | Demand) -> Tender:
    """The newest tender on a listing, as it is now."""
    trade.session.commit()
    trade.session.expire_all()
    own = Tender.supply_id if isinstance(listing, Supply) else Tender.demand_id
    tender = trade.session.query(Tender).filter(own == listing.id).order_by(Tender.id.desc()).first()
    assert tender is not None
    trade.session.commit()
    return tender


def bid_in(person: Person, tender: Tender, **changes: str) -> TestResponse:
    """Send the bid form of the tender's page."""
    address = f"/tenders/{tender.id}/bids"
    form = person.get(f"/tenders/{tender.id}").form(address)
    return person.client.post(address, data={**form, **TERMS, **changes})


def past(trade: Trade, tender: Tender, seconds: float = 1) -> None:
    """Let the deadline lie so many seconds back."""
    trade.session.commit()
    row = trade.session.get(Tender, tender.id, populate_existing=True)
    row.deadline = utc_now() - timedelta(seconds=seconds)
    row.opened_at = row.deadline - timedelta(days=1)
    trade.session.commit()


def close(trade: Trade, tender: Tender) -> bool:
    """What the worker does at the deadline."""
    with Session(trade.app.extensions["gongsheng_engine"]) as session:
        return close_tender(session, tender_id=tender.id, secret=SECRET)


def award(owner: Person, tender: Tender, tonnes: dict[int, Any], reason: str = "价格优先") -> TestResponse:
    """Type tonnes beside the bids and send them."""
    address = f"/tenders/{tender.id}/award"
    page = owner.get(f"/tenders/{tender.id}")
    form = page.form(address)
    typed = {f"award_{bid_id}": str(value) for bid_id, value in tonnes.items()}
    empty = {name: "" for name in form if name.startswith("award_")}
    return owner.client.post(address, data={**form, **empty, **typed, "reason": reason})


def moment(value: datetime) -> str:
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")

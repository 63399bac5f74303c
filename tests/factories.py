"""The smallest valid rows, and noise beside them so that a forgotten condition shows."""

from __future__ import annotations

import itertools
from typing import Any

from sqlalchemy.orm import Session

from marketplace.contracts.making import both_sides, make_contract
from marketplace.ledger.posting import post
from marketplace.ledger.queries import contract_months
from marketplace.months import months_between
from marketplace.unit_of_work import UnitOfWork
from models import (
    Account,
    Assay,
    Bid,
    BidStatus,
    Contract,
    ContractStatus,
    Demand,
    DemandAccept,
    DemandSpec,
    Enterprise,
    ListingStatus,
    Park,
    Role,
    Site,
    Stockpile,
    Supply,
    User,
    ValueAdded,
    utc_now,
)

_numbers = itertools.count(1)
WASTE, OTHER_WASTE, USE, PROPERTY = "fly_ash_pc", "gangue", "cement_blend", "loi"


def park(session: Session, **values: Any) -> Park:
    n = next(_numbers)
    return _add(session, Park(**{
        "code": f"park-{n}", "name": f"园区{n}", "name_en": f"Park {n}", "region_id": "dalad",
        "lat": 40.3, "lon": 109.9, **values,
    }))


def enterprise(session: Session, **values: Any) -> Enterprise:
    """An enterprise with a main site at ``lat``, ``lon``."""
    n = next(_numbers)
    lat, lon = values.pop("lat", 39.8), values.pop("lon", 110.0)
    row = Enterprise(**{
        "code": f"E{n:05}", "name": f"企业{n}", "name_en": f"Enterprise {n}", "region_id": "dongsheng",
        "qualified": True, **values,
    })
    row.sites.append(Site(lat=lat, lon=lon, is_main=True))
    return _add(session, row)


def user(session: Session, **values: Any) -> User:
    """Staff of a new enterprise unless told otherwise; the password hash matches no password."""
    n = next(_numbers)
    if values.get("role", Role.STAFF) == Role.STAFF and "enterprise_id" not in values:
        values["enterprise_id"] = enterprise(session).id
    return _add(session, User(**{
        "email": f"user{n}@example.org", "password_hash": "!", "display_name": f"用户{n}",
        "role": Role.STAFF, **values,
    }))


def supply(session: Session, **values: Any) -> Supply:
    """A published supply of fly ash; ``owner`` is its enterprise, ``assays`` a dict of property to value."""
    owner = values.pop("owner", None) or enterprise(session)
    assays = values.pop("assays", {})
    row = Supply(**_listing("S", owner, {"waste_type_id": WASTE, **values}))
    row.assays = [Assay(property_id=key, value=value) for key, value in assays.items()]
    return _add(session, row)


def demand(session: Session, **values: Any) -> Demand:
    """A published demand for fly ash; ``accepts`` maps types to shares, ``specs`` are keyword dicts."""
    owner = values.pop("owner", None) or enterprise(session)
    accepts, specs = values.pop("accepts", {WASTE: 1}), values.pop("specs", ())
    row = Demand(**_listing("D", owner, {"use_id": USE, **values}))
    row.accepts = [DemandAccept(waste_type_id=key, max_share=share) for key, share in accepts.items()]
    row.specs = [DemandSpec(**spec) for spec in specs]
    return _add(session, row)


def bid(session: Session, **values: Any) -> Bid:
    """An open bid of a new enterprise on ``supply`` (a new one unless ``demand`` or ``supply`` is given)."""
    listing = values.pop("supply", None), values.pop("demand", None)
    if listing == (None, None):
        listing = supply(session), None
    bidder = values.pop("bidder", None) or enterprise(session)
    row = _add(session, Bid(**{
        "supply_id": listing[0].id if listing[0] else None,
        "demand_id": listing[1].id if listing[1] else None,
        "bidder_enterprise_id": bidder.id, "waste_type_id": WASTE, "t_per_month": 100,
        "price_yuan_per_t": 10, "start_month": "2027-01", "end_month": "2027-12", **values,
    }))
    if row.status == BidStatus.ACCEPTED:
        contract(session, row)
    return row


def contract(session: Session, row: Bid | None = None, **values: Any) -> Contract:
    """The contract of ``row`` (of a new accepted bid unless given), its tonnes reserved; ``values`` replace its own."""
    if row is None:
        return contract(session, bid(session, status=BidStatus.OPEN), **values)
    row.status, row.decided_at = BidStatus.ACCEPTED, row.decided_at or utc_now()
    months = dict.fromkeys(months_between(row.start_month, row.end_month), row.t_per_month)
    made = make_contract(uow=UnitOfWork(session), actor_id=None, bid=row, months=months)
    for name, value in values.items():
        setattr(made, name, value)
    return _add(session, made)


def active_contract(session: Session, row: Bid | None = None, **values: Any) -> Contract:
    """:func:`contract`, confirmed by both sides."""
    made = contract(session, row, **values)
    held = contract_months(session, made)
    post(
        uow=UnitOfWork(session), actor_id=None, kind="contract.confirmed", contract_id=made.id,
        lines=both_sides(
            made, {month: one.reserved for month, one in held.items()}, Account.RESERVED, Account.CONTRACTED
        ),
    )
    made.status, made.producer_confirmed_at, made.taker_confirmed_at = ContractStatus.ACTIVE, utc_now(), utc_now()
    return _add(session, made)


def stockpile(session: Session, **values: Any) -> Stockpile:
    """A heap of fly ash: in the park or at the site given, else at coordinates of its own in Dongsheng."""
    n = next(_numbers)
    own = {} if {"park_id", "site_id"} & values.keys() else {"lat": 39.8, "lon": 110.0, "region_id": "dongsheng"}
    return _add(session, Stockpile(**{
        "name": f"堆场{n}", "waste_type_id": WASTE, "tonnes": 1000, "quality": "stated", "source": "台账",
        **own, **values,
    }))


def value_added(session: Session, **values: Any) -> ValueAdded:
    """The value added of Dongsheng in January 2027."""
    return _add(session, ValueAdded(**{
        "region_id": "dongsheng", "period": "2027-01", "amount": 100, "source_note": "统计月报", **values,
    }))


def noise(session: Session) -> None:
    """Rows of somebody else: a draft, a withdrawn and a published listing of each kind, and a bid."""
    for status in ListingStatus:
        supply(session, status=status, waste_type_id=OTHER_WASTE, note="noise")
        demand(session, status=status, accepts={OTHER_WASTE: 1}, note="noise")
    bid(session)


def _listing(letter: str, owner: Enterprise, values: dict[str, Any]) -> dict[str, Any]:
    defaults = {
        "code": f"{letter}{next(_numbers):05}", "enterprise_id": owner.id, "site_id": owner.sites[0].id,
        "t_per_month": 1000, "start_month": "2027-01", "status": ListingStatus.PUBLISHED,
    }
    merged = {**defaults, **values}
    if merged["status"] == ListingStatus.PUBLISHED:
        merged.setdefault("published_at", utc_now())
    return merged


def _add(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row

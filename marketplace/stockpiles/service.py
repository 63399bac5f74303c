"""Stockpiles are entered and kept up to date here; nothing is ever taken out of the register."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.errors import NotFound, Stale, refuse
from marketplace.indicators.places import Spot
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.stockpiles import queries, rules
from marketplace.unit_of_work import UnitOfWork
from models.organisations import Park, Region
from models.stockpiles import Stockpile


@dataclass(frozen=True, slots=True)
class Details:
    """What a person enters; the narrowest of site, park and region says where the stockpile counts."""

    name: str
    waste_type_id: str
    site_id: int | None
    park_id: int | None
    region_id: str | None
    lat: float | None
    lon: float | None
    tonnes: Decimal | None
    quality: str
    storage_class: str | None
    remediation: str
    deadline: date | None
    responsible: str
    source: str
    note: str


def add_stockpile(*, uow: UnitOfWork, actor: Actor, details: Details, submission_key: str | None = None) -> Stockpile:
    """Enter a stockpile; the same form sent twice finds what it has made."""
    earlier = queries.stockpile_made_by(uow.session, submission_key) if submission_key else None
    if earlier is not None:
        require(actor, "stockpile.view", earlier)
        return earlier
    values = _values(uow, details)
    require(actor, "stockpile.edit", _spot(values))
    refuse(rules.state_possible(None, details.remediation))
    row = Stockpile(
        **values, created_by=actor.user_id, created_at=uow.now, updated_at=uow.now, submission_key=submission_key
    )
    uow.session.add(row)
    uow.record(actor, "stockpile.created", row, name=row.name, park=row.park_id, region=row.region_id)
    return row


def change_stockpile(
    *, uow: UnitOfWork, actor: Actor, stockpile_id: int, version: int, details: Details
) -> Stockpile:
    """Change what is said of a stockpile; the event holds what stood there before."""
    row = uow.lock(Stockpile, stockpile_id)
    if row is None:
        raise NotFound(str(stockpile_id))
    values = _values(uow, details)
    for spot in (Spot(row.park_id, row.region_id), _spot(values)):
        require(actor, "stockpile.edit", spot)
    if row.version != version:
        raise Stale
    refuse(rules.state_possible(row.remediation, details.remediation))
    changed = {
        name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value
    }
    if changed:
        for name, (_before, value) in changed.items():
            setattr(row, name, value)
        row.updated_at = uow.now
        uow.record(actor, "stockpile.updated", row, changed=changed)
    return row


def _values(uow: UnitOfWork, details: Details) -> dict[str, Any]:
    """The columns; what a site or a park says of the place goes before what was typed."""
    values = asdict(details)
    enterprise_id = None
    if details.site_id is not None:
        site = queries.site_by_id(uow.session, details.site_id)
        if site is None:
            raise NotFound(str(details.site_id))
        park = site.park or (site.enterprise.park if site.is_main else None)
        enterprise_id = site.enterprise_id
        values["park_id"] = park.id if park else None
        values["region_id"] = (park.region_id if park else None) or site.enterprise.region_id
    elif details.park_id is not None:
        park = uow.session.get(Park, details.park_id)
        if park is None:
            raise NotFound(str(details.park_id))
        values["region_id"] = park.region_id
    elif details.region_id is None or uow.session.get(Region, details.region_id) is None:
        raise NotFound(str(details.region_id))
    return {**values, "enterprise_id": enterprise_id}


def _spot(values: dict[str, Any]) -> Spot:
    return Spot(values["park_id"], values["region_id"])

"""How changes are put onto a listing's row and its lists, and what exactly they alter."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from marketplace.errors import NotPossible, Refusal
from marketplace.geo.doubt import metres_between
from marketplace.geo.systems import Place
from marketplace.listings.changes import (
    LISTS,
    AcceptEntry,
    AssayEntry,
    Changes,
    ResidueEntry,
    SitePick,
    SpecEntry,
)
from marketplace.listings.queries_edit import sites_of
from marketplace.security.actor import Actor
from marketplace.unit_of_work import UnitOfWork
from models.assays import Assay, AssayKind, DemandAccept, DemandResidue, DemandSpec
from models.listings import Listing, kind_of
from models.organisations import LocationQuality, Site

_COMMON = (
    "site_id", "t_per_month", "start_month", "end_month", "min_lot_t", "max_distance_km", "note", "sale_mode",
)
_OWN = {"supply": ("waste_type_id", "stock_t", "ask_yuan_per_t"), "demand": ("use_id", "bid_yuan_per_t")}
# A place entered twice is one place.
_SAME_PLACE_M = 5.0


def chosen_site(uow: UnitOfWork, actor: Actor, enterprise_id: int, pick: SitePick | None) -> Site:
    """The enterprise's site that was picked, or the new one, flushed; refuses a site of somebody else."""
    sites = sites_of(uow.session, enterprise_id)
    if pick is None or pick.site_id is not None:
        site = next((one for one in sites if pick is not None and one.id == pick.site_id), None)
        if site is None:
            raise NotPossible([Refusal("listing:not_your_site", field="site")])
        return site
    place = Place(pick.lat, pick.lon)
    for site in sites:
        if site.name == pick.name and metres_between(place, Place(site.lat, site.lon)) < _SAME_PLACE_M:
            return site
    site = Site(
        enterprise_id=enterprise_id, name=pick.name, lat=pick.lat, lon=pick.lon,
        location_quality=LocationQuality.SURVEYED, is_main=not sites,
    )
    uow.session.add(site)
    uow.record(actor, "site.added", site, enterprise_id=enterprise_id)
    return site


def content_of(listing: Listing) -> Changes:
    """The whole content of a listing, as a change that would make it anew."""
    kind = kind_of(listing)
    columns = {name: getattr(listing, name) for name in (*_COMMON, *_OWN[kind]) if name != "site_id"}
    lists = {name: entries_of(listing, name) for name in LISTS if hasattr(listing, name)}
    return Changes(columns=columns, site=SitePick(listing.site_id), **lists)


def differences(listing: Listing, changes: Changes) -> dict[str, list[Any]]:
    """What ``changes`` would alter: per column the old and the new value, per list the keys that differ."""
    found: dict[str, list[Any]] = {}
    for name, value in changes.columns.items():
        old = getattr(listing, name)
        if old != value:
            found[name] = [_plain(old), _plain(value)]
    for name in LISTS:
        wanted = getattr(changes, name)
        if wanted is None:
            continue
        old, new = _by_key(entries_of(listing, name)), _by_key(wanted)
        if old != new:
            keys = sorted({key for key in {*old, *new} if old.get(key) != new.get(key)})
            found[name] = [[key for key in keys if key in old], [key for key in keys if key in new]]
    return found


def write(uow: UnitOfWork, listing: Listing, changes: Changes) -> None:
    """Put ``changes`` onto the row; a list that is given replaces what there was, unchanged rows stay."""
    for name, value in changes.columns.items():
        setattr(listing, name, value)
    for name in LISTS:
        wanted = getattr(changes, name)
        if wanted is None:
            continue
        kept, rows = _by_key(wanted), getattr(listing, name)
        same = [row for row in rows if kept.get(_key(_entry(name, row))) == _entry(name, row)]
        if len(same) != len(rows):
            rows[:] = same
            # Old rows must be gone before new ones with the same key come, or a unique constraint objects.
            uow.session.flush()
        there = {_key(_entry(name, row)) for row in same}
        rows.extend(_row(name, entry) for key, entry in kept.items() if key not in there)


def entries_of(listing: Listing, name: str) -> tuple[Any, ...]:
    """The rows of one list as entries."""
    return tuple(_entry(name, row) for row in getattr(listing, name))


def _entry(name: str, row: Any) -> Any:
    if name == "assays":
        return AssayEntry(row.property_id, row.value, row.sd, row.method, row.laboratory, row.sampled_on)
    if name == "accepts":
        return AcceptEntry(row.waste_type_id, row.max_share)
    if name == "specs":
        return SpecEntry(
            row.property_id, row.waste_type_id, row.minimum, row.maximum, row.basis, row.standard, row.clause
        )
    return ResidueEntry(row.waste_type_id, row.yield_t_per_t)


def _row(name: str, entry: Any) -> Any:
    if name == "assays":
        return Assay(
            property_id=entry.property_id, value=entry.value, sd=entry.sd, method=entry.method,
            laboratory=entry.laboratory, sampled_on=entry.sampled_on, kind=AssayKind.MEASURED,
        )
    if name == "accepts":
        return DemandAccept(waste_type_id=entry.waste_type_id, max_share=entry.max_share)
    if name == "specs":
        return DemandSpec(
            property_id=entry.property_id, waste_type_id=entry.waste_type_id, minimum=entry.minimum,
            maximum=entry.maximum, basis=entry.basis, standard=entry.standard, clause=entry.clause,
        )
    return DemandResidue(waste_type_id=entry.waste_type_id, yield_t_per_t=entry.yield_t_per_t)


def _key(entry: Any) -> str:
    if isinstance(entry, SpecEntry):
        return f"{entry.property_id}|{entry.waste_type_id or ''}|{entry.basis}"
    return entry.property_id if isinstance(entry, AssayEntry) else entry.waste_type_id


def _by_key(entries: Iterable[Any]) -> dict[str, Any]:
    return {_key(entry): entry for entry in entries}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value

"""What a search means in SQL: which listings are live, where they are, one condition per part of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, and_, cast, exists, func, literal, null, or_

from marketplace.listings.filters import SUPPLY, Bounds, PropertyRange, SearchFilter
from models.assays import Assay, AssayKind, DemandAccept
from models.geography import great_circle_km
from models.listings import Demand, ListingStatus, Supply
from models.organisations import Enterprise, Park, Site
from models.search import search_filter

Listing = type[Supply] | type[Demand]
Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where distance is measured from, WGS-84 degrees; ``own`` for a site of the asking enterprise."""

    key: str
    name: str
    name_en: str
    lat: float
    lon: float
    own: bool


def model_of(kind: str) -> Listing:
    return Supply if kind == SUPPLY else Demand


def price_column(model: Listing) -> Any:
    return model.ask_yuan_per_t if model is Supply else model.bid_yuan_per_t


def kind_column(model: Listing) -> Any:
    return model.waste_type_id if model is Supply else model.use_id


# A site in a park lies in the park's banner, wherever the enterprise has its seat.
REGION = func.coalesce(Park.region_id, Enterprise.region_id)


def live(model: Listing, month: str) -> Condition:
    """Published, and its last month is not before ``month`` (``YYYY-MM``)."""
    return and_(
        model.status == ListingStatus.PUBLISHED, or_(model.end_month.is_(None), model.end_month >= month)
    )


def with_places(query: Select[Any], model: Listing) -> Select[Any]:
    """``query`` joined to the site, enterprise and park of each listing."""
    joined = query.select_from(model).join(Site, Site.id == model.site_id)
    return joined.join(Enterprise, Enterprise.id == model.enterprise_id).outerjoin(
        Park, Park.id == Site.park_id
    )


def distance_column(origin: Origin | None) -> ColumnElement[Any]:
    """Great-circle kilometres from ``origin``, NULL where there is none."""
    if origin is None:
        return cast(null(), Float)
    return great_circle_km(Site.lat, Site.lon, literal(origin.lat, Float), literal(origin.lon, Float))


def conditions(search: SearchFilter, origin: Origin | None, dialect: str) -> dict[str, Condition]:
    """One condition per active part of the search; a NULL counts as failing."""
    model = model_of(search.kind)
    say: dict[str, Callable[[], Condition]] = {
        "q": lambda: search_filter(model, search.q, dialect),
        "waste": lambda: _takes_waste(model, search.wastes),
        "use": lambda: Demand.use_id.in_(search.uses),
        "region": lambda: REGION.in_(search.regions),
        "distance": lambda: distance_column(origin) <= float(search.within_km or 0),
        "tonnes": lambda: within(model.t_per_month, search.tonnes),
        "price": lambda: within(price_column(model), search.price),
        "months": lambda: _overlaps(model, search.first_month, search.last_month),
        "assay": lambda: and_(*[_assayed(wanted) for wanted in search.ranges]),
        "verified": lambda: verified(model),
    }
    return {part: say[part]() for part in search.active()}


def verified(model: Listing) -> Condition:
    """An enterprise whose permits are checked; for a supply also a laboratory result of its own."""
    if model is Demand:
        return Enterprise.qualified.is_(True)
    measured = exists().where(Assay.supply_id == Supply.id, Assay.kind == AssayKind.MEASURED)
    return and_(Enterprise.qualified.is_(True), measured)


def _takes_waste(model: Listing, wastes: tuple[str, ...]) -> Condition:
    if model is Supply:
        return Supply.waste_type_id.in_(wastes)
    return exists().where(DemandAccept.demand_id == Demand.id, DemandAccept.waste_type_id.in_(wastes))


def within(column: Any, bounds: Bounds) -> Condition:
    limits = []
    if bounds.low is not None:
        limits.append(column >= bounds.low)
    if bounds.high is not None:
        limits.append(column <= bounds.high)
    return and_(*limits)


def _overlaps(model: Listing, first: str, last: str) -> Condition:
    limits = [or_(model.end_month.is_(None), model.end_month >= first)] if first else []
    if last:
        limits.append(model.start_month <= last)
    return and_(*limits)


def _assayed(wanted: PropertyRange) -> Condition:
    limits = [Assay.supply_id == Supply.id, Assay.property_id == wanted.property_id]
    low, high = wanted.bounds.low, wanted.bounds.high
    if low is not None:
        limits.append(Assay.value >= float(low))
    if high is not None:
        limits.append(Assay.value <= float(high))
    return exists().where(*limits)

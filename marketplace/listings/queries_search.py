"""Reads of the search pages: one statement for every count, one for the rows of a page, one for the map.

Every live listing gets a number whose bits say which parts of the search it fails.  A facet then counts the
listings that fail nothing but that facet's own part, and "what if this filter were gone" is the same count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Integer,
    Row,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from marketplace.listings.bands import BANDS, Band
from marketplace.listings.filters import DISTANCE, PRICE, TONNES, SearchFilter
from marketplace.listings.queries_conditions import (
    REGION,
    Condition,
    Listing,
    Origin,
    conditions,
    distance_column,
    kind_column,
    live,
    model_of,
    price_column,
    verified,
    with_places,
    within,
)
from models.assays import DemandAccept
from models.listings import Supply
from models.organisations import Enterprise, Site

PAGE_ROWS = 20
MAP_POINTS = 200


@dataclass(frozen=True, slots=True)
class Counts:
    """``total`` found of ``live``; ``without[part]`` if that part were gone; the rest by part and value."""

    total: int = 0
    live: int = 0
    without: dict[str, int] = field(default_factory=dict)
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    bands: dict[str, dict[str, int]] = field(default_factory=dict)


def count(session: Session, search: SearchFilter, origin: Origin | None, month: str) -> Counts:
    """Every number of the page in one statement, over listings live in ``month``."""
    model = model_of(search.kind)
    met = conditions(search, origin, session.get_bind().dialect.name)
    bits = {part: 1 << place for place, part in enumerate(met)}
    fails: Any = literal(0)
    for part, condition in met.items():
        fails = fails + case((condition, 0), else_=bits[part])
    columns = [
        model.id,
        kind_column(model).label("kind"),
        REGION.label("region"),
        model.t_per_month.label("tonnes"),
        price_column(model).label("price"),
        distance_column(origin).label("distance"),
        case((verified(model), 1), else_=0).label("verified"),
        fails.label("fails"),
    ]
    found = with_places(select(*columns), model).where(live(model, month)).cte("found")
    return _gathered(session.execute(union_all(*_facet_queries(model, found, bits, origin))).all(), bits)


def _facet_queries(
    model: Listing, found: Any, bits: dict[str, int], origin: Origin | None
) -> list[Select[Any]]:
    """The selects of one UNION: (part, value, number), and in its last row one more column per range."""
    none = [cast(null(), Integer)] * (len(BANDS) + 1)

    def allowed(part: str) -> Condition:
        return or_(found.c.fails == 0, found.c.fails == bits[part]) if part in bits else found.c.fails == 0

    def tally(part: str, value: Any) -> Select[Any]:
        query = select(literal(part), cast(value, String), func.count(), *none).select_from(found)
        return (query.where(allowed(part)) if part != "fails" else query).group_by(value)

    def how_many(part: str, condition: Condition) -> Any:
        return func.sum(case((and_(allowed(part), condition), 1), else_=0))

    queries = [tally("fails", found.c.fails), tally("region", found.c.region)]
    if model is Supply:
        queries.append(tally("waste", found.c.kind))
    else:
        accepted = DemandAccept.waste_type_id
        by_waste = tally("waste", accepted).join(DemandAccept, DemandAccept.demand_id == found.c.id)
        queries += [by_waste, tally("use", found.c.kind)]
    # Ranges overlap at their ends, so they cannot be grouped by; one pass counts them side by side instead.
    sums = [how_many(band.part, _in_band(found.c[band.part], band)) for band in BANDS]
    sums.append(how_many("verified", found.c.verified == 1))
    return [*queries, select(literal("bands"), cast(null(), String), func.count(), *sums).select_from(found)]


def _in_band(column: Any, band: Band) -> Condition:
    # Distance is a float in the database and takes no exact decimal beside it.
    return column <= float(band.bounds.high or 0) if band.part == "distance" else within(column, band.bounds)


def _gathered(rows: Any, bits: dict[str, int]) -> Counts:
    counts = Counts()
    by_fails: dict[int, int] = {}
    for part, value, number, *sums in rows:
        if part == "fails":
            by_fails[int(value)] = number
        elif part == "bands":
            for band, found in zip(BANDS, sums, strict=False):
                counts.bands.setdefault(band.part, {})[band.key] = found or 0
            counts.facets["verified"] = {"1": sums[-1] or 0}
        elif value is not None:
            counts.facets.setdefault(part, {})[value] = number
    total = by_fails.get(0, 0)
    without = {part: total + by_fails.get(bit, 0) for part, bit in bits.items()}
    return Counts(total, sum(by_fails.values()), without, counts.facets, counts.bands)


def rows_and_points(
    session: Session, search: SearchFilter, origin: Origin | None, month: str
) -> tuple[list[Row[Any]], list[Row[Any]]]:
    """One page of the list, and the points of the map: the best of the whole result, this page among them."""
    points = rows(session, search, origin, month, limit=MAP_POINTS)
    offset = (search.page - 1) * PAGE_ROWS
    if offset + PAGE_ROWS <= MAP_POINTS:
        return points[offset : offset + PAGE_ROWS], points
    page = rows(session, search, origin, month, offset=offset)
    shown = {row.id for row in page}
    return page, [*page, *(point for point in points if point.id not in shown)]


def rows(
    session: Session,
    search: SearchFilter,
    origin: Origin | None,
    month: str,
    *,
    limit: int = PAGE_ROWS,
    offset: int = 0,
) -> list[Row[Any]]:
    """The listings found, sorted, ``limit`` of them from ``offset`` on."""
    model = model_of(search.kind)
    away = distance_column(origin).label("distance_km")
    query = with_places(
        select(
            model.id,
            model.code,
            model.t_per_month,
            model.start_month,
            model.end_month,
            model.quantity_quality,
            model.note,
            kind_column(model).label("kind"),
            price_column(model).label("price_yuan_per_t"),
            away,
            REGION.label("region"),
            Enterprise.name.label("enterprise"),
            Enterprise.name_en.label("enterprise_en"),
            Enterprise.qualified,
            Site.lat,
            Site.lon,
        ),
        model,
    )
    query = query.where(
        live(model, month), *conditions(search, origin, session.get_bind().dialect.name).values()
    )
    return list(session.execute(query.order_by(*_order(search, model, away)).limit(limit).offset(offset)))


def _order(search: SearchFilter, model: Listing, away: Any) -> tuple[Any, ...]:
    price = price_column(model)
    first = {
        TONNES: (model.t_per_month.desc(),),
        # What is cheapest to take, what pays most: either way the better offer for the reader comes first.
        PRICE: ((price.asc() if model is Supply else price.desc()).nulls_last(),),
        DISTANCE: (away.asc(),),
    }.get(search.sort, (model.published_at.desc(),))
    return (*first, model.published_at.desc(), model.code)


def accepted_wastes(session: Session, demand_ids: list[int]) -> dict[int, list[str]]:
    """The waste types that each of the demands accepts, in the order of their ids."""
    if not demand_ids:
        return {}
    query = select(DemandAccept.demand_id, DemandAccept.waste_type_id).where(
        DemandAccept.demand_id.in_(demand_ids)
    )
    found: dict[int, list[str]] = {}
    for demand_id, waste in session.execute(
        query.order_by(DemandAccept.demand_id, DemandAccept.waste_type_id)
    ):
        found.setdefault(demand_id, []).append(waste)
    return found

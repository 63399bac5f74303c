"""The market's rows as the engine's scenario tables: one bulk select per file, no model objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, true, union
from sqlalchemy.orm import Session, aliased

from matching.scenario.schema import TABLES, Table
from matching.scenario.tables import Rows
from models import (
    Assay,
    Demand,
    DemandAccept,
    DemandResidue,
    DemandSpec,
    Enterprise,
    Licence,
    ListingStatus,
    Park,
    Region,
    Site,
    Supply,
)

_TABLES = {table.file: table for table in TABLES}
_QUALITIES = {"stated", "estimate"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which listings: every published one, and with ``also`` the one of that code whatever its status.

    With ``only``, of the published ones those of these codes, and of enterprises and parks those that own them.
    """

    also: str | None = None
    only: frozenset[str] | None = None

    def condition(self, model: type[Supply] | type[Demand]) -> ColumnElement[bool]:
        published = model.status == ListingStatus.PUBLISHED
        if self.only is not None:
            published = published & model.code.in_(sorted(self.only))
        return published if self.also is None else or_(published, model.code == self.also)

    def owners(self) -> ColumnElement[bool]:
        """The enterprises that are read."""
        if self.only is None:
            return true()
        owning = (select(model.enterprise_id).where(self.condition(model)) for model in (Supply, Demand))
        return Enterprise.id.in_(union(*owning))


def read_tables(session: Session, chosen: Chosen | None = None) -> dict[str, Rows]:
    """Every table of a scenario, filled from the database; blank cells are None, ids are codes."""
    chosen = chosen or Chosen()
    return {
        "parks.csv": _parks(session),
        "enterprises.csv": _enterprises(session, chosen),
        "supplies.csv": _supplies(session, chosen),
        "assays.csv": _assays(session, chosen),
        "demands.csv": _demands(session, chosen),
        "accepts.csv": _accepts(session, chosen),
        "specs.csv": _specs(session, chosen),
        "residues.csv": _residues(session, chosen),
    }


def _parks(session: Session) -> Rows:
    return _rows(session, "parks.csv", select(
        Park.code.label("id"), Park.name, Park.name_en, Region.name_zh.label("region"), Park.lat, Park.lon,
        Park.source, Park.note,
    ).outerjoin(Region, Park.region_id == Region.id).order_by(Park.code))


def _enterprises(session: Session, chosen: Chosen) -> Rows:
    # An enterprise that has entered no place yet cannot be matched and is left out.
    first = (
        select(Site.enterprise_id, func.min(Site.id).label("id")).group_by(Site.enterprise_id).subquery()
    )
    main = aliased(Site)
    place = aliased(Site)
    rows = _rows(session, "enterprises.csv", select(
        Enterprise.code.label("id"), Enterprise.name, Enterprise.name_en,
        func.coalesce(main.lat, place.lat).label("lat"), func.coalesce(main.lon, place.lon).label("lon"),
        Park.code.label("park"), Region.name_zh.label("region"), Enterprise.qualified,
        func.coalesce(main.location_quality, place.location_quality).label("location_quality"),
        Enterprise.source, Enterprise.note,
    ).join(first, first.c.enterprise_id == Enterprise.id)
     .join(place, place.id == first.c.id)
     .outerjoin(main, (main.enterprise_id == Enterprise.id) & main.is_main)
     .outerjoin(Park, Enterprise.park_id == Park.id)
     .outerjoin(Region, Enterprise.region_id == Region.id)
     .where(chosen.owners()).order_by(Enterprise.code))
    held: dict[str, list[str]] = {}
    licences = select(Enterprise.code, Licence.code).join(Licence).where(chosen.owners())
    licences = licences.order_by(Enterprise.code, Licence.code)
    for enterprise, code in session.execute(licences):
        held.setdefault(enterprise, []).append(code)
    rows.values["licences"] = [";".join(held.get(str(code), ())) or None for code in rows.values["id"]]
    return rows


def _listing_columns(model: type[Supply] | type[Demand]) -> list[ColumnElement[Any]]:
    return [
        model.code.label("id"), Enterprise.code.label("enterprise"), model.t_per_month,
        model.start_month.label("start"), model.end_month.label("end"), model.min_lot_t,
        model.max_distance_km, Site.lat, Site.lon, model.quantity_quality, model.source, model.note,
    ]


def _supplies(session: Session, chosen: Chosen) -> Rows:
    return _declared_as_blank(_rows(session, "supplies.csv", select(
        *_listing_columns(Supply), Supply.waste_type_id.label("waste_type"), Supply.stock_t,
        Supply.ask_yuan_per_t,
    ).join(Enterprise, Supply.enterprise_id == Enterprise.id).join(Site, Supply.site_id == Site.id)
     .where(chosen.condition(Supply)).order_by(Supply.code)))


def _demands(session: Session, chosen: Chosen) -> Rows:
    return _declared_as_blank(_rows(session, "demands.csv", select(
        *_listing_columns(Demand), Demand.use_id.label("use"), Demand.bid_yuan_per_t,
    ).join(Enterprise, Demand.enterprise_id == Enterprise.id).join(Site, Demand.site_id == Site.id)
     .where(chosen.condition(Demand)).order_by(Demand.code)))


def _declared_as_blank(rows: Rows) -> Rows:
    """A scenario knows stated and estimated tonnes; what an enterprise declares is a blank there."""
    rows.values["quantity_quality"] = [
        word if word in _QUALITIES else None for word in rows.values["quantity_quality"]
    ]
    return rows


def _assays(session: Session, chosen: Chosen) -> Rows:
    rows = _rows(session, "assays.csv", select(
        Supply.code.label("supply"), Assay.property_id.label("property"), Assay.value, Assay.sd, Assay.method,
        Assay.laboratory, Assay.sampled_on.label("date"), Assay.source, Assay.note,
    ).join(Supply, Assay.supply_id == Supply.id).where(chosen.condition(Supply))
     .order_by(Supply.code, Assay.property_id))
    rows.values["date"] = [day.isoformat() if day else None for day in rows.values["date"]]
    return rows


def _of_demand(model: Any, chosen: Chosen, *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(Demand.code.label("demand"), *columns, model.note, model.source)
        .join(Demand, model.demand_id == Demand.id).where(chosen.condition(Demand))
        .order_by(Demand.code, model.id)
    )


def _accepts(session: Session, chosen: Chosen) -> Rows:
    return _rows(session, "accepts.csv", _of_demand(
        DemandAccept, chosen, DemandAccept.waste_type_id.label("waste_type"), DemandAccept.max_share,
    ))


def _specs(session: Session, chosen: Chosen) -> Rows:
    return _rows(session, "specs.csv", _of_demand(
        DemandSpec, chosen, DemandSpec.waste_type_id.label("waste_type"),
        DemandSpec.property_id.label("property"), DemandSpec.minimum.label("min"),
        DemandSpec.maximum.label("max"), DemandSpec.basis, DemandSpec.standard, DemandSpec.clause,
    ))


def _residues(session: Session, chosen: Chosen) -> Rows:
    return _rows(session, "residues.csv", _of_demand(
        DemandResidue, chosen, DemandResidue.waste_type_id.label("waste_type"), DemandResidue.yield_t_per_t,
    ))


def _rows(session: Session, file: str, query: Select[Any]) -> Rows:
    table: Table = _TABLES[file]
    result = session.execute(query)
    names = list(result.keys())
    found: Sequence[Any] = result.all()
    columns: Iterable[Any] = zip(*found, strict=True) if found else [()] * len(names)
    values = {column.name: [None] * len(found) for column in table.columns}
    values |= {
        name: [None if cell == "" else cell for cell in cells]
        for name, cells in zip(names, columns, strict=True)
    }
    unknown = set(values) - {column.name for column in table.columns}
    if unknown:
        raise LookupError(f"{file} has no columns {sorted(unknown)}")
    return Rows(table, list(range(1, len(found) + 1)), values)


def count(session: Session, *models: Any) -> int:
    """How many rows the tables hold together."""
    return sum(session.scalar(select(func.count(literal(1))).select_from(model)) or 0 for model in models)

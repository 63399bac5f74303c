"""A scenario folder into an empty market: all of it or nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

import models.search  # noqa: F401 - listings are indexed as they are added
from marketplace.market.problem import engine_catalogue
from marketplace.market.rows import count
from marketplace.market.settings import carbon_table
from marketplace.market.storable import find_unstorable
from marketplace.unit_of_work import UnitOfWork
from matching.scenario import ScenarioError, read_scenario
from matching.scenario.faults import Fault
from matching.scenario.schema import TABLES
from matching.scenario.settings import FILE, Settings, read_settings
from matching.scenario.tables import Rows, read_table
from models import (
    Assay,
    AssayKind,
    Base,
    Basis,
    Demand,
    DemandAccept,
    DemandResidue,
    DemandSpec,
    Enterprise,
    Licence,
    ListingStatus,
    LocationQuality,
    MarketSettings,
    Park,
    QuantityQuality,
    Region,
    Site,
    Supply,
    UseRow,
    WasteTypeRow,
)
from models.catalogue.regions import region_slug


class MarketNotEmpty(ValueError):
    """There are listings already; a scenario is imported into an empty market only."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows came in."""

    parks: int
    enterprises: int
    supplies: int
    demands: int


def import_scenario(*, uow: UnitOfWork, folder: Path) -> Imported:
    """Read, check and store the scenario in ``folder``, its listings published.

    Raises :class:`MarketNotEmpty`, or ``ScenarioError`` with every fault of the folder.
    """
    session = uow.session
    if count(session, Supply, Demand, Enterprise):
        raise MarketNotEmpty("the market holds enterprises or listings already")
    catalogue = engine_catalogue()
    read_scenario(folder, catalogue)
    faults: list[Fault] = []
    settings = read_settings(folder, catalogue, faults)
    tables = {table.file: read_table(folder / table.file, table, catalogue, faults) for table in TABLES}
    find_unstorable(tables, faults)
    if faults:
        raise ScenarioError(faults)
    row = _settings(session, settings, folder)
    done = _Import(uow, settings, tables).run()
    uow.record(
        None, "scenario.imported", row, title=settings.title, supplies=done.supplies, demands=done.demands
    )
    uow.touch_market()
    return done


def _settings(session: Session, settings: Settings, folder: Path) -> MarketSettings:
    said = tomllib.loads((folder / FILE).read_text("utf-8-sig")) if (folder / FILE).is_file() else {}
    row = session.get(MarketSettings, 1)
    if row is None:
        row = MarketSettings(id=1)
        session.add(row)
    row.title, row.first_month, row.months = settings.title, settings.first_month, settings.months
    row.circuity = settings.circuity
    row.handling_yuan_per_t = settings.freight.handling_yuan_per_t
    row.rate_yuan_per_t_km = settings.freight.rate_yuan_per_t_km
    row.freight_source = str(said.get("freight", {}).get("source", ""))
    row.source = str(said.get("source", ""))
    # The file's own table keeps the source beside each factor.
    row.carbon = {**carbon_table(settings.carbon), **said.get("carbon", {})}
    return row


class _Import:
    def __init__(self, uow: UnitOfWork, settings: Settings, tables: dict[str, Rows]) -> None:
        self.session, self.now = uow.session, uow.now
        self.settings, self.tables = settings, tables
        self.parks: dict[str, Park] = {}
        self.enterprises: dict[str, Enterprise] = {}
        self.sites: dict[tuple[str, float, float], Site] = {}
        # Held here so that the session keeps them at hand while every listing is indexed by their names.
        self.held = [list(self.session.scalars(select(model))) for model in (WasteTypeRow, UseRow)]

    def run(self) -> Imported:
        regions = self._regions()
        for row in _each(self.tables["parks.csv"]):
            self.parks[row["id"]] = Park(
                code=row["id"], name=row["name"], name_en=row["name_en"] or "", lat=row["lat"],
                lon=row["lon"], region_id=regions.get(row["region"]), **_remarks(row),
            )
        self._keep(self.parks)
        for row in _each(self.tables["enterprises.csv"]):
            self._enterprise(row, regions)
        self._keep(self.enterprises)
        supplies = self._supplies()
        demands = self._demands()
        self._assays(supplies)
        self._specs(demands)
        self._residues(demands)
        return Imported(len(self.parks), len(self.enterprises), len(supplies), len(demands))

    def _regions(self) -> dict[str, str]:
        """The region's slug by the name the scenario uses; an unknown region becomes a row of its own."""
        files = (self.tables["parks.csv"], self.tables["enterprises.csv"])
        names = {str(name) for rows in files for name in rows.values["region"] if name is not None}
        known = {region.id for region in self.session.scalars(select(Region))}
        slugs = {name: region_slug(name) for name in sorted(names)}
        for name, slug in slugs.items():
            if slug not in known:
                self.session.add(Region(id=slug, name_zh=name, name_en=name))
        self.session.flush()
        return slugs

    def _enterprise(self, row: dict[str, Any], regions: dict[str, str]) -> None:
        park = self.parks.get(row["park"])
        enterprise = Enterprise(
            code=row["id"], name=row["name"], name_en=row["name_en"] or "", park=park,
            region_id=regions.get(row["region"]), qualified=bool(row["qualified"]), created_at=self.now,
            **_remarks(row),
        )
        codes = {code.strip() for code in (row["licences"] or "").split(";") if code.strip()}
        enterprise.licences = [Licence(code=code) for code in sorted(codes)]
        enterprise.sites = [Site(
            lat=row["lat"], lon=row["lon"], park=park, is_main=True,
            location_quality=row["location_quality"] or LocationQuality.APPROXIMATE,
        )]
        self.enterprises[row["id"]] = enterprise

    def _supplies(self) -> dict[str, int]:
        rows = {}
        for row in _each(self.tables["supplies.csv"]):
            rows[row["id"]] = Supply(
                **self._listing(row), waste_type_id=row["waste_type"], stock_t=row["stock_t"] or 0,
                ask_yuan_per_t=row["ask_yuan_per_t"],
            )
        return self._keep(rows)

    def _demands(self) -> dict[str, int]:
        rows = {}
        for row in _each(self.tables["demands.csv"]):
            rows[row["id"]] = Demand(
                **self._listing(row), use_id=row["use"], bid_yuan_per_t=row["bid_yuan_per_t"]
            )
        for row in _each(self.tables["accepts.csv"]):
            share = 1 if row["max_share"] is None else row["max_share"]
            rows[row["demand"]].accepts.append(
                DemandAccept(waste_type_id=row["waste_type"], max_share=share, **_remarks(row))
            )
        return self._keep(rows)

    def _listing(self, row: dict[str, Any]) -> dict[str, Any]:
        enterprise = self.enterprises[row["enterprise"]]
        return {
            "code": row["id"], "enterprise": enterprise, "site": self._site(enterprise, row),
            "t_per_month": row["t_per_month"], "start_month": row["start"] or self.settings.first_month,
            "end_month": row["end"], "min_lot_t": row["min_lot_t"], "max_distance_km": row["max_distance_km"],
            "quantity_quality": row["quantity_quality"] or QuantityQuality.DECLARED,
            "status": ListingStatus.PUBLISHED, "created_at": self.now, "updated_at": self.now,
            "published_at": self.now, **_remarks(row),
        }

    def _site(self, enterprise: Enterprise, row: dict[str, Any]) -> Site:
        """The enterprise's main site, or where the listing lies elsewhere a further one."""
        main = enterprise.sites[0]
        if row["lat"] is None or (row["lat"], row["lon"]) == (main.lat, main.lon):
            return main
        key = (enterprise.code, row["lat"], row["lon"])
        if key not in self.sites:
            self.sites[key] = Site(lat=row["lat"], lon=row["lon"], location_quality=main.location_quality)
            enterprise.sites.append(self.sites[key])
        return self.sites[key]

    def _assays(self, supplies: dict[str, int]) -> None:
        self._insert(Assay, [
            {
                "supply_id": supplies[row["supply"]], "property_id": row["property"], "value": row["value"],
                "sd": row["sd"], "method": row["method"] or "", "laboratory": row["laboratory"] or "",
                "kind": _kind(row["laboratory"] or ""), **_sampled(row),
            }
            for row in _each(self.tables["assays.csv"])
        ])

    def _specs(self, demands: dict[str, int]) -> None:
        self._insert(DemandSpec, [
            {
                "demand_id": demands[row["demand"]], "waste_type_id": row["waste_type"],
                "property_id": row["property"], "minimum": row["min"], "maximum": row["max"],
                "basis": row["basis"] or Basis.EACH, "standard": row["standard"] or "",
                "clause": row["clause"] or "", **_remarks(row),
            }
            for row in _each(self.tables["specs.csv"])
        ])

    def _residues(self, demands: dict[str, int]) -> None:
        self._insert(DemandResidue, [
            {
                "demand_id": demands[row["demand"]], "waste_type_id": row["waste_type"],
                "yield_t_per_t": row["yield_t_per_t"], **_remarks(row),
            }
            for row in _each(self.tables["residues.csv"])
        ])

    def _keep(self, rows: dict[str, Any]) -> dict[str, int]:
        self.session.add_all(rows.values())
        self.session.flush()
        return {code: row.id for code, row in rows.items()}

    def _insert(self, model: type[Base], rows: list[dict[str, Any]]) -> None:
        if rows:
            self.session.execute(insert(model), rows)


def _each(rows: Rows) -> Iterator[dict[str, Any]]:
    names = list(rows.values)
    for cells in zip(*rows.values.values(), strict=True):
        yield dict(zip(names, cells, strict=True))


def _remarks(row: dict[str, Any]) -> dict[str, str]:
    return {"note": row.get("note") or "", "source": row.get("source") or ""}


def _kind(laboratory: str) -> AssayKind:
    """A scenario marks a value that stands in for a measurement by its laboratory: 典型值, typical."""
    typical = "典型值" in laboratory or "typical" in laboratory.lower()
    return AssayKind.TYPICAL if typical else AssayKind.MEASURED


def _sampled(row: dict[str, Any]) -> dict[str, Any]:
    """The day of the sample; a date written in words stays in the note."""
    remarks = _remarks(row)
    try:
        day = date.fromisoformat(row["date"]) if row["date"] else None
    except ValueError:
        return {"sampled_on": None, **remarks, "note": f"{row['date']} {remarks['note']}".strip()}
    return {"sampled_on": day, **remarks}

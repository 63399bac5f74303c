"""What the search pages let one choose from: the catalogue's names, and places to measure distance from."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.listings.filters import SUPPLY, Choices
from marketplace.listings.queries_conditions import Origin
from models.assays import Assay
from models.catalogue.tables import PropertyRow, UseRow, WasteTypeRow
from models.organisations import Park, Region, Site


@dataclass(frozen=True, slots=True)
class Options:
    """Catalogue rows by id, places by key (own sites first), the properties that were ever assayed."""

    wastes: dict[str, WasteTypeRow]
    uses: dict[str, UseRow]
    regions: dict[str, Region]
    properties: dict[str, PropertyRow]
    places: dict[str, Origin]
    assayed: frozenset[str]

    def choices(self) -> Choices:
        return Choices(self.wastes, self.uses, self.regions, self.properties, self.places)


def options(session: Session, kind: str, enterprise_id: int | None) -> Options:
    """What a search among listings of ``kind`` may ask for."""
    wastes = {row.id: row for row in session.scalars(select(WasteTypeRow).order_by(WasteTypeRow.id))}
    regions = {row.id: row for row in session.scalars(select(Region).order_by(Region.id))}
    uses: dict[str, UseRow] = {}
    properties: dict[str, PropertyRow] = {}
    assayed: set[str] = set()
    if kind == SUPPLY:
        known = select(Assay.id).where(Assay.property_id == PropertyRow.id).exists()
        for row, in_use in session.execute(select(PropertyRow, known).order_by(PropertyRow.id)):
            properties[row.id] = row
            assayed |= {row.id} if in_use else set()
    else:
        uses = {row.id: row for row in session.scalars(select(UseRow).order_by(UseRow.id))}
    return Options(wastes, uses, regions, properties, places(session, enterprise_id), frozenset(assayed))


def places(session: Session, enterprise_id: int | None) -> dict[str, Origin]:
    """The sites of one enterprise (none: no sites) and every park, by key."""
    found: list[Origin] = []
    if enterprise_id is not None:
        query = select(Site).where(Site.enterprise_id == enterprise_id).order_by(Site.is_main.desc(), Site.id)
        for site in session.scalars(query):
            found.append(Origin(f"site-{site.id}", site.name, "", site.lat, site.lon, True))
    for park in session.scalars(select(Park).order_by(Park.code)):
        found.append(Origin(f"park-{park.code}", park.name, park.name_en, park.lat, park.lon, False))
    return {origin.key: origin for origin in found}

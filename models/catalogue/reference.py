"""The catalogue as frozen rows read once from its CSV files, and the copy of it that the database keeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Base
from models.catalogue.files import fill, rows
from models.catalogue.regions import REGIONS
from models.catalogue.tables import PropertyRow, UseRow, WasteTypeRow
from models.organisations import Region


@dataclass(frozen=True, slots=True)
class WasteTypeEntry:
    """One waste type with what its page shows; moistures in percent, None where not known."""

    id: str
    name_zh: str
    name_en: str
    aliases: tuple[str, ...]
    kind: str
    category_code: str
    category_name: str
    hazardous: str
    hw_code: str
    moisture_typ_pct: float | None
    bulk_density_typ_t_m3: float | None
    note: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class PropertyEntry:
    """One property: its unit, how it is tested, how it mixes."""

    key: str
    name_zh: str
    name_en: str
    unit: str
    test_method: str
    basis: str
    mixing: str
    decides: str


@dataclass(frozen=True, slots=True)
class UseEntry:
    """One process.  ``generates``: it only makes waste (``gen_…``) and is no use of any."""

    id: str
    name_zh: str
    name_en: str
    use_spec: str
    main_product: str
    main_product_unit: str
    source: str
    confidence: str
    note: str

    @property
    def generates(self) -> bool:
        return self.id.startswith("gen_")


@dataclass(frozen=True, slots=True)
class UseSpec:
    """One limit of a standard.  No ``waste_ids``: every waste of the use; several grades: one is enough.

    ``property_key`` is None for a rule in words (see ``note``); ``condition`` says when it applies.
    """

    spec_id: str
    use_id: str
    use_zh: str
    use_en: str
    waste_ids: tuple[str, ...]
    grade: str
    property_key: str | None
    condition: str
    min: float | None
    max: float | None
    unit: str
    hardness: str
    standard: str
    clause: str
    note: str
    confidence: str


@dataclass(frozen=True, slots=True)
class ProcessFlow:
    """What goes into or out of a process per unit of its main product; quantities None where not known."""

    process_id: str
    direction: str
    material_id: str
    material_name: str
    qty_min: float | None
    qty_typ: float | None
    qty_max: float | None
    unit: str
    basis: str
    source: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class LegalGate:
    """One rule of law with the step it guards."""

    gate_id: str
    scope: str
    step: str
    rule: str
    gate_type: str
    required_evidence: str
    law_current: str
    article_current: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole catalogue, each table in the order of its file."""

    waste_types: dict[str, WasteTypeEntry]
    properties: dict[str, PropertyEntry]
    uses: dict[str, UseEntry]
    use_specs: tuple[UseSpec, ...]
    process_flows: tuple[ProcessFlow, ...]
    legal_gates: tuple[LegalGate, ...]

    def specs_of_use(self, use_id: str) -> tuple[UseSpec, ...]:
        """The acceptance specs of a process, through the group it names; else none."""
        group = self.uses[use_id].use_spec
        return tuple(spec for spec in self.use_specs if group and spec.use_id == group)

    def flows_of_use(self, use_id: str, direction: str) -> tuple[ProcessFlow, ...]:
        """The flows of one direction: ``in_waste``, ``in_other``, ``product`` or ``residual``."""
        return tuple(
            flow for flow in self.process_flows if flow.process_id == use_id and flow.direction == direction
        )


@lru_cache(maxsize=1)
def catalogue() -> Reference:
    """The catalogue as its files say it, read once per process; ``FileNotFoundError`` without them."""
    wastes = [fill(WasteTypeEntry, row, id="waste_id") for row in rows("waste_types")]
    properties = [
        fill(PropertyEntry, row, key="property_key", mixing="blend_rule") for row in rows("properties")
    ]
    uses = [fill(UseEntry, row, id="process_id") for row in rows("processes")]
    return Reference(
        waste_types={entry.id: entry for entry in wastes},
        properties={entry.key: entry for entry in properties},
        uses={entry.id: entry for entry in uses},
        use_specs=tuple(fill(UseSpec, row) for row in rows("use_specs")),
        process_flows=tuple(fill(ProcessFlow, row) for row in rows("process_flows")),
        legal_gates=tuple(fill(LegalGate, row) for row in rows("legal_gates")),
    )


def sync_catalogue(session: Session) -> None:
    """Bring the catalogue tables and regions in line with the files; no row is ever deleted."""
    data = catalogue()
    _upsert(session, WasteTypeRow, (
        {
            "id": waste.id, "name_zh": waste.name_zh, "name_en": waste.name_en,
            "aliases": ";".join(waste.aliases), "hazardous": waste.hazardous, "hw_code": waste.hw_code,
            "category_code": waste.category_code,
        }
        for waste in data.waste_types.values()
    ))
    _upsert(session, PropertyRow, (
        {"id": item.key, "name_zh": item.name_zh, "name_en": item.name_en, "unit": item.unit,
         "mixing": item.mixing}
        for item in data.properties.values()
    ))
    _upsert(session, UseRow, (
        {"id": use.id, "name_zh": use.name_zh, "name_en": use.name_en, "use_spec": use.use_spec}
        for use in data.uses.values()
    ))
    _upsert(session, Region, ({"id": slug, "name_zh": zh, "name_en": en} for slug, zh, en in REGIONS))
    session.flush()


def _upsert(session: Session, model: type[Base], wanted: Iterable[dict[str, Any]]) -> None:
    kept = {row.id: row for row in session.scalars(select(model))}
    for values in wanted:
        row = kept.get(values["id"])
        if row is None:
            session.add(model(**values))
            continue
        for name, value in values.items():
            setattr(row, name, value)

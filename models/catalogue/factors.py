"""Factors of freight, carbon and tax, rates of the environmental protection tax, and items of the VAT catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from models.catalogue.files import fill, rows


@dataclass(frozen=True, slots=True)
class Factor:
    """One number with its unit and where it comes from; ``value``, ``min``, ``max`` are None where not known."""

    id: str
    group: str
    name_zh: str
    name_en: str
    value: float | None
    min: float | None
    max: float | None
    unit: str
    region: str
    year: str
    scope: str
    source: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class TaxRate:
    """What the tax law says of a waste type, yuan per tonne discharged; None where no rate is stated.

    ``env_tax_item`` is the heading of the tax table, with what has to be settled first in brackets.
    Moistures are percent of the tonne as received, None where not known.
    """

    waste_id: str
    name_zh: str
    name_en: str
    kind: str
    hazardous: str
    env_tax_yuan_t: float | None
    env_tax_item: str
    env_tax_confidence: str
    moisture_min_pct: float | None
    moisture_typ_pct: float | None
    moisture_max_pct: float | None
    moisture_confidence: str


@dataclass(frozen=True, slots=True)
class VatItem:
    """One item of the refund catalogue (2022); shares and refunds in percent, None where not verified."""

    vat_id: str
    resource: str
    product: str
    waste_content_min_pct: float | None
    refund_pct: float | None
    extra_conditions: str
    catalogue_item: str
    applies_to_waste: tuple[str, ...]
    source: str
    confidence: str
    note: str


@lru_cache(maxsize=1)
def factors() -> dict[str, Factor]:
    """Every factor by its id, in the order of ``factors.csv``."""
    return {row["factor_id"]: fill(Factor, row, id="factor_id") for row in rows("factors")}


@lru_cache(maxsize=1)
def tax_rates() -> dict[str, TaxRate]:
    """The tax rate of every waste type, in the order of ``waste_types.csv``."""
    return {row["waste_id"]: fill(TaxRate, row) for row in rows("waste_types")}


@lru_cache(maxsize=1)
def vat_items() -> dict[str, VatItem]:
    """Every item of ``vat_catalogue.csv`` by its id."""
    return {row["vat_id"]: fill(VatItem, row) for row in rows("vat_catalogue")}

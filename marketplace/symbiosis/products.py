"""What each use makes, in words: the catalogue's main products."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from models.catalogue.reference import catalogue

PRODUCTS: dict[str, LazyString] = {
    "electricity": _l("Electricity"),
    "AAC block": _l("Aerated concrete blocks"),
    "standard brick": _l("Bricks"),
    "graded fly ash": _l("Graded fly ash"),
    "clinker": _l("Clinker"),
    "cement": _l("Cement"),
    "GGBS": _l("Ground slag"),
    "steel-slag powder": _l("Steel-slag powder"),
    "road base": _l("Road base"),
    "treated cuttings": _l("Treated cuttings"),
    "aggregate": _l("Aggregate"),
    "calcined kaolin": _l("Calcined kaolin"),
    "Al2O3": _l("Alumina"),
    "carbon concentrate": _l("Carbon concentrate"),
    "hemihydrate": _l("Building gypsum"),
    "improved land": _l("Improved soil"),
    "SO2 removed": _l("Cleaned flue gas"),
    "backfill": _l("Backfill"),
    "land": _l("Restored land"),
    "products": _l("Sorted coal products"),
    "fuel": _l("Fuel"),
    "NaCl + Na2SO4": _l("Salts"),
    "feedstock": _l("Feedstock"),
    "organic fertiliser": _l("Organic fertiliser"),
    "energy": _l("Energy"),
    "product": _l("Building materials"),
    "disposed": _l("Stored or disposed of"),
    "panel": _l("Wall panels"),
    "treated HW": _l("Treated hazardous waste"),
    "tar products": _l("Tar products"),
}


OTHER = "other"


def product_key(use: str) -> str:
    """What ``use`` makes; uses that make the same thing share it."""
    entry = catalogue().uses.get(use)
    return entry.main_product if entry and entry.main_product in PRODUCTS else OTHER


def product_name(key: str) -> str:
    """A product in words; "product" where the catalogue does not say what a use makes."""
    return str(PRODUCTS[key]) if key in PRODUCTS else _("Product")

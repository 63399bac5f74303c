"""The part of the waste catalogue the engine needs: what is hazardous, how a property mixes, which uses
exist.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

LINEAR_DRY, LINEAR_AR = "linear_dry", "linear_ar"
# A type that still has to be identified, or that is hazardous unless it is sold as a product, is handled as
# hazardous: whoever lists it lists it as waste, and without a licence the law forbids handing it over.
_NOT_HAZARDOUS = "no"


@dataclass(frozen=True, slots=True)
class WasteType:
    """One waste type; ``hw_codes`` such as ``("HW08",)`` are the categories a receiver may be licensed for.

    A receiver of a hazardous type needs a licence for one of its codes; where the catalogue gives no code,
    the licence must name the waste type itself (``crystallised_salt``).
    """

    id: str
    name_zh: str
    name_en: str
    hazardous: bool
    hw_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Property:
    """One measurable property; ``mixing`` is how it mixes: ``linear_dry``, ``linear_ar`` or not linearly."""

    key: str
    name_zh: str
    name_en: str
    unit: str
    mixing: str

    @property
    def mixes_linearly(self) -> bool:
        """Whether a mix has the tonnage-weighted mean, so that a `blend` spec makes sense."""
        return self.mixing in (LINEAR_DRY, LINEAR_AR)


@dataclass(frozen=True, slots=True)
class Use:
    """One way to use waste (a process of the catalogue)."""

    id: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Waste types, properties and uses by id."""

    waste_types: dict[str, WasteType]
    properties: dict[str, Property]
    uses: dict[str, Use]


def read_catalogue(folder: Path) -> Catalogue:
    """Read ``waste_types.csv``, ``properties.csv`` and ``processes.csv`` from ``folder``.

    Raises ``FileNotFoundError`` where one of the three is missing.
    """
    wastes = {
        row["waste_id"]: WasteType(
            row["waste_id"],
            row["name_zh"],
            row["name_en"],
            row["hazardous"] != _NOT_HAZARDOUS,
            tuple(sorted(set(re.findall(r"HW\d\d", row["hw_code"])))),
        )
        for row in _rows(folder / "waste_types.csv")
    }
    properties = {
        row["property_key"]: Property(
            row["property_key"], row["name_zh"], row["name_en"], row["unit"], row["blend_rule"]
        )
        for row in _rows(folder / "properties.csv")
    }
    uses = {
        row["process_id"]: Use(row["process_id"], row["name_zh"], row["name_en"])
        for row in _rows(folder / "processes.csv")
    }
    return Catalogue(wastes, properties, uses)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))

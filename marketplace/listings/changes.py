"""What a form or an API call wants of a listing, as plain values: the writing services take nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from marketplace.errors import Stale

SUPPLY, DEMAND = "supply", "demand"


@dataclass(frozen=True, slots=True)
class SitePick:
    """An existing site by its id, or a new one by its point in WGS-84 degrees."""

    site_id: int | None = None
    name: str = ""
    lat: float = 0.0
    lon: float = 0.0


@dataclass(frozen=True, slots=True)
class AssayEntry:
    property_id: str
    value: float
    sd: float | None = None
    method: str = ""
    laboratory: str = ""
    sampled_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class AcceptEntry:
    waste_type_id: str
    max_share: Decimal


@dataclass(frozen=True, slots=True)
class SpecEntry:
    property_id: str
    waste_type_id: str | None
    minimum: float | None
    maximum: float | None
    basis: str
    standard: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class ResidueEntry:
    waste_type_id: str
    yield_t_per_t: float


@dataclass(frozen=True, slots=True)
class Changes:
    """Columns by name, and the lists that replace what there is; None leaves a list alone."""

    columns: Mapping[str, object] = field(default_factory=dict)
    site: SitePick | None = None
    assays: tuple[AssayEntry, ...] | None = None
    accepts: tuple[AcceptEntry, ...] | None = None
    specs: tuple[SpecEntry, ...] | None = None
    residues: tuple[ResidueEntry, ...] | None = None

    def touched(self) -> set[str]:
        """The names of what this change is about, as events name them."""
        names = set(self.columns)
        names |= {"site_id"} if self.site is not None else set()
        return names | {name for name in LISTS if getattr(self, name) is not None}


LISTS = ("assays", "accepts", "specs", "residues")


@dataclass(frozen=True, slots=True)
class Earlier:
    """What somebody else changed since the form was opened: per name, the old and the new value."""

    by: str
    at: dt.datetime
    values: Mapping[str, tuple[object, object]]


class StaleEdit(Stale):
    """The listing was changed meanwhile; ``version`` is the one to save on top of."""

    def __init__(self, version: int, earlier: list[Earlier]) -> None:
        super().__init__(version)
        self.version, self.earlier = version, earlier


class DoubleSubmission(Exception):
    """The same form arrived twice at the same moment; the other one has made the listing already."""

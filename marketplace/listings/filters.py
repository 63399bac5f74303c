"""What a search asks for: the query string read into one frozen object, and written back in one order.

Whatever cannot be understood is left out of the search and named in a refusal, so that a bad link still shows
a page.  ``params()`` is canonical: two searches that ask for the same have the same address.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from decimal import Decimal

from marketplace.errors import Refusal

SUPPLY, DEMAND = "supply", "demand"
NEWEST, TONNES, PRICE, DISTANCE = "newest", "tonnes", "price", "distance"
SORTS = (NEWEST, TONNES, PRICE, DISTANCE)
MAX_RANGES = 3
LONGEST_WORDS = 80
# The parts of a search that can be taken away one at a time; their order is the order of their chips.
PARTS = ("q", "waste", "use", "region", "distance", "tonnes", "price", "months", "assay", "verified")

Param = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """An inclusive range, open where a side is None."""

    low: Decimal | None = None
    high: Decimal | None = None

    def __bool__(self) -> bool:
        return self.low is not None or self.high is not None


@dataclass(frozen=True, slots=True)
class PropertyRange:
    """An assayed property within bounds; without bounds it only has to be assayed."""

    property_id: str
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be asked for: ids of the catalogue, places to measure from."""

    wastes: Collection[str]
    uses: Collection[str]
    regions: Collection[str]
    properties: Collection[str]
    places: Collection[str]


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """One search over listings of one ``kind``; ``near`` is a key of ``Choices.places``."""

    kind: str
    q: str = ""
    wastes: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    near: str = ""
    within_km: Decimal | None = None
    tonnes: Bounds = field(default_factory=Bounds)
    price: Bounds = field(default_factory=Bounds)
    first_month: str = ""
    last_month: str = ""
    ranges: tuple[PropertyRange, ...] = ()
    verified: bool = False
    sort: str = NEWEST
    page: int = 1

    def active(self) -> tuple[str, ...]:
        """The parts that narrow this search, in the order of :data:`PARTS`."""
        on = {
            "q": self.q,
            "waste": self.wastes,
            "use": self.uses,
            "region": self.regions,
            "distance": self.near and self.within_km is not None,
            "tonnes": self.tonnes,
            "price": self.price,
            "months": self.first_month or self.last_month,
            "assay": self.ranges,
            "verified": self.verified,
        }
        return tuple(part for part in PARTS if on[part])

    def without(self, part: str) -> SearchFilter:
        """The same search with one part taken away, from its first page."""
        nothing: dict[str, dict[str, object]] = {
            "q": {"q": ""},
            "waste": {"wastes": ()},
            "use": {"uses": ()},
            "region": {"regions": ()},
            "distance": {"within_km": None},
            "tonnes": {"tonnes": Bounds()},
            "price": {"price": Bounds()},
            "months": {"first_month": "", "last_month": ""},
            "assay": {"ranges": ()},
            "verified": {"verified": False},
        }
        return replace(self, page=1, **nothing[part])  # type: ignore[arg-type]

    def params(self) -> list[Param]:
        """The query string as pairs, nothing empty, in one order."""
        pairs: list[Param] = [("q", self.q)]
        pairs += [("waste", waste) for waste in self.wastes]
        pairs += [("use", use) for use in self.uses]
        pairs += [("region", region) for region in self.regions]
        pairs += [("near", self.near), ("km", plain(self.within_km))]
        pairs += [*_bounds_params("t", self.tonnes), *_bounds_params("price", self.price)]
        pairs += [("from", self.first_month), ("to", self.last_month)]
        for number, wanted in enumerate(self.ranges, start=1):
            pairs += [(f"p{number}", wanted.property_id), *_bounds_params(f"p{number}", wanted.bounds)]
        pairs += [
            ("verified", "1" if self.verified else ""),
            ("sort", "" if self.sort == NEWEST else self.sort),
        ]
        pairs.append(("page", str(self.page) if self.page > 1 else ""))
        return [(name, value) for name, value in pairs if value]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query string as understood: the search, and what could not be used."""

    search: SearchFilter
    problems: tuple[Refusal, ...] = ()


def plain(value: Decimal | None) -> str:
    """A number as it stands in an address: no exponent, no trailing zeros, empty for None."""
    if value is None:
        return ""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _bounds_params(name: str, bounds: Bounds) -> list[Param]:
    return [(f"{name}_min", plain(bounds.low)), (f"{name}_max", plain(bounds.high))]

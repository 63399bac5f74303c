"""The places indicators are shown for, cities, banners and parks, and which of them a site counts for."""

from __future__ import annotations

from dataclasses import dataclass

from models.catalogue.regions import REGIONS
from models.catalogue.targets import Target, all_targets
from models.indicators import City

CITY, REGION, PARK = "city", "region", "park"
KINDS = (CITY, REGION, PARK)
# The banners of Ordos; every other region that the catalogue knows is a district or banner of Baotou.
_OF_ORDOS = frozenset({
    "dongsheng", "kangbashi", "dalad", "jungar", "otog-front", "otog", "hanggin", "uxin", "ejin-horo",
})
CITY_OF: dict[str, str] = {
    slug: City.ORDOS if slug in _OF_ORDOS else City.BAOTOU for slug, _name, _english in REGIONS
}
# By code: the Chinese name and the English one.
CITY_NAMES: dict[str, tuple[str, str]] = {City.ORDOS: ("鄂尔多斯市", "Ordos"), City.BAOTOU: ("包头市", "Baotou")}
# Under which word the documents' targets are filed for a place.
_TARGETS_OF = {"ordos": "ordos", "ejin-horo": "ejin_horo", "shiguai": "shiguai"}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a site counts: its park, where it lies in one, and its banner."""

    park_id: int | None
    region_id: str | None

    @property
    def city(self) -> str | None:
        return CITY_OF.get(self.region_id or "")


@dataclass(frozen=True, slots=True)
class Place:
    """A city, a banner or a park.  ``code`` is the last part of its address."""

    kind: str
    code: str
    name: str
    name_en: str
    park_id: int | None = None
    region_id: str | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.code}"

    @property
    def city(self) -> str | None:
        return self.code if self.kind == CITY else CITY_OF.get(self.region_id or "")

    def holds(self, spot: Spot) -> bool:
        """Whether what happens at ``spot`` counts for this place."""
        if self.kind == PARK:
            return spot.park_id == self.park_id
        if self.kind == REGION:
            return spot.region_id == self.region_id
        return spot.city == self.code


def targets_of(place: Place) -> tuple[list[Target], str]:
    """The documents' figures that apply to ``place``, and the code of the place that they were set for.

    A banner with targets of its own is measured by them, every other place by its city's; none where that has none.
    """
    for code in (place.region_id, place.city):
        filed = _TARGETS_OF.get(code or "")
        if filed:
            return [one for one in all_targets() if one.region == filed], code or ""
    return [], ""

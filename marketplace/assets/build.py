"""Building every asset that is made at set-up and never committed; what is up to date is left alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from marketplace.assets import boundaries, roads, vendor
from marketplace.assets.files import ROOT, write_atomically

STATIC = ROOT / "static"
MAP, VENDOR, ROAD_GRAPH = STATIC / "map", STATIC / "vendor", ROOT / "var" / "roads.npz"


@dataclass(frozen=True, slots=True)
class Asset:
    """``build`` makes ``targets``; they are stale once one of ``sources`` changes."""

    name: str
    sources: tuple[Path, ...]
    targets: tuple[Path, ...]
    build: Callable[[], None]

    @property
    def _stamp(self) -> Path:
        return ROOT / "var" / "stamps" / self.name

    def fingerprint(self) -> str:
        """Digest of the sources' contents."""
        digest = hashlib.sha256()
        for source in self.sources:
            digest.update(source.read_bytes())
        return digest.hexdigest()

    def is_current(self) -> bool:
        """Whether every target is there and was made from the present sources."""
        stamp = self._stamp
        return (
            all(target.exists() for target in self.targets)
            and stamp.exists()
            and stamp.read_text() == self.fingerprint()
        )

    def make(self) -> None:
        """Build the targets, then note what they were made from."""
        self.build()
        write_atomically(self._stamp, self.fingerprint().encode())


def assets() -> tuple[Asset, ...]:
    """All assets: boundaries, roads and rail, front-end libraries."""
    here, pins = Path(__file__).parent, ROOT / "requirements-assets.txt"
    return (
        Asset(
            "boundaries",
            (pins, here / "boundaries.py"),
            (MAP / "regions.json",),
            lambda: boundaries.build_boundaries(MAP),
        ),
        Asset(
            "roads",
            (pins, here / "roads.py"),
            (MAP / "roads.json", MAP / "rail.json", ROAD_GRAPH),
            lambda: roads.build_roads(MAP, ROAD_GRAPH),
        ),
        Asset(
            "libraries",
            (ROOT / "package-lock.json", here / "vendor.py"),
            tuple(VENDOR / target for target in vendor.FILES.values()),
            lambda: vendor.build_vendor(VENDOR),
        ),
    )


def build_assets(*, force: bool = False) -> Iterator[tuple[str, bool]]:
    """Build what is stale, or with ``force`` everything; yields each name and whether it was built."""
    for asset in assets():
        stale = force or not asset.is_current()
        if stale:
            asset.make()
        yield asset.name, stale

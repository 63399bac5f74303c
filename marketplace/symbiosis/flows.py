"""What the symbiosis is made of: places, ends, flows, and the book that holds one view of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

PARK, REGION, ENTERPRISE = "park", "region", "enterprise"
PLAN, TRADES, POTENTIAL = "plan", "trades", "potential"
VIEWS = (PLAN, TRADES, POTENTIAL)


@dataclass(frozen=True, slots=True)
class Place:
    """A park, a banner standing for its enterprises outside parks, or one enterprise; degrees in WGS-84.

    ``region_id`` is the banner it lies in, None where that is not known.
    """

    kind: str
    code: str
    name: str
    name_en: str
    lat: float
    lon: float
    park_id: int | None = None
    region_id: str | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.code}"


@dataclass(frozen=True, slots=True)
class End:
    """One side of a flow: enterprise, listing (blank where a contract names none) and the place it lies in."""

    enterprise_id: int
    enterprise: Place
    place: Place
    listing: str = ""
    estimate: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """Tonnes of one waste type from one enterprise to another in one month.

    ``use`` is blank where a contract names no demand.  ``value_yuan`` is what both sides gain in a plan
    and what the taker pays in a trade; ``freight_yuan`` and ``carbon_kg`` (avoided, net) are estimates.
    ``weighed_t`` is how much of a trade has been weighed out, ``contract`` which trade it belongs to.
    """

    month: str
    sender: End
    taker: End
    waste_type: str
    use: str
    tonnes: float
    km: float
    value_yuan: float
    freight_yuan: float
    carbon_kg: float
    weighed_t: float = 0.0
    contract: int = 0


@dataclass(frozen=True, slots=True)
class LeftOver:
    """Tonnes of a supply that found no taker over the horizon."""

    end: End
    waste_type: str
    tonnes: float


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a chain: tonnes that pass through it from ``sender`` to ``taker``.

    Distance and gain of both sides on a tonne are the plan's; None where the plan no longer holds the consignment.
    """

    sender: End
    taker: End
    waste_type: str
    use: str
    tonnes: float
    km: float | None = None
    value_yuan_per_t: float | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """Hops joined through residues; ``bottleneck`` is the position of the hop with the fewest tonnes."""

    hops: tuple[Hop, ...]

    @property
    def bottleneck(self) -> int:
        return min(range(len(self.hops)), key=lambda at: self.hops[at].tonnes)


@dataclass(frozen=True, slots=True)
class Cycle:
    """Hops that lead back to where they began; ``tonnes`` is the least that goes round on any of them."""

    hops: tuple[Hop, ...]
    tonnes: float


@dataclass(frozen=True, slots=True)
class Part:
    """The tonnes of a consignment that are the residue of ``origin``, a use of the sender, over the horizon."""

    origin: End
    origin_use: str
    sender: End
    taker: End
    waste_type: str
    use: str
    tonnes: float


@dataclass(frozen=True, eq=False, slots=True)
class Book:
    """All flows of one view.  Two books are equal only if they are one: what is derived is kept by book.

    ``status`` is the solver's, ``stale`` says that the market has changed since ``made_at``.
    """

    view: str
    flows: tuple[Flow, ...]
    left_over: tuple[LeftOver, ...] = ()
    chains: tuple[Chain, ...] = ()
    months: tuple[str, ...] = ()
    status: str = ""
    made_at: dt.datetime | None = None
    stale: bool = False
    cycles: tuple[Cycle, ...] = ()
    parts: tuple[Part, ...] = ()

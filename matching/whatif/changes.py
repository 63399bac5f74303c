"""What may be asked of a market: the changes that a what-if is made of.

Each is plain data with its units in its names, so that it can be kept, shared and read again.
"""

from __future__ import annotations

from dataclasses import dataclass

REGION, PARK = "region", "park"


@dataclass(frozen=True, slots=True)
class Stop:
    """An enterprise stands still for ``months`` months from ``first_month`` (``YYYY-MM``): it produces nothing and
    takes nothing in.  What lies on its ground may leave.
    """

    enterprise: str
    first_month: str
    months: int


@dataclass(frozen=True, slots=True)
class NewPlant:
    """A plant that is not there yet: it takes ``t_per_month`` of what it accepts, for one use, at one place (WGS-84).

    ``accepts`` are pairs of waste type and largest share of a month's intake (None: no limit), ``specs`` tuples of
    property, minimum, maximum, basis (``each`` or ``blend``) and waste type (blank: all), ``residues`` pairs of waste
    type and tonnes left per tonne taken in.  ``park`` is the id of the park it would lie in, blank for none.
    """

    name: str
    use: str
    lat: float
    lon: float
    t_per_month: float
    accepts: tuple[tuple[str, float | None], ...]
    bid_yuan_per_t: float = 0.0
    max_distance_km: float | None = None
    specs: tuple[tuple[str, float | None, float | None, str, str], ...] = ()
    residues: tuple[tuple[str, float], ...] = ()
    park: str = ""


@dataclass(frozen=True, slots=True)
class NewLimit:
    """Other limits of one property at a demand, or at every demand of a use; None: no limit on that side.

    It takes the place of the specs that are there; where a demand has none on the property, one is added.
    """

    property: str
    minimum: float | None
    maximum: float | None
    demand: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True)
class FreightTimes:
    """Freight by road costs ``factor`` times what it does."""

    factor: float


@dataclass(frozen=True, slots=True)
class RailLine:
    """A railway with points where it is loaded, (name, latitude, longitude): tonnes may go by road to one point, by
    rail to another, and on by road.

    Loading and unloading together cost ``handling_yuan_per_t``, carriage ``rate_yuan_per_t_km``; ``kg_per_t_km`` is
    what it emits.  Kilometres on the rail are the great circle between the points times ``circuity``.
    """

    points: tuple[tuple[str, float, float], ...]
    handling_yuan_per_t: float
    rate_yuan_per_t_km: float
    kg_per_t_km: float
    circuity: float = 1.2


@dataclass(frozen=True, slots=True)
class Subsidy:
    """``yuan_per_t_km`` to every tonne that goes from one region (or park) to another, at most ``most_yuan_per_t``."""

    yuan_per_t_km: float
    between: str = REGION
    most_yuan_per_t: float | None = None


@dataclass(frozen=True, slots=True)
class DisposalFee:
    """A fee on what a supply leaves unused, in steps tied to the share it uses.

    ``steps`` are (share up to which, yuan per tonne), rising in share to 1 and not rising in the fee: the tonnes
    between two shares bear the fee of their step where they are not used, as income bears a progressive tax.  So every
    tonne used spares the fee of its step.
    """

    steps: tuple[tuple[float, float], ...]


Change = Stop | NewPlant | NewLimit | FreightTimes | RailLine | Subsidy | DisposalFee
KINDS: dict[str, type] = {
    "stop": Stop,
    "new_plant": NewPlant,
    "new_limit": NewLimit,
    "freight_times": FreightTimes,
    "rail_line": RailLine,
    "subsidy": Subsidy,
    "disposal_fee": DisposalFee,
}


def kind_of(change: Change) -> str:
    """The name under which a change is kept."""
    return next(name for name, kind in KINDS.items() if isinstance(change, kind))

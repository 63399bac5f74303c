"""What-ifs that cannot be: every fault at once, each with its place, what was found and what was expected."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from matching.distance.great_circle import great_circle_km
from matching.problem import MatchProblem
from matching.whatif.changes import (
    PARK,
    REGION,
    Change,
    DisposalFee,
    FreightTimes,
    NewLimit,
    NewPlant,
    RailLine,
    Stop,
    Subsidy,
)

# Farther from every listing than this a place lies outside the region: no plant of the market would reach it.
REACH_KM = 300.0


@dataclass(frozen=True, slots=True)
class Fault:
    """``code`` names the rule and ``values`` its numbers; ``change`` counts from 0, ``field`` is the attribute."""

    change: int
    field: str
    code: str
    values: dict[str, Any]

    def __str__(self) -> str:
        told = ", ".join(f"{key} {value}" for key, value in self.values.items())
        return f"change {self.change + 1}, {self.field}: {self.code}" + (f" ({told})" if told else "")


class ImpossibleChange(ValueError):
    """One or more changes that cannot be; ``faults`` has all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in faults))


Found = Iterator[tuple[str, str, dict[str, Any]]]


def check_changes(problem: MatchProblem, changes: Sequence[Change]) -> None:
    """Raise :class:`ImpossibleChange` with every fault of ``changes``."""
    faults = [
        Fault(at, field, code, values)
        for at, change in enumerate(changes)
        for field, code, values in _CHECKS[type(change)](problem, change)
    ]
    faults += _twice(changes)
    if faults:
        raise ImpossibleChange(faults)


def _twice(changes: Sequence[Change]) -> list[Fault]:
    """Changes that speak of the whole market may be made once: two of them would contradict each other."""
    found, seen = [], set()
    for at, change in enumerate(changes):
        if isinstance(change, FreightTimes | RailLine | Subsidy | DisposalFee):
            if type(change) in seen:
                found.append(Fault(at, "kind", "twice", {}))
            seen.add(type(change))
    return found


def _stop(problem: MatchProblem, change: Stop) -> Found:
    if change.enterprise not in problem.enterprises.ids:
        yield "enterprise", "unknown_enterprise", {"found": change.enterprise}
    if change.first_month not in problem.months:
        yield "first_month", "outside_horizon", {
            "found": change.first_month, "first": problem.months[0], "last": problem.months[-1],
        }
    if not 1 <= change.months <= len(problem.months):
        yield "months", "not_between", {"found": change.months, "least": 1, "most": len(problem.months)}


def _new_plant(problem: MatchProblem, change: NewPlant) -> Found:
    if not change.name.strip():
        yield "name", "missing", {}
    if change.use not in problem.catalogue.uses:
        yield "use", "unknown_use", {"found": change.use}
    yield from _place(problem, "lat", change.lat, change.lon)
    yield from _positive("t_per_month", change.t_per_month)
    yield from _finite("bid_yuan_per_t", change.bid_yuan_per_t)
    if change.max_distance_km is not None:
        yield from _positive("max_distance_km", change.max_distance_km)
    if change.park and change.park not in problem.parks.ids:
        yield "park", "unknown_park", {"found": change.park}
    if not change.accepts:
        yield "accepts", "accepts_nothing", {}
    for waste, share in change.accepts:
        yield from _waste(problem, "accepts", waste)
        if share is not None and not 0 < share <= 1:
            yield "accepts", "not_a_share", {"found": share, "waste_type": waste}
    for name, low, high, basis, waste in change.specs:
        yield from _limits(problem, "specs", name, low, high)
        if waste:
            yield from _waste(problem, "specs", waste)
        if basis not in ("each", "blend"):
            yield "specs", "unknown_basis", {"found": basis}
        elif basis == "blend" and name in problem.catalogue.properties and not (
            problem.catalogue.properties[name].mixes_linearly
        ):
            yield "specs", "does_not_mix", {"property": name}
    for waste, rate in change.residues:
        yield from _waste(problem, "residues", waste)
        if not 0 <= rate <= 10:
            yield "residues", "not_between", {"found": rate, "least": 0, "most": 10}


def _new_limit(problem: MatchProblem, change: NewLimit) -> Found:
    if bool(change.demand) == bool(change.use):
        yield "demand", "demand_or_use", {}
    elif change.demand and change.demand not in problem.demands.ids:
        yield "demand", "unknown_demand", {"found": change.demand}
    elif change.use and change.use not in problem.uses:
        yield "use", "no_demand_of_use", {"found": change.use}
    yield from _limits(problem, "property", change.property, change.minimum, change.maximum)


def _freight(_problem: MatchProblem, change: FreightTimes) -> Found:
    if not (math.isfinite(change.factor) and 0 <= change.factor <= 10):
        yield "factor", "not_between", {"found": change.factor, "least": 0, "most": 10}


def _rail(problem: MatchProblem, change: RailLine) -> Found:
    if len(change.points) < 2:
        yield "points", "two_points", {"found": len(change.points)}
    for _name, lat, lon in change.points:
        yield from _place(problem, "points", lat, lon)
    for field in ("handling_yuan_per_t", "rate_yuan_per_t_km", "kg_per_t_km"):
        value = getattr(change, field)
        if not (math.isfinite(value) and value >= 0):
            yield field, "negative", {"found": value}
    if not 1 <= change.circuity <= 3:
        yield "circuity", "not_between", {"found": change.circuity, "least": 1, "most": 3}


def _subsidy(_problem: MatchProblem, change: Subsidy) -> Found:
    if change.between not in (REGION, PARK):
        yield "between", "region_or_park", {"found": change.between}
    if not (math.isfinite(change.yuan_per_t_km) and change.yuan_per_t_km >= 0):
        yield "yuan_per_t_km", "negative", {"found": change.yuan_per_t_km}
    if change.most_yuan_per_t is not None:
        yield from _positive("most_yuan_per_t", change.most_yuan_per_t)


def _fee(_problem: MatchProblem, change: DisposalFee) -> Found:
    if not change.steps:
        yield "steps", "missing", {}
        return
    shares, fees = zip(*change.steps, strict=True)
    if any(not (math.isfinite(fee) and fee >= 0) for fee in fees):
        yield "steps", "negative", {"found": min(fees)}
    elif any(later > earlier for earlier, later in pairwise(fees)):
        yield "steps", "fee_rises", {"found": " / ".join(f"{fee:g}" for fee in fees)}
    rising = all(later > earlier for earlier, later in pairwise(shares))
    if not (shares[0] > 0 and rising and shares[-1] == 1):
        yield "steps", "shares_rise_to_one", {"found": " / ".join(f"{share:g}" for share in shares)}


_CHECKS: dict[type, Callable[..., Found]] = {
    Stop: _stop, NewPlant: _new_plant, NewLimit: _new_limit, FreightTimes: _freight, RailLine: _rail,
    Subsidy: _subsidy, DisposalFee: _fee,
}


def _place(problem: MatchProblem, field: str, lat: float, lon: float) -> Found:
    """A place on the globe, within reach of some enterprise of the market."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        yield field, "no_place", {"lat": lat, "lon": lon}
        return
    firms = problem.enterprises
    if not len(firms.ids):
        return
    nearest = float(np.min(great_circle_km(np.array([lat]), np.array([lon]), firms.lat, firms.lon)))
    if nearest > REACH_KM:
        yield field, "in_the_void", {"nearest_km": round(nearest), "most_km": REACH_KM}


def _limits(problem: MatchProblem, field: str, name: str, low: float | None, high: float | None) -> Found:
    if name not in problem.catalogue.properties:
        yield field, "unknown_property", {"found": name}
    if any(value is not None and not math.isfinite(value) for value in (low, high)):
        yield field, "not_a_number", {"property": name}
    elif low is not None and high is not None and low > high:
        yield field, "min_above_max", {"property": name, "min": low, "max": high}


def _waste(problem: MatchProblem, field: str, waste: str) -> Found:
    if waste not in problem.catalogue.waste_types:
        yield field, "unknown_waste_type", {"found": waste}


def _positive(field: str, value: float) -> Found:
    if not (math.isfinite(value) and value > 0):
        yield field, "not_positive", {"found": value}


def _finite(field: str, value: float) -> Found:
    if not math.isfinite(value):
        yield field, "not_a_number", {}

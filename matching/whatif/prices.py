"""Shadow prices made readable: what one more tonne a month of room, or of waste, is worth at a place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from matching.problem import MatchProblem
from matching.whatif.outcome import Outcome

ROOM, WASTE = "room", "waste"


@dataclass(frozen=True, slots=True)
class PlacePrice:
    """``kind`` room: one more tonne a month of room for ``what`` (a use) at ``place``; waste: one more tonne a month of
    ``what`` (a waste type) there.  Yuan per tonne, the listing where it is worth most, and how many listings there are.

    ``place`` is a park's index, -1 for all that lies in none; ``region`` the banner then.
    """

    kind: str
    what: str
    place: int
    region: str
    yuan_per_t: float
    listing: str
    listings: int


def place_prices(problem: MatchProblem, outcome: Outcome) -> tuple[PlacePrice, ...]:
    """Every place with its uses and waste types, the dearest first."""
    groups: dict[tuple[str, str, int, str], list[tuple[float, str]]] = defaultdict(list)
    demands, supplies, firms = problem.demands, problem.supplies, problem.enterprises
    sides = (
        (ROOM, demands, [problem.uses[use] for use in demands.use.tolist()], outcome.demand_price),
        (WASTE, supplies, [problem.waste_types[kind] for kind in supplies.waste_type.tolist()], outcome.supply_price),
    )
    for kind, listings, whats, prices in sides:
        for key, firm, what in zip(listings.ids, listings.enterprise.tolist(), whats, strict=True):
            park = int(firms.park[firm])
            region = firms.regions[firm] if park < 0 else ""
            groups[kind, what, park, region].append((prices.get(key, 0.0), key))
    found = []
    for (kind, what, park, region), listed in groups.items():
        price, key = max(listed, key=lambda one: (one[0], one[1]))
        found.append(PlacePrice(kind, what, park, region, price, key, len(listed)))
    return tuple(sorted(found, key=lambda one: (-one.yuan_per_t, one.kind, one.what, one.place, one.region)))


def worth_nothing_anywhere(prices: tuple[PlacePrice, ...], least: float = 0.005) -> tuple[tuple[str, str], ...]:
    """(kind, what) of which one more tonne is worth less than ``least`` yuan wherever it came up."""
    most: dict[tuple[str, str], float] = {}
    for price in prices:
        key = price.kind, price.what
        most[key] = max(most.get(key, 0.0), price.yuan_per_t)
    return tuple(sorted(key for key, worth in most.items() if worth < least))

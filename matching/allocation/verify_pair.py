"""Check one pair of a plan against every gate of the market, in plain Python."""

from __future__ import annotations

import math

from matching.problem import BLEND, MatchProblem

# Two ways of computing a normal probability differ by less.
CHANCE_TOLERANCE = 1e-9


def pair_faults(
    problem: MatchProblem, supply: int, demand: int, distance_km: float, *, blend: bool, confidence: float | None = None
) -> list[tuple[str, float, float]]:
    """Every gate the pair fails, as (rule, found, limit); NaN found means not assayed.

    With a ``confidence`` a lot that keeps a limit with less probability fails it as well.
    """
    supplies, demands = problem.supplies, problem.demands
    waste, receiver = int(supplies.waste_type[supply]), int(demands.enterprise[demand])
    faults: list[tuple[str, float, float]] = []
    if math.isnan(demands.max_share[demand, waste]):
        faults.append(("accepts", math.nan, 1.0))
    kind = problem.catalogue.waste_types[problem.waste_types[waste]]
    if kind.hazardous and not _licensed(problem, kind.id, kind.hw_codes, receiver):
        faults.append(("licence", 0.0, 1.0))
    if not problem.enterprises.qualified[receiver]:
        faults.append(("qualified", 0.0, 1.0))
    limit = min(float(supplies.max_distance_km[supply]), float(demands.max_distance_km[demand]))
    if not distance_km <= limit:
        faults.append(("distance", distance_km, limit))
    common = min(float(supplies.t_per_month[supply]), float(demands.t_per_month[demand]))
    lot = max(float(supplies.min_lot_t[supply]), float(demands.min_lot_t[demand]))
    if not common >= lot:
        faults.append(("min_lot", common, lot))
    return faults + _spec_faults(problem, supply, demand, waste, blend=blend, confidence=confidence)


def _licensed(problem: MatchProblem, waste: str, codes: tuple[str, ...], receiver: int) -> bool:
    held = problem.enterprises.licences[receiver]
    return waste in held or any(code in held for code in codes)


def _spec_faults(
    problem: MatchProblem, supply: int, demand: int, waste: int, *, blend: bool, confidence: float | None
) -> list[tuple[str, float, float]]:
    specs, faults = problem.specs, []
    first = int(specs.demand.searchsorted(demand, side="left"))
    last = int(specs.demand.searchsorted(demand, side="right"))
    for spec in range(first, last):
        if specs.waste_type[spec] not in (-1, waste):
            continue
        value = float(problem.supplies.property_value[supply, specs.property[spec]])
        low, high = float(specs.minimum[spec]), float(specs.maximum[spec])
        key = problem.properties[specs.property[spec]]
        if math.isnan(value):
            faults.append((f"assay:{key}", value, high if math.isfinite(high) else low))
        elif blend and specs.basis[spec] == BLEND:
            continue
        elif value > high:
            faults.append((f"spec_max:{key}", value, high))
        elif value < low:
            faults.append((f"spec_min:{key}", value, low))
        elif confidence is not None:
            sure = chance_inside(value, float(problem.supplies.property_sd[supply, specs.property[spec]]), low, high)
            if sure < confidence - CHANCE_TOLERANCE:
                faults.append((f"spec_confidence:{key}", sure, confidence))
    return faults


def chance_inside(mean: float, spread: float, low: float, high: float) -> float:
    """The share of a normal distribution within ``low``..``high``; without a spread 1 or 0."""
    if math.isnan(spread) or spread == 0:
        return float(low <= mean <= high)
    outside_high = 0.5 * math.erfc((high - mean) / (spread * math.sqrt(2.0)))
    outside_low = 0.5 * math.erfc((mean - low) / (spread * math.sqrt(2.0)))
    return 1.0 - outside_high - outside_low

"""What a railway spares and what a subsidy adds on each pair, in yuan per tonne."""

from __future__ import annotations

import numpy as np

from matching.allocation.result import Pairs
from matching.distance.great_circle import GreatCircle, great_circle_km
from matching.params import MatchParams
from matching.problem import MatchProblem
from matching.whatif.changes import PARK, RailLine, Subsidy


def by_rail(
    problem: MatchProblem, pairs: Pairs, line: RailLine, params: MatchParams
) -> tuple[np.ndarray, np.ndarray]:
    """Yuan and kg CO2e per tonne that the way by ``line`` spares against the road, each ``(pairs,)``.

    Where the road is the cheaper one both are nothing.  The way to and from the rail costs freight like any other; of
    all pairs of points the cheapest is taken.
    """
    names = [name for name, _lat, _lon in line.points]
    lat, lon = (np.array([point[axis] for point in line.points], float) for axis in (1, 2))
    road = params.distance or GreatCircle(problem.circuity)
    supplies, demands = problem.supplies, problem.demands
    to_point = _table(road, supplies.lat, supplies.lon, lat, lon)[pairs.supply]
    from_point = _table(road, demands.lat, demands.lon, lat, lon)[pairs.demand]
    rails = great_circle_km(lat[:, np.newaxis], lon[:, np.newaxis], lat, lon) * line.circuity
    freight = problem.freight
    best = np.full(len(pairs), np.inf)
    emitted = np.zeros(len(pairs))
    for start in range(len(names)):
        for end in range(len(names)):
            if start == end:
                continue
            on_road = to_point[:, start] + from_point[:, end]
            cost = (
                2 * freight.handling_yuan_per_t + freight.rate_yuan_per_t_km * on_road
                + line.handling_yuan_per_t + line.rate_yuan_per_t_km * rails[start, end]
            )
            kg = problem.carbon.transport_kg_per_t_km * on_road + line.kg_per_t_km * rails[start, end]
            emitted = np.where(cost < best, kg, emitted)
            best = np.minimum(best, cost)
    spared = pairs.freight_yuan_per_t - best
    by_road = problem.carbon.transport_kg_per_t_km * pairs.distance_km
    return np.maximum(spared, 0.0), np.where(spared > 0, by_road - emitted, 0.0)


def _table(road: object, lat: np.ndarray, lon: np.ndarray, to_lat: np.ndarray, to_lon: np.ndarray) -> np.ndarray:
    """Kilometres by road from each listing to each point, ``(listings, points)``."""
    rows, columns = len(lat), len(to_lat)
    km = road.pairs_km(  # type: ignore[attr-defined]
        np.repeat(lat, columns), np.repeat(lon, columns), np.tile(to_lat, rows), np.tile(to_lon, rows)
    )
    return np.asarray(km).reshape(rows, columns)


def subsidised(problem: MatchProblem, pairs: Pairs, subsidy: Subsidy) -> np.ndarray:
    """Yuan per tonne that the subsidy pays on each pair, ``(pairs,)``: nothing within one region (or park)."""
    home = _homes(problem, subsidy)
    source, target = (
        home[side.enterprise[at]]
        for side, at in ((problem.supplies, pairs.supply), (problem.demands, pairs.demand))
    )
    paid = subsidy.yuan_per_t_km * pairs.distance_km
    if subsidy.most_yuan_per_t is not None:
        paid = np.minimum(paid, subsidy.most_yuan_per_t)
    # A place that is not known is nobody's neighbour and nobody's foreigner: nothing is paid for it.
    return np.where((source != target) & (source >= 0) & (target >= 0), paid, 0.0)


def _homes(problem: MatchProblem, subsidy: Subsidy) -> np.ndarray:
    """A number for each enterprise's region (or park), -1 where it has none."""
    if subsidy.between == PARK:
        return problem.enterprises.park
    named = {name: at for at, name in enumerate(sorted({*problem.enterprises.regions} - {""}))}
    return np.array([named.get(name, -1) for name in problem.enterprises.regions], dtype=np.int64)

"""The pipeline of scikit-learn's BallTree and NumPy: a tree per waste type, then gates, specs, score and top K.

Written as a good developer would: one tree per waste type, candidates of many supplies at a time, every rule a NumPy
expression that drops what fails before the next is asked, both cores by threads.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from sklearn.neighbors import BallTree

from matching.distance.great_circle import EARTH_RADIUS_KM
from matching.problem import EACH, MatchProblem

# Supplies whose candidates are held at a time.
CHUNK = 1_000


def best_partners(
    problem: MatchProblem, top_k: int, *, threads: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Supplies, demands and scores of the kept pairs in order of supply and rank, and how many are in range.

    ``threads`` defaults to the processors there are.
    """
    s, d = problem.supplies, problem.demands
    jobs = []
    for waste in range(len(problem.waste_types)):
        takers = np.flatnonzero(~np.isnan(d.max_share[:, waste]))
        mine = np.flatnonzero(s.waste_type == waste)
        if len(takers) and len(mine):
            tree = BallTree(np.radians(np.column_stack([d.lat[takers], d.lon[takers]])), metric="haversine")
            jobs += [(tree, takers, mine[at : at + CHUNK]) for at in range(0, len(mine), CHUNK)]
    specs = _specs_by_demand(problem)
    with ThreadPoolExecutor(threads or len(os.sched_getaffinity(0))) as pool:
        parts = list(pool.map(lambda job: _chunk(problem, specs, *job, top_k), jobs))
    supply, demand, score = (np.concatenate([part[at] for part in parts]) for at in range(3))
    order = np.argsort(supply, kind="stable")
    return supply[order], demand[order], score[order], sum(part[3] for part in parts)


def _specs_by_demand(problem: MatchProblem) -> tuple[np.ndarray, ...]:
    """Dense limits ``(demands, properties)``: on every lot, on any basis, and whether a property is asked for."""
    shape = (len(problem.demands.ids), len(problem.properties))
    each, upper, asked = np.full(shape, np.inf), np.full(shape, np.inf), np.zeros(shape, bool)
    specs = problem.specs
    upper[specs.demand, specs.property], asked[specs.demand, specs.property] = specs.maximum, True
    lots = specs.basis == EACH
    each[specs.demand[lots], specs.property[lots]] = specs.maximum[lots]
    return each, upper, asked


def _chunk(problem, specs, tree, takers, supplies, top_k):  # type: ignore[no-untyped-def]
    s, d = problem.supplies, problem.demands
    radius = s.max_distance_km[supplies] / problem.circuity / EARTH_RADIUS_KM
    found, angle = tree.query_radius(
        np.radians(np.column_stack([s.lat[supplies], s.lon[supplies]])), radius * (1 + 1e-9), return_distance=True
    )
    supply = np.repeat(supplies, [len(part) for part in found])
    demand, km = takers[np.concatenate(found)], np.concatenate(angle) * EARTH_RADIUS_KM * problem.circuity
    near = km <= np.minimum(s.max_distance_km[supply], d.max_distance_km[demand])
    supply, demand, km = supply[near], demand[near], km[near]
    in_range = len(supply)
    shared = np.minimum(s.last_month[supply], d.last_month[demand]) + 1
    shared -= np.maximum(s.first_month[supply], d.first_month[demand])
    common = np.minimum(s.t_per_month[supply], d.t_per_month[demand])
    passed = problem.enterprises.qualified[d.enterprise[demand]] & (shared > 0)
    passed &= (common >= s.min_lot_t[supply]) & (common >= d.min_lot_t[demand])
    supply, demand, km, shared, common = (a[passed] for a in (supply, demand, km, shared, common))
    each, upper, asked = specs
    value = s.property_value[supply]
    alive = ~(value > each[demand]).any(axis=1)
    supply, demand, km, shared, common, value = (a[alive] for a in (supply, demand, km, shared, common, value))
    wanted, limit = asked[demand], upper[demand]
    missing = (wanted & np.isnan(value)).any(axis=1)
    with np.errstate(invalid="ignore"):
        margin = np.where(wanted & ~np.isnan(value), np.clip((limit - value) / limit, 0.0, 1.0), 0.0)
    quality = margin.sum(axis=1) / np.maximum(wanted.sum(axis=1), 1)
    surplus = d.bid_yuan_per_t[demand] - s.ask_yuan_per_t[supply]
    surplus -= problem.freight.handling_yuan_per_t + problem.freight.rate_yuan_per_t_km * km
    score = 100 * (
        0.3 / (1 + km / 100) + 0.2 * quality + 0.2 * common / (common + 1000) + 0.2 / (1 + np.exp(-surplus / 20))
        + 0.1 * shared / len(problem.months)
    )  # fmt: skip
    order = np.lexsort((demand, -score, missing, supply))
    supply, demand, score = supply[order], demand[order], score[order]
    start = np.flatnonzero(np.r_[True, supply[1:] != supply[:-1]]) if len(supply) else np.zeros(0, int)
    rank = np.arange(len(supply)) - np.repeat(start, np.diff(np.r_[start, len(supply)]))
    kept = rank < top_k
    return supply[kept], demand[kept], score[kept], in_range

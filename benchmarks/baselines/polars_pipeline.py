"""The pipeline of polars: listings joined by waste type and cell, then filters, expressions and a ranked group.

Supplies go through in batches so that the joined table fits in memory; polars uses all cores by itself.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from matching.distance.great_circle import EARTH_RADIUS_KM
from matching.problem import EACH, MatchProblem

BATCH = 2_000


def best_partners(problem: MatchProblem, top_k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Supplies, demands and scores of the kept pairs in order of supply and rank, and how many are in range."""
    s = problem.supplies
    reach = float(s.max_distance_km.max()) / problem.circuity / EARTH_RADIUS_KM
    row_degrees = math.degrees(reach)
    widest = math.cos(math.radians(min(np.abs(s.lat).max() + row_degrees, 89.0)))
    column_degrees = math.degrees(math.asin(min(math.sin(reach) / widest, 1.0)))
    takers = _takers(problem, row_degrees, column_degrees)
    order = np.lexsort((s.lon, s.lat, s.waste_type))
    parts, in_range = [], 0
    for start in range(0, len(order), BATCH):
        kept, near = _batch(problem, takers, order[start : start + BATCH], row_degrees, column_degrees, top_k)
        parts.append(kept)
        in_range += near
    found = pl.concat(parts).sort("supply", "rank")
    return (*(found[name].to_numpy() for name in ("supply", "demand", "score")), in_range)


def _takers(problem: MatchProblem, row_degrees: float, column_degrees: float) -> pl.DataFrame:
    d = problem.demands
    demand, waste = np.nonzero(~np.isnan(d.max_share))
    columns = {
        "demand": demand, "waste": waste, "row": np.floor(d.lat[demand] / row_degrees).astype(np.int32),
        "column": np.floor(d.lon[demand] / column_degrees).astype(np.int32), "lat2": np.radians(d.lat[demand]),
        "lon2": np.radians(d.lon[demand]), "limit2": d.max_distance_km[demand], "t2": d.t_per_month[demand],
        "lot2": d.min_lot_t[demand], "bid": d.bid_yuan_per_t[demand], "first2": d.first_month[demand],
        "last2": d.last_month[demand], "qualified": problem.enterprises.qualified[d.enterprise[demand]],
    }  # fmt: skip
    specs = problem.specs
    each = np.full((len(d.ids), len(problem.properties)), np.inf)
    upper = np.full(each.shape, np.nan)
    lots = specs.basis == EACH
    upper[specs.demand, specs.property] = specs.maximum
    each[specs.demand[lots], specs.property[lots]] = specs.maximum[lots]
    for at in range(len(problem.properties)):
        columns[f"each{at}"], columns[f"upper{at}"] = each[demand, at], upper[demand, at]
    # What asks for nothing is null, and an assay that is not there is null: nulls fall out of sums by themselves.
    return pl.DataFrame(columns, nan_to_null=True)


def _supplies(problem: MatchProblem, at: np.ndarray, row_degrees: float, column_degrees: float) -> pl.DataFrame:
    s = problem.supplies
    row, column = np.floor(s.lat[at] / row_degrees), np.floor(s.lon[at] / column_degrees)
    around = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1)]
    columns = {
        "supply": at, "waste": s.waste_type[at], "lat1": np.radians(s.lat[at]), "lon1": np.radians(s.lon[at]),
        "limit1": s.max_distance_km[at], "t1": s.t_per_month[at], "lot1": s.min_lot_t[at],
        "ask": s.ask_yuan_per_t[at], "first1": s.first_month[at], "last1": s.last_month[at],
    }  # fmt: skip
    for key in range(len(problem.properties)):
        columns[f"value{key}"] = s.property_value[at, key]
    frame = pl.DataFrame(columns, nan_to_null=True)
    cells = [
        frame.with_columns(
            pl.Series("row", (row + r).astype(np.int32)), pl.Series("column", (column + c).astype(np.int32))
        )
        for r, c in around
    ]
    return pl.concat(cells)


def _batch(problem, takers, at, row_degrees, column_degrees, top_k):  # type: ignore[no-untyped-def]
    keys = range(len(problem.properties))
    chord = (
        ((pl.col("lat2") - pl.col("lat1")) / 2).sin() ** 2
        + pl.col("lat1").cos() * pl.col("lat2").cos() * ((pl.col("lon2") - pl.col("lon1")) / 2).sin() ** 2
    )
    near = (
        _supplies(problem, at, row_degrees, column_degrees).lazy()
        .join(takers.lazy(), on=["waste", "row", "column"])
        .with_columns(km=2 * EARTH_RADIUS_KM * problem.circuity * chord.sqrt().arcsin())
        .filter(pl.col("km") <= pl.min_horizontal("limit1", "limit2"))
        .collect()
    )  # fmt: skip
    common = pl.min_horizontal("t1", "t2")
    shared = pl.min_horizontal("last1", "last2") - pl.max_horizontal("first1", "first2") + 1
    freight = problem.freight.handling_yuan_per_t + problem.freight.rate_yuan_per_t_km * pl.col("km")
    inside = [
        ((pl.col(f"upper{key}") - pl.col(f"value{key}")) / pl.col(f"upper{key}")).clip(0.0, 1.0) for key in keys
    ]
    asked = pl.sum_horizontal(pl.col(f"upper{key}").is_not_null() for key in keys)
    quality = pl.sum_horizontal(inside) / asked
    kept = (
        near.lazy()
        .with_columns(common=common, shared=shared)
        .filter(
            pl.col("qualified"), pl.col("shared") > 0, pl.col("common") >= pl.max_horizontal("lot1", "lot2"),
            *((pl.col(f"value{key}") <= pl.col(f"each{key}")).fill_null(True) for key in keys),
        )
        .with_columns(
            missing=pl.any_horizontal(
                pl.col(f"upper{key}").is_not_null() & pl.col(f"value{key}").is_null() for key in keys
            ),
            score=100 * (
                0.3 / (1 + pl.col("km") / 100) + 0.2 * quality + 0.2 * pl.col("common") / (pl.col("common") + 1000)
                + 0.2 / (1 + (-(pl.col("bid") - pl.col("ask") - freight) / 20).exp())
                + 0.1 * pl.col("shared") / len(problem.months)
            ),
        )
        .select("supply", "demand", "score", "missing")
        .sort("supply", "missing", "score", "demand", descending=[False, False, True, False])
        .with_columns(rank=pl.int_range(pl.len()).over("supply"))
        .filter(pl.col("rank") < top_k)
        .select("supply", "demand", "score", "rank")
        .collect()
    )  # fmt: skip
    return kept, near.height

"""The best plan of a market, from the rows of its CSV files, as another linear program by another solver
front.

Written apart from the engine: no tonnes are carried between months here; instead, for every supply and
month, what was sent since the start may not exceed what has come in since the start.  Dense rows, one
Python loop per rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import linprog
from scipy.stats import norm

from models.catalogue import DATA_FOLDER
from tests.engine.oracle import Row, Tables, _number, _window, judge


@dataclass(frozen=True, slots=True)
class Best:
    """Greatest objective; for the tonnes also the least freight that carries them."""

    objective: float
    freight: float


def best_plan(
    tables: Tables, objective: str, *, blend: bool, months: int = 12, confidence: float | None = None
) -> Best:
    """The optimum over all plans that keep the rules; with a confidence, over those that keep each spec of a lot with
    that probability and the mean of a mix by so many spreads of its lots, added up.
    """
    supplies = {row["id"]: row for row in tables["supplies.csv"]}
    demands = {row["id"]: row for row in tables["demands.csv"]}
    assays = {(row["supply"], row["property"]): float(row["value"]) for row in tables["assays.csv"]}
    judged = judge(tables, months)
    arcs = [
        (s, d, m)
        for (s, d), pair in sorted(judged.items())
        if pair.status == "feasible" and (blend or _meets_blends(tables, supplies[s], d, assays))
        and (confidence is None or _sure_enough(tables, supplies[s], d, blend, confidence))
        for m in sorted(set(_window(supplies[s], months)) & set(_window(demands[d], months)))
    ]
    if not arcs:
        return Best(0.0, 0.0)
    rows, right = [], []

    def at_most(entries: dict[int, float], limit: float) -> None:
        line = np.zeros(len(arcs))
        for column, value in entries.items():
            line[column] += value
        rows.append(line)
        right.append(limit)

    _supply_rows(tables, arcs, months, at_most)
    _demand_rows(tables, arcs, months, at_most)
    if blend:
        _blend_rows(tables, supplies, arcs, assays, at_most, confidence)
    freight = np.array([judged[s, d].freight for s, d, _ in arcs])
    gain = {
        "value": np.array([judged[s, d].surplus for s, d, _ in arcs]),
        "tonnes": np.ones(len(arcs)),
        "carbon": np.array([-0.078 * judged[s, d].distance_km for s, d, _ in arcs]),
    }[objective]
    most = -_solve(-gain, rows, right)
    if objective != "tonnes":
        return Best(most, 0.0)
    rows.append(-np.ones(len(arcs)))
    right.append(-most + 1e-7)
    return Best(most, _solve(freight, rows, right))


def _solve(cost: np.ndarray, rows: list, right: list) -> float:
    answer = linprog(cost, A_ub=np.array(rows), b_ub=np.array(right), bounds=(0, None), method="highs-ds")
    if answer.status != 0:
        raise RuntimeError(answer.message)
    return float(answer.fun)


def _supply_rows(tables: Tables, arcs: list, months: int, at_most) -> None:
    for supply in tables["supplies.csv"]:
        came_in = _number(supply["stock_t"], 0.0)
        for month in _window(supply, months):
            came_in += float(supply["t_per_month"])
            entries: dict[int, float] = {}
            for column, (s, d, m) in enumerate(arcs):
                if m > month:
                    continue
                if s == supply["id"]:
                    entries[column] = entries.get(column, 0.0) + 1.0
                for residue in tables["residues.csv"]:
                    if residue["demand"] == d and _host(tables, residue, d, m, months) == supply["id"]:
                        entries[column] = entries.get(column, 0.0) - float(residue["yield_t_per_t"])
            at_most(entries, came_in)


def _host(tables: Tables, residue: Row, demand: str, month: int, months: int) -> str | None:
    firm = next(row["enterprise"] for row in tables["demands.csv"] if row["id"] == demand)
    hosts = [
        row["id"] for row in tables["supplies.csv"]
        if row["enterprise"] == firm and row["waste_type"] == residue["waste_type"]
        and month in _window(row, months)
    ]
    return min(hosts, default=None)


def _demand_rows(tables: Tables, arcs: list, months: int, at_most) -> None:
    waste = {row["id"]: row["waste_type"] for row in tables["supplies.csv"]}
    for demand in tables["demands.csv"]:
        for month in _window(demand, months):
            mine = [at for at, (_, d, m) in enumerate(arcs) if (d, m) == (demand["id"], month)]
            at_most({at: 1.0 for at in mine}, float(demand["t_per_month"]))
            for accept in tables["accepts.csv"]:
                if accept["demand"] == demand["id"] and accept["max_share"]:
                    share = float(accept["max_share"])
                    at_most({at: (waste[arcs[at][0]] == accept["waste_type"]) - share for at in mine}, 0.0)


def _blend_rows(
    tables: Tables, supplies: dict[str, Row], arcs: list, assays: dict, at_most, confidence: float | None
) -> None:
    spreads = _spreads(tables)
    for spec in tables["specs.csv"]:
        if spec["basis"] != "blend":
            continue
        key, off = spec["property"], 0.0
        if confidence is not None:
            missed = (1.0 - confidence) / (2 if spec["min"] and spec["max"] else 1)
            off = float(norm.isf(missed))
        for month in sorted({m for _, d, m in arcs if d == spec["demand"]}):
            over: dict[int, float] = {}
            under: dict[int, float] = {}
            for at, (s, d, m) in enumerate(arcs):
                bound = spec["waste_type"] in ("", supplies[s]["waste_type"])
                if d != spec["demand"] or m != month or not bound:
                    continue
                weight = 1.0 - assays.get((s, "moisture"), 0.0) / 100.0 if _dry(key) else 1.0
                kept = off * spreads.get((s, key), 0.0)
                over[at] = weight * (assays[s, key] + kept - _number(spec["max"], 0.0))
                under[at] = weight * (_number(spec["min"], 0.0) - assays[s, key] + kept)
            if spec["max"]:
                at_most(over, 0.0)
            if spec["min"]:
                at_most(under, 0.0)


def _spreads(tables: Tables) -> dict[tuple[str, str], float]:
    """What has no spread, or one of 0, is left out."""
    rows = [row for row in tables["assays.csv"] if float(row.get("sd") or 0) > 0]
    return {(row["supply"], row["property"]): float(row["sd"]) for row in rows}


def _sure_enough(tables: Tables, supply: Row, demand: str, blend: bool, confidence: float) -> bool:
    values = {row["property"]: float(row["value"]) for row in tables["assays.csv"] if row["supply"] == supply["id"]}
    for spec in tables["specs.csv"]:
        key = (supply["id"], spec["property"])
        spread = _spreads(tables).get(key)
        other = spec["demand"] != demand or spec["waste_type"] not in ("", supply["waste_type"])
        if other or spread is None or (blend and spec["basis"] == "blend"):
            continue
        lot = norm(values[spec["property"]], spread)
        if lot.cdf(_number(spec["max"], np.inf)) - lot.cdf(_number(spec["min"], -np.inf)) < confidence:
            return False
    return True


def _meets_blends(tables: Tables, supply: Row, demand: str, assays: dict) -> bool:
    return all(
        _number(spec["min"], -np.inf)
        <= assays[supply["id"], spec["property"]]
        <= _number(spec["max"], np.inf)
        for spec in tables["specs.csv"]
        if spec["demand"] == demand and spec["waste_type"] in ("", supply["waste_type"])
    )


@cache
def _dry(key: str) -> bool:
    lines = (DATA_FOLDER / "properties.csv").read_text(encoding="utf-8-sig").splitlines()
    return any(line.startswith(f"{key},") and ",linear_dry," in line for line in lines)

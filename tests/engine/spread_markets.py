"""Random markets whose assays have a spread, most of them known."""

from __future__ import annotations

from pathlib import Path
from random import Random

from matching.problem import MatchProblem
from matching.scenario import read_scenario
from tests.engine.random_markets import Shape, Tables, catalogue, random_tables, write_tables

SPREADS = ("0.2", "0.6", "1.5", "0.2", "0.6", "1.5", "0", "")


def spread_tables(seed: int, shape: Shape) -> Tables:
    """The tables of :func:`random_tables` with a spread beside each assay."""
    rng = Random(f"spread {seed}")
    tables = random_tables(seed, shape)
    for row in tables["assays.csv"]:
        row["sd"] = rng.choice(SPREADS)
    return tables


def spread_problem(folder: Path, seed: int, shape: Shape) -> MatchProblem:
    """Such a market, written to ``folder`` and read back as the engine reads it."""
    return read_scenario(write_tables(folder, spread_tables(seed, shape), shape.months), catalogue())

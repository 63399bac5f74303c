"""Small markets written as text, for cases that one can work out by hand.

All enterprises stand on one spot unless told otherwise, so freight is the handling of 6.4 yuan per tonne.
"""

from __future__ import annotations

from pathlib import Path

from matching.problem import MatchProblem
from matching.scenario import read_scenario
from tests.engine.random_markets import catalogue

ENTERPRISES = (
    "id,name,lat,lon,qualified,park\n"
    "A,A,39.5,109.8,true,P1\nB,B,39.5,109.8,true,P2\nC,C,39.5,109.8,true,\nFAR,FAR,39.5,110.8,true,P1\n"
)
PARKS = "id,name,lat,lon\nP1,one,39.5,109.8\nP2,two,39.5,109.8\n"
USE = "fired_brick"


def market(
    folder: Path, *, supplies: str, demands: str, accepts: str, assays: str = "", specs: str = "",
    residues: str = "", months: int = 1, settings: str = "",
) -> MatchProblem:
    """Read a market given as CSV texts, each with its header; blank texts are files left out."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "enterprises": ENTERPRISES, "parks": PARKS, "supplies": supplies, "demands": demands,
        "accepts": accepts, "assays": assays, "specs": specs, "residues": residues,
    }
    for name, text in files.items():
        if text:
            lines = (line.strip() for line in text.strip().splitlines())
            (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    toml = f'first_month = "2027-01"\nmonths = {months}\n{settings}'
    (folder / "scenario.toml").write_text(toml, encoding="utf-8")
    return read_scenario(folder, catalogue())


def arcs_of(problem: MatchProblem, plan: object) -> dict[tuple[str, str, int], float]:
    """The plan's tonnes by (supply id, demand id, month index), to the kilogram."""
    columns = (plan.supply, plan.demand, plan.month, plan.tonnes)
    return {
        (problem.supplies.ids[supply], problem.demands.ids[demand], month): round(tonnes, 3)
        for supply, demand, month, tonnes in zip(*(c.tolist() for c in columns), strict=True)
    }

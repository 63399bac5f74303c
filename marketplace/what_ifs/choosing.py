"""What the forms of changes let one choose from: the market's enterprises, demands, parks and figures."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from marketplace.i18n import language, named
from marketplace.security.actor import Actor
from marketplace.symbiosis import queries as places
from marketplace.symbiosis.presenters import place_name, use_name
from marketplace.symbiosis.rules import sees_everything, sees_place
from marketplace.what_ifs.answers import problem_of
from marketplace.what_ifs.forms import Choices
from models.catalogue.reference import catalogue

if TYPE_CHECKING:
    from matching.problem import MatchProblem

# Rows of factors.csv that a railway's form begins with: carriage, loading once at each end, emissions.
RAIL_FACTORS = {"rate_yuan_per_t_km": "F017", "handling_yuan_per_t": "F018", "kg_per_t_km": "F026"}


def choices_for(session: Session, actor: Actor) -> Choices:
    """The lists of the forms; a committee names the plants of its own park only."""
    problem, atlas = problem_of(session), places.atlas(session)
    mine = named_by(session, actor)
    firms = {end.enterprise.code: end.enterprise for end in atlas.enterprises.values()}
    wants = atlas.wants_by_code()
    listed = (*problem.supplies.enterprise.tolist(), *problem.demands.enterprise.tolist())
    active = firms.keys() & {problem.enterprises.ids[at] for at in listed}
    enterprises = [(key, place_name(firms[key])) for key in active if mine is None or key in mine]
    likes = _sorted([
        (key, f"{place_name(wants[key].end.enterprise)} · {use_name(wants[key].use)}")
        for key in problem.demands.ids if key in wants
    ])
    parks = {place.code: place for place in atlas.parks.values()}
    return Choices(
        enterprises=_sorted(enterprises), demands=[one for one in likes if mine is None or one[0] in mine], likes=likes,
        uses=_sorted([(key, use_name(key)) for key in {problem.uses[at] for at in problem.demands.use.tolist()}]),
        properties=_properties(problem),
        parks=_sorted([(key, place_name(place)) for key, place in parks.items()]),
        places={key: (place_name(place), place.lat, place.lon) for key, place in parks.items()},
        patterns={key: _pattern(problem, at) for at, key in enumerate(problem.demands.ids)},
        first_month=problem.months[0], months=len(problem.months),
    )


def named_by(session: Session, actor: Actor) -> frozenset[str] | None:
    """Codes of the enterprises and demands ``actor`` may name in a change; None: all of them."""
    if sees_everything(actor):
        return None
    atlas = places.atlas(session)
    own = [end for end in atlas.enterprises.values() if sees_place(actor, end.place)]
    wants = [want.end for want in atlas.demands.values() if sees_place(actor, want.end.place)]
    return frozenset({end.enterprise.code for end in own} | {end.listing for end in wants})


def rail_defaults() -> dict[str, Any]:
    """The figures a railway's form begins with, from factors.csv; loading is counted at both ends."""
    factors = _factors()
    values = {field: Decimal(str(factors[factor])) for field, factor in RAIL_FACTORS.items()}
    values["handling_yuan_per_t"] *= 2
    return values


@lru_cache(maxsize=1)
def _factors() -> dict[str, float]:
    import csv

    from models.catalogue import DATA_FOLDER

    with (DATA_FOLDER / "factors.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["factor_id"]: float(row["value"]) for row in csv.DictReader(file) if row["value"]}


def _properties(problem: MatchProblem) -> list[tuple[str, str]]:
    """Properties that some demand limits come first: those are what one relaxes."""
    limited = {problem.properties[at] for at in problem.specs.property.tolist()}
    entries = catalogue().properties
    rows = [(key, f"{named(entries[key])}{_unit(entries[key].unit)}") for key in problem.properties if key in entries]
    return sorted(rows, key=lambda row: (row[0] not in limited, row[1], row[0]))


def _unit(unit: str) -> str:
    if unit in ("", "-"):
        return ""
    return f"（{unit}）" if language() == "zh" else f" ({unit})"


def _pattern(problem: MatchProblem, demand: int) -> dict[str, Any]:
    """What a new plant takes over from a demand it is like: use, wastes, limits, residues, price and reach."""
    demands, specs, residues = problem.demands, problem.specs, problem.residues
    share = demands.max_share[demand]
    reach = float(demands.max_distance_km[demand])
    own = [at for at in range(len(specs.demand)) if specs.demand[at] == demand]
    return {
        "use": problem.uses[demands.use[demand]],
        "accepts": [
            [problem.waste_types[at], None if share[at] >= 1 else float(share[at])]
            for at in range(len(share)) if not math.isnan(share[at])
        ],
        "bid_yuan_per_t": float(demands.bid_yuan_per_t[demand]),
        "max_distance_km": None if math.isinf(reach) else reach,
        "specs": [
            [
                problem.properties[specs.property[at]], _finite(specs.minimum[at]), _finite(specs.maximum[at]),
                "blend" if specs.basis[at] == 1 else "each",
                "" if specs.waste_type[at] < 0 else problem.waste_types[specs.waste_type[at]],
            ]
            for at in own
        ],
        "residues": [
            [problem.waste_types[residues.waste_type[at]], float(residues.yield_t_per_t[at])]
            for at in range(len(residues.demand)) if residues.demand[at] == demand
        ],
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _sorted(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(rows, key=lambda row: (row[1], row[0]))

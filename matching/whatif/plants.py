"""New plants of a what-if as siting's candidates."""

from __future__ import annotations

from collections.abc import Sequence

from matching.siting.problem import Candidate, CandidateSpec
from matching.whatif.changes import NewPlant

# No listing or enterprise of a market bears such an id.
PREFIX = "whatif-plant-"


def plant_id(number: int) -> str:
    """The id of the ``number``-th new plant (from 0), as demand and as enterprise."""
    return f"{PREFIX}{number + 1:02d}"


def as_candidates(plants: Sequence[NewPlant]) -> list[Candidate]:
    """Candidates that are open whatever they cost: a what-if asks what happens, not whether it pays to build."""
    return [
        Candidate(
            id=plant_id(at), name=plant.name, use=plant.use, lat=plant.lat, lon=plant.lon,
            t_per_month=plant.t_per_month, open_cost_yuan=0.0, accepts=plant.accepts,
            specs=tuple(CandidateSpec(waste or None, *limits) for *limits, waste in plant.specs),
            bid_yuan_per_t=plant.bid_yuan_per_t,
            max_distance_km=float("inf") if plant.max_distance_km is None else plant.max_distance_km,
            residues=plant.residues, park=plant.park,
        )
        for at, plant in enumerate(plants)
    ]

"""Where unplaced tonnes concentrate: a grid of cells by waste type, to see where a plant could stand."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from matching.allocation.report import LEAST_ARC_T
from matching.allocation.result import AllocationResult
from matching.distance import EARTH_RADIUS_KM, great_circle_km
from matching.problem import MatchProblem


@dataclass(frozen=True, slots=True)
class Cell:
    """Unplaced tonnes of one waste type in one cell over the horizon.

    ``lat``/``lon`` (degrees) are the cell's centre; ``supplies`` the ids of supplies, and of demands whose residue
    finds no supply, that hold them; ``within_radius_t`` all of the type within the radius of the centre.
    """

    waste_type: str
    lat: float
    lon: float
    tonnes: float
    supplies: tuple[str, ...]
    within_radius_t: float


def screening(
    problem: MatchProblem, plan: AllocationResult, *, cell_km: float = 20.0, radius_km: float = 50.0
) -> tuple[Cell, ...]:
    """The cells that hold something unplaced in ``plan``, by waste type, most tonnes first.

    Cells are ``cell_km`` wide on a grid through latitude and longitude 0, with degrees of longitude as long as in the
    middle of the market; distance is the great circle.  Raises ``ValueError`` unless both lengths are above 0.
    """
    if not (cell_km > 0 and radius_km > 0 and math.isfinite(cell_km)):
        raise ValueError(f"cells of {cell_km} km and a radius of {radius_km} km: both must be above 0")
    waste, lat, lon, tonnes, holder = _unplaced(problem, plan)
    if not len(tonnes):
        return ()
    high = math.degrees(cell_km / EARTH_RADIUS_KM)
    places = np.concatenate([problem.supplies.lat, problem.demands.lat])
    middle = (float(places.min()) + float(places.max())) / 2
    # At the poles a degree of longitude has no length; nobody lists waste there.
    wide = high / max(math.cos(math.radians(middle)), 1e-6)
    inside: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for at in range(len(tonnes)):
        key = (int(waste[at]), math.floor(lat[at] / high), math.floor(lon[at] / wide))
        inside[key].append(at)
    cells = []
    for (kind, row, column), those in inside.items():
        centre = ((row + 0.5) * high, (column + 0.5) * wide)
        same = np.flatnonzero(waste == kind)
        far = great_circle_km(np.float64(centre[0]), np.float64(centre[1]), lat[same], lon[same])
        near = float(tonnes[same][far <= radius_km].sum())
        held = tuple(sorted({holder[at] for at in those}))
        cells.append(Cell(problem.waste_types[kind], *centre, float(tonnes[those].sum()), held, near))
    return tuple(sorted(cells, key=lambda cell: (cell.waste_type, -cell.tonnes, cell.lat, cell.lon)))


def _unplaced(
    problem: MatchProblem, plan: AllocationResult
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """What supplies still hold when their windows end, and residues without a supply: waste, place, tonnes, whose."""
    supplies, demands = problem.supplies, problem.demands
    left = np.flatnonzero(plan.left_over_t > LEAST_ARC_T)
    lost = [one for one in plan.unplaced if one.tonnes > LEAST_ARC_T]
    at = np.array([one.demand for one in lost], dtype=np.int64)
    return (
        np.concatenate([supplies.waste_type[left], np.array([one.waste_type for one in lost], dtype=np.int64)]),
        np.concatenate([supplies.lat[left], demands.lat[at]]),
        np.concatenate([supplies.lon[left], demands.lon[at]]),
        np.concatenate([plan.left_over_t[left], np.array([one.tonnes for one in lost], dtype=np.float64)]),
        [supplies.ids[one] for one in left.tolist()] + [demands.ids[one] for one in at.tolist()],
    )

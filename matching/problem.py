"""The frozen input of every engine job: one market, as arrays sorted by id.

Rows are sorted by id before anything is numbered, so that the same market gives the same answer whatever
order its rows arrived in.  Missing numbers are NaN and stay NaN: missing is never zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from matching.catalogue import Catalogue

EACH, BLEND = 0, 1
NO_WASTE = -1


@dataclass(frozen=True, slots=True)
class Parks:
    """Parks, one per position; ``lat``/``lon`` in WGS-84 degrees."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    names_en: tuple[str, ...]
    regions: tuple[str, ...]
    lat: np.ndarray
    lon: np.ndarray


@dataclass(frozen=True, slots=True)
class Enterprises:
    """Enterprises, one per position; ``park`` indexes :class:`Parks`, -1 where the enterprise lies in none.

    ``licences`` holds the hazardous-waste codes (``HW08``) an enterprise is licensed to receive.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    names_en: tuple[str, ...]
    regions: tuple[str, ...]
    park: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    qualified: np.ndarray
    licences: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Supplies:
    """Offers: ``t_per_month`` tonnes of one waste type in months ``first_month``..``last_month`` (inclusive
    indexes; 0 and -1 where the window lies outside the horizon).

    ``stock_t`` is on the ground at the start of ``first_month``; ``ask`` is in yuan per tonne (negative: pays
    the taker); ``max_distance_km`` is infinite where there is no limit.  ``property_value`` has shape
    ``(supplies, properties)``; NaN means not assayed.  ``property_sd`` is its spread, NaN where unknown.
    """

    ids: tuple[str, ...]
    enterprise: np.ndarray
    waste_type: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    t_per_month: np.ndarray
    stock_t: np.ndarray
    first_month: np.ndarray
    last_month: np.ndarray
    ask_yuan_per_t: np.ndarray
    min_lot_t: np.ndarray
    max_distance_km: np.ndarray
    property_value: np.ndarray
    property_sd: np.ndarray


@dataclass(frozen=True, slots=True)
class Demands:
    """Wants: ``t_per_month`` tonnes for one use in months ``first_month``..``last_month`` (inclusive
    indexes; 0 and -1 where the window lies outside the horizon).

    ``bid`` is in yuan paid for a tonne delivered (negative: a gate fee).  ``max_share`` has shape
    ``(demands, waste types)``: NaN where the demand does not accept the type, else the largest share (0-1)
    that the type may have in a month's intake.
    """

    ids: tuple[str, ...]
    enterprise: np.ndarray
    use: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    t_per_month: np.ndarray
    first_month: np.ndarray
    last_month: np.ndarray
    bid_yuan_per_t: np.ndarray
    min_lot_t: np.ndarray
    max_distance_km: np.ndarray
    max_share: np.ndarray


@dataclass(frozen=True, slots=True)
class Specs:
    """Acceptance specs as parallel arrays: ``waste_type`` is -1 where the spec binds all; bounds are
    inclusive.

    ``minimum`` is -inf and ``maximum`` +inf where there is no bound; ``basis`` is EACH or BLEND.
    Sorted by demand, waste type, property, basis.
    """

    demand: np.ndarray
    waste_type: np.ndarray
    property: np.ndarray
    minimum: np.ndarray
    maximum: np.ndarray
    basis: np.ndarray


@dataclass(frozen=True, slots=True)
class Residues:
    """Residue left per tonne taken in, as parallel arrays; yields in tonnes per tonne."""

    demand: np.ndarray
    waste_type: np.ndarray
    yield_t_per_t: np.ndarray


@dataclass(frozen=True, slots=True)
class Freight:
    """Freight in yuan per tonne = ``handling`` + ``rate`` x km."""

    handling_yuan_per_t: float = 6.4
    rate_yuan_per_t_km: float = 0.337


@dataclass(frozen=True, slots=True)
class Carbon:
    """``transport`` in kg CO2e per tonne-km; ``avoided`` in kg CO2e per tonne, keyed ``(use id, waste type
    id)``.

    A use and waste type with no entry avoids nothing: an unknown saving is not claimed.
    """

    transport_kg_per_t_km: float = 0.078
    avoided_kg_per_t: dict[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Closures:
    """Months in which a supply produces nothing or a demand takes in nothing, as bool arrays ``(supplies, months)`` and
    ``(demands, months)``.  What lies on the ground may leave all the same.
    """

    supply: np.ndarray
    demand: np.ndarray


@dataclass(frozen=True, slots=True)
class MatchProblem:
    """A whole market.  ``waste_types``, ``properties`` and ``uses`` are the ids that the index arrays point
    into.  ``closures`` None: every listing works in every month of its window.
    """

    title: str
    months: tuple[str, ...]
    circuity: float
    freight: Freight
    carbon: Carbon
    catalogue: Catalogue
    waste_types: tuple[str, ...]
    properties: tuple[str, ...]
    uses: tuple[str, ...]
    parks: Parks
    enterprises: Enterprises
    supplies: Supplies
    demands: Demands
    specs: Specs
    residues: Residues
    closures: Closures | None = None

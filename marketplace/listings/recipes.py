"""What the catalogue's material balances propose: accepted wastes and shares, residues, results to give."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from models.catalogue.reference import ProcessFlow, catalogue

_STEP = 20  # Shares are proposed in steps of a twentieth.


@dataclass(frozen=True, slots=True)
class DefaultAccept:
    """A waste type a use can take; ``usual`` ones are in its recipe, the others only within its standard."""

    waste_type_id: str
    max_share: Decimal
    usual: bool
    flow: ProcessFlow | None


@dataclass(frozen=True, slots=True)
class DefaultResidue:
    """Waste left per tonne taken in; ``residual_t`` over ``intake_t`` per unit of product; None: unknown."""

    waste_type_id: str
    yield_t_per_t: float | None
    residual_t: float | None
    intake_t: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class SuggestedProperty:
    """A property worth assaying: which groups of specs ask for it, and within which widest limits."""

    property_id: str
    use_names: tuple[tuple[str, str], ...]


def default_accepts(use_id: str) -> tuple[DefaultAccept, ...]:
    """The recipe's wastes first, then what the standard of the use admits besides.

    The share proposed is the largest the recipe allows: its own most against the least of the others.
    """
    data = catalogue()
    flows = {flow.material_id: flow for flow in data.flows_of_use(use_id, "in_waste")
             if flow.material_id in data.waste_types}
    found = [
        DefaultAccept(waste, _largest_share(flow, list(flows.values())), True, flow)
        for waste, flow in flows.items()
    ]
    admitted = dict.fromkeys(waste for spec in data.specs_of_use(use_id) for waste in spec.waste_ids)
    found += [
        DefaultAccept(waste, Decimal(1), False, None)
        for waste in admitted if waste not in flows and waste in data.waste_types
    ]
    return tuple(found)


def _largest_share(flow: ProcessFlow, flows: list[ProcessFlow]) -> Decimal:
    most = _first(flow.qty_max, flow.qty_typ)
    others = sum(_first(one.qty_min, one.qty_typ) or 0.0 for one in flows if one is not flow)
    if not most:
        return Decimal(1)
    share = most / (most + others)
    return Decimal(min(_STEP, math.ceil(round(share * _STEP, 9)))) / _STEP


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def default_residues(use_id: str) -> tuple[DefaultResidue, ...]:
    """Residues per tonne of waste taken in: the typical residual over the recipe's typical sum of wastes."""
    data = catalogue()
    intake = sum(flow.qty_typ or 0.0 for flow in data.flows_of_use(use_id, "in_waste"))
    residues = []
    for flow in data.flows_of_use(use_id, "residual"):
        if flow.material_id not in data.waste_types:
            continue
        known = bool(flow.qty_typ) and intake > 0
        residues.append(DefaultResidue(
            flow.material_id, round((flow.qty_typ or 0.0) / intake, 4) if known else None,
            flow.qty_typ, intake or None, flow.unit,
        ))
    return tuple(residues)


@lru_cache(maxsize=64)
def suggested_properties(waste_type_id: str) -> tuple[SuggestedProperty, ...]:
    """Properties that uses of a waste type set limits on: moisture, then those asked by most uses first."""
    data = catalogue()
    asked: dict[str, dict[str, tuple[str, str]]] = {"moisture": {}}
    for spec in data.use_specs:
        bounded = spec.min is not None or spec.max is not None
        numeric = spec.property_key is not None and spec.unit != "cat" and bounded
        if numeric and waste_type_id in spec.waste_ids and spec.property_key in data.properties:
            asked.setdefault(str(spec.property_key), {})[spec.use_id] = (spec.use_zh, spec.use_en)
    order = list(data.properties)
    ranked = sorted(asked, key=lambda key: (key != "moisture", -len(asked[key]), order.index(key)))
    return tuple(SuggestedProperty(key, tuple(asked[key].values())) for key in ranked)

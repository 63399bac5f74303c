"""The effects of many flows at once: every flow is one consignment, so no tonne of a hop is in the sum twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marketplace.effects.quantities import Quantity
from marketplace.effects.rates import FIT_KM, EffectRates
from marketplace.effects.rules import Moved
from marketplace.effects.rules_carbon import spares_landfill
from marketplace.effects.rules_tax import CONDITIONS, NO_RATE, tax_of


@dataclass(frozen=True, slots=True)
class TotalEffects:
    """Sums over flows.  Carbon in kg CO2e, money in yuan.

    ``avoided`` is of the ``known_t`` tonnes whose factor is known; ``unknown_t`` have none, and ``unknown`` splits
    them by use and waste type, most first.  ``transport`` is of all tonnes, so ``net`` is the known part.
    ``tax_most_yuan`` is by the condition of the rate: no sum of what is avoided, and never added to another figure.
    """

    tonnes: float
    known_t: float
    unknown_t: float
    unknown: tuple[tuple[str, str, float], ...]
    avoided: Quantity
    transport: Quantity
    landfill: Quantity
    handling: Quantity
    carriage: Quantity
    beyond_fit_t: float
    tax_most_yuan: dict[str, float]
    no_rate_t: float

    @property
    def net(self) -> Quantity:
        return self.avoided.minus(self.transport)

    @property
    def freight(self) -> Quantity:
        return self.handling.plus(self.carriage)


def effects_of_flows(flows: Sequence[Moved], rates: EffectRates) -> TotalEffects:
    """Sums over ``flows``, whose distances are all known; linear in their number, with one array per figure."""
    count = len(flows)
    numbers: dict[tuple[str, str], int] = {}
    pair = np.fromiter(
        (numbers.setdefault((flow.use, flow.waste_type), len(numbers)) for flow in flows), np.intp, count
    )
    tonnes = np.fromiter((flow.tonnes for flow in flows), float, count)
    km = np.fromiter((np.nan if flow.km is None else flow.km for flow in flows), float, count)
    if np.isnan(km).any():
        raise ValueError("the distance of every flow must be known")
    by_pair = dict(zip(numbers, np.bincount(pair, tonnes, len(numbers)).tolist(), strict=True))
    tonne_km, whole = float(tonnes @ km), float(tonnes.sum())
    avoided, unknown = _avoided(by_pair, rates)
    tax, no_rate = _tax(by_pair)
    beyond = (km < FIT_KM[0]) | (km > FIT_KM[1])
    # Each its own sum: a difference of the two would leave a rest of rounding where nothing is known.
    unknown_t = sum(amount for _use, _waste, amount in unknown)
    known_t = sum(amount for pair, amount in by_pair.items() if pair in rates.avoided)
    return TotalEffects(
        whole, known_t, unknown_t, unknown, avoided,
        rates.transport.quantity.times(tonne_km), rates.landfill.quantity.times(_spared(by_pair)),
        rates.handling.quantity.times(whole), rates.per_km.quantity.times(tonne_km),
        float(tonnes[beyond].sum()) if rates.freight_is_fit else 0.0, tax, no_rate,
    )


def _avoided(
    by_pair: dict[tuple[str, str], float], rates: EffectRates
) -> tuple[Quantity, tuple[tuple[str, str, float], ...]]:
    known = Quantity(0.0, 0.0, 0.0)
    unknown = []
    for (use, waste), tonnes in by_pair.items():
        rate = rates.avoided.get((use, waste))
        if rate is None:
            unknown.append((use, waste, tonnes))
        else:
            known = known.plus(rate.quantity.times(tonnes))
    return known, tuple(sorted(unknown, key=lambda row: (-row[2], row[0], row[1])))


def _spared(by_pair: dict[tuple[str, str], float]) -> float:
    """Tonnes that would have given the machines of a landfill work, had they gone there."""
    return sum(tonnes for (use, waste), tonnes in by_pair.items() if spares_landfill(use, waste))


def _tax(by_pair: dict[tuple[str, str], float]) -> tuple[dict[str, float], float]:
    """The most by condition of the rate, and the tonnes of wastes for which no rate is stated."""
    most = dict.fromkeys(CONDITIONS[:-1], 0.0)
    without = 0.0
    for (_use, waste), tonnes in by_pair.items():
        tax = tax_of(waste, tonnes)
        if tax.condition == NO_RATE or tax.most_yuan is None:
            without += tonnes
        else:
            most[tax.condition] += tax.most_yuan
    return {condition: yuan for condition, yuan in most.items() if yuan}, without

"""The numbers one market counts with: its settings, traced back to the catalogue's factors where they are those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marketplace.effects.quantities import MARKET, Quantity, Stated, of_factor
from marketplace.effects.rules_carbon import LANDFILL, LORRY, market_deduction
from models.catalogue.factors import factors

HANDLING, PER_KM = "F014", "F015"
# The ten roads the fit was made of are so long; a longer haul is an extrapolation.
FIT_KM = (7.0, 60.0)
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class EffectRates:
    """``handling`` in yuan/t, ``per_km`` in yuan/t·km, ``transport`` in kg CO2e/t·km, ``landfill`` in kg CO2e/t.

    ``avoided`` are kilograms of CO2e per tonne as received, by use and waste type: the pairs the market counts.
    """

    handling: Stated
    per_km: Stated
    transport: Stated
    landfill: Stated
    avoided: Mapping[tuple[str, str], Stated] = field(default_factory=dict)

    @property
    def freight_is_fit(self) -> bool:
        """Whether freight is the fit over ten roads, which holds for some distances only."""
        return any(factor.id == PER_KM for factor in self.per_km.factors)


def rates_of(
    handling_yuan_per_t: float, rate_yuan_per_t_km: float, carbon: Mapping[str, Any], *, freight_source: str = ""
) -> EffectRates:
    """The rates of a market's settings; ``carbon`` is its table as a scenario.toml has it."""
    lorry, landfill = factors()[LORRY], factors()[LANDFILL]
    transport = carbon.get("transport_kg_per_t_km", lorry.value)
    return EffectRates(
        _stated(HANDLING, float(handling_yuan_per_t), freight_source),
        _stated(PER_KM, float(rate_yuan_per_t_km), freight_source),
        _stated(LORRY, float(transport), str(carbon.get("source", ""))),
        Stated(of_factor(landfill), (landfill,)),
        {
            (entry["use"], entry["waste_type"]): market_deduction(
                entry["use"], entry["waste_type"], float(entry["kg_per_t"]), str(entry.get("source", ""))
            )
            for entry in carbon.get("avoided", [])
        },
    )


def _stated(factor_id: str, value: float, source: str) -> Stated:
    """The factor where the market uses its value, else the market's own number with no spread."""
    factor = factors()[factor_id]
    if factor.value is not None and abs(factor.value - value) <= _SAME:
        return Stated(of_factor(factor), (factor,), source)
    return Stated(Quantity(value, value, value, frozenset({MARKET})), (), source)

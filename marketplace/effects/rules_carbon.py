"""Carbon by one account: the substitution deduction of clinker raw meal, less the lorries.

A tonne of non-carbonate material in the raw meal of a clinker kiln spares the CO2 that limestone would have given
off in the kiln (factors F055 to F061, group ``co2_substitution``).  Differences of product footprints
(``co2_product``) tell the same saving another way and are never added.  Which uses and wastes are counted, and at
how many kilograms a tonne, the market's settings say: the same table that the engine's objective uses.
"""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.effects.quantities import MARKET, MOISTURE, Quantity, Stated, of_factor
from models.catalogue.factors import factors, tax_rates
from models.catalogue.reference import catalogue

# What a tonne of each waste in the raw meal deducts.  F060 is stated for fly ash, whichever boiler it comes from.
DEDUCTIONS = {
    "carbide_slag": "F055",
    "magnesium_slag": "F056",
    "ferroalloy_slag": "F057",
    "fgd_gypsum": "F058",
    "steel_slag": "F059",
    "fly_ash_pc": "F060",
    "fly_ash_cfb": "F060",
    "sludge_municipal": "F061",
}
# Uses in which a waste becomes part of the raw meal of a clinker kiln.
KILNS = frozenset({"cement_clinker_carbide", "cement_from_si_ca", "sludge_coprocess"})
# Storage and disposal are no use: nothing is spared that way.
DISPOSALS = frozenset({"landfill_storage", "hw_center", "cuttings_bio"})
LORRY, LANDFILL = "F024", "F062"
KG_PER_T = 1000.0
# A market that states its number to the kilogram means the catalogue's.
SAME_WITHIN_KG = 0.5

NO_USE, NO_FACTOR, NOT_IN_MARKET = "no_use", "no_factor", "not_in_market"


@dataclass(frozen=True, slots=True)
class Carbon:
    """Kilograms of CO2e of some tonnes.  ``avoided`` is None where no factor is known, for the reason ``unknown``.

    ``net`` is avoided less lorries, None where either is not known.  ``landfill`` is what the machines of a
    landfill would have given off: only where the tonnes would have gone there, so it is in no sum; None where
    the factor does not speak of the waste, or the flow itself goes there.
    """

    avoided: Quantity | None
    transport: Quantity | None
    landfill: Quantity | None
    rate: Stated | None = None
    unknown: str = ""

    @property
    def net(self) -> Quantity | None:
        if self.avoided is None or self.transport is None:
            return None
        return self.avoided.minus(self.transport)


def deduction(use: str, waste_type: str) -> Stated | None:
    """Kilograms of CO2 that a tonne as received deducts by the catalogue; None where it states no factor.

    Where the process takes the waste by its dry tonnes, the factor counts the dry share of the tonne, from the
    waste type's moistures; without a typical moisture nothing is known.
    """
    if use not in KILNS or waste_type not in DEDUCTIONS:
        return None
    factor = factors()[DEDUCTIONS[waste_type]]
    whole = of_factor(factor, KG_PER_T)
    if not _by_dry_tonnes(use, waste_type):
        return Stated(whole, (factor,))
    wet = tax_rates()[waste_type]
    if wet.moisture_typ_pct is None:
        return None
    dry = 1.0 - wet.moisture_typ_pct / 100.0
    driest = dry if wet.moisture_min_pct is None else 1.0 - wet.moisture_min_pct / 100.0
    wettest = dry if wet.moisture_max_pct is None else 1.0 - wet.moisture_max_pct / 100.0
    unstated = whole.unstated
    if wet.moisture_min_pct is None or wet.moisture_max_pct is None:
        unstated |= {MOISTURE}
    return Stated(Quantity(whole.value * dry, whole.low * wettest, whole.high * driest, unstated), (factor,))


def _by_dry_tonnes(use: str, waste_type: str) -> bool:
    return any(
        flow.material_id == waste_type and flow.basis == "干基" for flow in catalogue().flows_of_use(use, "in_waste")
    )


def market_deduction(use: str, waste_type: str, kg_per_t: float, source: str) -> Stated:
    """The market's own number; with the catalogue's interval and sources where it is the catalogue's number."""
    known = deduction(use, waste_type)
    if known is None or abs(known.quantity.value - kg_per_t) > SAME_WITHIN_KG:
        return Stated(Quantity(kg_per_t, kg_per_t, kg_per_t, frozenset({MARKET})), (), source)
    spread = known.quantity
    return Stated(
        Quantity(kg_per_t, min(spread.low, kg_per_t), max(spread.high, kg_per_t), spread.unstated),
        known.factors, source,
    )


def why_unknown(use: str, waste_type: str) -> str:
    """Why a pair that the market's table lacks has no figure."""
    if not use:
        return NO_USE
    return NOT_IN_MARKET if deduction(use, waste_type) is not None else NO_FACTOR


def spares_landfill(use: str, waste_type: str) -> bool:
    """Whether the landfill's machines are spared: the factor is of inert, non-hazardous waste put to a use."""
    row = tax_rates().get(waste_type)
    return use not in DISPOSALS and row is not None and row.hazardous == "no"

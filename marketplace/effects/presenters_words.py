"""The words of factors, conditions and reasons, the same on every page that shows an effect."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting
from marketplace.effects.quantities import MARKET, MOISTURE, Quantity, Stated
from marketplace.effects.rules_carbon import NO_FACTOR, NO_USE, NOT_IN_MARKET
from marketplace.effects.rules_tax import CERTAIN, CLASS_OPEN, IDENTIFICATION, NO_RATE, PROVINCE_LIST
from marketplace.effects.rules_vat import (
    ASK,
    EXCLUDED,
    MAY_REACH,
    NOT_LISTED,
    REACHED,
    SHORT,
    UNVERIFIED,
)
from marketplace.i18n import language
from models.catalogue.factors import Factor, VatItem

CONFIDENCE_WORDS = {
    "verified": _l("read in the source"),
    "recalled": _l("general knowledge, to be checked"),
    "estimate": _l("order of magnitude"),
}
# What a factor's number takes in, by its group.
BASIS_WORDS = {
    "co2_substitution": _l("process: CO₂ that limestone would give off in the kiln"),
    "co2_clinker": _l("process"),
    "co2_product": _l("cradle to gate"),
    "co2_landfill": _l("landfill: the machines only"),
    "co2_transport": _l("fuel of the vehicle"),
    "tax_env": _l("on discharged tonnes only"),
}
GROUP_WORDS = {
    "freight_road": _l("Freight by road"),
    "freight_rail": _l("Freight by rail"),
    "loading": _l("Loading and drayage"),
    "co2_transport": _l("Carbon of transport"),
    "co2_grid": _l("Carbon of electricity"),
    "co2_product": _l("Carbon footprints of products"),
    "co2_clinker": _l("Carbon of clinker"),
    "co2_substitution": _l("Carbon deducted for clinker raw meal"),
    "co2_landfill": _l("Carbon of landfilling"),
    "co2_gangue_selfign": _l("Carbon of burning gangue heaps"),
    "fuel_ncv": _l("Heating values"),
    "fuel_carbon": _l("Carbon in fuel"),
    "tce": _l("Coal equivalent"),
    "unit": _l("Conversions"),
    "tax_env": _l("Environmental protection tax"),
    "price": _l("Prices"),
}
UNKNOWN_WORDS = {
    NO_USE: _l("The use is not stated, so no factor can be chosen."),
    NO_FACTOR: _l("No source states what this use saves with this waste by the account used here."),
    NOT_IN_MARKET: _l("The catalogue has a factor, but the market's settings do not count this use and waste."),
}
TAX_WORDS = {
    CERTAIN: _l("rate stands in the law"),
    PROVINCE_LIST: _l("only if the region has listed it as other solid waste"),
    CLASS_OPEN: _l("heading still open: slag or other solid waste"),
    IDENTIFICATION: _l("still to be identified; the rate of hazardous waste is the most"),
    NO_RATE: _l("no rate stated"),
}
VAT_WORDS = {
    REACHED: _l("share reached by the usual recipe"),
    MAY_REACH: _l("share may be reached"),
    SHORT: _l("share not reached"),
    ASK: _l("share to be stated"),
    NOT_LISTED: _l("this waste is not in our extract of the item"),
    EXCLUDED: _l("excluded: fired solid brick"),
    UNVERIFIED: _l("item not verified, nothing to work out"),
}
_PRODUCTS = {
    "VAT01": _l("bricks but fired solid ones, blocks, ceramsite, wall panels, concrete, mortar and the like"),
    "VAT02": _l("cement and clinker of grade 42.5 and above"),
    "VAT03": _l("other cement and clinker"),
    "VAT04": _l("sand and gravel for building"),
    "VAT05": _l("alumina, active calcium silicate"),
    "VAT06": _l("porcelain insulators"),
    "VAT07": _l("calcined kaolin"),
    "VAT08": _l("electricity and heat"),
    "VAT09": _l("gypsum and the like"),
}
_UNITS = {
    "元/t": _l("yuan/t"),
    "元/t·km": _l("yuan/t·km"),
    "元/块": _l("yuan a brick"),
    "kgCO2e/t": _l("kg CO₂e/t"),
    "kgCO2e/t·km": _l("kg CO₂e/t·km"),
    "kgCO2e/m3": _l("kg CO₂e/m³"),
    "kgCO2/kWh": _l("kg CO₂/kWh"),
    "tCO2/t原料": _l("t CO₂/t raw material"),
    "tCO2/t熟料": _l("t CO₂/t clinker"),
    "m3/块": _l("m³ a brick"),
    "-": "",
}


def unit_words(unit: str) -> str:
    return str(_UNITS.get(unit, unit))


def vat_product(item: VatItem) -> str:
    """The products of an item: its own words in Chinese, a translation in English."""
    return item.product if language() == "zh" else str(_PRODUCTS.get(item.vat_id, item.product))


def factor_name(factor: Factor) -> str:
    """The name in the language of the page; English names are of kinds, so the row's own name follows."""
    if language() == "zh":
        return factor.name_zh
    return _("%(kind)s (%(name)s)", kind=factor.name_en, name=factor.name_zh)


def factor_sentence(factor: Factor) -> str:
    """Everything about a factor in one line, for the title of a figure made of it."""
    parts = [
        f"{factor.id} {factor_name(factor)}: {bounds_text(factor)} {unit_words(factor.unit)}".rstrip(),
        str(BASIS_WORDS.get(factor.group, "")), factor.region, factor.year, factor.source,
        str(CONFIDENCE_WORDS.get(factor.confidence, factor.confidence)), factor.note,
    ]
    return "; ".join(part for part in parts if part)


def bounds_text(factor: Factor) -> str:
    """``6.4 (5–8)``; without bounds the value alone."""
    if factor.value is None:
        return formatting.MISSING
    value = formatting.number(factor.value, 8)
    if factor.min is None and factor.max is None:
        return value
    return f"{value} ({formatting.limits(factor.min, factor.max)})"


def stated_sentence(stated: Stated) -> str:
    """Where a number comes from: its factors, else what the market's settings say."""
    if stated.factors:
        return " / ".join(factor_sentence(factor) for factor in stated.factors)
    return stated.source or _("Stated in the market's settings without a source.")


def spread_note(quantity: Quantity) -> str:
    """Which numbers in a figure have no stated spread; empty where all have one."""
    names = [_spreadless(name) for name in sorted(quantity.unstated)]
    if not names:
        return ""
    return _("No spread is stated for: %(names)s.", names=formatting.listed(names))


def _spreadless(name: str) -> str:
    if name == MARKET:
        return _("a number of the market's settings")
    return _("the moisture") if name == MOISTURE else name

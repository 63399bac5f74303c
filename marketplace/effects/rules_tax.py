"""The environmental protection tax, which falls on what is discharged and on nothing else.

Taxed tonnes = produced - stored in compliance - disposed of in compliance - used in compliance (implementing
regulations, article 5).  A tonne that moves from compliant storage to a use was not taxed before and is not taxed
after: it avoids nothing.  Only a tonne that would have been discharged avoids the tax, so every figure here is the
most it could be, under that condition, and none is part of a sum of money.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.catalogue.factors import Factor, TaxRate, factors, tax_rates

# What must be settled before the rate applies at all.
CERTAIN, PROVINCE_LIST, CLASS_OPEN, IDENTIFICATION = "certain", "province_list", "class_open", "identification"
NO_RATE = "no_rate"
CONDITIONS = (CERTAIN, PROVINCE_LIST, CLASS_OPEN, IDENTIFICATION, NO_RATE)
HAZARDOUS, OTHERS = "F073", "F074"
_HEADINGS = {"煤矸石": "F071", "尾矿": "F072", "危险废物": HAZARDOUS}


@dataclass(frozen=True, slots=True)
class Tax:
    """``most_yuan``: what discharging the tonnes would have cost, None where no rate is stated.

    ``condition`` says what must be settled for the rate to apply; the tax is avoided only where the tonnes would
    otherwise have been discharged, whatever the condition.
    """

    most_yuan: float | None
    rate_yuan_per_t: float | None
    condition: str
    factor: Factor | None
    heading: str


def tax_of(waste_type: str, tonnes: float) -> Tax:
    """The most that ``tonnes`` of a waste type can avoid; of one still to be identified, the hazardous rate."""
    row = tax_rates().get(waste_type)
    if row is None or row.env_tax_yuan_t is None:
        return Tax(None, None, NO_RATE, None, row.env_tax_item if row else "")
    condition = _condition(row)
    factor = factors()[HAZARDOUS if condition == IDENTIFICATION else _HEADINGS.get(row.env_tax_item, OTHERS)]
    rate = row.env_tax_yuan_t
    if condition == IDENTIFICATION and factor.value is not None:
        rate = max(rate, factor.value)
    return Tax(rate * tonnes, rate, condition, factor, row.env_tax_item)


def _condition(row: TaxRate) -> str:
    """Read from the brackets of the heading: 条件, 归类待定, 鉴别为危废."""
    if row.hazardous == "to_be_identified" or "鉴别" in row.env_tax_item:
        return IDENTIFICATION
    if "归类待定" in row.env_tax_item:
        return CLASS_OPEN
    return PROVINCE_LIST if "条件" in row.env_tax_item else CERTAIN

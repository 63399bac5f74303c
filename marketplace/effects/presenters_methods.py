"""The tables of the methods page, which the workbook shows too: factors, this market's carbon, tax rates, VAT items."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from marketplace import formatting
from marketplace.effects.presenters_words import (
    BASIS_WORDS,
    CONFIDENCE_WORDS,
    GROUP_WORDS,
    TAX_WORDS,
    VAT_WORDS,
    factor_name,
    unit_words,
    vat_product,
)
from marketplace.effects.rates import EffectRates
from marketplace.effects.rules_carbon import LANDFILL
from marketplace.effects.rules_tax import tax_of
from marketplace.effects.rules_vat import EXCLUDED_USES, ITEMS_OF_USE, PLACEHOLDER, UNVERIFIED, Share, recipe_share
from marketplace.i18n import named
from marketplace.symbiosis.presenters import use_name, waste_name
from models.catalogue.factors import Factor, VatItem, factors, tax_rates, vat_items

Cell = str | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """``short``: its cells are a word or two, so that a phone sets several beside each other."""

    label: str
    number: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line; ``anchor`` is where links from a figure lead, blank for a line nothing leads to."""

    cells: tuple[Cell, ...]
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    key: str
    title: str
    columns: tuple[Column, ...]
    rows: list[Row]


def tables(rates: EffectRates) -> list[Table]:
    """Everything the methods rest on, in the order of the page."""
    used = used_factors(rates)
    rows = list(factors().values())
    blank = [one for one in rows if one.value is None and one.min is None and one.max is None]
    return [
        _carbon_table(rates),
        _factor_table("used", _("Factors used"), [one for one in rows if one.id in used]),
        _tax_table(),
        _vat_table(),
        _factor_table("unused", _("Factors of the catalogue that are not used"),
                      [one for one in rows if one.id not in used and one not in blank]),
        _factor_table("blank", _("Factors nobody has found"), blank),
    ]


def used_factors(rates: EffectRates) -> frozenset[str]:
    """The ids that some figure of this market is made of."""
    stated = (rates.handling, rates.per_km, rates.transport, rates.landfill, *rates.avoided.values())
    taxes = {tax.factor.id for waste in tax_rates() if (tax := tax_of(waste, 1.0)).factor is not None}
    return frozenset({one.id for rate in stated for one in rate.factors} | taxes)


def _carbon_table(rates: EffectRates) -> Table:
    columns = (
        Column(_("Use")), Column(_("Waste type")), Column(_("kg CO₂e avoided a tonne as received"), True),
        Column(_("Least"), True), Column(_("Most"), True), Column(_("Factor"), short=True), Column(_("Source")),
    )
    rows = [
        Row((
            use_name(use), waste_name(waste), rate.quantity.value,
            rate.quantity.low if rate.quantity.spread_stated else None,
            rate.quantity.high if rate.quantity.spread_stated else None,
            formatting.listed(one.id for one in rate.factors), rate.source,
        ))
        for (use, waste), rate in sorted(rates.avoided.items())
    ]
    return Table("carbon-of-market", _("What this market counts as avoided"), columns, rows)


def _factor_table(key: str, title: str, rows: list[Factor]) -> Table:
    columns = (
        Column(_("Factor"), short=True), Column(_("Name")), Column(_("Stated value"), True), Column(_("Least"), True),
        Column(_("Most"), True), Column(_("Unit"), short=True), Column(_("Year"), short=True),
        Column(_("Region"), short=True), Column(_("Basis")), Column(_("Confidence"), short=True),
        Column(_("Source")), Column(_("Note")),
    )
    return Table(key, title, columns, [Row(_factor_cells(one), f"factor-{one.id}") for one in rows])


def _factor_cells(factor: Factor) -> tuple[Cell, ...]:
    basis = str(BASIS_WORDS.get(factor.group, GROUP_WORDS.get(factor.group, factor.group)))
    note = _("In no sum, for its condition is not known.") if factor.id == LANDFILL else ""
    return (
        factor.id, factor_name(factor), factor.value, factor.min, factor.max, unit_words(factor.unit), factor.year,
        factor.region, "; ".join(part for part in (basis, factor.scope) if part),
        str(CONFIDENCE_WORDS.get(factor.confidence, factor.confidence)), factor.source,
        "; ".join(part for part in (factor.note, note) if part),
    )


def _tax_table() -> Table:
    columns = (
        Column(_("Waste type")), Column(_("Heading in the law")), Column(_("Yuan a tonne discharged, at most"), True),
        Column(_("Condition")), Column(_("Factor"), short=True), Column(_("Confidence"), short=True),
    )
    rows = []
    for waste, row in tax_rates().items():
        tax = tax_of(waste, 1.0)
        rows.append(Row((
            named(row), tax.heading, tax.rate_yuan_per_t, str(TAX_WORDS[tax.condition]),
            tax.factor.id if tax.factor else "", str(CONFIDENCE_WORDS.get(row.env_tax_confidence, "")),
        ), f"tax-{waste}"))
    return Table("tax-rates", _("Rates of the environmental protection tax"), columns, rows)


def _vat_table() -> Table:
    columns = (
        Column(_("Item")), Column(_("Products")), Column(_("Listed waste in the raw materials, %"), True),
        Column(_("Refund, %"), True), Column(_("Uses here")), Column(_("Wastes in our extract")),
        Column(_("Usual recipe")), Column(_("Conditions")), Column(_("Confidence"), short=True), Column(_("Source")),
    )
    return Table("vat-items", _("Items of the VAT catalogue of 2022"), columns, [
        Row(_vat_cells(item), f"vat-{item.vat_id}") for item in vat_items().values()
    ])


def _vat_cells(item: VatItem) -> tuple[Cell, ...]:
    uses = [use for use, items in ITEMS_OF_USE.items() if item.vat_id in items and use not in EXCLUDED_USES]
    verified = item.vat_id != PLACEHOLDER
    recipes = [(use, share) for use in uses if verified and (share := recipe_share(use, item)) is not None]
    conditions = "; ".join(part for part in (item.extra_conditions, item.note) if part)
    return (
        f"{item.vat_id} {item.catalogue_item}", vat_product(item), item.waste_content_min_pct, item.refund_pct,
        formatting.listed(use_name(use) for use in uses),
        formatting.listed(waste_name(waste) for waste in item.applies_to_waste),
        formatting.listed(_recipe_words(use, share) for use, share in recipes),
        conditions if verified else f"{VAT_WORDS[UNVERIFIED]}; {conditions}",
        str(CONFIDENCE_WORDS.get(item.confidence, item.confidence)), item.source,
    )


def _recipe_words(use: str, share: Share) -> str:
    value, low, high = (formatting.percent(one) for one in (share.value, share.low, share.high))
    return _("%(use)s %(value)s (%(low)s to %(high)s)", use=use_name(use), value=value, low=low, high=high)

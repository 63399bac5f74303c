"""The tables of the methods page, which the workbook shows too: factors, this market's carbon, tax rates, VAT items."""

from __future__ import annotations

from flask_babel import gettext as _

from marketplace import formatting
from marketplace.effects.methods_words import SECTIONS
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
from marketplace.tables import NUMBER, Cell, Column, Prose, Table, words
from models.catalogue.factors import Factor, VatItem, factors, tax_rates, vat_items


def prose() -> Prose:
    """The methods in words."""
    return Prose(_("Methods"), [(str(one.title), [str(said) for said in one.sentences]) for one in SECTIONS])


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
    columns = [
        Column(_("Use")), Column(_("Waste type")), Column(_("kg CO₂e avoided a tonne as received"), kind=NUMBER),
        Column(_("Least"), kind=NUMBER), Column(_("Most"), kind=NUMBER), Column(_("Factor"), short=True),
        Column(_("Source")),
    ]
    rows = [
        [
            words(use_name(use)), words(waste_name(waste)), _figure(rate.quantity.value),
            _figure(rate.quantity.low if rate.quantity.spread_stated else None),
            _figure(rate.quantity.high if rate.quantity.spread_stated else None),
            words(formatting.listed(one.id for one in rate.factors)), words(rate.source),
        ]
        for (use, waste), rate in sorted(rates.avoided.items())
    ]
    return Table("carbon-of-market", _("What this market counts as avoided"), columns, rows, stated=False, empty=_(
        "The settings of this market state no saving, so no carbon is counted as avoided."
    ))


def _figure(value: float | None) -> Cell:
    """A number of a source; one that it does not state is a dash on the page and no number to reckon with."""
    return Cell(formatting.number(value, 8), "" if value is None else value)


def _factor_table(key: str, title: str, rows: list[Factor]) -> Table:
    columns = [
        Column(_("Factor"), short=True), Column(_("Name")), Column(_("Stated value"), kind=NUMBER),
        Column(_("Least"), kind=NUMBER), Column(_("Most"), kind=NUMBER), Column(_("Unit"), short=True),
        Column(_("Year"), short=True),
        Column(_("Region"), short=True), Column(_("Basis")), Column(_("Confidence"), short=True),
        Column(_("Source")), Column(_("Note")),
    ]
    return Table(key, title, columns, [_factor_cells(one) for one in rows], stated=False)


def _factor_cells(factor: Factor) -> list[Cell]:
    basis = str(BASIS_WORDS.get(factor.group, GROUP_WORDS.get(factor.group, factor.group)))
    note = _("In no sum, for its condition is not known.") if factor.id == LANDFILL else ""
    return [
        words(factor.id, anchor=f"factor-{factor.id}"), words(factor_name(factor)),
        _figure(factor.value), _figure(factor.min), _figure(factor.max), words(unit_words(factor.unit)),
        words(factor.year), words(factor.region), words("; ".join(part for part in (basis, factor.scope) if part)),
        words(str(CONFIDENCE_WORDS.get(factor.confidence, factor.confidence))), words(factor.source),
        words("; ".join(part for part in (factor.note, note) if part)),
    ]


def _tax_table() -> Table:
    columns = [
        Column(_("Waste type")), Column(_("Heading in the law")),
        Column(_("Yuan a tonne discharged, at most"), kind=NUMBER),
        Column(_("Condition")), Column(_("Factor"), short=True), Column(_("Confidence"), short=True),
    ]
    rows = []
    for waste, row in tax_rates().items():
        tax = tax_of(waste, 1.0)
        rows.append([
            words(named(row), anchor=f"tax-{waste}"), words(tax.heading), _figure(tax.rate_yuan_per_t),
            words(str(TAX_WORDS[tax.condition])), words(tax.factor.id if tax.factor else ""),
            words(str(CONFIDENCE_WORDS.get(row.env_tax_confidence, ""))),
        ])
    return Table("tax-rates", _("Rates of the environmental protection tax"), columns, rows, stated=False)


def _vat_table() -> Table:
    columns = [
        Column(_("Item")), Column(_("Products")), Column(_("Listed waste in the raw materials, %"), kind=NUMBER),
        Column(_("Refund, %"), kind=NUMBER), Column(_("Uses here")), Column(_("Wastes in our extract")),
        Column(_("Usual recipe")), Column(_("Conditions")), Column(_("Confidence"), short=True), Column(_("Source")),
    ]
    return Table("vat-items", _("Items of the VAT catalogue of 2022"), columns, [
        _vat_cells(item) for item in vat_items().values()
    ], stated=False)


def _vat_cells(item: VatItem) -> list[Cell]:
    uses = [use for use, items in ITEMS_OF_USE.items() if item.vat_id in items and use not in EXCLUDED_USES]
    verified = item.vat_id != PLACEHOLDER
    recipes = [(use, share) for use in uses if verified and (share := recipe_share(use, item)) is not None]
    conditions = "; ".join(part for part in (item.extra_conditions, item.note) if part)
    return [
        words(f"{item.vat_id} {item.catalogue_item}", anchor=f"vat-{item.vat_id}"), words(vat_product(item)),
        _figure(item.waste_content_min_pct), _figure(item.refund_pct),
        words(formatting.listed(use_name(use) for use in uses)),
        words(formatting.listed(waste_name(waste) for waste in item.applies_to_waste)),
        words(formatting.listed(_recipe_words(use, share) for use, share in recipes)),
        words(conditions if verified else f"{VAT_WORDS[UNVERIFIED]}; {conditions}"),
        words(str(CONFIDENCE_WORDS.get(item.confidence, item.confidence))), words(item.source),
    ]


def _recipe_words(use: str, share: Share) -> str:
    value, low, high = (formatting.percent(one) for one in (share.value, share.low, share.high))
    return _("%(use)s %(value)s (%(low)s to %(high)s)", use=use_name(use), value=value, low=low, high=high)

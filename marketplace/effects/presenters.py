"""What a flow, a chain or many flows do, as lines of a table: label, figure, interval, source, conditions."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from marketplace import formatting
from marketplace.effects.presenters_lines import (
    ESTIMATE,
    UNKNOWN,
    Chip,
    Line,
    carbon_exact,
    carbon_text,
    figure,
    interval_text,
    not_known,
    yuan_exact,
)
from marketplace.effects.presenters_vat import vat_lines
from marketplace.effects.presenters_words import TAX_WORDS, UNKNOWN_WORDS, factor_sentence, spread_note, stated_sentence
from marketplace.effects.quantities import Quantity
from marketplace.effects.rates import FIT_KM, EffectRates
from marketplace.effects.rules import ChainEffects, FlowEffects
from marketplace.effects.rules_tax import CERTAIN, NO_RATE, Tax
from marketplace.effects.rules_totals import TotalEffects
from marketplace.formatting import money_text
from marketplace.symbiosis.flows import TRADES
from marketplace.symbiosis.presenters import use_name, waste_name

# The pairs without a factor that are named one by one; the rest is one number.
_NAMED = 4


def flow_lines(effects: FlowEffects, rates: EffectRates, view: str = "") -> list[Line]:
    """The table "what this flow does"; ``view`` says whether the flow's money is a gain or a price."""
    return [
        *_carbon_lines(effects, rates),
        *_cost_lines(effects.cost.handling, effects.cost.carriage, rates, effects.cost.beyond_fit),
        *([_value_line(effects.value_yuan, view)] if effects.value_yuan is not None else []),
        _tax_line(effects.tax),
        *vat_lines(effects.vat),
    ]


def _carbon_lines(effects: FlowEffects, rates: EffectRates) -> list[Line]:
    carbon, lines = effects.carbon, []
    label = _("Emissions avoided by substitution")
    if carbon.avoided is None or carbon.rate is None:
        lines.append(not_known("avoided", label, str(UNKNOWN_WORDS[carbon.unknown])))
    else:
        lines.append(figure(
            "avoided", label, carbon.avoided, carbon_text, carbon_exact, title=stated_sentence(carbon.rate)
        ))
    label = _("Emissions of the lorries")
    if carbon.transport is None:
        lines.append(not_known("transport", label, _("The distance is not known.")))
    else:
        lines.append(figure(
            "transport", label, carbon.transport, carbon_text, carbon_exact, title=stated_sentence(rates.transport)
        ))
    if carbon.net is not None:
        lines.append(figure(
            "net", _("Avoided, less the lorries"), carbon.net, carbon_text, carbon_exact, sums=True
        ))
    if carbon.landfill is not None:
        lines.append(_landfill_line(carbon.landfill, rates))
    return lines


def _landfill_line(quantity: Quantity, rates: EffectRates) -> Line:
    return figure(
        "landfill", _("Machines of a landfill, in no sum"), quantity, carbon_text, carbon_exact,
        title=stated_sentence(rates.landfill), chips=(Chip(_("only if the tonnes would have gone there"), UNKNOWN),),
    )


def _cost_lines(handling: Quantity, carriage: Quantity | None, rates: EffectRates, beyond: bool) -> list[Line]:
    lines = [figure(
        "handling", _("Handling"), handling, money_text, yuan_exact, title=stated_sentence(rates.handling)
    )]
    if carriage is None:
        return [*lines, not_known("carriage", _("Carriage"), _("The distance is not known."))]
    return [
        *lines,
        figure("carriage", _("Carriage"), carriage, money_text, yuan_exact, title=stated_sentence(rates.per_km)),
        figure(
            "freight", _("Freight"), handling.plus(carriage), money_text, yuan_exact,
            chips=_freight_chips(rates, beyond), sums=True,
        ),
    ]


def _freight_chips(rates: EffectRates, beyond: bool) -> tuple[Chip, ...]:
    years = sorted({one.year for stated in (rates.handling, rates.per_km) for one in stated.factors if one.year})
    chips = [
        Chip(_("prices of %(year)s, to be calibrated", year=year), ESTIMATE, rates.per_km.source) for year in years
    ]
    if beyond:
        low, high = (formatting.number(one) for one in FIT_KM)
        chips.append(Chip(
            _("outside %(low)s to %(high)s km", low=low, high=high), UNKNOWN,
            _("The price was fitted to roads of %(low)s to %(high)s km; beyond them it is drawn out.",
              low=low, high=high),
        ))
    return tuple(chips)


def _value_line(yuan: float, view: str) -> Line:
    label = _("Paid by the taker") if view == TRADES else _("Gain of both sides")
    title = "" if view == TRADES else _("What the taker bids less what the producer asks, less freight.")
    return Line("value", label, money_text(yuan), exact=yuan_exact(yuan), title=title)


def _tax_line(tax: Tax) -> Line:
    label = _("Environmental protection tax")
    if tax.most_yuan is None or tax.factor is None:
        return not_known("tax", label, str(TAX_WORDS[NO_RATE]))
    return Line(
        "tax", label, _("at most %(money)s", money=money_text(tax.most_yuan)), exact=yuan_exact(tax.most_yuan),
        title=factor_sentence(tax.factor), chips=tax_chips(tax.condition),
    )


def tax_chips(condition: str) -> tuple[Chip, ...]:
    """The condition of the law on every tax, and what must be settled for the rate to apply at all."""
    law = Chip(
        _("only if otherwise discharged"), UNKNOWN,
        _("Tonnes stored, disposed of or used in compliance are not taxed, so moving them from storage to a use "
          "avoids no tax; only tonnes that would have been discharged do."),
    )
    return (law,) if condition == CERTAIN else (law, Chip(str(TAX_WORDS[condition]), UNKNOWN))


def total_lines(effects: TotalEffects, rates: EffectRates, *, far: bool = True) -> list[Line]:
    """The same table for many flows; what has no factor is told in tonnes beside the sum.

    ``far``: say how many tonnes go beyond the roads of the freight.
    """
    most = [
        Line(
            f"tax-{condition}", _("Environmental protection tax"), _("at most %(money)s", money=money_text(yuan)),
            exact=yuan_exact(yuan), chips=tax_chips(condition),
        )
        for condition, yuan in effects.tax_most_yuan.items()
    ]
    if effects.no_rate_t:
        untaxed = formatting.tonnes_text(effects.no_rate_t)
        most.append(not_known(
            "tax-none", _("Environmental protection tax on %(tonnes)s", tonnes=untaxed), str(TAX_WORDS[NO_RATE])
        ))
    return [
        *_total_carbon(effects, rates),
        *_cost_lines(effects.handling, effects.carriage, rates, False),
        *([_beyond(effects.beyond_fit_t)] if far and effects.beyond_fit_t else []),
        *most,
    ]


def _total_carbon(effects: TotalEffects, rates: EffectRates) -> list[Line]:
    lines = []
    if effects.known_t:
        lines.append(figure(
            "avoided", _("Avoided by substitution, of %(tonnes)s", tonnes=formatting.tonnes_text(effects.known_t)),
            effects.avoided, carbon_text, carbon_exact,
        ))
    if effects.unknown_t:
        lines.append(not_known(
            "unknown", _("Avoided by substitution, of %(tonnes)s", tonnes=formatting.tonnes_text(effects.unknown_t)),
            _("no factor"),
        ))
    lines.append(figure(
        "transport", _("Emissions of the lorries"), effects.transport, carbon_text, carbon_exact,
        title=stated_sentence(rates.transport),
    ))
    lines.append(figure(
        "net", _("Known savings, less the lorries"), effects.net, carbon_text, carbon_exact, sums=True
    ))
    return [*lines, _landfill_line(effects.landfill, rates)] if effects.landfill.value else lines


def _beyond(tonnes: float) -> Line:
    low, high = (formatting.number(one) for one in FIT_KM)
    return Line(
        "beyond", _("Of these tonnes carried outside %(low)s to %(high)s km", low=low, high=high),
        formatting.tonnes_text(tonnes), chips=(Chip(_("price drawn out beyond its roads"), ESTIMATE),),
    )


def unknown_words(effects: TotalEffects) -> list[str]:
    """The uses and wastes with the most tonnes that have no factor, then how many tonnes the others are."""
    words = [
        _("%(waste)s for %(use)s: %(tonnes)s", waste=waste_name(waste), use=use_name(use),
          tonnes=formatting.tonnes_text(tonnes))
        for use, waste, tonnes in effects.unknown[:_NAMED]
    ]
    rest = sum(tonnes for _use, _waste, tonnes in effects.unknown[_NAMED:])
    return [*words, _("others: %(tonnes)s", tonnes=formatting.tonnes_text(rest))] if rest else words


@dataclass(frozen=True, slots=True)
class ChainSum:
    """A chain's value and carbon beside its tonnes, and what each hop does."""

    value: Line
    carbon: Line
    freight: Line
    hops: tuple[tuple[str, list[Line]], ...]


def chain_sum(effects: ChainEffects, rates: EffectRates) -> ChainSum:
    """A chain in three figures and its hops in tables; where no hop has a factor, carbon says so."""
    value = (
        not_known("value", _("Gain of both sides"), _("The plan no longer holds every hop."))
        if effects.value_yuan is None else _value_line(effects.value_yuan, "")
    )
    freight = (
        not_known("freight", _("Freight"), _("The distance is not known."))
        if effects.freight is None
        else figure("freight", _("Freight"), effects.freight, money_text, yuan_exact,
                    chips=_freight_chips(rates, False))
    )
    hops = tuple(
        (_("%(waste)s for %(use)s", waste=waste_name(hop.waste_type), use=use_name(hop.use)),
         flow_lines(hop, rates))
        for hop in effects.hops
    )
    return ChainSum(value, _chain_carbon(effects), freight, hops)


def _chain_carbon(effects: ChainEffects) -> Line:
    label = _("Emissions avoided")
    if effects.net is None:
        return not_known("carbon", label, _("The distance is not known."))
    net = effects.net
    if not effects.known:
        return Line(
            "carbon", label, _("not known"),
            chips=(Chip(_("no factor; the lorries emit %(carbon)s", carbon=carbon_text(-net.value)), UNKNOWN,
                        spread_note(net)),),
        )
    line = figure("carbon", label, net, carbon_text, carbon_exact, title=_("What is known, less the lorries."))
    if not effects.unknown_t:
        return line
    missing = Chip(
        _("%(tonnes)s without a factor", tonnes=formatting.tonnes_text(effects.unknown_t)), UNKNOWN
    )
    return Line(
        line.key, line.label, line.text, interval_text(net, carbon_text), line.exact, line.title,
        (*line.chips, missing),
    )

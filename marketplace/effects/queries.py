"""The rates of the market in the database."""

from __future__ import annotations

from sqlalchemy.orm import Session

from marketplace.effects.rates import EffectRates, rates_of
from marketplace.market import market_settings


def market_rates(session: Session) -> EffectRates:
    """What the market's settings count with; the engine's defaults for a market without settings."""
    row = market_settings(session)
    return rates_of(
        row.handling_yuan_per_t, row.rate_yuan_per_t_km, row.carbon, freight_source=row.freight_source
    )

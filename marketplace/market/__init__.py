"""From the database to the engine: the market as frozen arrays, its settings, its way to measure distance."""

from marketplace.market.problem import cached_problem, engine_catalogue, load_problem, market_revision
from marketplace.market.settings import distance_model, market_settings

__all__ = [
    "cached_problem", "distance_model", "engine_catalogue", "load_problem", "market_revision",
    "market_settings",
]

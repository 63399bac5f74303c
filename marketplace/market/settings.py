"""The market's horizon and prices of carriage, and the distance model this process uses."""

from __future__ import annotations

import os
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from marketplace.config import VAR_FOLDER
from marketplace.months import month_of
from matching.problem import Carbon, Freight
from models.base import utc_now
from models.market import MarketSettings

if TYPE_CHECKING:
    from matching.params import DistanceModel
    from matching.scenario.settings import Settings

_MONTHS, _CIRCUITY = 12, 1.35


def market_settings(session: Session, *, now: datetime | None = None) -> MarketSettings:
    """The settings row; for a market without one, twelve months from now and the engine's defaults."""
    row = session.get(MarketSettings, 1)
    if row is not None:
        return row
    freight = Freight()
    return MarketSettings(
        id=1, title="", first_month=month_of(now or utc_now()), months=_MONTHS,
        circuity=_CIRCUITY, handling_yuan_per_t=freight.handling_yuan_per_t,
        rate_yuan_per_t_km=freight.rate_yuan_per_t_km, freight_source="", carbon=carbon_table(Carbon()),
        source="",
    )


def engine_settings(row: MarketSettings) -> Settings:
    """The settings as the engine's scenario reader would have read them."""
    from matching.scenario.settings import Settings

    avoided = {
        (entry["use"], entry["waste_type"]): float(entry["kg_per_t"])
        for entry in row.carbon.get("avoided", [])
    }
    transport = float(row.carbon.get("transport_kg_per_t_km", Carbon().transport_kg_per_t_km))
    return Settings(
        title=row.title, first_month=row.first_month, months=row.months, circuity=row.circuity,
        freight=Freight(row.handling_yuan_per_t, row.rate_yuan_per_t_km),
        carbon=Carbon(transport, dict(sorted(avoided.items()))),
    )


def carbon_table(carbon: Carbon) -> dict[str, Any]:
    """The ``[carbon]`` table of a scenario.toml that says the same."""
    return {
        "transport_kg_per_t_km": carbon.transport_kg_per_t_km,
        "avoided": [
            {"use": use, "waste_type": waste, "kg_per_t": kg}
            for (use, waste), kg in sorted(carbon.avoided_kg_per_t.items())
        ],
    }


def distance_model(session: Session) -> DistanceModel:
    """The best model this installation has: a router, else roads, else great circle times circuity."""
    router_url = os.environ.get("GONGSHENG_ROUTER_URL") or None
    return _model(market_settings(session).circuity, *_road_file(), router_url)


def _road_file() -> tuple[Path | None, float]:
    """The road graph and when it was made, so that a new one is taken up by a running process."""
    named = os.environ.get("GONGSHENG_ROADS")
    path = Path(named) if named else VAR_FOLDER / "roads.npz"
    return (path, path.stat().st_mtime) if path.is_file() else (None, 0.0)


@lru_cache(maxsize=4)
def _model(circuity: float, roads: Path | None, _made: float, router_url: str | None) -> DistanceModel:
    from matching.distance import choose_distance

    return choose_distance(None, circuity=circuity, roads=roads, router_url=router_url)

"""The rates of the Ordos scenario, and consignments of two lines."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from marketplace.effects.rates import EffectRates, rates_of

SCENARIO = Path(__file__).resolve().parents[2] / "scenarios" / "ordos" / "scenario.toml"


@lru_cache(maxsize=1)
def scenario() -> dict:
    return tomllib.loads(SCENARIO.read_text("utf-8"))


def rates() -> EffectRates:
    said = scenario()
    freight = said["freight"]
    return rates_of(
        freight["handling_yuan_per_t"], freight["rate_yuan_per_t_km"], said["carbon"],
        freight_source=freight["source"],
    )


@dataclass(frozen=True)
class Hop:
    waste_type: str
    use: str
    tonnes: float
    km: float | None = 10.0
    value_yuan_per_t: float | None = 5.0


@dataclass(frozen=True)
class Chain:
    hops: tuple[Hop, ...]


CARBIDE = ("carbide_slag", "cement_clinker_carbide")
ASH = ("fly_ash_cfb", "cement_clinker_carbide")
POWER = ("gangue", "cfb_power")
BRICK = ("fly_ash_cfb", "fired_brick")

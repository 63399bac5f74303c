"""The ready-made ranges of the search pages, counted and offered beside the free ones."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from marketplace.listings.filters import Bounds

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Band:
    """One range of ``part`` (``tonnes`` per month, ``price`` yuan/t, ``distance`` km); bounds inclusive."""

    part: str
    key: str
    bounds: Bounds
    supply_label: LazyString
    demand_label: LazyString


def _band(part: str, low: object, high: object, supply: LazyString, demand: LazyString | None = None) -> Band:
    bounds = Bounds(*(None if side is None else Decimal(str(side)) for side in (low, high)))
    return Band(part, f"{part}:{low}:{high}", bounds, supply, demand or supply)


BANDS = (
    _band("tonnes", None, 1000, _l("up to 1,000 t")),
    _band("tonnes", 1000, 10000, _l("1,000 to 10,000 t")),
    _band("tonnes", 10000, 50000, _l("10,000 to 50,000 t")),
    _band("tonnes", 50000, None, _l("50,000 t and more")),
    _band("price", None, -CENT, _l("pays the taker"), _l("charges a gate fee")),
    _band("price", 0, 0, _l("free of charge"), _l("takes it unpaid")),
    _band("price", CENT, 50, _l("up to 50 yuan/t"), _l("pays up to 50 yuan/t")),
    _band("price", 50, None, _l("50 yuan/t and more"), _l("pays 50 yuan/t and more")),
    _band("distance", None, 25, _l("within 25 km")),
    _band("distance", None, 50, _l("within 50 km")),
    _band("distance", None, 100, _l("within 100 km")),
    _band("distance", None, 200, _l("within 200 km")),
)

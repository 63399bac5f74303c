"""A value against its limits, as a horizontal band: where the limits and the value lie, and the margin in words."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from marketplace import formatting


@dataclass(frozen=True, slots=True)
class Band:
    """``x0``..``x1`` is the allowed stretch and ``tick`` the value, all 0-100; ``tick`` None: not assayed."""

    x0: float
    x1: float
    tick: float | None
    state: str
    text: str


def band(name: str, unit: str, value: float | None, low: float | None, high: float | None) -> Band:
    """The band of one property; at least one of ``low`` and ``high`` is given."""
    ends = [end for end in (low, high, value) if end is not None]
    top = max(ends) if low is None or high is None else max(*ends, high + (high - low) * 0.2)
    bottom = min(0.0, *ends) if low is None or high is None else min(*ends, low - (high - low) * 0.2)
    top += (top - bottom) * 0.15 or 1.0

    def place(at: float) -> float:
        return round((at - bottom) / (top - bottom) * 100, 2)

    return Band(
        x0=place(low) if low is not None else 0.0,
        x1=place(high) if high is not None else 100.0,
        tick=None if value is None else place(value),
        state=_state(value, low, high),
        text=_words(name, formatting.unit(unit), value, low, high),
    )


def _state(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "unknown"
    inside = (low is None or value >= low) and (high is None or value <= high)
    return "yes" if inside else "no"


def _words(name: str, unit: str, value: float | None, low: float | None, high: float | None) -> str:
    limit = formatting.limits(low, high)
    if value is None:
        return _("%(name)s: not assayed, limit %(limit)s", name=name, limit=formatting.measured(limit, unit))
    values = {"name": name, "value": formatting.measured(formatting.number(value, 3), unit), "limit": limit}
    if _state(value, low, high) == "no":
        over = value - high if high is not None and value > high else (low or 0.0) - value
        return _("%(name)s %(value)s, limit %(limit)s, outside by %(gap)s",
                 gap=formatting.number(over, 3), **values)
    return _("%(name)s %(value)s, limit %(limit)s, margin %(margin)s",
             margin=_margin(value, low, high), **values)


def _margin(value: float, low: float | None, high: float | None) -> str:
    """The distance to the nearer limit as a share of that limit; in the property's unit where the limit is 0."""
    limit = high if low is None or (high is not None and high - value < value - low) else low
    gap = abs((limit or 0.0) - value)
    return formatting.percent(gap / abs(limit)) if limit else formatting.number(gap, 3)

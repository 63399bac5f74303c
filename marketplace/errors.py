"""The market's own errors; they become HTTP once, in ``marketplace.http_errors``."""

from __future__ import annotations

from dataclasses import dataclass, field


class MarketError(Exception):
    """Something a person can be told about."""


class Forbidden(MarketError):
    """The actor may not do this at all (403)."""


class NotFound(MarketError):
    """There is no such thing, or the actor may not know of it (404)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why something is not possible: a code, the numbers behind it, and the field it belongs to."""

    code: str
    values: dict[str, object] = field(default_factory=dict)
    field: str = ""


class NotPossible(MarketError):
    """It was allowed but is not possible now (409), with every reason."""

    def __init__(self, reasons: list[Refusal]) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = reasons


def refuse(reasons: list[Refusal]) -> None:
    """Raise :class:`NotPossible` where there is a reason."""
    if reasons:
        raise NotPossible(reasons)


class Stale(MarketError):
    """Somebody changed it meanwhile (409)."""

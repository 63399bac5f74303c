"""Two plans side by side: what is more, what is less, who gains, who loses, and what goes another way."""

from __future__ import annotations

from dataclasses import dataclass

from matching.whatif.outcome import Firm, Outcome, Route

# Below a kilogram and a fen nothing has changed.
LEAST_T, LEAST_YUAN = 1e-3, 1e-2


@dataclass(frozen=True, slots=True)
class RouteChange:
    """Tonnes on one route before and after, by the ids of supply and demand."""

    supply: str
    demand: str
    before_t: float
    after_t: float

    @property
    def change_t(self) -> float:
        return self.after_t - self.before_t


@dataclass(frozen=True, slots=True)
class FirmChange:
    """One enterprise before and after."""

    enterprise: str
    before: Firm
    after: Firm

    @property
    def gain_yuan(self) -> float:
        return self.after.gain_yuan - self.before.gain_yuan


@dataclass(frozen=True, slots=True)
class Difference:
    """``after`` less ``before``: tonnes, yuan and kg; routes by the size of their change, enterprises by their gain.

    ``value_yuan`` is what trades bring without subsidies and fees spared, which are ``transfer_yuan``; ``fee_yuan`` is
    the disposal fee due.  ``rerouted_t`` is what goes another way: the tonnes that left a route and found another one.
    """

    tonnes: float
    left_over_t: float
    value_yuan: float
    transfer_yuan: float
    freight_yuan: float
    carbon_kg: float
    fee_yuan: float
    rerouted_t: float
    placed_t: dict[str, float]
    left_t: dict[str, float]
    routes: tuple[RouteChange, ...]
    firms: tuple[FirmChange, ...]


def difference_of(before: Outcome, after: Outcome) -> Difference:
    """What ``after`` has more than ``before``."""
    routes = _routes(before, after)
    gone = -sum(min(route.change_t, 0.0) for route in routes)
    come = sum(max(route.change_t, 0.0) for route in routes)
    totals = (before.totals, after.totals)
    return Difference(
        _more(totals, "tonnes"), after.left_over_t - before.left_over_t, _more(totals, "value_yuan"),
        _more(totals, "transfer_yuan"), _more(totals, "freight_yuan"), _more(totals, "carbon_kg"),
        after.fee_yuan - before.fee_yuan, min(gone, come),
        _by_key(before.placed_t, after.placed_t), _by_key(before.left_t, after.left_t),
        routes, _firms(before, after),
    )


def _more(totals: tuple[Route, Route], name: str) -> float:
    return float(getattr(totals[1], name) - getattr(totals[0], name))


def _by_key(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    changes = {key: after.get(key, 0.0) - before.get(key, 0.0) for key in sorted({*before, *after})}
    return {key: change for key, change in changes.items() if abs(change) >= LEAST_T}


def _routes(before: Outcome, after: Outcome) -> tuple[RouteChange, ...]:
    nothing = Route()
    changes = [
        RouteChange(*key, before.routes.get(key, nothing).tonnes, after.routes.get(key, nothing).tonnes)
        for key in sorted({*before.routes, *after.routes})
    ]
    changed = [change for change in changes if abs(change.change_t) >= LEAST_T]
    return tuple(sorted(changed, key=lambda one: (-abs(one.change_t), one.supply, one.demand)))


def _firms(before: Outcome, after: Outcome) -> tuple[FirmChange, ...]:
    nothing = Firm()
    changes = [
        FirmChange(key, before.firms.get(key, nothing), after.firms.get(key, nothing))
        for key in sorted({*before.firms, *after.firms})
    ]
    changed = [change for change in changes if _differs(change)]
    return tuple(sorted(changed, key=lambda one: (-one.gain_yuan, one.enterprise)))


def _differs(change: FirmChange) -> bool:
    moved = max(
        abs(getattr(change.after, name) - getattr(change.before, name)) for name in ("sends_t", "takes_t", "left_t")
    )
    return moved >= LEAST_T or abs(change.gain_yuan) >= LEAST_YUAN

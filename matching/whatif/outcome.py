"""A plan told by ids, so that plans of different markets can be laid side by side."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from matching.allocation.result import AllocationResult, Pairs, SolveReport
from matching.problem import MatchProblem
from matching.whatif.extras import Extras, rows_of


@dataclass(slots=True)
class Route:
    """Tonnes from a supply to a demand over the horizon, and what goes with them.

    ``value_yuan`` is bid - ask - freight, by rail where that is cheaper; ``transfer_yuan`` is a subsidy or a fee
    spared.
    """

    tonnes: float = 0.0
    value_yuan: float = 0.0
    transfer_yuan: float = 0.0
    freight_yuan: float = 0.0
    carbon_kg: float = 0.0
    distance_km: float = 0.0


@dataclass(slots=True)
class Firm:
    """What an enterprise sends, takes in and has left over, and what the prices of the plan ascribe to it.

    ``gain_yuan`` shares out what each trade brings as the plan's prices do: the sender has the price of a tonne of its
    supply, the taker the rest; a disposal fee is borne by the supply.  Over all enterprises it adds up to value and
    transfers less the whole fee, so it is one consistent way to share them, not a forecast of anybody's profit.
    """

    sends_t: float = 0.0
    takes_t: float = 0.0
    left_t: float = 0.0
    gain_yuan: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One plan by ids: routes by (supply, demand), enterprises, tonnes placed and left over by waste type.

    ``supply_price`` and ``demand_price`` are the worth of one more tonne a month, on average over the listing's months,
    in yuan (or the unit of another objective).  ``fee_yuan`` is the disposal fee due, 0 without one.
    """

    routes: dict[tuple[str, str], Route]
    firms: dict[str, Firm]
    placed_t: dict[str, float]
    left_t: dict[str, float]
    supply_price: dict[str, float]
    demand_price: dict[str, float]
    report: SolveReport
    distance_method: str
    fee_yuan: float = 0.0
    totals: Route = field(default_factory=Route)

    @property
    def left_over_t(self) -> float:
        return sum(self.left_t.values())


def outcome_of(
    problem: MatchProblem, plan: AllocationResult, *, pairs: Pairs | None = None, extras: Extras | None = None,
    owner: np.ndarray | None = None, fee: np.ndarray | None = None,
) -> Outcome:
    """``plan`` by the ids of ``problem``.

    ``extras`` are those of ``pairs``, which the plan was made with.  ``owner`` says which supply of ``problem`` each
    supply of the plan is a part of (None: itself) and ``fee`` what a tonne that a part leaves unused costs.
    """
    supplies, demands = problem.supplies, problem.demands
    parts = len(plan.left_over_t)
    owner = np.arange(parts) if owner is None else owner
    fee = np.zeros(parts) if fee is None else fee
    routes: dict[tuple[str, str], Route] = defaultdict(Route)
    arcs = Extras.none(len(plan.tonnes)) if pairs is None or extras is None else extras.at(rows_of(pairs, plan))
    columns = (owner[plan.supply], plan.demand, plan.tonnes, plan.value_yuan_per_t - arcs.transfer,
               arcs.transfer, plan.freight_yuan_per_t - arcs.rail, plan.carbon_kg_per_t, plan.distance_km)
    totals = Route()
    for supply, demand, tonnes, value, more, freight, carbon, km in zip(*(c.tolist() for c in columns), strict=True):
        for route in (routes[supplies.ids[supply], demands.ids[demand]], totals):
            route.tonnes += tonnes
            route.value_yuan += tonnes * value
            route.transfer_yuan += tonnes * more
            route.freight_yuan += tonnes * freight
            route.carbon_kg += tonnes * carbon
            route.distance_km = km
    left = np.bincount(owner, plan.left_over_t, minlength=len(supplies.ids))
    sent = np.bincount(owner[plan.supply], plan.tonnes, minlength=len(supplies.ids))
    due = np.bincount(owner, plan.left_over_t * fee, minlength=len(supplies.ids))
    most = due + np.bincount(owner[plan.supply], plan.tonnes * fee[plan.supply], minlength=len(supplies.ids))
    return Outcome(
        dict(sorted(routes.items())), _firms(problem, plan, owner, sent, left, most),
        _by_waste(problem, sent), _by_waste(problem, left),
        dict(zip(supplies.ids, _mean_by_owner(plan.supply_price, owner, len(supplies.ids)), strict=True)),
        dict(zip(demands.ids, _mean(plan.demand_price).tolist(), strict=True)),
        plan.report, plan.distance_method, float(due.sum()), totals,
    )


def _firms(
    problem: MatchProblem, plan: AllocationResult, owner: np.ndarray, sent: np.ndarray, left: np.ndarray,
    most: np.ndarray,
) -> dict[str, Firm]:
    ids, supplies, demands = problem.enterprises.ids, problem.supplies, problem.demands
    taken = np.bincount(plan.demand, plan.tonnes, minlength=len(demands.ids))
    gain = _gains(problem, plan, owner, len(supplies.ids))
    firms: dict[str, Firm] = {}
    for at, firm in enumerate(supplies.enterprise.tolist()):
        one = firms.setdefault(ids[firm], Firm())
        one.sends_t += float(sent[at])
        one.left_t += float(left[at])
        one.gain_yuan += float(gain[0][at]) - float(most[at])
    for at, firm in enumerate(demands.enterprise.tolist()):
        one = firms.setdefault(ids[firm], Firm())
        one.takes_t += float(taken[at])
        one.gain_yuan += float(gain[1][at])
    return dict(sorted(firms.items()))


def _gains(
    problem: MatchProblem, plan: AllocationResult, owner: np.ndarray, supplies: int
) -> tuple[np.ndarray, np.ndarray]:
    """What each supply and each demand has of the plan's worth, yuan; a fee spared is within it, see ``Firm``."""
    received = np.nan_to_num(plan.supply_price)[plan.supply, plan.month] * plan.tonnes
    rest = plan.tonnes * plan.value_yuan_per_t - received
    return (
        np.bincount(owner[plan.supply], received, minlength=supplies),
        np.bincount(plan.demand, rest, minlength=len(problem.demands.ids)),
    )


def _by_waste(problem: MatchProblem, tonnes: np.ndarray) -> dict[str, float]:
    sums = np.bincount(problem.supplies.waste_type, tonnes, minlength=len(problem.waste_types))
    return {problem.waste_types[at]: float(sums[at]) for at in np.flatnonzero(sums > 0).tolist()}


def _mean(prices: np.ndarray) -> np.ndarray:
    """The mean over the months of each window, 0 where there is none."""
    inside = ~np.isnan(prices)
    return np.where(inside, prices, 0.0).sum(axis=1) / np.maximum(inside.sum(axis=1), 1)


def _mean_by_owner(prices: np.ndarray, owner: np.ndarray, supplies: int) -> list[float]:
    """Of the parts of a supply the least worth: one more tonne falls into its last step."""
    least = np.full(supplies, np.inf)
    np.minimum.at(least, owner, _mean(prices))
    return np.where(np.isfinite(least), least, 0.0).tolist()

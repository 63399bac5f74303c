"""The three views as books of flows: the best plan, what contracts hold, and what could be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from marketplace.market import cached_problem, distance_model, market_revision, market_settings
from marketplace.market.kept import Kept
from marketplace.market.settings import engine_settings
from marketplace.months import month_after, months_between
from marketplace.symbiosis import queries
from marketplace.symbiosis.flows import PLAN, POTENTIAL, TRADES, Book, Chain, End, Flow, Hop, LeftOver
from marketplace.symbiosis.kept_chains import cycles_of, parts_of
from marketplace.symbiosis.queries import Atlas
from models.market import MarketSettings

# A trade as the database gives it, or with other tonnes.
TradeRow = Row | SimpleNamespace
_books: Kept[Book] = Kept(8)


@dataclass(frozen=True, slots=True)
class Rates:
    """What a tonne costs to carry and what it spares: yuan/t, yuan/t/km, kg CO2e/t/km and kg CO2e/t."""

    handling: float
    per_km: float
    carbon_per_km: float
    avoided: dict[tuple[str, str], float]

    def freight(self, km: float) -> float:
        return self.handling + self.per_km * km

    def carbon(self, use: str, waste_type: str, km: float) -> float:
        """Kilograms avoided less those of the freight; without a stated saving nothing is avoided."""
        return self.avoided.get((use, waste_type), 0.0) - self.carbon_per_km * km


def book(session: Session, view: str) -> Book:
    """The book of ``view``, kept by this process until the plan, the contracts or the market change."""
    return {PLAN: _plan_book, TRADES: _trade_book, POTENTIAL: _potential_book}[view](session)


def trades_of(session: Session, months: Sequence[str]) -> tuple[Book, Book]:
    """What was weighed out in ``months`` by the month of the slip, and what contracts hold of them; not kept.

    Of a contract without any weighing in ``months`` the first book has what it still has to send in them.  Months
    that the market's horizon has left behind are as good as others.
    """
    chosen = tuple(months)
    held = [row for row in queries.trades(session) if row.month in chosen]
    weighed = queries.weighed_trades(session, chosen)
    moving = {row.id for row in weighed}
    still = [
        SimpleNamespace(**{**row._mapping, "tonnes": row.tonnes - row.weighed_t, "weighed_t": 0})
        for row in held if row.id not in moving and row.tonnes > row.weighed_t
    ]
    return _read_trades(session, [*weighed, *still], chosen), _read_trades(session, held, chosen)


def rates_of(settings: MarketSettings) -> Rates:
    told = engine_settings(settings)
    return Rates(
        told.freight.handling_yuan_per_t,
        told.freight.rate_yuan_per_t_km,
        told.carbon.transport_kg_per_t_km,
        dict(told.carbon.avoided_kg_per_t),
    )


def _keep(session: Session, view: str, what: tuple[object, ...], make: Callable[[], Book]) -> Book:
    return _books.get((queries.database_of(session), view, market_revision(session), *what), make)


def _horizon(settings: MarketSettings) -> tuple[str, ...]:
    return tuple(months_between(settings.first_month, month_after(settings.first_month, settings.months - 1)))


def _plan_book(session: Session) -> Book:
    plan = queries.newest_plan(session)
    if plan is None:
        return Book(PLAN, ())
    return _keep(session, PLAN, (plan.id, plan.created_at), lambda: _read_plan(session, plan))


def _read_plan(session: Session, plan: Row) -> Book:
    atlas, rates = queries.atlas(session), rates_of(market_settings(session))
    flows = tuple(
        _flow(
            atlas.supplies[row.supply_id].end,
            atlas.demands[row.demand_id].end,
            atlas.supplies[row.supply_id].waste_type,
            atlas.demands[row.demand_id].use,
            rates,
            month=row.month,
            tonnes=row.tonnes,
            km=row.distance_km,
            value_yuan_per_t=row.value_yuan_per_t,
        )
        for row in queries.plan_rows(session, plan.id)
        if row.supply_id in atlas.supplies and row.demand_id in atlas.demands
    )
    offers = atlas.offers_by_code()
    left_over = tuple(
        LeftOver(offers[code].end, offers[code].waste_type, tonnes)
        for code, tonnes in sorted(plan.summary.get("left_over_by_supply", {}).items())
        if code in offers and tonnes >= 1
    )
    months = tuple(plan.summary.get("months", ())) or tuple(sorted({flow.month for flow in flows}))
    return Book(
        PLAN,
        flows,
        left_over,
        _chains(plan.summary.get("chains", []), atlas, flows),
        months,
        plan.status,
        plan.created_at,
        stale=plan.market_revision != market_revision(session),
        cycles=cycles_of(plan.summary, atlas),
        parts=parts_of(plan.summary, atlas),
    )


def _chains(kept: Sequence[dict[str, Any]], atlas: Atlas, flows: Sequence[Flow]) -> tuple[Chain, ...]:
    """The plan's chains; one that speaks of a listing no longer there is left out.

    A pair of listings has one distance and one gain a tonne in every month, so any flow of it tells them.
    """
    offers, wants = atlas.offers_by_code(), atlas.wants_by_code()
    told = {
        (flow.sender.listing, flow.taker.listing): (flow.km, flow.value_yuan / flow.tonnes)
        for flow in flows if flow.tonnes
    }
    chains = []
    for chain in kept:
        hops = [
            Hop(
                offers[hop["supply"]].end,
                wants[hop["demand"]].end,
                offers[hop["supply"]].waste_type,
                wants[hop["demand"]].use,
                hop["tonnes"],
                *told.get((hop["supply"], hop["demand"]), (None, None)),
            )
            for hop in chain["hops"]
            if hop["supply"] in offers and hop["demand"] in wants
        ]
        if len(hops) == len(chain["hops"]) >= 2:
            chains.append(Chain(tuple(hops)))
    return tuple(chains)


def _trade_book(session: Session) -> Book:
    rows = queries.trades(session)
    seen = tuple((row.id, row.month, row.tonnes, row.weighed_t) for row in rows)
    horizon = _horizon(market_settings(session))
    return _keep(session, TRADES, seen, lambda: _read_trades(session, rows, horizon))


def _read_trades(session: Session, rows: Sequence[TradeRow], horizon: tuple[str, ...]) -> Book:
    atlas, rates = queries.atlas(session), rates_of(market_settings(session))
    trades = [trade for row in rows if row.month in horizon and (trade := _trade(row, atlas))]
    distances = _distances(session, [(sender, taker) for _, sender, taker, _ in trades])
    flows = [
        replace(
            _flow(
                sender,
                taker,
                row.waste_type_id,
                use,
                rates,
                month=row.month,
                tonnes=float(row.tonnes),
                km=km,
                value_yuan_per_t=float(row.price_yuan_per_t),
            ),
            weighed_t=float(row.weighed_t),
            contract=row.id,
        )
        for (row, sender, taker, use), km in zip(trades, distances, strict=True)
    ]
    return Book(TRADES, tuple(flows), months=horizon)


def _trade(row: TradeRow, atlas: Atlas) -> tuple[TradeRow, End, End, str] | None:
    """Sender, taker and use of a contract; where it names no listing of a side, that side's main site stands."""
    supply, demand = row.supply_id, row.demand_id
    sender = atlas.supplies[supply].end if supply in atlas.supplies else atlas.enterprises.get(row.producer_id)
    taker = atlas.demands[demand].end if demand in atlas.demands else atlas.enterprises.get(row.taker_id)
    if sender is None or taker is None:
        return None
    return row, sender, taker, atlas.demands[demand].use if demand in atlas.demands else ""


def _distances(session: Session, pairs: list[tuple[End, End]]) -> list[float]:
    if not pairs:
        return []
    import numpy as np

    corners = np.array(
        [(a.enterprise.lat, a.enterprise.lon, b.enterprise.lat, b.enterprise.lon) for a, b in pairs]
    )
    return distance_model(session).pairs_km(*corners.T).tolist()


def _potential_book(session: Session) -> Book:
    return _keep(session, POTENTIAL, (), lambda: _read_potential(session))


def _read_potential(session: Session) -> Book:
    """The best-ranked feasible partner of every supply, for each month they share.

    Each supply counts once; room does not bind, so several supplies may lean on one demand.
    """
    import matching
    from matching.params import MatchParams

    problem = cached_problem(session)
    result = matching.match(problem, MatchParams(top_k=1, distance=distance_model(session)))
    atlas, rates = queries.atlas(session), rates_of(market_settings(session))
    offers, wants = atlas.offers_by_code(), atlas.wants_by_code()
    flows: list[Flow] = []
    for at in range(len(result)):
        if not result.feasible[at]:
            continue
        pair = result.match(at)
        offer, want = offers[pair.supply], wants[pair.demand]
        supply, demand = int(result.pairs.supply[at]), int(result.pairs.demand[at])
        first = max(problem.supplies.first_month[supply], problem.demands.first_month[demand])
        last = min(problem.supplies.last_month[supply], problem.demands.last_month[demand])
        flows.extend(
            _flow(
                offer.end,
                want.end,
                offer.waste_type,
                want.use,
                rates,
                month=problem.months[month],
                tonnes=pair.tonnes_per_month,
                km=pair.distance_km,
                value_yuan_per_t=pair.surplus_yuan_per_t,
            )
            for month in range(int(first), int(last) + 1)
        )
    return Book(POTENTIAL, tuple(flows), months=problem.months)


def _flow(
    sender: End,
    taker: End,
    waste_type: str,
    use: str,
    rates: Rates,
    *,
    month: str,
    tonnes: float,
    km: float,
    value_yuan_per_t: float,
) -> Flow:
    return Flow(
        month,
        sender,
        taker,
        waste_type,
        use,
        tonnes,
        km,
        tonnes * value_yuan_per_t,
        tonnes * rates.freight(km),
        tonnes * rates.carbon(use, waste_type, km),
    )

"""The plan the engine recommends for a tender: a small market of the listing and its bids, solved for value.

A bid's tonne is worth to its bidder what it pays and the freight.  After the freight the price at the gate is left, and
of an offer delivered what the taker saves: the value of a plan is what it leaves to the owner once every tonne is
carried, within the room of every month, the limits of quality, the lots and the distances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from marketplace.market import distance_model, engine_catalogue, market_settings
from marketplace.market.rows import Chosen, read_tables
from marketplace.market.settings import engine_settings
from marketplace.months import months_between
from marketplace.tenders.journeys import journeys
from marketplace.tenders.provisional import rank, taking
from marketplace.tenders.room import Room
from models.bids import Bid
from models.organisations import Site
from models.tenders import Tender

if TYPE_CHECKING:
    from matching.explaining import Explanation
    from matching.scenario.tables import Rows

_TIME_LIMIT_S = 20.0
_STEP = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Advice:
    """What the plan gives a bid, tonnes per month, and why; ``pair`` is the engine's word on quality and the rest."""

    bid: Bid
    tonnes: Decimal
    why: str
    pair: Explanation | None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The advice on every bid, the plan's tonnes, what they bring the owner, and how the solver ended."""

    advice: tuple[Advice, ...]
    tonnes: Decimal
    money_yuan: Decimal
    status: str


def recommend(session: Session, tender: Tender, bids: Sequence[Bid], room: Room) -> Recommendation:
    """The engine's plan for the open bids of a closed tender."""
    from matching.allocation import allocate
    from matching.explaining import explain
    from matching.params import MatchParams
    from matching.scenario.build import build_problem

    supply = tender.supply_id is not None
    placed = [bid for bid in bids if _place(bid) is not None]
    freight = {key: Decimal(str(row.freight_yuan_per_t)) for key, row in journeys(session, bids).items()}
    settings = replace(
        engine_settings(market_settings(session)), first_month=room.first,
        months=len(months_between(room.first, room.last)),
    )
    tables = _tables(session, tender, placed, room, freight)
    problem = build_problem(settings, tables, engine_catalogue())
    params = MatchParams(distance=distance_model(session))
    result = allocate(problem, params, objective="value", blend=False, time_limit_s=_TIME_LIMIT_S)
    names = problem.demands.ids if supply else problem.supplies.ids
    planned: dict[str, float] = {}
    for at, tonnes in zip(result.demand if supply else result.supply, result.tonnes, strict=True):
        planned[names[int(at)]] = planned.get(names[int(at)], 0.0) + float(tonnes)
    rates = _even(bids, planned, room)
    code = tender.listing.code
    pairs = {
        bid.id: explain(problem, params, *((code, _name(bid)) if supply else (_name(bid), code))) for bid in placed
    }
    chosen = [bid for bid in bids if rates[bid.id] > 0]
    advice = tuple(
        Advice(bid, rates[bid.id], _why(bid, rates, pairs.get(bid.id), chosen, freight, supply=supply),
               pairs.get(bid.id))
        for bid in sorted(bids, key=rank)
    )
    totals = {bid.id: rates[bid.id] * len(months_between(bid.start_month, bid.end_month)) for bid in bids}
    return Recommendation(
        advice, sum(totals.values(), Decimal(0)),
        sum((totals[bid.id] * bid.price_yuan_per_t for bid in bids), Decimal(0)), result.report.status,
    )


def _even(bids: Sequence[Bid], planned: dict[str, float], room: Room) -> dict[int, Decimal]:
    """The plan as even monthly tonnes, never more than the months have room for."""
    rates: dict[int, Decimal] = {}
    for bid in sorted(bids, key=rank):
        months = len(months_between(bid.start_month, bid.end_month))
        # The solver's answer carries rounding noise; a kilogram is the smallest tonne there is.
        wanted = (Decimal(str(round(planned.get(_name(bid), 0.0), 6))) / months).quantize(_STEP)
        free = room.free_per_month(bid.start_month, bid.end_month).quantize(_STEP, rounding=ROUND_DOWN)
        rates[bid.id] = min(wanted, bid.t_per_month, free)
        if rates[bid.id] > 0:
            room = taking(room, bid, rates[bid.id])
    return rates


def _why(
    bid: Bid, rates: dict[int, Decimal], pair: Explanation | None, chosen: Sequence[Bid],
    freight: dict[int, Decimal], *, supply: bool,
) -> str:
    """One word for the reason: the template's sentence stands in the presenters."""
    if pair is None:
        return "no_place"
    if pair.status != "feasible":
        return pair.status
    given = rates[bid.id]
    if given >= bid.t_per_month:
        return "whole"
    if given > 0:
        return "part"
    # Before the freight is taken off, this bid would have been ahead of one that was chosen.
    carried = freight.get(bid.id, Decimal(0))
    sign = 1 if supply else -1
    for other in chosen:
        theirs = freight.get(other.id, Decimal(0))
        if sign * (bid.price_yuan_per_t + sign * carried) > sign * (other.price_yuan_per_t + sign * theirs):
            return "freight"
    return "price" if chosen else "room"


def _place(bid: Bid) -> Site | None:
    own = bid.own_demand or bid.own_supply
    return own.site if own is not None else bid.bidder.main_site


def _name(bid: Bid) -> str:
    return f"bid-{bid.id}"


def _tables(
    session: Session, tender: Tender, bids: Sequence[Bid], room: Room, freight: dict[int, Decimal]
) -> dict[str, Rows]:
    """The scenario tables of this tender alone: its listing as it stands free, and one listing per bid."""
    tables = read_tables(session, Chosen(tender.listing.code))
    supply = tender.supply_id is not None
    mine, theirs = ("supplies.csv", "demands.csv") if supply else ("demands.csv", "supplies.csv")
    price = "ask_yuan_per_t" if supply else "bid_yuan_per_t"
    _keep(tables[mine], "id", {tender.listing.code})
    free = max((room.free_per_month(month, month) for month in months_between(room.first, room.last)), default=0)
    # What the owner asked first no longer counts: every bid here met the reserve, and some bid is the least of them.
    prices = [bid.price_yuan_per_t for bid in bids]
    least = min(prices, default=Decimal(0)) - 1 if supply else max(prices, default=Decimal(0)) + 1
    tables[mine].values["t_per_month"] = [float(min(room.t_per_month, Decimal(free)))]
    tables[mine].values["end"] = [room.last]
    tables[mine].values[price] = [float(least)]
    _bids_as_listings(tables, theirs, bids, freight, supply=supply)
    _qualities(tables, tender, bids, supply=supply)
    for row in tables["residues.csv"].values.values():
        row.clear()
    tables["residues.csv"].lines.clear()
    return tables


def _bids_as_listings(
    tables: dict[str, Rows], file: str, bids: Sequence[Bid], freight: dict[int, Decimal], *, supply: bool
) -> None:
    rows = []
    for bid in bids:
        own = bid.own_demand if supply else bid.own_supply
        place = _place(bid)
        carried = freight.get(bid.id, Decimal(0))
        row: dict[str, Any] = {
            "id": _name(bid), "enterprise": bid.bidder.code, "t_per_month": float(bid.t_per_month),
            "start": bid.start_month, "end": bid.end_month,
            "max_distance_km": own.max_distance_km if own is not None else None,
            "lat": place.lat, "lon": place.lon,
        }
        if supply:
            use = own.use_id if own is not None else sorted(engine_catalogue().uses)[0]
            row |= {"use": use, "bid_yuan_per_t": float(bid.price_yuan_per_t + carried)}
        else:
            row |= {"waste_type": bid.waste_type_id, "stock_t": 0.0,
                    "ask_yuan_per_t": float(bid.price_yuan_per_t - carried)}
        rows.append(row)
    _fill(tables[file], rows)


def _qualities(tables: dict[str, Rows], tender: Tender, bids: Sequence[Bid], *, supply: bool) -> None:
    """Assays and limits under the names the bids have here; what a bidder's listing does not say is not asked."""
    if not supply:
        by_code = {bid.own_supply.code: [] for bid in bids if bid.own_supply is not None}
        for bid in bids:
            if bid.own_supply is not None:
                by_code[bid.own_supply.code].append(_name(bid))
        _copy_rows(tables["assays.csv"], "supply", by_code)
        for file in ("accepts.csv", "specs.csv"):
            _keep(tables[file], "demand", {tender.listing.code})
        tables["accepts.csv"].values["max_share"] = [1.0] * len(tables["accepts.csv"])
        return
    _keep(tables["assays.csv"], "supply", {tender.listing.code})
    wanted: dict[str, list[str]] = {}
    for bid in bids:
        if bid.own_demand is not None:
            wanted.setdefault(bid.own_demand.code, []).append(_name(bid))
    _copy_rows(tables["specs.csv"], "demand", wanted)
    _fill(tables["accepts.csv"], [
        {"demand": _name(bid), "waste_type": bid.waste_type_id, "max_share": 1.0} for bid in bids
    ])


def _keep(rows: Rows, column: str, wanted: set[str]) -> None:
    at = [index for index, value in enumerate(rows.values[column]) if value in wanted]
    for name, cells in rows.values.items():
        rows.values[name] = [cells[index] for index in at]
    rows.lines[:] = range(1, len(at) + 1)


def _copy_rows(rows: Rows, column: str, names: dict[str, list[str]]) -> None:
    """Every row of a listing in ``names`` once per new name, and no other row."""
    found = [
        {**{name: cells[index] for name, cells in rows.values.items()}, column: new}
        for index, value in enumerate(rows.values[column]) for new in names.get(str(value), ())
    ]
    _fill(rows, found)


def _fill(rows: Rows, records: Sequence[dict[str, Any]]) -> None:
    for name in rows.values:
        rows.values[name] = [record.get(name) for record in records]
    rows.lines[:] = range(1, len(records) + 1)

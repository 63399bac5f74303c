"""Everything a report is made from, read once: the ledger's year, the quarter's contracts, the plan and what is kept
beside it, stockpiles, rates.

Each part is what its own page shows this reader, got by the same functions, so that rights and suppression are theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from marketplace.effects.queries import market_rates
from marketplace.effects.rates import EffectRates
from marketplace.indicators.places import Place, Spot
from marketplace.indicators.report import PlaceReport, park_scorecard, place_report, sight_of
from marketplace.indicators.rules import months_of_period
from marketplace.indicators.scorecard import Scorecard
from marketplace.indicators.sight import Sight as LedgerSight
from marketplace.months import SHANGHAI, month_of
from marketplace.outlook.queries import Outlook, outlook
from marketplace.reports import queries
from marketplace.security.actor import Actor
from marketplace.symbiosis.books import book, trades_of
from marketplace.symbiosis.flows import PARK, PLAN, REGION, TRADES, Chain, End, Flow, LeftOver
from marketplace.symbiosis.queries import Atlas, atlas
from marketplace.symbiosis.selection import ENTERPRISES, PARKS, Sight, Wanted
from models.stockpiles import Stockpile

IN, OUT, WITHIN = "in", "out", "within"
DIRECTIONS = (IN, OUT, WITHIN)


@dataclass(frozen=True, slots=True)
class Here:
    """The place of the report among the ends of flows."""

    place: Place
    parks: dict[int, Spot]

    def holds(self, end: End) -> bool:
        where = end.place
        if where.kind == PARK and where.park_id is not None:
            return self.place.holds(self.parks[where.park_id])
        return where.kind == REGION and self.place.holds(Spot(None, where.code))

    def direction(self, flow: Flow) -> str | None:
        """In, out or within; None where the flow does not touch the place."""
        leaves, arrives = self.holds(flow.sender), self.holds(flow.taker)
        if leaves and arrives:
            return WITHIN
        return OUT if leaves else IN if arrives else None

    def touched(self, flows: Iterable[Flow]) -> list[Flow]:
        return [flow for flow in flows if self.direction(flow)]


@dataclass(frozen=True, slots=True)
class Material:
    """``shared`` are the months of the quarter that the plan speaks of.

    ``trades`` are what was weighed in the quarter, else what is agreed; ``agreed`` what contracts hold of it.
    """

    actor: Actor
    place: Place
    quarter: str
    months: list[str]
    now: datetime
    here: Here
    ledger: LedgerSight
    indicators: PlaceReport
    trades: Sight
    agreed: list[Flow]
    plan: Sight
    plan_whole: Sight
    trades_shared: Sight
    shared: list[str]
    outlook: Outlook | None
    atlas: Atlas
    rates: EffectRates
    stockpiles: Sequence[Stockpile]
    scorecards: Sequence[tuple[Place, Scorecard]]

    @property
    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()

    @property
    def running(self) -> bool:
        """Whether the quarter is not over yet."""
        return month_of(self.now) <= self.months[-1]

    @property
    def chains(self) -> list[Chain]:
        """The plan's chains that touch the place."""
        return [
            chain for chain in self.plan_whole.chains()
            if any(self.here.holds(end) for hop in chain.hops for end in (hop.sender, hop.taker))
        ]

    @property
    def left_over(self) -> list[LeftOver]:
        """What the plan leaves without a taker in the place, over its whole period."""
        return [rest for rest in self.plan_whole.left_over_rows() if self.here.holds(rest.end)]


def gather(session: Session, actor: Actor, place: Place, quarter: str, *, now: datetime) -> Material:
    """Read everything for the report of ``place``, which the caller has made sure the actor may have."""
    months = months_of_period(quarter)
    here = Here(place, queries.spots_of_parks(session))
    ledger = sight_of(session, actor, int(quarter[:4]))
    planned = book(session, PLAN)
    traded, held = trades_of(session, months)
    shared = [month for month in months if month in planned.months]
    level = ENTERPRISES if place.park_id is not None else PARKS

    def sight(view: str, chosen: Sequence[str]) -> Sight:
        first, last = (chosen[0], chosen[-1]) if chosen else ("", "")
        wanted = Wanted(view=view, first=first, last=last, level=level)
        return Sight(actor, planned if view == PLAN else traded, wanted)

    return Material(
        actor=actor, place=place, quarter=quarter, months=months, now=now, here=here, ledger=ledger,
        indicators=place_report(session, ledger, place, now=now), trades=sight(TRADES, months),
        agreed=here.touched(held.flows), plan=sight(PLAN, shared or months), plan_whole=sight(PLAN, ()),
        trades_shared=sight(TRADES, shared or months), shared=shared, outlook=outlook(session),
        atlas=atlas(session), rates=market_rates(session),
        stockpiles=queries.stockpiles_in(session, actor, place, now.astimezone(SHANGHAI).date()),
        scorecards=[(one, park_scorecard(session, ledger, one)) for one in _parks(ledger, place)],
    )


def _parks(ledger: LedgerSight, place: Place) -> list[Place]:
    """The parks in a banner or city that have any record in the year."""
    if place.park_id is not None:
        return []
    return [
        one for one in ledger.places
        if one.park_id is not None and place.holds(Spot(one.park_id, one.region_id))
        and any(row.moved for row in ledger.rows(one))
    ]

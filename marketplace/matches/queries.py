"""What a listing's page asks of the database and of the engine."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.market import cached_problem, distance_model, load_problem
from marketplace.market.live import LiveMarket, live_market
from matching.distance import GreatCircle
from matching.explaining import Explanation, explain, near_misses, partners
from matching.pairs import Evaluator
from matching.params import MatchParams
from matching.problem import MatchProblem
from matching.result import Match
from models.assays import Assay, DemandAccept, DemandResidue, DemandSpec
from models.listings import Demand, ListingStatus, Supply
from models.organisations import Enterprise

if TYPE_CHECKING:
    from matching.compiled.live import LiveIndex

# Enough to say how many fit and why the others do not; where there are more the page says "50+".
PARTNERS, NEAR_MISSES = 50, 50
# Near misses handed on where the straight line only bounds the distance: enough to choose the nearest by road from.
FAR_MISSES = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """Ranked partners and near misses of one listing, and how distance was measured."""

    partners: list[Match]
    near_misses: list[Explanation]
    distance_method: str


def supply_by_code(session: Session, code: str) -> Supply | None:
    query = select(Supply).where(Supply.code == code).options(
        joinedload(Supply.enterprise).joinedload(Enterprise.region), joinedload(Supply.site),
        joinedload(Supply.waste_type), selectinload(Supply.assays).joinedload(Assay.property),
    )
    return session.scalar(query)


def demand_by_code(session: Session, code: str) -> Demand | None:
    query = select(Demand).where(Demand.code == code).options(
        joinedload(Demand.enterprise).joinedload(Enterprise.region), joinedload(Demand.site),
        joinedload(Demand.use), selectinload(Demand.accepts).joinedload(DemandAccept.waste_type),
        selectinload(Demand.specs).joinedload(DemandSpec.property),
        selectinload(Demand.specs).joinedload(DemandSpec.waste_type),
        selectinload(Demand.residues).joinedload(DemandResidue.waste_type),
    )
    return session.scalar(query)


def answer_for(session: Session, listing: Supply | Demand) -> Answer:
    """Partners and near misses of ``listing`` in the market as it is now; a draft is matched as if published."""
    live = live_market(session)
    problem = _whole(session, listing) if live is None else _around(session, live, listing)
    params = MatchParams(top_k=PARTNERS, distance=distance_model(session))
    evaluator = Evaluator(problem, params)
    side = {"supply_id" if isinstance(listing, Supply) else "demand_id": listing.code}
    return Answer(
        partners(problem, params, evaluator=evaluator, **side),
        near_misses(problem, params, limit=NEAR_MISSES, evaluator=evaluator, **side),
        evaluator.distance.method,
    )


def _whole(session: Session, listing: Supply | Demand) -> MatchProblem:
    published = listing.status == ListingStatus.PUBLISHED
    return cached_problem(session) if published else load_problem(session, also=listing.code)


def _around(session: Session, live: LiveMarket, listing: Supply | Demand) -> MatchProblem:
    """The listing with those of the other side that the index finds: what the reference then ranks and explains.

    By great circle the index ranks as the reference does, so its first ones are enough.  Where roads or a router
    measure, everything that fits by the straight line is handed on, since no road is shorter.
    """
    side = "supply" if isinstance(listing, Supply) else "demand"
    straight = isinstance(distance_model(session), GreatCircle)
    published = listing.status == ListingStatus.PUBLISHED
    draft = None if published else load_problem(session, also=listing.code, only=())

    from matching.compiled.live import NewColumn

    def question(index: LiveIndex) -> list[str] | None:
        try:
            if draft is not None:
                index.put(draft)
            best = index.partners(side, listing.code, PARTNERS if straight else 0)
            return best + index.near_misses(side, listing.code, NEAR_MISSES if straight else FAR_MISSES)
        except KeyError:
            return []  # Withdrawn by another process since its row was read.
        except NewColumn:
            return None  # A draft may speak of a property that no published listing has: the index has no column.
        finally:
            if draft is not None:
                index.withdraw(side, listing.code)

    codes = live.ask(session, question)
    return _whole(session, listing) if codes is None else load_problem(session, also=listing.code, only=codes)


def explanation(session: Session, supply: str, demand: str) -> Explanation | None:
    """Why this pair of published listings fits or not; None where one of them is not on the market."""
    large = live_market(session) is not None
    problem = load_problem(session, only=(supply, demand)) if large else cached_problem(session)
    if supply not in problem.supplies.ids or demand not in problem.demands.ids:
        return None
    return explain(problem, MatchParams(distance=distance_model(session)), supply, demand)


def listings_by_code(
    session: Session, model: type[Supply] | type[Demand], codes: Collection[str]
) -> dict[str, Supply | Demand]:
    """The partners' rows by code, with what a row on the page shows."""
    kind = model.waste_type if model is Supply else model.use
    query = select(model).where(model.code.in_(codes)).options(
        joinedload(model.enterprise).joinedload(Enterprise.region), joinedload(model.site), joinedload(kind)
    )
    rows: Sequence[Supply | Demand] = session.scalars(query).all()
    return {row.code: row for row in rows}

"""One running tender of the demonstration: open bids on a supply of the producer, some days before its deadline."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.demo.accounts import DEMO_SIGN_INS
from marketplace.demo.bids import acting_for
from marketplace.errors import NotPossible
from marketplace.market import distance_model, load_problem, market_settings
from marketplace.months import month_after
from marketplace.tenders.bidding import BidOffer
from marketplace.tenders.rules import Terms
from marketplace.tenders.rules_tender import Plan
from marketplace.tenders.service_bids import place_ascending
from marketplace.tenders.service_tender import open_tender
from marketplace.unit_of_work import UnitOfWork
from matching.explaining import partners
from matching.pairs import Evaluator
from matching.params import MatchParams
from matching.result import FEASIBLE
from models import Bid, Demand, ListingStatus, Supply, Tender, TenderMode, User

RUNS = timedelta(days=5)
_BIDDERS = 3
_TERMS = "按批次附检测报告；运费由接收方承担。"


def run_a_tender(*, uow: UnitOfWork) -> Tender | None:
    """Put the first supply of the demo's producer that nobody has bid on out to tender; its best partners bid."""
    session = uow.session
    producer = session.scalars(select(User).where(User.email == DEMO_SIGN_INS[0].email)).one()
    evaluator = Evaluator(load_problem(session), MatchParams(top_k=_BIDDERS * 2, distance=distance_model(session)))
    untouched = session.scalars(
        select(Supply)
        .where(
            Supply.enterprise_id == producer.enterprise_id, Supply.status == ListingStatus.PUBLISHED,
            ~select(Bid.id).where(Bid.supply_id == Supply.id).exists(),
        )
        .order_by(Supply.code)
    ).all()
    for supply in untouched:
        demands = _partners(session, evaluator, supply)
        if len(demands) >= 2:
            tender = open_tender(
                uow=uow, actor=acting_for(session, supply.enterprise_id), kind="supply", code=supply.code,
                plan=Plan(
                    mode=TenderMode.ASCENDING, deadline=uow.now + RUNS, step_yuan_per_t=Decimal("0.5"),
                    extension_s=300, terms=_TERMS,
                ),
                invited=[demand.enterprise_id for demand in demands],
            )
            for nth, demand in enumerate(demands):
                _bid(uow, tender, supply, demand, nth)
            return tender
    return None


def _partners(session: Session, evaluator: Evaluator, supply: Supply) -> list[Demand]:
    """The best feasible demands, one of each enterprise."""
    found: dict[int, Demand] = {}
    for match in partners(evaluator.problem, evaluator.params, evaluator=evaluator, supply_id=supply.code):
        demand = session.scalars(select(Demand).where(Demand.code == match.demand)).one()
        if match.status == FEASIBLE and demand.enterprise_id != supply.enterprise_id:
            found.setdefault(demand.enterprise_id, demand)
    return list(found.values())[:_BIDDERS]


def _bid(uow: UnitOfWork, tender: Tender, supply: Supply, demand: Demand, nth: int) -> None:
    first = max(market_settings(uow.session).first_month, supply.start_month, demand.start_month)
    share = supply.t_per_month / (2 + nth)
    terms = Terms(
        t_per_month=max((share / 10).to_integral_value() * 10, supply.min_lot_t or Decimal(10)),
        price_yuan_per_t=(supply.ask_yuan_per_t or Decimal(0)) + 2 - nth, start_month=first,
        end_month=month_after(first, 5),
    )
    try:
        place_ascending(
            uow=uow, actor=acting_for(uow.session, demand.enterprise_id), tender_id=tender.id,
            offer=BidOffer(terms=terms, waste_type_id=supply.waste_type_id, own_listing=demand.code),
        )
    except NotPossible:
        # A partner whose own months or room do not fit stays out, as it would in life.
        return

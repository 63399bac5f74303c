"""Some bids between the demo's enterprises, placed and decided by the same service as everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.errors import NotPossible
from marketplace.market import distance_model, load_problem, market_settings
from marketplace.months import month_after
from marketplace.security.actor import Actor
from marketplace.tenders.rules import Terms
from marketplace.tenders.service import BidOffer, accept_bid, place_bid
from marketplace.unit_of_work import UnitOfWork
from matching.explaining import partners
from matching.pairs import Evaluator
from matching.params import MatchParams
from matching.result import FEASIBLE, Match
from models import Bid, BidStatus, Demand, Enterprise, Role, Supply, User

_MESSAGES = ("可自提，按月结算。", "可长期合作，价格可议。", "每车附检测单，我方安排车辆。")
_LISTINGS, _OFFERS = 3, 3
_SHARES = (Decimal("0.5"), Decimal("0.3"), Decimal("0.2"))


@dataclass(frozen=True, slots=True)
class _Wish:
    """A bid somebody would make: on which listing, for which of their own, and the match behind it."""

    kind: str
    listing: Supply | Demand
    own: Supply | Demand
    match: Match
    nth: int


def place_sample_bids(*, uow: UnitOfWork) -> list[Bid]:
    """Offers on the listings of the demo's two enterprises and theirs on others'; the first is accepted.

    So is the first on the largest supply of the demo's park, whose committee has something to see then.
    The partners are the engine's best; a bid that the rules refuse is left out.
    """
    session = uow.session
    staff = {
        user.enterprise_id: _actor(user)
        for user in session.scalars(select(User).where(User.role == Role.STAFF).order_by(User.id))
    }
    evaluator = Evaluator(load_problem(session), MatchParams(top_k=12, distance=distance_model(session)))
    placed: list[Bid] = []
    for enterprise_id, actor in staff.items():
        for number, wishes in enumerate(_wishes(session, evaluator, enterprise_id)):
            bids = [bid for wish in wishes if (bid := _place(uow, staff, wish)) is not None]
            if number == 0 and bids:
                _accept(uow, actor, bids[0])
            placed += bids
    owner_id = _largest_in_park(session)
    for wishes in _wishes(session, evaluator, owner_id)[:1] if owner_id not in staff else ():
        bids = [bid for wish in wishes if (bid := _place(uow, staff, wish)) is not None]
        if bids:
            _accept(uow, acting_for(session, owner_id), bids[0])
        placed += bids
    return placed


def _largest_in_park(session: Session) -> int | None:
    """The enterprise with the largest supply in the park of the demo's committee."""
    park = select(User.park_id).where(User.role == Role.COMMITTEE).scalar_subquery()
    return session.scalars(
        select(Supply.enterprise_id).join(Enterprise).where(Enterprise.park_id == park)
        .order_by(Supply.t_per_month.desc(), Supply.code).limit(1)
    ).first()


def accept_one_more(*, uow: UnitOfWork) -> Bid | None:
    """Accept the oldest open bid that its owner can: a contract that both sides are still to confirm."""
    for bid in uow.session.scalars(select(Bid).where(Bid.status == BidStatus.OPEN).order_by(Bid.id)).all():
        if _accept(uow, acting_for(uow.session, bid.listing.enterprise_id), bid):
            return bid
    return None


def acting_for(session: Session, enterprise_id: int) -> Actor:
    """Somebody of the enterprise: its demo account where it has one, else nobody by name."""
    user = session.scalars(select(User).where(User.enterprise_id == enterprise_id).order_by(User.id)).first()
    return _actor(user) if user else Actor(role=Role.STAFF, enterprise_id=enterprise_id)


def _wishes(session: Session, evaluator: Evaluator, enterprise_id: int) -> list[list[_Wish]]:
    """For each of the enterprise's first listings, who would bid on it, and one bid the other way."""
    problem, params = evaluator.problem, evaluator.params
    found = []
    for model, other, kind in ((Supply, Demand, "supply"), (Demand, Supply, "demand")):
        own = session.scalars(
            select(model).where(model.enterprise_id == enterprise_id).order_by(model.code)
        ).all()
        for listing in own:
            matches = partners(problem, params, evaluator=evaluator, **{f"{kind}_id": listing.code})
            near = _others(session, other, matches, kind, enterprise_id)
            if near:
                theirs = [_Wish(kind, listing, row, match, nth) for nth, (row, match) in enumerate(near)]
                back = theirs[-1]
                mine = _Wish("demand" if kind == "supply" else "supply", back.own, listing, back.match, 1)
                found.append([*theirs[: _OFFERS - 1], mine])
    return found[:_LISTINGS]


def _others(
    session: Session, model: type[Supply] | type[Demand], matches: Sequence[Match], kind: str,
    enterprise_id: int,
) -> list[tuple[Supply | Demand, Match]]:
    """The partners' listings, one per enterprise and none of the enterprise's own."""
    seen, chosen = {enterprise_id}, []
    for match in matches:
        code = match.demand if kind == "supply" else match.supply
        row = session.scalars(select(model).where(model.code == code)).one()
        if match.status == FEASIBLE and row.enterprise_id not in seen:
            seen.add(row.enterprise_id)
            chosen.append((row, match))
    return chosen[:_OFFERS]


def _place(uow: UnitOfWork, staff: dict[int | None, Actor], wish: _Wish) -> Bid | None:
    session = uow.session
    bidder = session.get(Enterprise, wish.own.enterprise_id)
    actor = staff.get(bidder.id) or Actor(role=Role.STAFF, enterprise_id=bidder.id, name=bidder.name)
    supply = wish.listing if isinstance(wish.listing, Supply) else wish.own
    first = max(market_settings(session).first_month, wish.listing.start_month, wish.own.start_month)
    terms = Terms(
        t_per_month=_tonnes(wish), price_yuan_per_t=_price(wish), start_month=first,
        end_month=month_after(first, min(6, wish.match.shared_months) - 1),
    )
    offer = BidOffer(
        terms=terms, waste_type_id=supply.waste_type_id, own_listing=wish.own.code,
        message=_MESSAGES[wish.nth % len(_MESSAGES)],
    )
    try:
        return place_bid(uow=uow, actor=actor, kind=wish.kind, code=wish.listing.code, offer=offer)
    except NotPossible:
        return None


def _accept(uow: UnitOfWork, owner: Actor, bid: Bid) -> bool:
    if bid.listing.enterprise_id != owner.enterprise_id:
        return False
    try:
        accept_bid(uow=uow, actor=owner, bid_id=bid.id, version=bid.version, note="价格合适，按此执行。")
    except NotPossible:
        return False
    return True


def _tonnes(wish: _Wish) -> Decimal:
    """A share of what the pair could move, in whole ten tonnes, not below either lot."""
    could = Decimal(str(wish.match.tonnes_per_month))
    lots = [lot for lot in (wish.listing.min_lot_t, wish.own.min_lot_t) if lot]
    wanted = max(could * _SHARES[wish.nth % len(_SHARES)], *lots, Decimal(10)) if lots else could / 3
    return max((wanted / 10).to_integral_value() * 10, *lots, Decimal(1))


def _price(wish: _Wish) -> Decimal:
    """Between what the producer asks and what the taker can pay after freight, to half a yuan."""
    supply = wish.listing if isinstance(wish.listing, Supply) else wish.own
    ask = supply.ask_yuan_per_t or Decimal(0)
    surplus = Decimal(str(wish.match.surplus_yuan_per_t))
    middle = ask + surplus / (2 + wish.nth)
    return (middle * 2).to_integral_value() / 2


def _actor(user: User) -> Actor:
    return Actor(
        user_id=user.id, role=user.role, enterprise_id=user.enterprise_id, park_id=user.park_id,
        name=user.display_name,
    )

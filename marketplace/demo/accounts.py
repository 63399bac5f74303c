"""The demonstration's accounts.  Their passwords are public: they exist in demo databases only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.security.passwords import hash_password
from marketplace.unit_of_work import UnitOfWork
from models import Demand, DemandAccept, Enterprise, Park, Role, Supply, User

_PARK = "大路"


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """One account: ``side`` says for whom a staff account acts."""

    role: str
    email: str
    password: str
    display_name: str
    side: str = ""


DEMO_SIGN_INS: tuple[DemoSignIn, ...] = (
    DemoSignIn(Role.STAFF, "producer@demo.example", "demo-producer-1", "产废企业 演示", "producer"),
    DemoSignIn(Role.STAFF, "recycler@demo.example", "demo-recycler-1", "利用企业 演示", "recycler"),
    DemoSignIn(Role.COMMITTEE, "park@demo.example", "demo-park-1", "园区管委会 演示"),
    DemoSignIn(Role.REGULATOR, "city@demo.example", "demo-city-1", "市级监管 演示"),
    DemoSignIn(Role.ADMIN, "admin@demo.example", "demo-admin-1", "管理员 演示"),
)
SIGN_INS: tuple[tuple[str, str, str], ...] = tuple(
    (f"{one.role} ({one.side})" if one.side else one.role, one.email, one.password) for one in DEMO_SIGN_INS
)


def create_accounts(*, uow: UnitOfWork) -> list[User]:
    """The demo accounts for the market in the database, each with its event.

    The producer is the enterprise that offers the most kinds of waste, the recycler the qualified one that
    offers least and accepts the most kinds.  Raises
    ``LookupError`` where there is no such enterprise or park.
    """
    session = uow.session
    staff = {"producer": _producer(session), "recycler": _recycler(session)}
    park_id = _park(session)
    users = []
    for one in DEMO_SIGN_INS:
        user = User(
            email=one.email, password_hash=hash_password(one.password), display_name=one.display_name,
            role=one.role, enterprise_id=staff.get(one.side),
            park_id=park_id if one.role == Role.COMMITTEE else None, created_at=uow.now,
        )
        session.add(user)
        uow.record(None, "user.created", user, role=str(one.role))
        users.append(user)
    return users


def _producer(session: Session) -> int:
    query = (
        select(Supply.enterprise_id).join(Enterprise)
        .group_by(Supply.enterprise_id, Enterprise.code)
        .order_by(
            func.count(Supply.waste_type_id.distinct()).desc(), func.sum(Supply.t_per_month).desc(),
            Enterprise.code,
        )
    )
    return _first(session, query, "enterprise with a supply")


def _recycler(session: Session) -> int:
    supplies = select(func.count(Supply.id)).where(Supply.enterprise_id == Enterprise.id).scalar_subquery()
    query = (
        select(Enterprise.id).join(Demand, Demand.enterprise_id == Enterprise.id)
        .join(DemandAccept, DemandAccept.demand_id == Demand.id)
        .where(Enterprise.qualified)
        .group_by(Enterprise.id, Enterprise.code)
        .order_by(supplies, func.count(DemandAccept.id).desc(), Enterprise.code)
    )
    return _first(session, query, "qualified enterprise with a demand")


def _park(session: Session) -> int:
    query = select(Park.id).order_by(Park.name.contains(_PARK).desc(), Park.code)
    return _first(session, query, "park")


def _first(session: Session, query: object, what: str) -> int:
    found = session.scalars(query.limit(1)).first()  # type: ignore[attr-defined]
    if found is None:
        raise LookupError(f"the scenario has no {what}; the demonstration needs one")
    return found

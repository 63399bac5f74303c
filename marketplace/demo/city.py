"""What the demo's committee and regulator have entered: example stockpiles, and value added that is assumed.

Nothing of it is a fact of Ordos, and every row says so.  The stockpiles stand at enterprises that the scenario itself
calls representative, or at none.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.indicators import queries
from marketplace.indicators.facts import PRODUCED
from marketplace.indicators.places import PARK
from marketplace.indicators.service import Entered, enter_value_added
from marketplace.months import SHANGHAI
from marketplace.security.actor import Actor
from marketplace.stockpiles.service import Details, add_stockpile, change_stockpile
from marketplace.unit_of_work import UnitOfWork
from models import Enterprise, Park, Remediation, Role, Site, StorageClass, Supply, User
from models.listings import ListingStatus, QuantityQuality

_REPRESENTATIVE = "代表性"
_ASSUMED = "演示假设，非统计数据"
_EXAMPLE = "示例，非真实堆场"
# Tens of thousands of yuan a month.
_VALUE_ADDED = Decimal(30000)
# Months of output that lie in a heap, days until its deadline (less than zero: passed), state and class.
_HEAPS: tuple[tuple[int, int, str, StorageClass | None], ...] = (
    (6, -20, Remediation.UNDER_WAY, StorageClass.ONE), (3, 120, Remediation.NOT_BEGUN, StorageClass.TWO),
    (9, 240, Remediation.UNDER_WAY, StorageClass.ONE), (4, 90, Remediation.DONE, None),
)


def enter_what_the_city_knows(*, uow: UnitOfWork) -> None:
    """Value added of the committee's park in each month with recorded production, and some stockpiles."""
    session = uow.session
    park = session.scalars(select(Park).join(User, User.park_id == Park.id).where(User.role == Role.COMMITTEE)).first()
    if park is None:
        return
    city, committee = (_actor(session, role) for role in (Role.REGULATOR, Role.COMMITTEE))
    for month in _months(session, park, uow.now.astimezone(SHANGHAI).year):
        enter_value_added(
            uow=uow, actor=city, kind=PARK, code=park.code,
            entered=Entered(month, _VALUE_ADDED, QuantityQuality.ESTIMATE, _ASSUMED),
        )
    today = uow.now.astimezone(SHANGHAI).date()
    sites = _sites(session)
    own = [one for one in sites if one[0].enterprise.park_id == park.id][: len(_HEAPS) // 2]
    others = [one for one in sites if one[0].enterprise.park_id != park.id]
    for nth, (site, supply) in enumerate([*own, *others][: len(_HEAPS) + 4]):
        _add(uow, committee if (site, supply) in own else city, site, supply, nth, today)
    _without_an_owner(uow, committee, park, today)


def _months(session: Session, park: Park, year: int) -> list[str]:
    where = [one for one in queries.places(session) if one.park_id == park.id]
    rows = queries.book(session, year).rows
    return sorted({row.month for row in rows if PRODUCED in row.tonnes and any(one.holds(row.spot) for one in where)})


def _sites(session: Session) -> list[tuple[Site, Supply]]:
    """The main sites of representative enterprises with a supply, each with its first, by code."""
    rows = session.execute(
        select(Site, Supply).join(Enterprise, Enterprise.id == Site.enterprise_id)
        .join(Supply, Supply.site_id == Site.id)
        .where(Enterprise.name.contains(_REPRESENTATIVE), Supply.status == ListingStatus.PUBLISHED)
        .order_by(Enterprise.code, Supply.code).options(joinedload(Site.enterprise))
    ).tuples()
    found: dict[int, tuple[Site, Supply]] = {}
    for site, supply in rows:
        if supply.waste_type.hazardous != "yes":
            found.setdefault(site.enterprise_id, (site, supply))
    return list(found.values())


def _add(uow: UnitOfWork, actor: Actor, site: Site, supply: Supply, nth: int, today: date) -> None:
    months, days, state, storage_class = _HEAPS[nth % len(_HEAPS)]
    details = Details(
        name=f"{supply.waste_type.name_zh}堆场（示例 {nth + 1}）", waste_type_id=supply.waste_type_id, site_id=site.id,
        park_id=None, region_id=None, lat=None, lon=None, tonnes=supply.t_per_month * months,
        quality=QuantityQuality.ESTIMATE, storage_class=storage_class, remediation=state,
        deadline=today + timedelta(days=days), responsible=site.enterprise.name, source=_EXAMPLE,
        note=f"吨数按{months}个月的供给量估算。",
    )
    add_stockpile(uow=uow, actor=actor, details=details)


def _without_an_owner(uow: UnitOfWork, committee: Actor, park: Park, today: date) -> None:
    """An old heap of the park that belongs to nobody, entered first and looked after since."""
    details = Details(
        name="历史遗留煤矸石堆场（示例）", waste_type_id="gangue", site_id=None, park_id=park.id, region_id=None,
        lat=None if park.lat is None else round(park.lat + 0.03, 4),
        lon=None if park.lon is None else round(park.lon - 0.04, 4), tonnes=None, quality=QuantityQuality.ESTIMATE,
        storage_class=None, remediation=Remediation.NOT_BEGUN, deadline=today + timedelta(days=45), responsible="",
        source=_EXAMPLE, note="吨数待测量。",
    )
    row = add_stockpile(uow=uow, actor=committee, details=details)
    change_stockpile(
        uow=uow, actor=committee, stockpile_id=row.id, version=row.version,
        details=replace(details, remediation=Remediation.UNDER_WAY, responsible="园区管委会"),
    )


def _actor(session: Session, role: Role) -> Actor:
    user = session.scalars(select(User).where(User.role == role).order_by(User.id)).one()
    return Actor(
        user_id=user.id, role=user.role, park_id=user.park_id, name=user.display_name, region_id=user.region_id
    )

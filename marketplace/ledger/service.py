"""What a person records by hand at a site, and how it is taken back.  Nothing is ever edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from marketplace.errors import NotFound, refuse
from marketplace.ledger import queries_sites, rules
from marketplace.ledger.posting import Line, move, post, reverse
from marketplace.ledger.queries import site_balances
from marketplace.months import SHANGHAI, month_of
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.unit_of_work import UnitOfWork
from models.base import round_tonnes
from models.ledger import Account, LedgerEntry, LedgerHead
from models.listings import Demand
from models.organisations import Site

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Record:
    """What a person enters; ``day`` is None where the whole month is meant, ``demand`` the code of a use's demand."""

    waste_type_id: str
    tonnes: Decimal
    month: str
    day: date | None = None
    note: str = ""
    demand: str = ""
    method: str = ""
    form: str = ""


def open_stock(*, uow: UnitOfWork, actor: Actor, site_id: int, record: Record) -> LedgerEntry:
    """What lay at the site when its ledger began, once per waste type."""
    site, earlier = _begin(uow, actor, site_id, record)
    if earlier:
        return earlier
    refuse([
        *_when(uow, site, record), *rules.not_opened(queries_sites.opened(uow.session, site.id, record.waste_type_id)),
    ])
    return _post(uow, actor, site, "stock.opened", record, _one(site, record, Account.OPENING, Account.STOCK))


def record_production(*, uow: UnitOfWork, actor: Actor, site_id: int, record: Record) -> LedgerEntry:
    """Tonnes that the site made on a day or in a month."""
    site, earlier = _begin(uow, actor, site_id, record)
    if earlier:
        return earlier
    refuse(_when(uow, site, record))
    return _post(uow, actor, site, "produced", record, _one(site, record, Account.PRODUCED, Account.STOCK))


def record_use(*, uow: UnitOfWork, actor: Actor, site_id: int, record: Record) -> LedgerEntry:
    """Tonnes used at the site, received ones first; the residues of the demand's use join the stock."""
    site, earlier = _begin(uow, actor, site_id, record)
    if earlier:
        return earlier
    demand = _demand(uow, site, record.demand)
    received, stock = _there(uow, site, record.waste_type_id)
    accepts = None if demand is None else [row.waste_type_id for row in demand.accepts]
    refuse([
        *_when(uow, site, record), *rules.accepted(record.waste_type_id, accepts),
        *rules.enough(record.tonnes, received + stock),
    ])
    from_received, from_stock = rules.split(record.tonnes, received, stock)
    lines = [
        *_one(site, replace(record, tonnes=from_received), Account.RECEIVED, Account.USED),
        *_one(site, replace(record, tonnes=from_stock), Account.STOCK, Account.USED),
    ]
    residues = residues_of(demand, record.tonnes)
    for waste, tonnes in residues.items():
        lines += _one(site, replace(record, waste_type_id=waste, tonnes=tonnes), Account.RESIDUE, Account.STOCK)
    use = {"use": demand.use_id, "demand": demand.code} if demand else {}
    return _post(uow, actor, site, "used", record, lines, residues=residues, **use)


def record_disposal(*, uow: UnitOfWork, actor: Actor, site_id: int, record: Record) -> LedgerEntry:
    """Tonnes disposed of at the site by ``method``, from its own stock first."""
    site, earlier = _begin(uow, actor, site_id, record)
    if earlier:
        return earlier
    received, stock = _there(uow, site, record.waste_type_id)
    refuse([*_when(uow, site, record), *rules.enough(record.tonnes, stock + received)])
    from_stock, from_received = rules.split(record.tonnes, stock, received)
    lines = [
        *_one(site, replace(record, tonnes=from_stock), Account.STOCK, Account.DISPOSED),
        *_one(site, replace(record, tonnes=from_received), Account.RECEIVED, Account.DISPOSED),
    ]
    return _post(uow, actor, site, "disposed", record, lines, method=record.method)


def correct(
    *, uow: UnitOfWork, actor: Actor, site_id: int, seq: int, reason: str, instead: Record | None
) -> LedgerEntry:
    """Take back what was recorded by hand and say why; ``instead`` is recorded in its place where it is given."""
    site = _locked(uow, actor, site_id)
    entry = queries_sites.entry_by_seq(uow.session, seq)
    if entry is None or {row.site_id for row in entry.postings} != {site.id}:
        raise NotFound(str(seq))
    balances = {(waste, account): t for (_, waste, account), t in site_balances(uow.session, [site.id]).items()}
    refuse(rules.may_correct(
        kind=entry.kind, by_hand=entry.contract_id is None, reason=reason, balances=balances,
        taken_back=bool(queries_sites.taken_back(uow.session, [seq])),
        lines=_totals(entry),
    ))
    back = reverse(uow=uow, actor_id=actor.user_id, entry=entry, note=reason.strip())
    uow.record(actor.user_id, "ledger.corrected", site, entry=back.seq, corrects=seq, reason=reason.strip())
    if instead is None:
        return back
    kept = {key: entry.data.get(key, "") for key in ("demand", "method")}
    verb = {"stock.opened": open_stock, "produced": record_production, "used": record_use, "disposed": record_disposal}
    return verb[entry.kind](uow=uow, actor=actor, site_id=site_id, record=replace(instead, **kept))


def residues_of(demand: Demand | None, tonnes: Decimal) -> Mapping[str, Decimal]:
    """What the use of ``tonnes`` leaves of each waste type, to the kilogram."""
    if demand is None:
        return {}
    amounts = {row.waste_type_id: round_tonnes(tonnes * Decimal(repr(row.yield_t_per_t))) for row in demand.residues}
    return {waste: amount for waste, amount in amounts.items() if amount}


def last_month(now: datetime, months: Sequence[str]) -> str:
    """The last month that may be entered: the present one, or a later one that deliveries have counted towards."""
    return max([month_of(now), *months[:1]])


def _begin(uow: UnitOfWork, actor: Actor, site_id: int, record: Record) -> tuple[Site, LedgerEntry | None]:
    site = _locked(uow, actor, site_id)
    # Asked behind the lock: of two clicks at one moment the later one finds what the earlier one made.
    earlier = queries_sites.recorded_with(uow.session, actor.user_id, record.form, uow.now) if record.form else None
    return site, earlier


def _locked(uow: UnitOfWork, actor: Actor, site_id: int) -> Site:
    site = queries_sites.site_by_id(uow.session, site_id)
    if site is None:
        raise NotFound(str(site_id))
    # The balances that the rules see are those that are posted on: nobody else posts meanwhile.
    uow.lock(LedgerHead, 1)
    require(actor, "ledger.record", site)
    return site


def _when(uow: UnitOfWork, site: Site, record: Record) -> list[Any]:
    last = last_month(uow.now, queries_sites.months_of(uow.session, site.id, promises=False))
    return rules.month_possible(record.month, last, record.day, uow.now.astimezone(SHANGHAI).date())


def _there(uow: UnitOfWork, site: Site, waste_type_id: str) -> tuple[Decimal, Decimal]:
    """What was received and waits to be used, and what is in stock."""
    there = site_balances(uow.session, [site.id])
    received, stock = (there.get((site.id, waste_type_id, one), ZERO) for one in (Account.RECEIVED, Account.STOCK))
    return received, stock


def _demand(uow: UnitOfWork, site: Site, code: str) -> Demand | None:
    if not code:
        return None
    found = next((one for one in queries_sites.demands_at(uow.session, site) if one.code == code), None)
    if found is None:
        raise NotFound(code)
    return found


def _one(site: Site, record: Record, off: Account, onto: Account) -> list[Line]:
    return move(
        record.tonnes, waste_type_id=record.waste_type_id, month=record.month, off=(site.id, off), onto=(site.id, onto)
    )


def _totals(entry: LedgerEntry) -> list[tuple[str, Account, Decimal]]:
    return [(row.waste_type_id, Account(row.account), row.tonnes) for row in entry.postings]


def _post(
    uow: UnitOfWork, actor: Actor, site: Site, kind: str, record: Record, lines: list[Line], **data: Any
) -> LedgerEntry:
    told = {"day": record.day, "form": record.form, **data}
    entry = post(
        uow=uow, actor_id=actor.user_id, kind=kind, lines=lines, note=record.note,
        data={key: value for key, value in told.items() if value},
    )
    uow.record(
        actor.user_id, "ledger.recorded", site, entry=entry.seq, what=kind, waste=record.waste_type_id,
        tonnes=record.tonnes,
    )
    return entry

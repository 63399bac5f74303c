"""Everything the official forms of one site and period are made from, each kind of row with one read."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.ledger.official import Books, Waste
from marketplace.ledger.queries_sites import entries_in
from marketplace.months import month_after, month_start
from models.accounts import User
from models.catalogue.reference import catalogue
from models.catalogue.regions import REGIONS
from models.contracts import Contract
from models.ledger import Account, LedgerPosting
from models.listings import Demand
from models.organisations import Site
from models.transfers import Gate, Transfer, TransferStatus, Weighing

# Written on the forms, which are in Chinese whatever language the pages are read in.
# The product of a use that is none: storing or burying.
_DISPOSED = "disposed"
METHODS = {"landfill": "填埋", "incineration": "焚烧", "other": "其他"}


def books_of(session: Session, site: Site, first: str, last: str) -> Books:
    """What the ledger knows of ``site`` in the months ``first``..``last``; hazardous waste has forms of its own."""
    entries, transfers = entries_in(session, site.id, first, last), _transfers(session, site.id, first, last)
    contracts = _contracts(session, {entry.contract_id for entry in entries if entry.contract_id})
    slips = [slip.recorded_by for one in transfers for slip in one.weighings]
    names = catalogue()
    return Books(
        site_id=site.id, first=first, last=last, entries=entries, transfers=transfers,
        stock_before=_stock_before(session, site.id, first),
        wastes={
            key: Waste(one.category_code, one.name_zh)
            for key, one in names.waste_types.items() if one.hazardous != "yes"
        },
        people=_people(session, {*slips, *(entry.actor_id for entry in entries)}),
        uses={key: use.name_zh for key, use in names.uses.items()},
        entrusted={one.id: one.demand.use.name_zh for one in contracts if one.demand},
        receivers={one.id: one.taker.name for one in contracts}, methods=METHODS,
        disposed_elsewhere=frozenset(
            one.id for one in contracts if one.demand and names.uses[one.demand.use_id].main_product == _DISPOSED
        ),
        within_province=frozenset(one.contract_id for one in transfers if _within_province(one.contract)),
    )


def _transfers(session: Session, site_id: int, first: str, last: str) -> Sequence[Transfer]:
    """The consignments weighed out at the site in the months, as the ledger dates them, with slips and contracts."""
    contract = joinedload(Transfer.contract)
    weighed = (Weighing.transfer_id == Transfer.id) & (Weighing.gate == Gate.OUT)
    return session.scalars(
        select(Transfer).join(Contract, Contract.id == Transfer.contract_id).join(Weighing, weighed)
        .where(
            Contract.from_site_id == site_id, Transfer.status != TransferStatus.CANCELLED,
            Weighing.weighed_at >= month_start(first), Weighing.weighed_at < month_start(month_after(last)),
        )
        .order_by(Transfer.id)
        .options(
            selectinload(Transfer.weighings), contract.joinedload(Contract.taker),
            contract.joinedload(Contract.producer),
        )
    ).all()


def _contracts(session: Session, ids: set[int]) -> Sequence[Contract]:
    return session.scalars(
        select(Contract).where(Contract.id.in_(ids)).options(
            joinedload(Contract.taker), joinedload(Contract.demand).joinedload(Demand.use)
        )
    ).all()


def _stock_before(session: Session, site_id: int, first: str) -> dict[str, Decimal]:
    rows = session.execute(
        select(LedgerPosting.waste_type_id, func.sum(LedgerPosting.tonnes).label("tonnes"))
        .where(
            LedgerPosting.site_id == site_id, LedgerPosting.account == Account.STOCK, LedgerPosting.month < first
        )
        .group_by(LedgerPosting.waste_type_id)
    )
    return {row.waste_type_id: row.tonnes for row in rows if row.tonnes}


def _people(session: Session, ids: set[int | None]) -> dict[int, str]:
    rows = session.execute(select(User.id, User.display_name).where(User.id.in_([one for one in ids if one])))
    return {row.id: row.display_name for row in rows}


def _within_province(contract: Contract) -> bool:
    """Both ends lie in banners of Ordos or Baotou; of any other place the market does not know the province."""
    known = {slug for slug, _name, _english in REGIONS}
    return {contract.producer.region_id, contract.taker.region_id} <= known

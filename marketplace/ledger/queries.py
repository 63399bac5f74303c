"""Reads of balances: what a listing has promised, what a contract still owes, what lies where."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.contracts import Contract
from models.ledger import Account, LedgerBalance
from models.listings import Listing, Supply

ZERO = Decimal(0)
# All three have been taken from what a listing offers.
PROMISED = (Account.RESERVED, Account.CONTRACTED, Account.SENT)


@dataclass(frozen=True, slots=True)
class MonthTonnes:
    """Of one contract and month: awarded and not confirmed, confirmed and not yet sent, sent."""

    reserved: Decimal = ZERO
    contracted: Decimal = ZERO
    sent: Decimal = ZERO

    @property
    def promised(self) -> Decimal:
        return self.reserved + self.contracted + self.sent


def promised_by_month(session: Session, listing: Listing) -> dict[str, Decimal]:
    """Tonnes of ``listing`` that contracts hold, by month, sent ones included."""
    supply = isinstance(listing, Supply)
    own, site = (
        (Contract.supply_id, Contract.from_site_id) if supply else (Contract.demand_id, Contract.to_site_id)
    )
    rows = session.execute(
        select(LedgerBalance.month, func.sum(LedgerBalance.tonnes))
        .join(Contract, Contract.id == LedgerBalance.contract_id)
        .where(own == listing.id, LedgerBalance.site_id == site, LedgerBalance.account.in_(PROMISED))
        .group_by(LedgerBalance.month)
        .order_by(LedgerBalance.month)
    )
    return {month: _tonnes(total) for month, total in rows if total}


def contract_months(session: Session, contract: Contract) -> dict[str, MonthTonnes]:
    """What the ledger says of each month of ``contract``, seen from the producer's site."""
    return contracts_months(session, [contract]).get(contract.id, {})


def contracts_months(session: Session, contracts: Collection[Contract]) -> dict[int, dict[str, MonthTonnes]]:
    """:func:`contract_months` of several contracts in one read, by contract id."""
    rows = session.execute(
        select(LedgerBalance.contract_id, LedgerBalance.month, LedgerBalance.account, LedgerBalance.tonnes)
        .join(Contract, Contract.id == LedgerBalance.contract_id)
        .where(
            LedgerBalance.contract_id.in_([contract.id for contract in contracts]),
            LedgerBalance.site_id == Contract.from_site_id, LedgerBalance.account.in_(PROMISED),
        )
    )
    found: dict[int, dict[str, dict[str, Decimal]]] = {}
    for contract_id, month, account, tonnes in rows:
        found.setdefault(contract_id, {}).setdefault(month, {})[account] = tonnes
    return {
        contract_id: {month: MonthTonnes(**amounts) for month, amounts in sorted(months.items())}
        for contract_id, months in found.items()
    }


def site_balances(session: Session, site_ids: Sequence[int]) -> dict[tuple[int, str, str], Decimal]:
    """Tonnes that exist, by site, waste type and account; sources come with a minus sign."""
    rows = session.execute(
        select(
            LedgerBalance.site_id, LedgerBalance.waste_type_id, LedgerBalance.account, LedgerBalance.tonnes
        ).where(LedgerBalance.site_id.in_(site_ids), LedgerBalance.contract_id.is_(None))
    )
    return {(site, waste, account): tonnes for site, waste, account, tonnes in rows}


def balance(session: Session, site_id: int, waste_type_id: str, account: Account) -> Decimal:
    """Tonnes on one account of tonnes that exist; zero where nothing was ever posted."""
    return site_balances(session, [site_id]).get((site_id, waste_type_id, account), ZERO)


def _tonnes(total: object) -> Decimal:
    # SQLite sums as float64; three decimals of it are exact far beyond any real tonnage.
    return Decimal(str(total)).quantize(Decimal("0.001"))

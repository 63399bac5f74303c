"""What a consignment does to the ledger.  Every function posts, and posting comes last in the order of locks."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from marketplace.contracts.finishing import release
from marketplace.contracts.making import both_sides
from marketplace.ledger.posting import Line, move, post, reverse
from marketplace.ledger.queries import balance, contract_months
from marketplace.months import month_of
from marketplace.tenders.standing import room_of
from marketplace.transfers import queries
from marketplace.transfers.rules import MonthLeft
from marketplace.unit_of_work import UnitOfWork
from models.contracts import Contract, ContractStatus
from models.ledger import Account, LedgerEntry, LedgerHead
from models.transfers import Gate, Transfer, Weighing

ZERO = Decimal(0)


def month_left(uow: UnitOfWork, contract: Contract, month: str, *, beside: Transfer | None = None) -> MonthLeft:
    """What the ledger and the contract say of one month; planned consignments other than ``beside`` wait."""
    held = contract_months(uow.session, contract).get(month)
    planned = sum((row.planned_t for row in contract.months if row.month == month), ZERO)
    return MonthLeft(
        planned=planned, contracted=held.contracted if held else ZERO, promised=held.promised if held else ZERO,
        tolerance=contract.tolerance, waiting=queries.waiting_t(uow.session, contract.id, month, beside=beside),
    )


def free_of_listings(uow: UnitOfWork, contract: Contract, month: str) -> Decimal:
    """What both listings of the contract could still promise in ``month``."""
    listings = [one for one in (contract.supply, contract.demand) if one is not None]
    return min(room_of(uow.session, one).free_per_month(month, month) for one in listings)


def post_loaded(uow: UnitOfWork, actor_id: int | None, transfer: Transfer, out: Weighing) -> Decimal:
    """The net tonnes leave the stock for the road, and the promise is kept; the excess over what was contracted.

    What leaves must have existed: where the stock in the ledger is short, the rest is taken as produced, and the
    entry says how much was inferred so.
    """
    contract, tonnes = transfer.contract, out.net_t
    excess = max(ZERO, tonnes - month_left(uow, contract, transfer.month).contracted)
    promises = both_sides(contract, {transfer.month: excess}, Account.UNCOMMITTED, Account.CONTRACTED)
    promises += both_sides(contract, {transfer.month: tonnes}, Account.CONTRACTED, Account.SENT)
    # The head is held before the stock is read, so that two trucks cannot both count on the same tonnes.
    uow.lock(LedgerHead, 1)
    stock = balance(uow.session, contract.from_site_id, contract.waste_type_id, Account.STOCK)
    inferred = max(ZERO, tonnes - stock)
    real = _real(transfer, out, inferred, Account.PRODUCED, Account.STOCK)
    real += _real(transfer, out, tonnes, Account.STOCK, Account.IN_TRANSIT)
    _post(uow, actor_id, transfer, "transfer.loaded", [*promises, *real], {
        "slip_no": out.slip_no, **({"inferred_t": inferred} if inferred else {}),
    })
    return excess


def post_received(uow: UnitOfWork, actor_id: int | None, transfer: Transfer, out: Weighing, came: Weighing) -> None:
    """The road gives up what was loaded; the taker has what its own weighbridge says; the rest is difference."""
    contract, month, waste = transfer.contract, month_of(came.weighed_at), transfer.contract.waste_type_id
    amounts = (
        (contract.from_site_id, Account.IN_TRANSIT, -out.net_t), (contract.to_site_id, Account.RECEIVED, came.net_t),
        (contract.from_site_id, Account.DIFFERENCE, out.net_t - came.net_t),
    )
    lines = [Line(site, waste, account, month, tonnes) for site, account, tonnes in amounts]
    _post(uow, actor_id, transfer, "transfer.received", lines, {"slip_no": came.slip_no})


def post_settled(uow: UnitOfWork, actor_id: int | None, transfer: Transfer, came: Weighing, agreed_t: Decimal) -> None:
    """Both sides count ``agreed_t``: what that is above or below the in-weight comes from the difference."""
    contract = transfer.contract
    if agreed_t == came.net_t:
        return
    lines = move(
        agreed_t - came.net_t, waste_type_id=contract.waste_type_id, month=month_of(uow.now),
        off=(contract.from_site_id, Account.DIFFERENCE), onto=(contract.to_site_id, Account.RECEIVED),
    )
    _post(uow, actor_id, transfer, "transfer.settled", lines, {})


def post_returned(
    uow: UnitOfWork, actor_id: int | None, transfer: Transfer, out: Weighing, came: Weighing, note: str
) -> None:
    """A rejected lot goes back: off the taker's received, onto the producer's stock, and its promise is open again.

    Under a contract that has ended meanwhile nothing can be sent any more, so the promise is freed instead.
    """
    contract = transfer.contract
    open_again = Account.CONTRACTED if contract.status == ContractStatus.ACTIVE else Account.UNCOMMITTED
    lines = move(
        came.net_t, waste_type_id=contract.waste_type_id, month=month_of(uow.now),
        off=(contract.to_site_id, Account.RECEIVED), onto=(contract.from_site_id, Account.STOCK),
    )
    lines += both_sides(contract, {transfer.month: out.net_t}, Account.SENT, open_again)
    _post(uow, actor_id, transfer, "transfer.returned", lines, {}, note)


def take_back(uow: UnitOfWork, actor_id: int | None, transfer: Transfer, kinds: tuple[str, ...], note: str) -> None:
    """Reverse the standing entries of ``kinds``, in that order."""
    for kind in kinds:
        entry = uow.session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.transfer_id == transfer.id, LedgerEntry.kind == kind)
            .order_by(LedgerEntry.seq.desc()).limit(1)
        ).one()
        reverse(uow=uow, actor_id=actor_id, entry=entry, note=note)


def free_rest(uow: UnitOfWork, actor_id: int | None, contract: Contract, note: str) -> None:
    """Under a contract that is over, what a correction gave back to it is free for others."""
    if contract.status != ContractStatus.ACTIVE:
        release(uow=uow, actor_id=actor_id, contract=contract, note=note)


def _real(transfer: Transfer, out: Weighing, tonnes: Decimal, off: Account, onto: Account) -> list[Line]:
    site, month = transfer.contract.from_site_id, month_of(out.weighed_at)
    if not tonnes:
        return []
    return move(
        tonnes, waste_type_id=transfer.contract.waste_type_id, month=month, off=(site, off), onto=(site, onto)
    )


def _post(
    uow: UnitOfWork, actor_id: int | None, transfer: Transfer, kind: str, lines: list[Line], data: dict[str, object],
    note: str = "",
) -> None:
    post(
        uow=uow, actor_id=actor_id, kind=kind, lines=lines, contract_id=transfer.contract_id,
        transfer_id=transfer.id, data=data, note=note,
    )


def net_t(transfer: Transfer, gate: Gate) -> Decimal:
    """The net tonnes weighed at ``gate``; zero before it."""
    weighing = transfer.weighing(gate)
    return weighing.net_t if weighing else ZERO

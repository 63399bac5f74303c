"""Entries are written here and nowhere else.

Lock order of every change that moves tonnes: supply, demand, contract, transfer, and last the ledger's head, which
is held until the commit; so entries stand in the order of their commits and two writers cannot cross.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from marketplace.errors import NotPossible, Refusal
from marketplace.ledger.chain import hash_of
from marketplace.unit_of_work import UnitOfWork, plain
from models.base import round_tonnes
from models.ledger import COMMITMENTS, SOURCES, Account, LedgerBalance, LedgerEntry, LedgerHead, LedgerPosting

# What an entry may say happened.
KINDS = frozenset({
    "stock.opened", "produced", "used", "disposed", "contract.reserved", "contract.confirmed", "contract.amended",
    "contract.released", "transfer.loaded", "transfer.received", "transfer.settled", "transfer.returned", "corrected",
})


@dataclass(frozen=True, slots=True)
class Line:
    """Tonnes onto (minus: off) one account; ``contract_id`` is needed for promises and blank otherwise."""

    site_id: int
    waste_type_id: str
    account: Account
    month: str
    tonnes: Decimal
    contract_id: int | None = None


def move(
    tonnes: Decimal, *, waste_type_id: str, month: str, off: tuple[int, Account], onto: tuple[int, Account],
    contract_id: int | None = None,
) -> list[Line]:
    """The two lines of ``tonnes`` going from one account to another, each a site's id and an account."""
    return [
        Line(site, waste_type_id, account, month, amount, contract_id if account in COMMITMENTS else None)
        for (site, account), amount in ((off, -tonnes), (onto, tonnes))
    ]


def post(
    *, uow: UnitOfWork, actor_id: int | None, kind: str, lines: Sequence[Line], contract_id: int | None = None,
    transfer_id: int | None = None, corrects_seq: int | None = None, note: str = "",
    data: dict[str, Any] | None = None,
) -> LedgerEntry:
    """Write one entry and move its balances; lines of no tonnes are left out, lines of one account are added up.

    ``data`` holds text, whole numbers, decimals, times and lists or dicts of them.  Raises ``ValueError`` where it
    holds anything else, the kind is not declared, the lines do not sum to zero per waste type, or nothing is left;
    :class:`NotPossible` (``ledger:below_zero``) where an account would fall below zero: nothing is written then.
    """
    if kind not in KINDS:
        raise ValueError(f"ledger entries of kind {kind!r} are not declared in marketplace/ledger/posting.py")
    rows = _added_up(lines)
    _balanced(rows)
    told = _exact(plain(data or {}))
    head = uow.lock(LedgerHead, 1)
    if head is None:
        raise LookupError("the ledger has no head: run the migrations")
    _move_balances(uow, rows)
    entry = LedgerEntry(
        seq=head.seq + 1, at=uow.now, kind=kind, actor_id=actor_id, contract_id=contract_id, transfer_id=transfer_id,
        corrects_seq=corrects_seq, note=note, data=told, previous_hash=head.hash,
        postings=[
            LedgerPosting(
                line=number, site_id=row.site_id, waste_type_id=row.waste_type_id, account=row.account,
                month=row.month, contract_id=row.contract_id, tonnes=row.tonnes,
            )
            for number, row in enumerate(rows, start=1)
        ],
    )
    entry.hash = hash_of(entry)
    head.seq, head.hash = entry.seq, entry.hash
    uow.session.add(entry)
    uow.session.flush()
    return entry


def reverse(*, uow: UnitOfWork, actor_id: int | None, entry: LedgerEntry, note: str) -> LedgerEntry:
    """Take back ``entry`` by one that points at it with every sign turned; the old row stays as it is."""
    lines = [
        Line(row.site_id, row.waste_type_id, Account(row.account), row.month, -row.tonnes, row.contract_id)
        for row in entry.postings
    ]
    return post(
        uow=uow, actor_id=actor_id, kind="corrected", lines=lines, contract_id=entry.contract_id,
        transfer_id=entry.transfer_id, corrects_seq=entry.seq, note=note,
    )


def balance_key(row: Line) -> str:
    """The key of the balance that ``row`` moves: promises are kept by contract and month, the rest by place."""
    place = f"{row.site_id}:{row.waste_type_id}:{row.account}"
    return f"{place}:{row.month}:{row.contract_id}" if row.account in COMMITMENTS else place


def _added_up(lines: Iterable[Line]) -> list[Line]:
    sums: dict[Line, Decimal] = defaultdict(Decimal)
    for line in lines:
        if (line.account in COMMITMENTS) != (line.contract_id is not None):
            raise ValueError(f"{line.account} {'needs' if line.contract_id is None else 'takes no'} contract")
        sums[replace(line, tonnes=Decimal(0))] += round_tonnes(line.tonnes)
    rows = [replace(line, tonnes=tonnes) for line, tonnes in sums.items() if tonnes]
    return sorted(rows, key=lambda row: (balance_key(row), row.month))


def _balanced(rows: Sequence[Line]) -> None:
    if not rows:
        raise ValueError("an entry needs tonnes that move")
    sums: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    for row in rows:
        # Promises and tonnes that exist are two books; neither may make up for the other.
        sums[row.waste_type_id, row.account in COMMITMENTS] += row.tonnes
    open_ends = {key: total for key, total in sums.items() if total}
    if open_ends:
        raise ValueError(f"the lines do not sum to zero: {open_ends}")


def _exact(value: Any) -> Any:
    """``value``, once it is sure that both databases give it back letter for letter."""
    if isinstance(value, float):
        # JSONB turns 1e22 into a whole number and -0.0 into 0.0, and the hash of the row would not be its hash.
        raise ValueError("an entry's data takes decimals, not floats")
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    return [_exact(item) for item in value] if isinstance(value, list) else value


def _move_balances(uow: UnitOfWork, rows: Sequence[Line]) -> None:
    """Add ``rows`` to their balances; the head is locked, so nobody else reads or makes one meanwhile.

    An upsert would be no shorter: PostgreSQL asks the check constraint of the row that would be inserted, minus
    tonnes, before it finds the one that is there.  The constraint stays the guard; this says it in words, and before
    anything is written.
    """
    moves: dict[str, Decimal] = defaultdict(Decimal)
    first: dict[str, Line] = {}
    for row in rows:
        moves[balance_key(row)] += row.tonnes
        first.setdefault(balance_key(row), row)
    found = uow.session.scalars(
        select(LedgerBalance).where(LedgerBalance.key.in_(moves)).execution_options(populate_existing=True)
    )
    balances = {balance.key: balance for balance in found}
    for key, row in first.items():
        before = balances[key].tonnes if key in balances else Decimal(0)
        if before + moves[key] < 0 and row.account not in SOURCES:
            values = {"account": str(row.account), "tonnes": -moves[key], "balance": before}
            raise NotPossible([Refusal("ledger:below_zero", values)])
    for key, row in first.items():
        if key in balances:
            balances[key].tonnes += moves[key]
        else:
            uow.session.add(LedgerBalance(
                key=key, site_id=row.site_id, waste_type_id=row.waste_type_id, account=row.account,
                month=row.month if row.account in COMMITMENTS else None, contract_id=row.contract_id,
                tonnes=moves[key],
            ))

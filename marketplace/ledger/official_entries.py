"""Entries of a site as the official forms see them: what each made, put into stock and took out of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from marketplace.months import SHANGHAI
from models.ledger import COMMITMENTS, Account, LedgerEntry

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry's part in one waste type and month.

    ``stocked`` is by how much the stock grew; ``left`` what went out of it, ``way`` where to: ``entrusted`` to
    others, ``used`` or ``disposed`` of here.  ``told_day`` is the day as it was told, blank where only the month was.
    """

    waste: str
    month: str
    made: Decimal
    opened: Decimal
    stocked: Decimal
    way: str
    day: date
    told_day: str | None
    actor: int | None
    contract: int | None
    use: str
    method: str

    @property
    def left(self) -> Decimal:
        """What came and is not in stock went out; less than zero: it came back."""
        return self.made + self.opened - self.stocked


def movements(entries: Sequence[LedgerEntry], site_id: int) -> Iterator[Movement]:
    """The movements of tonnes that exist, without the entries that were taken back and those that did it."""
    taken_back = {entry.corrects_seq for entry in entries if entry.corrects_seq is not None}
    for entry in entries:
        # A reversal counts for the months of what it takes back, so both are here or neither is.
        if entry.seq not in taken_back and entry.corrects_seq is None:
            yield from _of_entry(entry, site_id)


def _of_entry(entry: LedgerEntry, site_id: int) -> Iterator[Movement]:
    parts: dict[tuple[str, str], dict[str, Decimal]] = {}
    for row in entry.postings:
        if row.site_id == site_id and row.account not in COMMITMENTS:
            part = parts.setdefault((row.waste_type_id, row.month), {})
            part[row.account] = part.get(row.account, ZERO) + row.tonnes
    at = entry.at.astimezone(SHANGHAI)
    told = entry.data.get("day")
    for (waste, month), part in parts.items():
        if Account.STOCK not in part and not {Account.PRODUCED, Account.RESIDUE} & set(part):
            continue
        way = "used" if Account.USED in part else "disposed" if Account.DISPOSED in part else "entrusted"
        yield Movement(
            waste=waste, month=month, made=-part.get(Account.PRODUCED, ZERO) - part.get(Account.RESIDUE, ZERO),
            opened=-part.get(Account.OPENING, ZERO), stocked=part.get(Account.STOCK, ZERO), way=way,
            day=date.fromisoformat(told) if told else at.date(),
            told_day=told or (f"{at:%Y-%m-%d %H:%M}" if entry.transfer_id else None), actor=entry.actor_id,
            contract=entry.contract_id, use=entry.data.get("use", ""), method=entry.data.get("method", ""),
        )

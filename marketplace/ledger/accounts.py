"""What the accounts of one site and waste type say over some months, and the equation that closes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from models.ledger import COMMITMENTS, Account

ZERO = Decimal(0)
# Which way an entry goes over the site's fence: under a contract in which it sends, takes, or under none.
OUT, IN, OWN = "out", "in", "own"
# What lies at a site, or is on its way from it, at the end of a month.
KEPT = (Account.STOCK, Account.RECEIVED, Account.IN_TRANSIT)


@dataclass(frozen=True, slots=True)
class AccountSum:
    """Tonnes that one account of one site and waste type gained, in the months before a period or within it."""

    site_id: int
    waste_type_id: str
    account: str
    way: str
    before: bool
    tonnes: Decimal


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the equation: ``name`` is an account, or what is counted beside the accounts."""

    name: str
    tonnes: Decimal


@dataclass
class WasteAccounts:
    """One site and waste type: what each account gained within the period, and what was kept when it began."""

    gained: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    kept_before: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    handed_over: Decimal = ZERO
    taken_in: Decimal = ZERO

    def add(self, one: AccountSum) -> None:
        physical = one.account not in COMMITMENTS
        if one.before:
            if one.account in KEPT:
                self.kept_before[one.account] += one.tonnes
            return
        self.gained[one.account] += one.tonnes
        # An entry that crosses the fence does not sum to zero at this site; what it lacks is what crossed.
        if physical and one.way == OUT:
            self.handed_over -= one.tonnes
        if physical and one.way == IN:
            self.taken_in += one.tonnes

    def now(self, account: str) -> Decimal:
        """What is kept on ``account`` at the end of the period."""
        return self.kept_before[account] + self.gained[account]

    def came(self, account: str) -> Decimal:
        """What came from a source within the period; sources stand below zero by it."""
        return -self.gained[account]

    @property
    def sources(self) -> list[Term]:
        """The left side: what was kept when the period began, and all that came in it."""
        kept = [Term(f"{account}_before", self.kept_before[account]) for account in KEPT]
        came = [Term(account, self.came(account)) for account in (Account.OPENING, Account.PRODUCED, Account.RESIDUE)]
        return [*kept, *came, Term("taken_in", self.taken_in)]

    @property
    def uses(self) -> list[Term]:
        """The right side: what is kept at the end, and all that went."""
        kept = [Term(account, self.now(account)) for account in KEPT]
        went = [Term(account, self.gained[account]) for account in (Account.DIFFERENCE, Account.USED, Account.DISPOSED)]
        return [*kept, Term("handed_over", self.handed_over), *went]

    @property
    def closes(self) -> bool:
        """Whether both sides are the same, as they must be."""
        return sum((term.tonnes for term in self.sources), ZERO) == sum((term.tonnes for term in self.uses), ZERO)


def by_waste(sums: Iterable[AccountSum]) -> Mapping[tuple[int, str], WasteAccounts]:
    """The accounts of each site and waste type, in the order of their ids."""
    found: dict[tuple[int, str], WasteAccounts] = defaultdict(WasteAccounts)
    for one in sums:
        found[one.site_id, one.waste_type_id].add(one)
    return dict(sorted(found.items()))

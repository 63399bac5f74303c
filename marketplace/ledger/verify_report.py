"""What a verification read and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it must be; ``seq`` is None where it is not about one entry."""

    check: str
    seq: int | None
    account: str
    found: str
    expected: str

    def __str__(self) -> str:
        where = " ".join(part for part in (f"entry {self.seq}" if self.seq is not None else "", self.account) if part)
        return f"{self.check}: {where + ': ' if where else ''}found {self.found}, expected {self.expected}"


@dataclass
class Report:
    """How much was read, and every fault in the order of the walk."""

    entries: int = 0
    postings: int = 0
    accounts: int = 0
    contracts: int = 0
    listings: int = 0
    faults: list[Fault] = field(default_factory=list)

    def add(self, check: str, seq: int | None, *, found: object, expected: object, account: str = "") -> None:
        self.faults.append(Fault(check, seq, account, str(found), str(expected)))


def tonnes_text(kilograms: int) -> str:
    """Kilograms as tonnes with three decimals, without a float in between."""
    whole, rest = divmod(abs(kilograms), 1000)
    return f"{'-' if kilograms < 0 else ''}{whole}.{rest:03d}"

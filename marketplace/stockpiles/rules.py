"""What may be entered of a stockpile, and which totals of the register stay hidden: pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from marketplace.errors import Refusal
from marketplace.symbiosis.rules import ALL, Cell, suppress_lines
from models.stockpiles import Remediation

ZERO = Decimal(0)
# Verified is what somebody other than whoever did it has seen: it follows done, and nothing else.
MOVES: dict[str, frozenset[str]] = {
    Remediation.NOT_BEGUN: frozenset({Remediation.UNDER_WAY, Remediation.DONE}),
    Remediation.UNDER_WAY: frozenset({Remediation.NOT_BEGUN, Remediation.DONE}),
    Remediation.DONE: frozenset({Remediation.UNDER_WAY, Remediation.VERIFIED}),
    Remediation.VERIFIED: frozenset({Remediation.UNDER_WAY, Remediation.DONE}),
}


@dataclass(frozen=True, slots=True)
class Heap:
    """One stockpile for a total: ``owner`` is whom its tonnes would give away, by enterprise or by name."""

    waste: str
    tonnes: Decimal | None
    owner: str
    known: bool = False


@dataclass(frozen=True, slots=True)
class WasteTotal:
    """All stockpiles of one waste type; ``tonnes`` None where hidden, or where nobody has said how much."""

    waste: str
    count: int | None
    tonnes: Decimal | None
    unknown: int
    hidden: bool


def totals(heaps: Iterable[Heap]) -> tuple[list[WasteTotal], WasteTotal]:
    """By waste type and of everything; heaps that the reader knows one by one protect no other.

    A heap whose owner nobody has named counts as one and the same stranger's, lest many small ones hide behind it.
    """
    by_waste: dict[str, list[Heap]] = defaultdict(list)
    for heap in heaps:
        by_waste[heap.waste].append(heap)
    numbers: dict[str, int] = {}
    cells = {
        waste: Cell(
            float(sum((one.tonnes or ZERO for one in own if not one.known), ZERO)),
            frozenset(numbers.setdefault(one.owner, len(numbers)) for one in own if not one.known),
        )
        for waste, own in by_waste.items()
    }
    secret = suppress_lines(cells)
    lines = [_total(waste, own, waste in secret) for waste, own in sorted(by_waste.items())]
    everything = [one for own in by_waste.values() for one in own]
    return lines, _total("", everything, ALL in secret)


def _total(waste: str, own: list[Heap], hidden: bool) -> WasteTotal:
    if hidden:
        return WasteTotal(waste, None, None, 0, True)
    told = [one.tonnes for one in own if one.tonnes is not None]
    return WasteTotal(waste, len(own), sum(told, ZERO) if told else None, len(own) - len(told), False)


def state_possible(before: str | None, after: str) -> list[Refusal]:
    """A new stockpile may be in any state but verified; later the state moves as ``MOVES`` says."""
    if before is None:
        return [Refusal("stockpile:not_done_yet", field="remediation")] if after == Remediation.VERIFIED else []
    if after != before and after not in MOVES[before]:
        return [Refusal("stockpile:not_done_yet", field="remediation")]
    return []


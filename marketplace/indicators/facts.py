"""What the ledger says of one site, waste type and month, and the figures that follow from sums of it.

Pure arithmetic; docs/indicators.md states every formula.  What nobody has recorded is None and never zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from marketplace.indicators.places import Spot
from models.ledger import Account

ZERO = Decimal(0)
GANGUE = "gangue"
# What a person finds at a site before anything is taken in: entries that move these change what lies there.
_OWN = (Account.STOCK, Account.PRODUCED, Account.RESIDUE, Account.OPENING)
PRODUCED, OWN_USE, HANDED_USE, DISPOSED, TAKEN_DISPOSED, STORED, OPENED = (
    "produced", "own_use", "handed_use", "disposed", "taken_disposed", "stored", "opened"
)
MEASURES = (PRODUCED, OWN_USE, HANDED_USE, DISPOSED, TAKEN_DISPOSED, STORED)


@dataclass(frozen=True, slots=True)
class Deal:
    """What a posting's contract says of it: who sends from where, who takes it where, and whether to dispose of it."""

    from_site_id: int
    to_site_id: int
    taker_id: int
    disposes: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Tonnes on one account; ``kind`` is what happened, also where the line takes that back."""

    account: str
    kind: str
    tonnes: Decimal


def measured(line: Line, site_id: int, deal: Deal | None) -> Iterable[tuple[str, Decimal]]:
    """The measures that one line adds to; the lines of an entry together give what it did.

    An entry under a contract does not sum to zero at the producer's site: what it lacks is what the taker has weighed
    in, and that is handed over.
    """
    if line.account in (Account.PRODUCED, Account.RESIDUE):
        yield PRODUCED, -line.tonnes
    if line.account == Account.OPENING:
        yield OPENED, -line.tonnes
    if line.account == Account.STOCK and line.kind != "stock.opened":
        # The stock a ledger began with is no storage of the period.
        yield STORED, line.tonnes
    if deal is not None:
        if deal.from_site_id == site_id:
            yield DISPOSED if deal.disposes else HANDED_USE, -line.tonnes
    elif line.account in _OWN and line.kind == "used":
        yield OWN_USE, -line.tonnes
    elif line.account in _OWN and line.kind == "disposed":
        yield DISPOSED, -line.tonnes
    elif line.account == Account.RECEIVED and line.kind == "disposed":
        yield TAKEN_DISPOSED, -line.tonnes


@dataclass(slots=True)
class SiteMonth:
    """One site, waste type and month; ``tonnes`` holds the measures that something was recorded of.

    ``to_parks`` is what was handed over for use by the park it went to, ``takers`` who took it.
    """

    site_id: int
    enterprise_id: int
    spot: Spot
    waste: str
    month: str
    tonnes: dict[str, Decimal] = field(default_factory=dict)
    to_parks: dict[int | None, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    takers: set[int] = field(default_factory=set)

    def add(self, line: Line, deal: Deal | None, to_park: int | None) -> None:
        for measure, tonnes in measured(line, self.site_id, deal):
            self.tonnes[measure] = self.tonnes.get(measure, ZERO) + tonnes
            if measure == HANDED_USE and deal is not None:
                self.to_parks[to_park] += tonnes
                self.takers.add(deal.taker_id)

    def of(self, measure: str) -> Decimal:
        return self.tonnes.get(measure, ZERO)

    @property
    def used(self) -> Decimal:
        return self.of(OWN_USE) + self.of(HANDED_USE)

    @property
    def within(self) -> Decimal:
        """Used at the site, or handed over for use within its park."""
        return self.of(OWN_USE) + (self.to_parks.get(self.spot.park_id, ZERO) if self.spot.park_id else ZERO)

    @property
    def moved(self) -> bool:
        """Whether anything is left of what was recorded, once what was taken back is gone."""
        return any(self.tonnes.values())


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one place and period, tonnes and shares from 0 to 1; None: nothing recorded."""

    produced: Decimal | None = None
    own_use: Decimal | None = None
    handed_use: Decimal | None = None
    used: Decimal | None = None
    disposed: Decimal | None = None
    taken_disposed: Decimal | None = None
    stored: Decimal | None = None
    from_before: Decimal | None = None
    use_rate: Decimal | None = None
    gangue_produced: Decimal | None = None
    gangue_used: Decimal | None = None
    gangue_rate: Decimal | None = None
    within: Decimal | None = None
    enterprises: int = 0
    months: tuple[str, ...] = ()
    months_produced: tuple[str, ...] = ()

    @property
    def recorded(self) -> bool:
        return bool(self.months)

    @property
    def kept(self) -> Decimal | None:
        """Put into storage and disposed of."""
        if self.stored is None and self.disposed is None:
            return None
        return (self.stored or ZERO) + (self.disposed or ZERO)


def figures(rows: Iterable[SiteMonth]) -> Figures:
    """The figures of all ``rows`` together: those of one place and period, without hazardous waste."""
    chosen = [row for row in rows if row.moved]
    if not chosen:
        return Figures()
    sums = {measure: _sum(chosen, measure) for measure in MEASURES}
    used = _used(chosen)
    before = sum((max(ZERO, use - made) for made, use in _by_source(chosen)), ZERO)
    gangue = [row for row in chosen if row.waste == GANGUE]
    gangue_made = _sum(gangue, PRODUCED)
    new_used = None
    if gangue_made is not None and _used(gangue) is not None:
        new_used = sum((min(made, use) for made, use in _by_source(gangue)), ZERO)
    return Figures(
        **sums, used=used, from_before=None if used is None else before,
        use_rate=None if used is None or sums[PRODUCED] is None else _share(used, sums[PRODUCED] + before),
        gangue_produced=gangue_made, gangue_used=new_used,
        gangue_rate=None if new_used is None else _share(new_used, gangue_made),
        within=None if used is None else sum((row.within for row in chosen), ZERO),
        enterprises=len({row.enterprise_id for row in chosen}),
        months=tuple(sorted({row.month for row in chosen})),
        months_produced=tuple(sorted({row.month for row in chosen if PRODUCED in row.tonnes})),
    )


def stock_after(rows: Iterable[SiteMonth], before: Sequence[Decimal]) -> Decimal | None:
    """What lies in stock after ``rows``; ``before`` is what lay at each site when they begin."""
    changed = [row.of(STORED) + row.of(OPENED) for row in rows if {STORED, OPENED} & row.tonnes.keys()]
    return sum((*before, *changed), ZERO) if changed or before else None


def _by_source(rows: Sequence[SiteMonth]) -> list[tuple[Decimal, Decimal]]:
    """Produced and used tonnes of each site and waste type over all its months."""
    sums: dict[tuple[int, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for row in rows:
        one = sums[row.site_id, row.waste]
        one[0] += row.of(PRODUCED)
        one[1] += row.used
    return [(made, use) for made, use in sums.values()]


def _used(rows: Sequence[SiteMonth]) -> Decimal | None:
    """What was used, None where no use was recorded: that nobody has entered any does not say that there was none."""
    if not any({OWN_USE, HANDED_USE} & row.tonnes.keys() for row in rows):
        return None
    return sum((row.used for row in rows), ZERO)


def _sum(rows: Sequence[SiteMonth], measure: str) -> Decimal | None:
    recorded = [row.tonnes[measure] for row in rows if measure in row.tonnes]
    return sum(recorded, ZERO) if recorded else None


def _share(part: Decimal, whole: Decimal | None) -> Decimal | None:
    return part / whole if whole else None

"""Adding up flows: by arc, by use, by waste type; and which of those sums are hidden from the public."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace

from marketplace.market.kept import Kept
from marketplace.symbiosis.flows import Book, End, Flow, Place
from marketplace.symbiosis.rules import ALL, Cell, suppress_lines, suppress_table

ArcKey = tuple[str, str, str]
UseKey = tuple[str, str]
PairKey = tuple[str, str]


@dataclass(slots=True)
class Sum:
    """Tonnes and what goes with them; ``enterprises`` are those behind the sum."""

    tonnes: float = 0.0
    value_yuan: float = 0.0
    freight_yuan: float = 0.0
    carbon_kg: float = 0.0
    tonne_km: float = 0.0
    weighed_t: float = 0.0
    enterprises: set[int] = field(default_factory=set)

    def add(self, flow: Flow) -> None:
        self.tonnes += flow.tonnes
        self.value_yuan += flow.value_yuan
        self.freight_yuan += flow.freight_yuan
        self.carbon_kg += flow.carbon_kg
        self.tonne_km += flow.tonnes * flow.km
        self.weighed_t += flow.weighed_t
        self.enterprises.update((flow.sender.enterprise_id, flow.taker.enterprise_id))

    @property
    def km(self) -> float | None:
        """The mean distance of a tonne."""
        return self.tonne_km / self.tonnes if self.tonnes else None


@dataclass(slots=True)
class Arc(Sum):
    """Tonnes of one waste type from one place to another."""

    source: Place | None = None
    target: Place | None = None
    waste_type: str = ""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the public must not see of one view; ``everything``: even the total has too few contributors.

    ``cells`` are arcs of one waste type, ``arcs`` sums over them all, ``uses`` pairs of waste type and use.
    """

    everything: bool = False
    wastes: frozenset[str] = frozenset()
    arcs: frozenset[PairKey] = frozenset()
    cells: frozenset[ArcKey] = frozenset()
    uses: frozenset[UseKey] = frozenset()

    def hides_waste(self, waste_type: str) -> bool:
        return self.everything or waste_type in self.wastes

    def hides_arc(self, key: ArcKey) -> bool:
        """``key`` with a blank waste type is the sum over all of them."""
        if self.everything:
            return True
        return key in self.cells if key[2] else key[:2] in self.arcs

    def hides_use(self, key: UseKey) -> bool:
        return self.hides_waste(key[0]) or key in self.uses


_secrets: Kept[Secrets] = Kept(8)
_over_months: Kept[tuple[Flow, ...]] = Kept(8)
NO_SECRETS = Secrets()


def by_place(end: End) -> Place:
    return end.place


def arcs(
    flows: Iterable[Flow], place_of: Callable[[End], Place] = by_place, *, by_waste: bool = True
) -> dict[ArcKey, Arc]:
    """Sums by source, target and waste type (blank where not ``by_waste``), the largest first."""
    sums: dict[ArcKey, Arc] = {}
    for flow in flows:
        source, target = place_of(flow.sender), place_of(flow.taker)
        waste_type = flow.waste_type if by_waste else ""
        key = (source.key, target.key, waste_type)
        if key not in sums:
            sums[key] = Arc(source=source, target=target, waste_type=waste_type)
        sums[key].add(flow)
    return dict(sorted(sums.items(), key=lambda item: (-item[1].tonnes, item[0])))


def sums_by(flows: Iterable[Flow], key_of: Callable[[Flow], Hashable]) -> dict[Hashable, Sum]:
    """Sums by any key, the largest first."""
    sums: dict[Hashable, Sum] = defaultdict(Sum)
    for flow in flows:
        sums[key_of(flow)].add(flow)
    return dict(sorted(sums.items(), key=lambda item: (-item[1].tonnes, str(item[0]))))


def total(flows: Iterable[Flow]) -> Sum:
    whole = Sum()
    for flow in flows:
        whole.add(flow)
    return whole


def over_months(book: Book) -> tuple[Flow, ...]:
    """The flows of ``book`` with their months added up, kept by book; the month of each is blank."""
    return _over_months.get(book, lambda: _add_months(book))


def _add_months(book: Book) -> tuple[Flow, ...]:
    sums: dict[tuple[object, ...], list[Flow]] = defaultdict(list)
    for flow in book.flows:
        ends = (flow.sender.listing, flow.taker.listing, flow.sender.enterprise_id, flow.taker.enterprise_id)
        sums[(*ends, flow.waste_type, flow.use, flow.contract)].append(flow)
    return tuple(_sum_of(flows) for flows in sums.values())


def _sum_of(flows: list[Flow]) -> Flow:
    """One flow for those of one pair of listings: its distance is that of the pair, by tonnes where it changed."""
    tonnes = sum(flow.tonnes for flow in flows)
    return replace(
        flows[0],
        month="",
        tonnes=tonnes,
        km=sum(flow.km * flow.tonnes for flow in flows) / tonnes if tonnes else flows[0].km,
        value_yuan=sum(flow.value_yuan for flow in flows),
        freight_yuan=sum(flow.freight_yuan for flow in flows),
        carbon_kg=sum(flow.carbon_kg for flow in flows),
        weighed_t=sum(flow.weighed_t for flow in flows),
    )


def as_weighed(flows: Iterable[Flow]) -> list[Flow]:
    """Trades by what was weighed of each contract within ``flows``; by what was agreed where nothing was yet.

    A contract is taken one way or the other as a whole: its later months must not be added to what was weighed.
    """
    chosen = list(flows)
    weighed: dict[int, float] = defaultdict(float)
    for flow in chosen:
        weighed[flow.contract] += flow.weighed_t
    return [_weighed(flow) if weighed[flow.contract] > 0 else flow for flow in chosen
            if flow.weighed_t > 0 or weighed[flow.contract] <= 0]


def _weighed(flow: Flow) -> Flow:
    part = flow.weighed_t / flow.tonnes
    return replace(
        flow,
        tonnes=flow.weighed_t,
        value_yuan=flow.value_yuan * part,
        freight_yuan=flow.freight_yuan * part,
        carbon_kg=flow.carbon_kg * part,
    )


def secrets(book: Book) -> Secrets:
    """What is hidden of ``book``, decided once for all its filters (see the rules)."""
    return _secrets.get(book, lambda: _decide(book)) if book.flows else NO_SECRETS


def _decide(book: Book) -> Secrets:
    """Three tables share the totals by waste type: arcs, uses, and what is left over."""
    arc_cells = _cells(
        book.flows, lambda flow: (flow.waste_type, (flow.sender.place.key, flow.taker.place.key))
    )
    use_cells = _cells(book.flows, lambda flow: (flow.waste_type, flow.use))
    left_cells = _left_cells(book)
    forced: set[str] = set()
    while True:
        table = suppress_table(arc_cells, {(waste, ALL) for waste in forced})
        wastes = {row for row, column in table if column is ALL and row is not ALL} | forced
        hidden_uses: set[UseKey] = set()
        for waste in {flow.waste_type for flow in book.flows} - wastes:
            hidden = suppress_lines({key: cell for key, cell in use_cells.items() if key[0] == waste})
            hidden_uses |= {key for key in hidden if key is not ALL}
            if ALL in hidden:
                wastes.add(waste)
        # Offered tonnes are public, so tonnes placed and tonnes left over give each other away.
        left = suppress_lines(left_cells, wastes)
        wastes |= {waste for waste in left if waste is not ALL}
        if wastes == forced:
            break
        forced = wastes
    return Secrets(
        (ALL, ALL) in table or ALL in left,
        frozenset(wastes),
        frozenset(column for row, column in table if row is ALL and column is not ALL),
        frozenset((*column, row) for row, column in table if row is not ALL and column is not ALL),
        frozenset(hidden_uses),
    )


def _cells(flows: Iterable[Flow], key_of: Callable[[Flow], Hashable]) -> dict[Hashable, Cell]:
    tonnes: dict[Hashable, float] = defaultdict(float)
    behind: dict[Hashable, set[int]] = defaultdict(set)
    for flow in flows:
        key = key_of(flow)
        tonnes[key] += flow.tonnes
        behind[key].update((flow.sender.enterprise_id, flow.taker.enterprise_id))
    return {key: Cell(tonnes[key], frozenset(behind[key])) for key in tonnes}


def _left_cells(book: Book) -> dict[str, Cell]:
    tonnes: dict[str, float] = defaultdict(float)
    behind: dict[str, set[int]] = defaultdict(set)
    for rest in book.left_over:
        tonnes[rest.waste_type] += rest.tonnes
        behind[rest.waste_type].add(rest.end.enterprise_id)
    return {waste: Cell(tonnes[waste], frozenset(behind[waste])) for waste in tonnes}

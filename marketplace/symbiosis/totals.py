"""Adding up flows: by arc, by use, by waste type; and which of those sums are hidden from the public."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from marketplace.symbiosis.flows import Book, End, Flow, Place
from marketplace.symbiosis.kept import Kept
from marketplace.symbiosis.rules import Cell, suppress

WHOLE = ""
ArcKey = tuple[str, str, str]
UseKey = tuple[str, str]


@dataclass(slots=True)
class Sum:
    """Tonnes and what goes with them; ``enterprises`` are those behind the sum."""

    tonnes: float = 0.0
    value_yuan: float = 0.0
    freight_yuan: float = 0.0
    carbon_kg: float = 0.0
    tonne_km: float = 0.0
    enterprises: set[int] = field(default_factory=set)

    def add(self, flow: Flow) -> None:
        self.tonnes += flow.tonnes
        self.value_yuan += flow.value_yuan
        self.freight_yuan += flow.freight_yuan
        self.carbon_kg += flow.carbon_kg
        self.tonne_km += flow.tonnes * flow.km
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
    """What the public must not see of one view; ``everything``: even the total has too few contributors."""

    everything: bool = False
    wastes: frozenset[str] = frozenset()
    arcs: frozenset[ArcKey] = frozenset()
    uses: frozenset[UseKey] = frozenset()

    def hides_waste(self, waste_type: str) -> bool:
        return self.everything or waste_type in self.wastes

    def hides_arc(self, key: ArcKey) -> bool:
        return self.hides_waste(key[2]) or key in self.arcs

    def hides_use(self, key: UseKey) -> bool:
        return self.hides_waste(key[0]) or key in self.uses


_secrets: Kept[Secrets] = Kept(8)
NO_SECRETS = Secrets()


def by_place(end: End) -> Place:
    return end.place


def arcs(flows: Iterable[Flow], place_of: Callable[[End], Place] = by_place) -> dict[ArcKey, Arc]:
    """Sums by source, target and waste type, the largest first."""
    sums: dict[ArcKey, Arc] = {}
    for flow in flows:
        source, target = place_of(flow.sender), place_of(flow.taker)
        key = (source.key, target.key, flow.waste_type)
        if key not in sums:
            sums[key] = Arc(source=source, target=target, waste_type=flow.waste_type)
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


def secrets(book: Book) -> Secrets:
    """What is hidden of ``book``, decided once for all its filters (see the rules)."""
    return _secrets.get(book, lambda: _decide(book)) if book.flows else NO_SECRETS


def _decide(book: Book) -> Secrets:
    arc_cells = _cells(
        book.flows, lambda flow: (flow.sender.place.key, flow.taker.place.key, flow.waste_type)
    )
    use_cells = _cells(book.flows, lambda flow: (flow.waste_type, flow.use))
    waste_cells = _cells(book.flows, lambda flow: flow.waste_type)
    left_cells = _left_cells(book)
    hidden_arcs: set[ArcKey] = set()
    hidden_uses: set[UseKey] = set()
    forced: set[str] = set()
    for waste in waste_cells:
        below = suppress({key: cell for key, cell in arc_cells.items() if key[2] == waste})
        beside = suppress({key: cell for key, cell in use_cells.items() if key[0] == waste})
        hidden_arcs |= below.lines
        hidden_uses |= beside.lines
        if below.total or beside.total:
            forced.add(waste)
    # Offered tonnes are public, so tonnes placed and tonnes left over give each other away: they go together.
    while True:
        placed = suppress(waste_cells, frozenset(forced) & waste_cells.keys())
        left = suppress(left_cells, frozenset(forced | placed.lines) & left_cells.keys())
        wastes = placed.lines | left.lines | forced
        if wastes == forced:
            break
        forced = set(wastes)
    whole = suppress({WHOLE: _cells(book.flows, lambda _: WHOLE)[WHOLE]})
    everything = placed.total or left.total or bool(whole.lines)
    return Secrets(everything, frozenset(forced), frozenset(hidden_arcs), frozenset(hidden_uses))


def _cells(flows: Iterable[Flow], key_of: Callable[[Flow], Hashable]) -> dict[Hashable, Cell]:
    tonnes: dict[Hashable, float] = defaultdict(float)
    behind: dict[Hashable, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for flow in flows:
        key = key_of(flow)
        tonnes[key] += flow.tonnes
        for scope in (WHOLE, flow.month):
            behind[key][scope].update((flow.sender.enterprise_id, flow.taker.enterprise_id))
    return {
        key: Cell(tonnes[key], {scope: frozenset(who) for scope, who in behind[key].items()})
        for key in tonnes
    }


def _left_cells(book: Book) -> dict[str, Cell]:
    tonnes: dict[str, float] = defaultdict(float)
    behind: dict[str, set[int]] = defaultdict(set)
    for rest in book.left_over:
        tonnes[rest.waste_type] += rest.tonnes
        behind[rest.waste_type].add(rest.end.enterprise_id)
    return {waste: Cell(tonnes[waste], {WHOLE: frozenset(behind[waste])}) for waste in tonnes}

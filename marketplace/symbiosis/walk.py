"""From source to product: waste, its use, what that leaves, the next use, and so on to what is made.

Tonnes are laid out in steps.  Step 0 is waste as it arises; what a use of step k leaves and sends on is waste of
step k + 1.  A use mixes what it takes in, so the residue of a use that feeds on several steps is divided over them in
proportion (as the kept parts of the plan divide a supply that holds several origins).  The last step holds all later
ones as well, so that rounds end.

Who may not see everything gets a waste type in steps only where every figure that its steps would add has three
enterprises or more behind it, what remains at step 0 included; else all of it stands at step 0, as the published
table of waste types and uses has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from marketplace.symbiosis.flows import Flow, Part
from marketplace.symbiosis.products import product_key
from marketplace.symbiosis.rules import too_few
from marketplace.symbiosis.selection import Sight

WASTE, USE, PRODUCT = "w", "u", "p"
UNSTATED = "unstated"
LAST_STEP = 3
_LEAST_T = 1e-6


@dataclass(frozen=True, slots=True)
class Stop:
    """A mark of the picture: a waste type or a use at a step, or what a use makes."""

    kind: str
    step: int
    name: str

    @property
    def id(self) -> str:
        return f"{self.kind}{self.step}:{self.name}"

    @property
    def column(self) -> int:
        """Wastes and uses take turns; what is made stands behind them all."""
        return 2 * LAST_STEP + 2 if self.kind == PRODUCT else 2 * self.step + (self.kind == USE)


@dataclass(slots=True)
class Leg:
    """Tonnes from one stop to the next, and the enterprises behind them."""

    source: Stop
    target: Stop
    tonnes: float = 0.0
    enterprises: set[int] = field(default_factory=set)


Legs = dict[tuple[Stop, Stop], Leg]
Listing = str


def walk(sight: Sight) -> list[Leg]:
    """The legs that this visitor may see, by column, the largest first."""
    # The steps of a plan are kept for all its months and wastes together.
    stepped = not sight.wanted.period and not sight.wanted.waste
    parts = sight.book.parts if stepped else ()
    shown = {(waste, use) for waste, use, _sum, visible in sight.uses() if visible}
    if sight.everything:
        return ordered(_with_products(_lay(sight.flows, parts)))
    open_parts = _public(sight.flows, parts, shown)
    legs = _lay(sight.flows, open_parts)
    kept = {
        key: leg
        for key, leg in legs.items()
        if leg.source.kind != WASTE or (leg.source.name, leg.target.name) in shown
    }
    return ordered(_with_products(kept))


def _public(flows: Sequence[Flow], parts: Iterable[Part], shown: set[tuple[str, str]]) -> list[Part]:
    """The parts whose waste types may be shown in steps.

    Taking one waste type out changes how others divide, so it is asked again until nothing changes.
    """
    uses = {(flow.waste_type, flow.use) for flow in flows}
    hidden_uses = {use for waste, use in uses if (waste, use) not in shown}
    hidden_wastes = {waste for waste, use in uses if (waste, use) not in shown}
    # A residue is a known share of what its use takes in: with a hidden intake it would give that away.
    shut = hidden_wastes | {part.waste_type for part in parts if part.origin_use in hidden_uses}
    while True:
        kept = [part for part in parts if part.waste_type not in shut]
        stepped = {part.waste_type for part in kept}
        secret = set()
        for leg in _lay(flows, kept).values():
            waste = leg.source.name if leg.source.kind == WASTE else leg.target.name
            if waste in stepped and too_few(leg.enterprises):
                secret.add(waste)
        if not secret:
            return kept
        shut |= secret


def _lay(flows: Iterable[Flow], parts: Iterable[Part]) -> Legs:
    """Legs from waste to use and from use to residue."""
    chosen, residues = list(flows), list(parts)
    intake: dict[Listing, float] = defaultdict(float)
    total: dict[tuple[Listing, Listing], float] = defaultdict(float)
    for flow in chosen:
        intake[flow.taker.listing] += flow.tonnes
        total[flow.sender.listing, flow.taker.listing] += flow.tonnes
    residue: dict[tuple[Listing, Listing], float] = defaultdict(float)
    for part in residues:
        residue[part.sender.listing, part.taker.listing] += part.tonnes
    steps = _steps(intake, residues)
    legs: Legs = {}
    for flow in chosen:
        arc = (flow.sender.listing, flow.taker.listing)
        own = 1 - min(1.0, residue[arc] / total[arc]) if arc in residue and total[arc] else 1.0
        firms = (flow.sender.enterprise_id, flow.taker.enterprise_id)
        _add(legs, Stop(WASTE, 0, flow.waste_type), Stop(USE, 0, flow.use or UNSTATED), flow.tonnes * own, firms)
    for part in residues:
        _add_part(legs, part, steps[part.origin.listing])
    return legs


def _add_part(legs: Legs, part: Part, shares: Sequence[float]) -> None:
    firms = (part.sender.enterprise_id, part.taker.enterprise_id)
    for step, share in enumerate(shares):
        after = min(step + 1, LAST_STEP)
        waste, use = Stop(WASTE, after, part.waste_type), Stop(USE, after, part.use)
        # What leaves the last step stays in it: drawn, the way back would be a circle.
        if after > step:
            _add(legs, Stop(USE, step, part.origin_use), waste, part.tonnes * share, (part.sender.enterprise_id,))
        _add(legs, waste, use, part.tonnes * share, firms)


def _add(legs: Legs, source: Stop, target: Stop, tonnes: float, firms: Iterable[int]) -> None:
    if tonnes <= _LEAST_T:
        return
    leg = legs.setdefault((source, target), Leg(source, target))
    leg.tonnes += tonnes
    leg.enterprises.update(firms)


def _steps(intake: Mapping[Listing, float], parts: Iterable[Part]) -> dict[Listing, list[float]]:
    """For every demand, the share of its intake that is of each step; the last step holds the later ones."""
    fed: dict[Listing, list[tuple[Listing, float]]] = defaultdict(list)
    for part in parts:
        taken = intake.get(part.taker.listing, 0.0)
        if taken > 0:
            fed[part.taker.listing].append((part.origin.listing, part.tonnes / taken))
    rest = {taker: min(1.0, sum(share for _origin, share in sources)) for taker, sources in fed.items()}
    steps: dict[Listing, list[float]] = defaultdict(lambda: [1.0] + [0.0] * LAST_STEP)
    for taker in fed:
        steps[taker] = [1.0 - rest[taker]] + [0.0] * LAST_STEP
    for step in range(1, LAST_STEP):
        found = {
            taker: sum(share * steps[origin][step - 1] for origin, share in sources) for taker, sources in fed.items()
        }
        for taker, share in found.items():
            steps[taker][step] = share
    for taker in fed:
        steps[taker][LAST_STEP] = max(0.0, 1.0 - sum(steps[taker][:LAST_STEP]))
    return steps


def _with_products(legs: Legs) -> Legs:
    """What a use takes in and does not send on as residue goes into what it makes, or is not sent on."""
    rest: dict[Stop, float] = defaultdict(float)
    for leg in legs.values():
        if leg.target.kind == USE:
            rest[leg.target] += leg.tonnes
        if leg.source.kind == USE:
            rest[leg.source] -= leg.tonnes
    made = dict(legs)
    for stop, tonnes in rest.items():
        _add(made, stop, Stop(PRODUCT, 0, product_key(stop.name)), tonnes, ())
    return made


def ordered(legs: Mapping[tuple[Stop, Stop], Leg]) -> list[Leg]:
    return sorted(legs.values(), key=lambda leg: (leg.source.column, -leg.tonnes, leg.source.id, leg.target.id))


def through(legs: Sequence[Leg], stop_id: str) -> list[Leg]:
    """The legs of the paths that run through one stop, with the tonnes that run through it.

    At every other stop tonnes part in proportion, as in a well-mixed heap.  An unknown stop leaves all as it is.
    """
    stops = {stop.id: stop for leg in legs for stop in (leg.source, leg.target)}
    if stop_id not in stops:
        return list(legs)
    chosen = stops[stop_id]
    onward, back = _follow(legs, chosen, onward=True), _follow(legs, chosen, onward=False)
    kept: Legs = {}
    for share in (back, onward):
        for key, part in share.items():
            leg = kept.setdefault(key, Leg(*key))
            leg.tonnes += part
    return [leg for leg in ordered(kept) if leg.tonnes > _LEAST_T]


def _follow(legs: Iterable[Leg], start: Stop, *, onward: bool) -> dict[tuple[Stop, Stop], float]:
    """Tonnes of each leg that lie on a way from ``start`` to the products, or else back to the sources."""
    ways = [(leg.source, leg.target, leg) if onward else (leg.target, leg.source, leg) for leg in legs]
    ways.sort(key=lambda way: way[0].column, reverse=not onward)
    total: dict[Stop, float] = defaultdict(float)
    for near, _far, leg in ways:
        total[near] += leg.tonnes
    held: dict[Stop, float] = defaultdict(float, {start: total[start]})
    found: dict[tuple[Stop, Stop], float] = {}
    for near, far, leg in ways:
        if held[near] <= 0 or total[near] <= 0:
            continue
        part = leg.tonnes * min(1.0, held[near] / total[near])
        found[leg.source, leg.target] = part
        held[far] += part
    return found

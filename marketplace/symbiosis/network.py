"""The flows a visitor may see as a network: its marks, their communities, where they are drawn, its measures.

Everything here is worked out from flows that are shown, so that no community and no measure tells of a hidden one.
The same flows give the same picture: places are laid out from where they lie on the map, by a spring layout with a
fixed seed, and communities are sought with a fixed seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marketplace.market.kept import Kept
from marketplace.symbiosis.flows import PARK, Place
from marketplace.symbiosis.selection import Sight

if TYPE_CHECKING:
    from matching.symbiosis.metric import Metric
    from matching.symbiosis.network import FlowNetwork

# What the eye can take at once; the rest stands together in one more mark.
MARKS = 39
LINKS = 120
SEED = 0
# The nominal drawing, in pixels: the script scales it to what room there is.
WIDTH, HEIGHT = 1100.0, 640.0
LEAST_DOT, MOST_DOT = 16.0, 58.0
# Half the room of a name, and the line it stands on below its mark.
_NAME_WIDTH, _NAME_HEIGHT = 46.0, 20.0
_ROUNDS = 60
OTHERS = "others"


@dataclass(slots=True)
class Mark:
    """One place, or all the others; ``tonnes`` go in, out or stay, ``within_t`` stay.  x, y in the nominal drawing."""

    key: str
    place: Place | None
    tonnes: float = 0.0
    within_t: float = 0.0
    community: int = 0
    members: int = 1
    x: float = 0.0
    y: float = 0.0
    size: float = LEAST_DOT


@dataclass(slots=True)
class Link:
    """Tonnes of all waste types from one mark to another."""

    source: str
    target: str
    tonnes: float = 0.0
    wastes: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Network:
    """All that is shown, the largest first, and the flow network whose node numbers are their order."""

    marks: list[Mark]
    links: list[Link]
    flows: FlowNetwork
    communities: int
    modularity: float | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """At most some forty marks from ``rank`` on; what is left out is counted."""

    marks: list[Mark]
    links: list[Link]
    rank: int
    next_rank: int | None
    links_left: int
    links_left_t: float


_networks: Kept[Network] = Kept(16)
_measures: Kept[dict[str, Metric]] = Kept(16)
_drawings: Kept[Drawing] = Kept(32)


def network(sight: Sight) -> Network:
    """The network of the flows that ``sight`` shows."""
    return _networks.get(sight.key, lambda: _build(sight))


def _build(sight: Sight) -> Network:
    import numpy as np

    from matching.symbiosis.network import communities, flow_network

    marks: dict[str, Mark] = {}
    links: dict[tuple[str, str], Link] = {}
    for arc, shown in sight.arcs():
        if not shown or arc.source is None or arc.target is None:
            continue
        source, target = (marks.setdefault(one.key, Mark(one.key, one)) for one in (arc.source, arc.target))
        if source is target:
            source.within_t += arc.tonnes
            source.tonnes += arc.tonnes
            continue
        for end in (source, target):
            end.tonnes += arc.tonnes
        link = links.setdefault((source.key, target.key), Link(source.key, target.key))
        link.tonnes += arc.tonnes
        link.wastes.add(arc.waste_type)
    ordered = sorted(marks.values(), key=lambda mark: (-mark.tonnes, mark.key))
    number = {mark.key: at for at, mark in enumerate(ordered)}
    flows = flow_network(
        np.array([number[link.source] for link in links.values()], dtype=np.int64),
        np.array([number[link.target] for link in links.values()], dtype=np.int64),
        np.array([link.tonnes for link in links.values()]),
        nodes=len(ordered),
    )
    found = communities(flows, seed=SEED)
    for mark, group in zip(ordered, found.group.tolist(), strict=True):
        mark.community = group
    by_tonnes = sorted(links.values(), key=lambda link: (-link.tonnes, link.source, link.target))
    return Network(ordered, by_tonnes, flows, found.count, found.modularity)


def measures(sight: Sight) -> dict[str, Metric]:
    """The measures of what is shown, each with its value; none where nothing is."""
    return _measures.get(sight.key, lambda: _measure(network(sight)))


def _measure(whole: Network) -> dict[str, Metric]:
    import numpy as np

    from matching.symbiosis.network import network_measures

    if not whole.marks:
        return {}
    parks = [mark.place.park_id if mark.place is not None and mark.place.kind != PARK else None for mark in whole.marks]
    found = network_measures(
        whole.flows, np.array([-1 if park is None else park for park in parks], dtype=np.int64), seed=SEED
    )
    if all(park is None for park in parks):
        # Between parks there is nothing to say of how far flows keep to them.
        found = {name: one for name, one in found.items() if not name.startswith("park_")}
    return found


def drawing(sight: Sight) -> Drawing:
    """The marks from the wanted rank on, laid out."""
    whole = network(sight)
    rank = sight.wanted.rank if sight.wanted.rank < len(whole.marks) else 0
    return _drawings.get((sight.key, rank), lambda: _draw(whole, rank))


def _draw(whole: Network, rank: int) -> Drawing:
    kept = whole.marks[rank : rank + MARKS]
    rest = [*whole.marks[:rank], *whole.marks[rank + MARKS :]]
    marks = list(kept)
    if rest:
        marks.append(Mark(OTHERS, None, sum(mark.tonnes for mark in rest), members=len(rest), community=-1))
    names = {mark.key for mark in kept}
    sums: dict[tuple[str, str], Link] = {}
    for link in whole.links:
        ends = tuple(end if end in names else OTHERS for end in (link.source, link.target))
        if ends[0] == ends[1]:
            continue
        one = sums.setdefault(ends, Link(*ends))
        one.tonnes += link.tonnes
        one.wastes |= link.wastes
    links = sorted(sums.values(), key=lambda link: (-link.tonnes, link.source, link.target))
    _lay_out(marks, links)
    more = rank + MARKS
    return Drawing(
        marks,
        links[:LINKS],
        rank,
        more if more < len(whole.marks) else None,
        len(links[LINKS:]),
        sum(link.tonnes for link in links[LINKS:]),
    )


def _lay_out(marks: Sequence[Mark], links: Sequence[Link]) -> None:
    """Sizes by tonnes, and positions that start where the places lie and are pulled together by their flows."""
    import networkx

    if not marks:
        return
    most = max(mark.tonnes for mark in marks if mark.place is not None or len(marks) == 1) or 1.0
    for mark in marks:
        mark.size = min(MOST_DOT, max(LEAST_DOT, MOST_DOT * math.sqrt(mark.tonnes / most)))
    graph = networkx.Graph()
    graph.add_nodes_from(mark.key for mark in marks)
    heaviest = max((link.tonnes for link in links), default=1.0)
    for link in links:
        # Both directions between two places pull once, by the larger.
        pull = max(math.sqrt(link.tonnes / heaviest), graph.edges.get((link.source, link.target), {}).get("pull", 0))
        graph.add_edge(link.source, link.target, pull=pull)
    spread = networkx.spring_layout(
        graph, pos=_geography(marks), weight="pull", seed=SEED, iterations=_ROUNDS, k=1.9 / math.sqrt(len(marks))
    )
    _fill(marks, [tuple(spread[mark.key]) for mark in marks])
    _apart(marks)


def _geography(marks: Sequence[Mark]) -> dict[str, tuple[float, float]]:
    """Where to begin: as on the map, north up; those of one spot a little apart, in their order."""
    known = [mark.place for mark in marks if mark.place is not None]
    lons, lats = [place.lon for place in known] or [0.0], [place.lat for place in known] or [0.0]
    wide, high = max(lons) - min(lons) or 1.0, max(lats) - min(lats) or 1.0
    begun = {}
    for at, mark in enumerate(marks):
        turn = at * 2.399963
        aside = 0.02 * math.cos(turn), 0.02 * math.sin(turn)
        place = mark.place
        at_map = (
            (0.0, 1.2) if place is None
            else (2 * (place.lon - min(lons)) / wide - 1, 1 - 2 * (place.lat - min(lats)) / high)
        )
        begun[mark.key] = (at_map[0] + aside[0], at_map[1] + aside[1])
    return begun


def _fill(marks: Sequence[Mark], spots: Sequence[tuple[float, float]]) -> None:
    """Stretch the layout to the whole drawing, mostly by order: one far-off place must not press the others."""
    for axis, room in ((0, WIDTH), (1, HEIGHT)):
        values = [spot[axis] for spot in spots]
        low, reach = min(values), (max(values) - min(values)) or 1.0
        order = sorted(range(len(values)), key=lambda at: (values[at], marks[at].key))
        place_of = {at: number / max(len(values) - 1, 1) for number, at in enumerate(order)}
        for at, mark in enumerate(marks):
            share = 0.25 * (values[at] - low) / reach + 0.75 * place_of[at]
            setattr(mark, "xy"[axis], float(share * room))


def _apart(marks: Sequence[Mark]) -> None:
    """Push marks whose names and shapes lie over each other apart, a little at a time, within the drawing."""
    for _round in range(_ROUNDS):
        moved = False
        for at, one in enumerate(marks):
            for other in marks[at + 1 :]:
                moved = _part(one, other) or moved
        if not moved:
            return


def _part(one: Mark, other: Mark) -> bool:
    """Move two marks along the side on which they overlap least; False where they do not overlap."""
    over_x = max(one.size / 2, _NAME_WIDTH) + max(other.size / 2, _NAME_WIDTH) - abs(one.x - other.x)
    over_y = (one.size + other.size) / 2 + _NAME_HEIGHT - abs(one.y - other.y)
    if over_x <= 0 or over_y <= 0:
        return False
    if over_y <= over_x:
        push = over_y / 2 if one.y < other.y or (one.y == other.y and one.key < other.key) else -over_y / 2
        one.y, other.y = (min(HEIGHT, max(0.0, y)) for y in (one.y - push, other.y + push))
    else:
        push = over_x / 2 if one.x < other.x else -over_x / 2
        one.x, other.x = (min(WIDTH, max(0.0, x)) for x in (one.x - push, other.x + push))
    return True

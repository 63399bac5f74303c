"""Chains: paths of two or more consignments joined through residues, with the tonnes that run through each
hop.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass

from matching.problem import MatchProblem
from matching.symbiosis.flows import HasArcs
from matching.symbiosis.origins import OWN, Arc, Origins, trace_origins

LEAST_T = 1e-3
MAX_HOPS = 12
MAX_CHAINS = 5_000


@dataclass(frozen=True, slots=True)
class Hop:
    """One consignment of a chain: indexes of supply, demand and waste type, and the chain's tonnes on it."""

    supply: int
    demand: int
    waste_type: int
    tonnes: float


@dataclass(frozen=True, slots=True)
class Chain:
    """A path from a supply's own production through residues to its last use.

    Each hop's tonnes are the last one's, divided back by the residue rates: it is one thread of material, of
    which every tonne of a hop leaves ``rate`` tonnes for the next.  ``bottleneck`` is the position of the hop
    with the fewest tonnes (the first of equals).  ``parks`` are the parks it touches; ``returns`` says that
    its last use leaves a residue that goes back to a supply the chain has passed.
    """

    hops: tuple[Hop, ...]
    bottleneck: int
    parks: tuple[int, ...]
    returns: bool

    @property
    def tonnes(self) -> float:
        """Tonnes that run through the whole chain: those of its bottleneck."""
        return self.hops[self.bottleneck].tonnes

    @property
    def crosses_parks(self) -> bool:
        return len(self.parks) > 1


@dataclass(frozen=True, slots=True)
class Cycle:
    """Consignments that lead back to where they began; ``arcs`` starts at its lowest supply.

    ``tonnes`` is the least that goes round on any of its arcs.
    """

    arcs: tuple[Arc, ...]
    tonnes: float


@dataclass(frozen=True, slots=True)
class ChainResult:
    """Chains by tonnes, most first; ``complete`` is False where there were too many or too long ones to
    list.
    """

    chains: tuple[Chain, ...]
    cycles: tuple[Cycle, ...]
    origins: Origins
    complete: bool


def trace_chains(
    problem: MatchProblem, arcs: HasArcs, *, max_chains: int = MAX_CHAINS, least_t: float = LEAST_T
) -> ChainResult:
    """Every chain of at least two hops carrying ``least_t`` tonnes or more, the largest ``max_chains`` of
    them.

    ``arcs`` is a plan or any other set of consignments.  A chain runs on while the residue of its last use
    goes on; one that would pass a supply twice stops there and its cycle is named.
    """
    origins = trace_origins(problem, arcs)
    onward: dict[int, list[tuple[Arc, float]]] = defaultdict(list)
    for (origin, arc), tonnes in sorted(origins.part.items()):
        if origin != OWN and tonnes >= least_t:
            onward[origin].append((arc, tonnes))
    paths, cycles, complete = _grow(origins, onward, max_chains, least_t)
    chains = [_chain(problem, origins, path, tonnes, returns) for path, tonnes, returns in paths]
    chains.sort(key=lambda chain: (-chain.tonnes, [(hop.supply, hop.demand) for hop in chain.hops]))
    named = tuple(
        Cycle(cycle, min(origins.part[before[1], arc] for before, arc in _rounds(cycle))) for cycle in cycles
    )
    return ChainResult(tuple(chains), named, origins, complete)


def _grow(
    origins: Origins, onward: dict, max_chains: int, least_t: float
) -> tuple[list[tuple[tuple[Arc, ...], float, bool]], list[tuple[Arc, ...]], bool]:
    """Grow paths, largest first, until nothing goes on; (path, tonnes on its last arc, returns)."""
    heap = [
        (-tonnes, (arc,)) for (origin, arc), tonnes in sorted(origins.part.items())
        if origin == OWN and tonnes >= least_t and arc[1] in onward
    ]
    heapq.heapify(heap)
    done: list[tuple[tuple[Arc, ...], float, bool]] = []
    cycles: set[tuple[Arc, ...]] = set()
    complete = True
    while heap:
        tonnes, path = heapq.heappop(heap)
        passed = {supply: at for at, (supply, _demand) in enumerate(path)}
        demand = path[-1][1]
        grown, returns = 0, False
        for arc, part in onward.get(demand, ()):
            if arc[0] in passed:
                returns = True
                # Only where the same consignment goes out again is the round closed.
                if arc == path[passed[arc[0]]]:
                    cycles.add(_rotated(path[passed[arc[0]] :]))
                continue
            share = -tonnes * part / origins.intake[demand]
            if share < least_t:
                continue
            if len(path) >= MAX_HOPS:
                complete = False
                continue
            grown += 1
            heapq.heappush(heap, (-share, (*path, arc)))
        if not grown and len(path) > 1:
            if len(done) >= max_chains:
                complete = False
                break
            done.append((path, -tonnes, returns))
    return done, sorted(cycles), complete


def _chain(
    problem: MatchProblem, origins: Origins, path: tuple[Arc, ...], tonnes: float, returns: bool
) -> Chain:
    wastes = [int(problem.supplies.waste_type[supply]) for supply, _demand in path]
    hops = [Hop(*path[-1], wastes[-1], tonnes)]
    for at in range(len(path) - 2, -1, -1):
        tonnes /= origins.rate[path[at][1], wastes[at + 1]]
        hops.insert(0, Hop(*path[at], wastes[at], tonnes))
    bottleneck = min(range(len(hops)), key=lambda at: hops[at].tonnes)
    touched = {
        int(problem.enterprises.park[firm])
        for supply, demand in path
        for firm in (problem.supplies.enterprise[supply], problem.demands.enterprise[demand])
    }
    return Chain(tuple(hops), bottleneck, tuple(sorted(touched - {-1})), returns)


def _rotated(cycle: tuple[Arc, ...]) -> tuple[Arc, ...]:
    lowest = cycle.index(min(cycle))
    return cycle[lowest:] + cycle[:lowest]


def _rounds(cycle: tuple[Arc, ...]) -> zip:
    return zip(cycle, cycle[1:] + cycle[:1], strict=True)

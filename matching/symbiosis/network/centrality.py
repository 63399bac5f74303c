"""Which nodes stand in the middle, and how much the network leans on them (Freeman 1978)."""

from __future__ import annotations

import math
import random

import numpy as np

from matching.symbiosis.network.links import FlowNetwork

# Sources x links: from here on (about two seconds of networkx) loading the compiled search repays itself.
COMPILED_FROM = 2_000_000
IN, OUT, ALL = "in", "out", "all"
DEGREE, BETWEENNESS, CLOSENESS = "degree", "betweenness", "closeness"


def degree_centrality(network: FlowNetwork, *, direction: str = ALL) -> np.ndarray:
    """Share of the other nodes that a node is linked with, ``(nodes,)`` in 0 .. 1.

    ``in`` counts those it takes from, ``out`` those it sends to, each divided by nodes - 1; ``all`` is the mean
    of the two, which in a graph of links both ways is Freeman's degree centrality (1978).  Raises ``ValueError``
    for another direction.
    """
    _checked(direction, IN, OUT, ALL)
    count = np.zeros(network.nodes)
    for ends, wanted in ((network.target, IN), (network.source, OUT)):
        if direction in (wanted, ALL):
            count += np.bincount(ends, minlength=network.nodes)
    return count / max((network.nodes - 1) * (2 if direction == ALL else 1), 1)


def betweenness(network: FlowNetwork, *, sample: int | None = None, seed: int = 0) -> np.ndarray:
    """Share of the other pairs' shortest directed paths that run through a node, ``(nodes,)`` in 0 .. 1.

    Links count one step, whatever their tonnes (Freeman 1977), by Brandes's algorithm (2001).  With ``sample`` it
    is estimated from the paths that begin at so many nodes, drawn at random by ``seed`` (Brandes & Pich 2007): the
    nodes and the estimate are those of networkx 3.6, which gives a drawn node no pair that begins at itself.
    Raises ``ValueError`` for a sample below 2 or above the number of nodes.
    """
    sources = _sources(network, sample, seed)
    if network.nodes < 3 or not len(network):
        return np.zeros(network.nodes)
    if len(sources) * len(network) < COMPILED_FROM:
        import networkx

        found = networkx.betweenness_centrality(network.digraph(), k=sample, seed=seed)
        return np.array([found[node] for node in range(network.nodes)])
    from matching.symbiosis.network.paths_kernel import dependencies

    begun = np.full(network.nodes, float(len(sources)))
    begun[sources] -= 1
    return dependencies(sources, network.starts(), network.target) / (begun * (network.nodes - 2))


def closeness(
    network: FlowNetwork, *, direction: str = IN, sample: int | None = None, seed: int = 0
) -> np.ndarray:
    """Closeness ``(nodes,)`` in 0 .. 1, of the improved formula for graphs that are not all connected.

    ``(r / (nodes - 1)) x (r / sum of the r distances)``, where r is how many others reach the node along the flows
    (``in``, as in networkx) or are reached from it (``out``); 0 where r is 0 (Wasserman & Faust 1994, p. 201).  With
    ``sample`` the distances to so many nodes stand for all (Eppstein & Wang 2004).  Raises ``ValueError`` for
    another direction, or for a sample below 2 or above the number of nodes.
    """
    _checked(direction, IN, OUT)
    sources = _sources(network, sample, seed)
    ahead = network if direction == IN else network.turned()
    if sample is None and len(sources) * len(network) < COMPILED_FROM:
        import networkx

        found = networkx.closeness_centrality(ahead.digraph())
        return np.array([found[node] for node in range(network.nodes)], dtype=np.float64)
    from matching.symbiosis.network.paths_kernel import distances

    reached, steps = distances(sources, ahead.starts(), ahead.target)
    asked = np.full(network.nodes, float(len(sources)))
    asked[sources] -= 1
    return reached / asked * reached / np.maximum(steps, 1)


def centralisation(network: FlowNetwork, scores: np.ndarray, measure: str, *, direction: str = ALL) -> float | None:
    """How far the network is centred on its most central node, 0 (all alike) to 1 (a star); None below 3 nodes.

    ``scores`` ``(nodes,)`` are those of ``measure`` (``degree``, ``betweenness`` or ``closeness``) for
    ``direction``.  The sum over the nodes of (largest score - score), divided by the largest sum that any graph
    with so many nodes has (Freeman 1978).  A network whose links all have their opposite counts as undirected;
    among the others a star whose links all lead to, or all from, its centre has the largest sums for degree ``in``
    and ``out`` and for closeness.  Raises ``ValueError`` for another measure or direction.
    """
    _checked(measure, DEGREE, BETWEENNESS, CLOSENESS)
    _checked(direction, IN, OUT, ALL)
    n = network.nodes
    if n < 3:
        return None
    undirected = bool(network.answered().all())
    if measure == BETWEENNESS or not (undirected or (measure == DEGREE and direction == ALL)):
        most = float(n - 1)
    elif measure == DEGREE:
        most = float(n - 2)
    else:
        most = (n - 1) * (n - 2) / (2 * n - 3)
    return math.fsum((scores.max() - scores).tolist()) / most


def _sources(network: FlowNetwork, sample: int | None, seed: int) -> np.ndarray:
    if sample is None:
        return np.arange(network.nodes)
    if not 2 <= sample <= network.nodes:
        raise ValueError(f"a sample of {sample} from {network.nodes} nodes is not possible; take 2 or more of them")
    # The generator of networkx, so that both draw the same nodes.
    return np.array(random.Random(seed).sample(range(network.nodes), sample), dtype=np.int64)


def _checked(word: str, *known: str) -> None:
    if word not in known:
        raise ValueError(f"{word!r} is unknown; choose {', '.join(known)}")

"""What goes round: strong parts, cyclicity, and the short cycles themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from matching.symbiosis.network.links import FlowNetwork

if TYPE_CHECKING:
    import scipy.sparse

# Nodes x links, by which networkx's search grows: from here on (about two seconds) the compiled one is used.
COMPILED_FROM = 2_000_000
# Up to so many nodes all eigenvalues of a strong part are worked out; beyond, the largest alone.
DENSE_NODES = 400


def adjacency(network: FlowNetwork) -> scipy.sparse.csr_array:
    """Sparse ``(nodes, nodes)``, 1.0 where the row's node sends to the column's; on-site use is left out."""
    import scipy.sparse

    ones, shape = np.ones(len(network)), (network.nodes, network.nodes)
    return scipy.sparse.csr_array((ones, network.target, network.starts()), shape=shape)


def strong_parts(network: FlowNetwork) -> Iterator[np.ndarray]:
    """The groups of two or more nodes that all reach one another along the flows, each ``(members,)``, ascending.

    Every cycle lies within one of them, whole.
    """
    if not len(network):
        return
    from scipy.sparse.csgraph import connected_components

    _count, group = connected_components(adjacency(network), directed=True, connection="strong")
    order = np.argsort(group, kind="stable")
    edges = np.flatnonzero(np.diff(group[order])) + 1
    for members in np.split(order, edges):
        if len(members) > 1:
            yield members


def cyclicity(network: FlowNetwork) -> float:
    """The spectral radius of the adjacency matrix: at which factor the number of paths grows with their length.

    0 without any cycle, 1 where cycles share no node, above 1 where they do (Fath & Halnes 2007).  It is found
    part by part among the nodes that reach one another, so that 0 and 1 are exact.  Raises ``ArithmeticError``
    where the largest eigenvalue of a large part does not come out.
    """
    whole = adjacency(network)
    largest = 0.0
    for members in strong_parts(network):
        part = whole[members][:, members]
        if part.nnz == len(members):
            # As many links as nodes, all reaching one another: a single ring.
            largest = max(largest, 1.0)
        elif len(members) <= DENSE_NODES:
            largest = max(largest, float(np.abs(np.linalg.eigvals(part.toarray())).max()))
        else:
            largest = max(largest, _perron(part))
    return largest


def count_short_cycles(network: FlowNetwork, *, longest: int = 3) -> dict[int, int]:
    """How many directed cycles of 2, 3, … ``longest`` links there are, by length; no node twice in a cycle.

    Raises ``ValueError`` for ``longest`` below 2.
    """
    _checked(longest)
    if network.nodes * len(network) < COMPILED_FROM:
        return {length: len(rows) for length, rows in short_cycles(network, longest=longest).items()}
    from matching.symbiosis.network.rounds_kernel import walk_cycles

    _number, starts, target = _by_degree(network)
    count = walk_cycles(*_both_directions(starts, target), longest, np.empty((0, longest), np.int64))
    return {length: int(count[length]) for length in range(2, longest + 1)}


def short_cycles(network: FlowNetwork, *, longest: int = 3) -> dict[int, np.ndarray]:
    """The directed cycles of 2, 3, … ``longest`` links, by length: int64 arrays ``(cycles, length)``.

    Each row goes along the flows from the cycle's lowest node; rows are sorted.  The same cycles as
    ``networkx.simple_cycles(length_bound=longest)`` (after Johnson 1975), which finds them in small networks.
    Raises ``ValueError`` for ``longest`` below 2.
    """
    _checked(longest)
    if network.nodes * len(network) < COMPILED_FROM:
        import networkx

        found = [np.array(cycle) for cycle in networkx.simple_cycles(network.digraph(), length_bound=longest)]
        rows = np.full((len(found), longest), -1, dtype=np.int64)
        for row, cycle in zip(rows, found, strict=True):
            row[: len(cycle)] = cycle
    else:
        from matching.symbiosis.network.rounds_kernel import walk_cycles

        number, starts, target = _by_degree(network)
        graph = _both_directions(starts, target)
        rows = np.full((int(walk_cycles(*graph, longest, np.empty((0, longest), np.int64)).sum()), longest), -1)
        walk_cycles(*graph, longest, rows)
        rows = np.where(rows >= 0, number[rows], -1)
    lengths = (rows >= 0).sum(axis=1)
    return {length: _in_order(rows[lengths == length, :length]) for length in range(2, longest + 1)}


def _perron(part: scipy.sparse.csr_array) -> float:
    """The largest eigenvalue of a strongly connected part.

    With one added to the diagonal it alone has the largest modulus; in a part of even rings, say, its negative
    would have as large a one, and the iteration would not settle.
    """
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import ArpackError, eigs

    nodes = part.shape[0]
    try:
        found = eigs(
            part + eye_array(nodes, format="csr"), k=1, which="LR", v0=np.ones(nodes), ncv=min(nodes, 40),
            maxiter=5_000, return_eigenvectors=False,
        )
    except ArpackError as error:
        raise ArithmeticError(f"the largest eigenvalue of {nodes} nodes was not found: {error}") from error
    return float(found[0].real) - 1.0


def _by_degree(network: FlowNetwork) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes numbered anew, those with the fewest links first: (old number of each new one, starts, target).

    A cycle is looked for from its first node on; with the busiest last, no search goes out from a hub into all of
    the network.
    """
    links = np.bincount(network.source, minlength=network.nodes) + np.bincount(network.target, minlength=network.nodes)
    number = np.argsort(links, kind="stable")
    place = np.empty(network.nodes, dtype=np.int64)
    place[number] = np.arange(network.nodes)
    source, target = place[network.source], place[network.target]
    order = np.argsort(source * network.nodes + target)
    return number, np.searchsorted(source[order], np.arange(network.nodes + 1)), target[order]


def _both_directions(starts: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, ...]:
    """Links by source and by target: (starts, target, starts of links in, source of links in)."""
    nodes = len(starts) - 1
    source = np.repeat(np.arange(nodes), np.diff(starts))
    order = np.argsort(target, kind="stable")
    return starts, target, np.searchsorted(target[order], np.arange(nodes + 1)), source[order]


def _in_order(rows: np.ndarray) -> np.ndarray:
    """Each cycle from its lowest node on, and the cycles sorted."""
    if not len(rows):
        return rows
    length = rows.shape[1]
    turns = (rows.argmin(axis=1)[:, None] + np.arange(length)) % length
    rows = np.take_along_axis(rows, turns, axis=1)
    return rows[np.lexsort(rows.T[::-1])]


def _checked(longest: int) -> None:
    if longest < 2:
        raise ValueError(f"no cycle has {longest} links; ask for 2 or more")

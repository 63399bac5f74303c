"""A flow network as arrays: who sends to whom, and how many tonnes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from matching.symbiosis.flows import Flows
from matching.symbiosis.origins import OWN, Origins

if TYPE_CHECKING:
    import networkx


@dataclass(frozen=True, slots=True)
class FlowNetwork:
    """Nodes ``0 .. nodes - 1`` and directed links between different nodes, one per ordered pair, sorted.

    ``source``, ``target`` (int64) and ``tonnes`` (float64, above zero) have shape ``(links,)`` and are sorted by
    (source, target), so that the links of one source lie together.  ``on_site`` ``(nodes,)`` holds the tonnes that
    a node sends to itself: they are no link.  ``label`` ``(nodes,)`` says what each node stands for, by the index
    it had where the network was made from (an enterprise, a park).  Make one by :func:`flow_network`.
    """

    nodes: int
    source: np.ndarray
    target: np.ndarray
    tonnes: np.ndarray
    on_site: np.ndarray
    label: np.ndarray

    def __len__(self) -> int:
        return len(self.source)

    def starts(self) -> np.ndarray:
        """Where each node's links begin, ``(nodes + 1,)``: node v's are ``target[starts[v] : starts[v + 1]]``."""
        return np.searchsorted(self.source, np.arange(self.nodes + 1))

    def turned(self) -> FlowNetwork:
        """The same network with every link the other way round."""
        order = np.lexsort((self.source, self.target))
        columns = (self.target[order], self.source[order], self.tonnes[order])
        return FlowNetwork(self.nodes, *columns, self.on_site, self.label)

    def answered(self) -> np.ndarray:
        """For each link ``(links,)``, whether the opposite link exists."""
        forth, back = self.source * self.nodes + self.target, self.target * self.nodes + self.source
        if not len(forth):
            return np.zeros(0, dtype=bool)
        at = np.minimum(np.searchsorted(forth, back), len(forth) - 1)
        return forth[at] == back

    def digraph(self) -> networkx.DiGraph:
        """A networkx graph of all nodes, in order, with ``tonnes`` on its edges; on-site use is left out."""
        import networkx

        graph = networkx.DiGraph()
        graph.add_nodes_from(range(self.nodes))
        rows = zip(self.source.tolist(), self.target.tolist(), self.tonnes.tolist(), strict=True)
        graph.add_weighted_edges_from(rows, weight="tonnes")
        return graph


def flow_network(
    source: np.ndarray, target: np.ndarray, tonnes: np.ndarray | None = None, *, nodes: int | None = None,
    label: np.ndarray | None = None, both_ways: bool = False,
) -> FlowNetwork:
    """A network from parallel arrays ``(flows,)`` of node numbers and tonnes, in any order.

    Flows of one ordered pair are added up; those of a node to itself are kept apart; a pair without tonnes is no
    link.  Without ``tonnes`` each flow counts one.  ``nodes`` is the number of nodes, by default one more than
    the highest; ``label`` ``(nodes,)`` names them, by default by their own numbers.  ``both_ways`` adds each flow
    in the other direction too: so an undirected graph becomes a network.

    Raises ``ValueError`` for a node out of range and for tonnes that are negative or not finite.
    """
    source, target = (np.asarray(ends, dtype=np.int64) for ends in (source, target))
    tonnes = np.ones(len(source)) if tonnes is None else np.asarray(tonnes, dtype=np.float64)
    if not len(source) == len(target) == len(tonnes):
        raise ValueError(f"{len(source)} sources, {len(target)} targets and {len(tonnes)} tonnes do not go together")
    highest = int(max(source.max(), target.max())) + 1 if len(source) else 0
    nodes = highest if nodes is None else nodes
    if len(source) and (min(source.min(), target.min()) < 0 or highest > nodes):
        raise ValueError(f"a flow names a node outside 0 .. {nodes - 1}")
    if not (np.isfinite(tonnes) & (tonnes >= 0)).all():
        raise ValueError("tonnes are negative or not finite")
    own = source == target
    on_site = np.bincount(source[own], tonnes[own], minlength=nodes)
    source, target, tonnes = source[~own], target[~own], tonnes[~own]
    if both_ways:
        source, target = np.append(source, target), np.append(target, source)
        tonnes = np.append(tonnes, tonnes)
    pairs, which = np.unique(source * nodes + target, return_inverse=True)
    summed = np.bincount(which, tonnes, minlength=len(pairs))
    kept = summed > 0
    pairs, summed = pairs[kept], summed[kept]
    label = np.arange(nodes) if label is None else np.asarray(label, dtype=np.int64)
    return FlowNetwork(nodes, pairs // max(nodes, 1), pairs % max(nodes, 1), summed, on_site, label)


def network_of(flows: Flows) -> FlowNetwork:
    """The network of the enterprises or parks that send or take in anything; ``label`` is their index.

    Waste types and months are added up.  At park level what lies in no park (-1) is not one actor but many, and
    flows that begin or end there are left out.
    """
    inside = (flows.source >= 0) & (flows.target >= 0)
    ends = np.stack([flows.source[inside], flows.target[inside]])
    label, number = np.unique(ends, return_inverse=True)
    number = number.reshape(ends.shape)
    return flow_network(number[0], number[1], flows.tonnes[inside], nodes=len(label), label=label)


def coupled_network(origins: Origins) -> FlowNetwork:
    """Consignments and the residues that go on, with supplies and demands as nodes of their own.

    A link from a supply to a demand carries what was consigned; one from a demand to a supply the residue of that
    demand which was sent on from that supply.  So only material that truly goes on can go round: what an
    enterprise takes in for one use is not mixed with what it sends from another heap.  ``label`` is the supply's
    index, and for a demand -1 minus its index.
    """
    rows = [(supply, -1 - demand, tonnes) for (supply, demand), tonnes in sorted(origins.arcs.items())]
    rows += [
        (-1 - origin, supply, tonnes)
        for (origin, (supply, _demand)), tonnes in sorted(origins.part.items()) if origin != OWN
    ]
    ends = np.array([row[:2] for row in rows], dtype=np.int64).reshape(len(rows), 2)
    label, number = np.unique(ends, return_inverse=True)
    number = number.reshape(ends.shape)
    return flow_network(
        number[:, 0], number[:, 1], np.array([row[2] for row in rows]), nodes=len(label), label=label
    )

"""Who belongs together: communities found in the flows, and how far flows keep within parks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.symbiosis.network.links import FlowNetwork


@dataclass(frozen=True, slots=True)
class Communities:
    """``group`` ``(nodes,)`` numbers each node's community from 0, the largest first, among equals the one with the
    lowest node; ``modularity`` is that of the division, None without links.
    """

    group: np.ndarray
    modularity: float | None

    @property
    def count(self) -> int:
        return int(self.group.max()) + 1 if len(self.group) else 0


def communities(network: FlowNetwork, *, seed: int = 0) -> Communities:
    """Communities by the Louvain method (Blondel et al. 2008), which seeks a high modularity (Newman & Girvan 2004).

    Two nodes are tied by the tonnes between them in both directions together; on-site use is left out.  The method
    visits the nodes in an order drawn by ``seed``; the same network and seed give the same division.
    """
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from(range(network.nodes))
    low, high = np.minimum(network.source, network.target), np.maximum(network.source, network.target)
    pairs, which = np.unique(low * network.nodes + high, return_inverse=True)
    tonnes = np.bincount(which, network.tonnes, minlength=len(pairs))
    ends = (pairs // max(network.nodes, 1), pairs % max(network.nodes, 1), tonnes)
    graph.add_weighted_edges_from(zip(*(column.tolist() for column in ends), strict=True), weight="tonnes")
    if not len(network):
        return Communities(np.arange(network.nodes), None)
    found = networkx.community.louvain_communities(graph, weight="tonnes", seed=seed)
    found.sort(key=lambda members: (-len(members), min(members)))
    group = np.empty(network.nodes, dtype=np.int64)
    for number, members in enumerate(found):
        group[list(members)] = number
    return Communities(group, float(networkx.community.modularity(graph, found, weight="tonnes")))


def park_assortativity(network: FlowNetwork, parks: np.ndarray, *, weighted: bool) -> float | None:
    """Newman's assortativity by park (2003): 1 where all links stay in their park, 0 where they mix as by chance.

    ``parks`` ``(nodes,)`` is each node's park, -1 where it lies in none; links that touch such a node are left out.
    ``e_ab`` is the share of the rest (of their tonnes, where ``weighted``) that leads from park a to park b:
    ``(sum_a e_aa - sum_a out_a in_a) / (1 - sum_a out_a in_a)``.  On-site use is left out.  None where that divides by
    nothing: no link between parks' enterprises, or a single park.  Raises ``ValueError`` for another shape.
    """
    parks = np.asarray(parks)
    if parks.shape != (network.nodes,):
        raise ValueError(f"{network.nodes} nodes, but parks of shape {parks.shape}")
    source, target = parks[network.source], parks[network.target]
    inside = (source >= 0) & (target >= 0)
    weight = network.tonnes[inside] if weighted else np.ones(int(inside.sum()))
    if not len(weight):
        return None
    source, target, weight = source[inside], target[inside], weight / weight.sum()
    if len(np.union1d(source, target)) < 2:
        return None
    size = int(parks.max()) + 1
    chance = float(np.bincount(source, weight, minlength=size) @ np.bincount(target, weight, minlength=size))
    if chance >= 1.0 - 1e-12:
        return None
    return (float(weight[source == target].sum()) - chance) / (1.0 - chance)

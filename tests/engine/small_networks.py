"""Networks for tests: from undirected graphs, from pairs, at random."""

from __future__ import annotations

import networkx
import numpy as np

from matching.symbiosis.network import FlowNetwork, flow_network


def of_graph(graph: networkx.Graph) -> FlowNetwork:
    """An undirected graph as links both ways, its nodes numbered in their order."""
    names = list(graph)
    ends = np.array([(names.index(one), names.index(other)) for one, other in graph.edges])
    return flow_network(ends[:, 0], ends[:, 1], nodes=len(names), both_ways=True)


def directed(nodes: int, *links: tuple[int, int]) -> FlowNetwork:
    """Links of one tonne each."""
    ends = np.array(links, dtype=np.int64).reshape(len(links), 2)
    return flow_network(ends[:, 0], ends[:, 1], nodes=nodes)


def scattered(seed: int, nodes: int = 12, links: int = 40) -> FlowNetwork:
    """Links at random, of a whole number of tonnes; some nodes use their own."""
    random = np.random.default_rng(seed)
    ends = random.integers(0, nodes, (2, links))
    return flow_network(ends[0], ends[1], random.integers(1, 90, links), nodes=nodes)

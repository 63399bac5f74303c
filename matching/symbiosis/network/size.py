"""How large and how closely knit a network is.

Every function takes a network and gives one number, None where the definition divides by nothing.  Definitions and
sources are in ``docs/network-measures.md``.
"""

from __future__ import annotations

import numpy as np

from matching.symbiosis.network.links import FlowNetwork
from matching.symbiosis.network.rounds import adjacency


def density(network: FlowNetwork) -> float | None:
    """Links / (nodes x (nodes - 1)): the share of the possible links that exist (Wasserman & Faust 1994)."""
    possible = network.nodes * (network.nodes - 1)
    return len(network) / possible if possible else None


def connectance(network: FlowNetwork) -> float | None:
    """(Links + nodes with on-site use) / nodes²: directed connectance of food webs, in which a node may feed on
    itself (Martinez 1991).
    """
    own = int(np.count_nonzero(network.on_site))
    return (len(network) + own) / network.nodes**2 if network.nodes else None


def linkage_density(network: FlowNetwork) -> float | None:
    """Links / nodes: how many partners a node sends to on average (Martinez 1991)."""
    return len(network) / network.nodes if network.nodes else None


def reciprocity(network: FlowNetwork) -> float | None:
    """Share of the links whose opposite link exists as well (Wasserman & Faust 1994)."""
    return float(network.answered().mean()) if len(network) else None


def largest_component(network: FlowNetwork) -> int:
    """Nodes in the largest group that is joined by links, whichever way they run."""
    if not network.nodes:
        return 0
    from scipy.sparse.csgraph import connected_components

    _count, group = connected_components(adjacency(network), directed=True, connection="weak")
    return int(np.bincount(group).max())

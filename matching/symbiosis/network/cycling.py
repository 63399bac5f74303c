"""Finn's cycling index: which share of all that flows passes where it has been before."""

from __future__ import annotations

import math

import numpy as np

from matching.symbiosis.network.links import FlowNetwork
from matching.symbiosis.network.rounds import strong_parts

# A part in which everything reaches everything needs a dense inverse of so many rows at most (200 MB).
MOST_NODES = 5_000
# What goes out of a node may exceed what comes in by rounding only.
BALANCED = 1e-6


def finn_cycling_index(network: FlowNetwork, imports: np.ndarray | None = None) -> float | None:
    """Cycled throughflow / total throughflow, 0 .. 1; None for a network without flow.

    Node i's throughflow ``T_i`` is all that comes in, from other nodes and from outside.  ``G_ij = f_ij / T_i`` is the
    part of it that goes on to node j, and ``N = (I - G)^-1``: ``N_ij`` is how often what passes i comes to pass j,
    itself counted.  ``(N_ii - 1) / N_ii`` of ``T_i`` will pass i again, so

    ``FCI = sum_i T_i (N_ii - 1) / N_ii  /  sum_i T_i``            (Finn 1976; Ulanowicz 1986)

    On-site use is no flow between nodes and is left out.  ``imports`` ``(nodes,)`` is what comes into each node from
    outside, tonnes; what does not go on leaves the network.  Without ``imports`` a node is given as little as
    balances it: ``T_i`` is the larger of what comes in and what goes out.

    Raises ``ValueError`` where ``imports`` are not one finite amount >= 0 per node, where a node sends more than it
    gets, or where more than 5,000 nodes all reach one another.
    """
    through = _throughflow(network, imports)
    total = math.fsum(through.tolist())
    if not total:
        return None
    starts = network.starts()
    place = np.full(network.nodes, -1)
    cycled = 0.0
    for members in strong_parts(network):
        if len(members) > MOST_NODES:
            raise ValueError(f"{len(members)} nodes all reach one another; more than {MOST_NODES} are not inverted")
        place[members] = np.arange(len(members))
        onward = np.zeros((len(members), len(members)))
        for row, node in enumerate(members.tolist()):
            links = slice(starts[node], starts[node + 1])
            inside = place[network.target[links]]
            onward[row, inside[inside >= 0]] = network.tonnes[links][inside >= 0] / through[node]
        place[members] = -1
        cycled += math.fsum((through[members] * _returning(onward)).tolist())
    return cycled / total


def _throughflow(network: FlowNetwork, imports: np.ndarray | None) -> np.ndarray:
    received = np.bincount(network.target, network.tonnes, minlength=network.nodes)
    sent = np.bincount(network.source, network.tonnes, minlength=network.nodes)
    if imports is None:
        return np.maximum(received, sent)
    imports = np.asarray(imports, dtype=np.float64)
    if imports.shape != (network.nodes,) or not (np.isfinite(imports) & (imports >= 0)).all():
        raise ValueError("imports must be one finite amount per node, not below zero")
    through = received + imports
    short = np.flatnonzero(sent > through * (1 + BALANCED))
    if len(short):
        node = int(short[0])
        raise ValueError(f"node {node} sends {sent[node]:g} t and gets {through[node]:g} t")
    return np.maximum(through, sent)


def _returning(onward: np.ndarray) -> np.ndarray:
    """``(N_ii - 1) / N_ii`` of a part: the share of what passes each node that will pass it again.

    Where nothing leaves the part all of it returns and N does not exist.  As every node reaches every other, the
    least loss anywhere makes ``I - G`` invertible.
    """
    if (onward.sum(axis=1) >= 1 - 1e-12).all():
        return np.ones(len(onward))
    passes = np.diagonal(np.linalg.inv(np.eye(len(onward)) - onward))
    return (passes - 1) / passes

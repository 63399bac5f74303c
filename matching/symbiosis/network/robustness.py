"""What is lost when a node goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.symbiosis.network.links import FlowNetwork


@dataclass(frozen=True, slots=True)
class Robustness:
    """``rank`` ``(nodes,)`` lists the nodes, the one whose going loses most first (of equals the lowest number).

    ``loss`` ``(nodes,)`` is, in that order, the share of all tonnes that each alone takes with it; ``left``
    ``(nodes + 1,)`` is the share that still flows when the first 0, 1, 2, … of ``rank`` have gone together.
    """

    rank: np.ndarray
    loss: np.ndarray
    left: np.ndarray

    @property
    def index(self) -> float:
        """Mean of the share that still flows over all steps, 0 .. 1: ``left[1:]`` without the whole network."""
        return float(self.left[1:].mean())


def robustness(network: FlowNetwork) -> Robustness | None:
    """How much flow is lost as nodes go, the ones with the most tonnes first; None for a network without flow.

    A node takes with it all tonnes on links that touch it.  The order is that of the whole network and is not made
    anew as nodes go ("initial degree removal" of Holme et al. 2002, by tonnes); the mean over all steps follows
    Schneider et al. (2011).  What an enterprise uses on its own site depends on nobody and is left out.  Nothing is
    sent another way: it is what is at stake, not what the others could make good.
    """
    total = float(network.tonnes.sum())
    if not total:
        return None
    touching = np.bincount(network.source, network.tonnes, minlength=network.nodes)
    touching += np.bincount(network.target, network.tonnes, minlength=network.nodes)
    rank = np.argsort(-touching, kind="stable")
    place = np.empty(network.nodes, dtype=np.int64)
    place[rank] = np.arange(network.nodes)
    # A link is lost with the first of its two ends.
    lost_at = np.minimum(place[network.source], place[network.target])
    lost = np.cumsum(np.bincount(lost_at, network.tonnes, minlength=network.nodes)) / total
    left = np.clip(np.append(1.0, 1.0 - lost), 0.0, 1.0)
    return Robustness(rank, touching[rank] / total, left)

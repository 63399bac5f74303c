"""All measures of a network by name, each with unit and definition."""

from __future__ import annotations

import numpy as np

from matching.symbiosis.metric import Metric
from matching.symbiosis.network import size
from matching.symbiosis.network.centrality import (
    BETWEENNESS,
    CLOSENESS,
    DEGREE,
    betweenness,
    centralisation,
    closeness,
    degree_centrality,
)
from matching.symbiosis.network.cycling import finn_cycling_index
from matching.symbiosis.network.groups import communities, park_assortativity
from matching.symbiosis.network.links import FlowNetwork
from matching.symbiosis.network.robustness import robustness
from matching.symbiosis.network.rounds import count_short_cycles, cyclicity

# Sources x links that the shortest paths may take, about ten seconds; beyond, as many sources as that allows.
MOST_STEPS = 500_000_000


def network_measures(
    network: FlowNetwork, parks: np.ndarray, *, seed: int = 0, coupled: FlowNetwork | None = None
) -> dict[str, Metric]:
    """The measures of a network of enterprises by name.

    ``parks`` ``(nodes,)`` is each node's park, -1 where it lies in none.  ``seed`` draws the order in which
    communities are sought and, in networks too large for all shortest paths, the nodes from which they are
    followed; the definition then says how many.  ``coupled`` is the network of supplies and demands joined by
    residues (:func:`~matching.symbiosis.network.links.coupled_network`) for the cycling index; without it an
    enterprise counts as one pot, as though whatever it takes in could leave again in whatever it sends.
    Raises ``ValueError`` for parks of another shape.
    """
    return {
        **_size(network), **_centrality(network, seed), **_rounds(network), **_cycling(network, coupled),
        **_groups(network, np.asarray(parks), seed), **_robustness(network),
    }


def _size(network: FlowNetwork) -> dict[str, Metric]:
    each = size.linkage_density(network)
    return {
        "nodes": Metric(network.nodes, "enterprises", "Enterprises that send or take in at least one tonne."),
        "links": Metric(
            len(network), "links",
            "Ordered pairs of different enterprises with a flow from the first to the second.",
        ),
        "density": Metric(
            size.density(network), "1", "links / (nodes x (nodes - 1)): the share of possible links that exist."
        ),
        "connectance": Metric(
            size.connectance(network), "1",
            "(links + enterprises with on-site use) / nodes²: the share of possible links, those to oneself included.",
        ),
        "linkage_density": Metric(
            each, "links per enterprise", "links / nodes: partners that an enterprise sends to on average."
        ),
        "reciprocity": Metric(
            size.reciprocity(network), "1", "Share of the links whose opposite link exists as well."
        ),
        "mean_partners": Metric(
            None if each is None else 2 * each, "links per enterprise",
            "2 x links / nodes: links in and out of an enterprise on average.",
        ),
        "largest_component": Metric(
            size.largest_component(network), "enterprises",
            "Enterprises in the largest group that is joined by flows, whichever way they run.",
        ),
    }


def _centrality(network: FlowNetwork, seed: int) -> dict[str, Metric]:
    most = max(2, MOST_STEPS // max(len(network), 1))
    sample = most if most < network.nodes else None
    drawn = "" if sample is None else f", estimated from {sample} enterprises drawn at random"
    found = {
        DEGREE: (degree_centrality(network), "other enterprises it is linked with"),
        BETWEENNESS: (
            betweenness(network, sample=sample, seed=seed),
            f"shortest paths of other pairs that run through it{drawn}",
        ),
        CLOSENESS: (
            closeness(network, sample=sample, seed=seed), f"nearness to the enterprises whose flows reach it{drawn}"
        ),
    }
    return {
        f"{measure}_centralisation": Metric(
            centralisation(network, scores, measure), "1",
            f"How far the network is centred on one enterprise by the {what}: 0 all alike, 1 a star.",
        )
        for measure, (scores, what) in found.items()
    }


def _rounds(network: FlowNetwork) -> dict[str, Metric]:
    count = count_short_cycles(network, longest=3)
    return {
        "cyclicity": Metric(
            cyclicity(network), "1",
            "Largest eigenvalue of the matrix of links: 0 without rounds, 1 where no two rounds share an"
            " enterprise, above 1 where they do.",
        ),
        "rounds_of_two": Metric(count[2], "rounds", "Pairs of enterprises that send to each other."),
        "rounds_of_three": Metric(count[3], "rounds", "Rounds of three enterprises, each sending to the next."),
    }


def _cycling(network: FlowNetwork, coupled: FlowNetwork | None) -> dict[str, Metric]:
    what = (
        "through supplies and uses joined by residues" if coupled is not None
        else "through enterprises, as though all an enterprise takes in could leave in what it sends"
    )
    try:
        value = finn_cycling_index(network if coupled is None else coupled)
    except ValueError:
        # Thousands that all reach one another: the other measures are no worse for it.
        value, what = None, f"{what}; not worked out for so large a round"
    return {
        "finn_cycling_index": Metric(
            value, "1", f"Share of the tonnes passing that pass a place where they have been before, {what}."
        )
    }


def _groups(network: FlowNetwork, parks: np.ndarray, seed: int) -> dict[str, Metric]:
    found = communities(network, seed=seed)
    meaning = "1 where all stay in their park, 0 where they mix as by chance; only between enterprises in parks."
    return {
        "communities": Metric(
            found.count, "communities",
            "Groups of enterprises with more tonnes among themselves than chance would give (Louvain method).",
        ),
        "modularity": Metric(
            found.modularity, "1",
            "Share of the tonnes within the communities beyond what chance would give with the same tonnes per"
            " enterprise.",
        ),
        "park_assortativity": Metric(
            park_assortativity(network, parks, weighted=False), "1", f"How far links keep to parks: {meaning}"
        ),
        "park_assortativity_t": Metric(
            park_assortativity(network, parks, weighted=True), "1", f"How far tonnes keep to parks: {meaning}"
        ),
    }


def _robustness(network: FlowNetwork) -> dict[str, Metric]:
    found = robustness(network)
    return {
        "largest_loss": Metric(
            None if found is None else float(found.loss[0]), "1",
            "Share of the tonnes between enterprises that touch the one with the most.",
        ),
        "robustness": Metric(
            None if found is None else found.index, "1",
            "Mean share of the tonnes between enterprises that still flow as they go one after another, those with"
            " the most tonnes first.",
        ),
    }

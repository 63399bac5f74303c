"""Network measures of flows: size, centrality, rounds, cycling, communities, robustness.

Definitions, units and sources are in ``docs/network-measures.md``.  Small networks are measured by networkx, which
says what is meant; large ones by compiled loops that give the same numbers.  Both are loaded when first needed.
"""

from matching.symbiosis.network.centrality import betweenness, centralisation, closeness, degree_centrality
from matching.symbiosis.network.cycling import finn_cycling_index
from matching.symbiosis.network.groups import Communities, communities, park_assortativity
from matching.symbiosis.network.links import FlowNetwork, coupled_network, flow_network, network_of
from matching.symbiosis.network.measures import network_measures
from matching.symbiosis.network.robustness import Robustness, robustness
from matching.symbiosis.network.rounds import count_short_cycles, cyclicity, short_cycles
from matching.symbiosis.network.size import connectance, density, largest_component, linkage_density, reciprocity

__all__ = [
    "Communities",
    "FlowNetwork",
    "Robustness",
    "betweenness",
    "centralisation",
    "closeness",
    "communities",
    "connectance",
    "count_short_cycles",
    "coupled_network",
    "cyclicity",
    "degree_centrality",
    "density",
    "finn_cycling_index",
    "flow_network",
    "largest_component",
    "linkage_density",
    "network_measures",
    "network_of",
    "park_assortativity",
    "reciprocity",
    "robustness",
    "short_cycles",
]

"""What a plan, or the accepted trades, make of the region: flows, chains, measures, graph."""

from matching.symbiosis.balance import OTHERS, ParkBalance, SankeyLink, park_balance, sankey
from matching.symbiosis.chains import Chain, ChainResult, Cycle, Hop, trace_chains
from matching.symbiosis.flows import Arcs, Flows, flows_between
from matching.symbiosis.graph import graphml
from matching.symbiosis.metric import Metric
from matching.symbiosis.metrics import symbiosis_metrics
from matching.symbiosis.network import FlowNetwork, network_measures, network_of

__all__ = [
    "OTHERS",
    "Arcs",
    "Chain",
    "ChainResult",
    "Cycle",
    "FlowNetwork",
    "Flows",
    "Hop",
    "Metric",
    "ParkBalance",
    "SankeyLink",
    "flows_between",
    "graphml",
    "network_measures",
    "network_of",
    "park_balance",
    "sankey",
    "symbiosis_metrics",
    "trace_chains",
]

"""What a plan, or the accepted trades, make of the region: flows, chains, measures, graph."""

from matching.symbiosis.balance import OTHERS, ParkBalance, SankeyLink, park_balance, sankey
from matching.symbiosis.chains import Chain, ChainResult, Cycle, Hop, trace_chains
from matching.symbiosis.flows import Arcs, Flows, flows_between
from matching.symbiosis.graph import graphml
from matching.symbiosis.metrics import Metric, symbiosis_metrics

__all__ = [
    "OTHERS",
    "Arcs",
    "Chain",
    "ChainResult",
    "Cycle",
    "Flows",
    "Hop",
    "Metric",
    "ParkBalance",
    "SankeyLink",
    "flows_between",
    "graphml",
    "park_balance",
    "sankey",
    "symbiosis_metrics",
    "trace_chains",
]

"""Measures of the symbiosis, each with its definition and unit."""

from __future__ import annotations

import numpy as np

from matching.allocation.result import AllocationResult
from matching.problem import MatchProblem
from matching.symbiosis.chains import ChainResult
from matching.symbiosis.flows import flows_between
from matching.symbiosis.metric import Metric
from matching.symbiosis.network import coupled_network, network_measures, network_of


def symbiosis_metrics(
    problem: MatchProblem, plan: AllocationResult, traced: ChainResult
) -> dict[str, Metric]:
    """The measures of a plan by name."""
    return {**_network(problem, plan, traced), **_tonnage(problem, plan), **_chaining(plan, traced)}


def _network(problem: MatchProblem, plan: AllocationResult, traced: ChainResult) -> dict[str, Metric]:
    network = network_of(flows_between(problem, plan))
    return network_measures(
        network, problem.enterprises.park[network.label], seed=plan.report.seed,
        coupled=coupled_network(traced.origins),
    )


def _tonnage(problem: MatchProblem, plan: AllocationResult) -> dict[str, Metric]:
    source = problem.supplies.enterprise[plan.supply]
    target = problem.demands.enterprise[plan.demand]
    park_from, park_to = problem.enterprises.park[source], problem.enterprises.park[target]
    on_site, in_parks = source == target, (park_from >= 0) & (park_to >= 0)
    within = ~on_site & in_parks & (park_from == park_to)
    across = in_parks & (park_from != park_to)
    sums = {
        "flow_t": (np.ones(len(source), bool), "All tonnes sent."),
        "on_site_t": (on_site, "Tonnes an enterprise uses itself."),
        "within_park_t": (within, "Tonnes between different enterprises of one park."),
        "across_parks_t": (across, "Tonnes from one park to another."),
        "outside_parks_t": (
            ~(on_site | within | across), "Tonnes between enterprises of which at least one lies in no park."
        ),
    }
    found = {
        name: Metric(float(plan.tonnes[mask].sum()), "t", definition)
        for name, (mask, definition) in sums.items()
    }
    haul = float(plan.tonnes @ plan.distance_km)
    offered = plan.total_t + float(plan.left_over_t.sum())
    found["haul_t_km"] = Metric(haul, "t km", "Sum of tonnes x travelled kilometres.")
    found["mean_distance_km"] = Metric(
        haul / plan.total_t if plan.total_t else None, "km", "haul_t_km / flow_t: how far a tonne travels."
    )
    found["utilisation"] = Metric(
        plan.total_t / offered if offered else None, "1",
        "flow_t / (flow_t + tonnes left over): the share of stock, production and residues that is sent.",
    )
    return found


def _chaining(plan: AllocationResult, traced: ChainResult) -> dict[str, Metric]:
    crossing = [chain for chain in traced.chains if chain.crosses_parks]
    longest = max((len(chain.hops) for chain in traced.chains), default=0)
    joined = float(plan.received_residue_t.sum())
    return {
        "chains": Metric(len(traced.chains), "chains", "Chains of two or more hops joined through residues."),
        "chains_across_parks": Metric(len(crossing), "chains", "Chains that touch two or more parks."),
        "longest_chain_hops": Metric(longest, "hops", "Hops of the longest chain."),
        "cycles": Metric(len(traced.cycles), "cycles", "Closed rounds of consignments and residues."),
        "residue_joined_t": Metric(joined, "t", "Residues that joined a supply of their enterprise."),
        "residue_unplaced_t": Metric(
            float(sum(residue.tonnes for residue in plan.unplaced)), "t",
            "Residues for which their enterprise offers no open supply.",
        ),
    }

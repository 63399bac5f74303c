"""Network measures of a million links beside networkx, on sizes that networkx can do, and beside sparse matrices.

``python -m benchmarks.network_measures [--quick]``.  Links lead from and to nodes drawn at random, of whom a few are
busy: each end is the square of a uniform draw.  Graphs are built, libraries imported and the compiled code loaded
before the clock starts.  All contestants must count the same cycles and find the same betweenness.
"""

from __future__ import annotations

import sys

import numpy as np

from benchmarks.measuring import Measured, Table, agree, case_result, measure, timed
from matching.symbiosis.network import FlowNetwork, betweenness, count_short_cycles, flow_network
from matching.symbiosis.network.rounds import adjacency

NODES, LINKS = 200_000, 1_000_000
# networkx looks for bounded cycles in a time that grows with nodes x links.
NODES_FOR_NETWORKX, LINKS_FOR_NETWORKX = 1_500, 15_000
QUICK = 10
SOURCES, SEED = 20, 7
CYCLES, PATHS = "cycles of three", "betweenness"
_NAME = "benchmarks.network_measures"


def network(nodes: int, links: int) -> FlowNetwork:
    """About ``links`` links; a few fall together."""
    ends = (np.random.default_rng(SEED).random((2, links)) ** 2 * nodes).astype(np.int64)
    return flow_network(ends[0], ends[1], nodes=nodes)


def case(what: str, which: str, nodes: int, links: int) -> None:
    """One contestant, in this process."""
    flows = network(nodes, links)
    if what == CYCLES:
        seconds, found = _cycles(flows, which)
        case_result(seconds, objective=found, links=len(flows))
    else:
        seconds, found = _paths(flows, which)
        case_result(seconds, objective=float(np.sum(found)), largest=float(np.max(found)), links=len(flows))


def _cycles(flows: FlowNetwork, which: str) -> tuple[float, int]:
    if which == "compiled":
        count_short_cycles(network(2_000, 4_000))
        seconds, found = timed(lambda: count_short_cycles(flows)[3])
    elif which == "sparse":
        links = adjacency(flows)
        seconds, found = timed(lambda: (links @ links).multiply(links.T).sum() / 3)
    else:
        import networkx

        graph = flows.digraph()
        seconds, found = timed(lambda: sum(len(cycle) == 3 for cycle in networkx.simple_cycles(graph, length_bound=3)))
    return seconds, int(found)  # type: ignore[call-overload]


def _paths(flows: FlowNetwork, which: str) -> tuple[float, np.ndarray]:
    if which == "compiled":
        betweenness(network(2_000, 4_000))
        seconds, found = timed(lambda: betweenness(flows, sample=SOURCES, seed=SEED))
    else:
        import networkx

        graph = flows.digraph()
        seconds, found = timed(lambda: networkx.betweenness_centrality(graph, k=SOURCES, seed=SEED))
        found = np.array(list(found.values()))  # type: ignore[attr-defined]
    return seconds, found  # type: ignore[return-value]


def main(*, quick: bool = False) -> None:
    """Compare both measures at a size that networkx does, and the cycles at the full size as well."""
    parts = QUICK if quick else 1
    small, large = (NODES_FOR_NETWORKX, LINKS_FOR_NETWORKX), (NODES // parts, LINKS // parts)
    if quick:
        small = (500, 5_000)
    table = Table("network_measures", "Network measures: rounds of three, and who stands between")
    _compare(table, CYCLES, *small, ("networkx", "sparse"))
    _compare(table, CYCLES, *large, ("sparse",))
    _compare(table, PATHS, *large, ("networkx",), f"from {SOURCES} nodes")
    table.show()


def _compare(
    table: Table, what: str, nodes: int, links: int, others: tuple[str, ...], how: str = ""
) -> None:
    names = {"networkx": "networkx", "sparse": "scipy.sparse, A² by Aᵀ", "compiled": "compiled loop"}

    def run(which: str) -> Measured:
        label = f"{nodes:,} nodes, {links:,} links: {' '.join(filter(None, (what, how)))}, {names[which]}"
        return measure(_NAME, label, what, which, nodes, links, runs=1 if which == "networkx" else 3)

    theirs, ours = [run(which) for which in others], run("compiled")
    agree(*theirs, ours, within=1e-9)
    for one in theirs:
        table.add(one, say=f"{one.median / ours.median:.1f} times the compiled loop" if one.seconds else "")
    found = ours.figures.get("objective")
    table.add(ours, against=theirs[0], say=f"{found:,} rounds" if what == CYCLES and ours.seconds else "")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        case(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
    else:
        main(quick="--quick" in sys.argv[1:])

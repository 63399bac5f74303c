"""Network measures beside networkx and plain linear algebra, on networks at random."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import networkx
import numpy as np
import pytest

from matching.symbiosis.network import (
    betweenness,
    centrality,
    closeness,
    count_short_cycles,
    cyclicity,
    degree_centrality,
    density,
    finn_cycling_index,
    park_assortativity,
    reciprocity,
    robustness,
    rounds,
    short_cycles,
)
from tests.engine.small_networks import scattered


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the call on, every size of network is measured by the compiled loops."""

    def switch() -> None:
        monkeypatch.setattr(centrality, "COMPILED_FROM", 0)
        monkeypatch.setattr(rounds, "COMPILED_FROM", 0)

    return switch


@pytest.mark.parametrize("seed", range(8))
def test_sparse_and_dense_eigenvalues_agree(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    network = scattered(seed, 60, 200)
    dense = cyclicity(network)
    monkeypatch.setattr(rounds, "DENSE_NODES", 5)
    assert cyclicity(network) == pytest.approx(dense, rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_finns_index_part_by_part_is_that_of_the_whole(seed: int) -> None:
    network = scattered(seed)
    flow = np.zeros((12, 12))
    flow[network.source, network.target] = network.tonnes
    through = np.maximum(flow.sum(axis=0), flow.sum(axis=1)) + 5
    passes = np.diagonal(np.linalg.inv(np.eye(12) - flow / through[:, None]))
    expected = through @ ((passes - 1) / passes) / through.sum()
    assert finn_cycling_index(network, through - flow.sum(axis=0)) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(20))
def test_compiled_loops_give_what_networkx_gives(seed: int, compiled: Callable[[], None]) -> None:
    network = scattered(seed)
    graph = network.digraph()
    cycles = {tuple(cycle) for cycle in networkx.simple_cycles(graph, length_bound=4)}
    turned = {cycle[at:] + cycle[:at] for cycle in cycles for at in [cycle.index(min(cycle))]}
    plain = {length: rows.tolist() for length, rows in short_cycles(network, longest=4).items()}
    compiled()

    assert {tuple(row) for rows in short_cycles(network, longest=4).values() for row in rows.tolist()} == turned
    assert {length: rows.tolist() for length, rows in short_cycles(network, longest=4).items()} == plain
    assert count_short_cycles(network, longest=4) == {length: len(rows) for length, rows in plain.items()}
    assert betweenness(network) == pytest.approx(list(networkx.betweenness_centrality(graph).values()))
    for sample in (2, 5, 12):
        drawn = networkx.betweenness_centrality(graph, k=sample, seed=seed)
        assert betweenness(network, sample=sample, seed=seed) == pytest.approx(list(drawn.values()))
    assert closeness(network) == pytest.approx(list(networkx.closeness_centrality(graph).values()))
    outward = networkx.closeness_centrality(graph.reverse())
    assert closeness(network, direction="out") == pytest.approx(list(outward.values()))
    assert closeness(network, sample=12) == pytest.approx(closeness(network))
    for direction, theirs in (("in", networkx.in_degree_centrality), ("out", networkx.out_degree_centrality)):
        assert degree_centrality(network, direction=direction) == pytest.approx(list(theirs(graph).values()))
    assert density(network) == pytest.approx(networkx.density(graph))
    assert reciprocity(network) == pytest.approx(networkx.overall_reciprocity(graph))


def test_a_large_network_is_measured_as_networkx_measures_it() -> None:
    """Above the sizes at which the compiled loops take over, without any switch."""
    network = scattered(3, 450, 5_000)
    graph = network.digraph()
    drawn = networkx.betweenness_centrality(graph, k=440, seed=4)

    assert 440 * len(network) > max(rounds.COMPILED_FROM, centrality.COMPILED_FROM)
    assert betweenness(network, sample=440, seed=4) == pytest.approx(list(drawn.values()), abs=1e-15)
    found = sorted(map(len, networkx.simple_cycles(graph, length_bound=3)))
    assert count_short_cycles(network) == {2: found.count(2), 3: found.count(3)}


@pytest.mark.parametrize("seed", range(10))
def test_park_assortativity_is_that_of_networkx(seed: int) -> None:
    network, parks = scattered(seed), np.random.default_rng(seed).integers(0, 3, 12)
    plain, many = network.digraph(), networkx.MultiDiGraph()
    many.add_nodes_from(range(12))
    # As many parallel links as tonnes: that is what the weights mean.
    for source, target, tonnes in zip(network.source, network.target, network.tonnes, strict=True):
        many.add_edges_from([(int(source), int(target))] * int(tonnes))
    for graph, weighted in ((plain, False), (many, True)):
        networkx.set_node_attributes(graph, dict(enumerate(parks.tolist())), "park")
        expected = networkx.attribute_assortativity_coefficient(graph, "park")
        assert park_assortativity(network, parks, weighted=weighted) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_robustness_is_what_removing_nodes_leaves(seed: int) -> None:
    network = scattered(seed)
    found, graph = robustness(network), network.digraph()
    total = graph.size("tonnes")
    for step, node in enumerate(found.rank.tolist()):
        alone = network.digraph()
        alone.remove_node(node)
        assert 1 - alone.size("tonnes") / total == pytest.approx(found.loss[step])
        graph.remove_node(node)
        assert graph.size("tonnes") / total == pytest.approx(found.left[step + 1])
    assert (np.diff(found.loss) <= 0).all()


def test_small_networks_load_no_compiler() -> None:
    program = (
        "import sys, numpy as np; import matching.symbiosis.network as m; assert 'networkx' not in sys.modules\n"
        "n = m.flow_network(np.array([0, 1, 2]), np.array([1, 2, 0]))\n"
        "m.network_measures(n, np.zeros(3, int)); print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

"""Network measures on graphs whose values are published and on flows worked out by hand."""

from __future__ import annotations

from pathlib import Path

import networkx
import numpy as np
import pytest

from matching.allocation import allocate
from matching.symbiosis import flows_between, symbiosis_metrics, trace_chains
from matching.symbiosis.network import (
    FlowNetwork,
    betweenness,
    centralisation,
    centrality,
    closeness,
    communities,
    connectance,
    count_short_cycles,
    coupled_network,
    cyclicity,
    degree_centrality,
    density,
    finn_cycling_index,
    flow_network,
    largest_component,
    linkage_density,
    measures,
    network_measures,
    network_of,
    park_assortativity,
    reciprocity,
    robustness,
    rounds,
    short_cycles,
)
from tests.engine.random_markets import Shape, random_problem
from tests.engine.small_markets import USE, market
from tests.engine.small_networks import directed, of_graph, scattered


@pytest.fixture(params=["networkx", "compiled"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of measuring, whatever the size."""
    if request.param == "compiled":
        monkeypatch.setattr(centrality, "COMPILED_FROM", 0)
        monkeypatch.setattr(rounds, "COMPILED_FROM", 0)
    return request.param


# Krackhardt, "Assessing the political landscape: structure, cognition, and power in organizations", Administrative
# Science Quarterly 35 (1990): degree, closeness and betweenness of Andre, Beverly, Carol, Diane, Ed, Fernando, Garth,
# Heather, Ike and Jane.
KITE = {
    "degree": (4, 4, 3, 6, 3, 5, 5, 3, 2, 1),
    "closeness": (0.529, 0.529, 0.500, 0.600, 0.500, 0.643, 0.643, 0.600, 0.429, 0.310),
    "betweenness": (0.023, 0.023, 0.000, 0.102, 0.000, 0.231, 0.231, 0.389, 0.222, 0.000),
}


def test_krackhardts_kite(way: str) -> None:
    kite = of_graph(networkx.krackhardt_kite_graph())

    assert degree_centrality(kite) * 9 == pytest.approx(KITE["degree"])
    assert closeness(kite) == pytest.approx(KITE["closeness"], abs=6e-4)
    assert betweenness(kite) == pytest.approx(KITE["betweenness"], abs=6e-4)
    # By hand from the degrees: sum of (6 - degree) is 24, a star of ten has 9 x 8.
    assert centralisation(kite, degree_centrality(kite), "degree") == pytest.approx(24 / 72)


# Marriages of Florentine families, Padgett & Ansell, American Journal of Sociology 98 (1993).  Betweenness: Jackson,
# Social and Economic Networks (2008), gives Medici .522, Guadagni .255, Strozzi .103; the others are worked out.
FLORENCE = {
    "Medici": 0.522, "Guadagni": 0.255, "Albizzi": 0.212, "Salviati": 0.143, "Ridolfi": 0.114, "Bischeri": 0.104,
    "Strozzi": 0.103, "Barbadori": 0.093, "Tornabuoni": 0.092, "Castellani": 0.055, "Peruzzi": 0.022,
    "Acciaiuoli": 0.0, "Ginori": 0.0, "Lamberteschi": 0.0, "Pazzi": 0.0,
}  # fmt: skip


def test_florentine_families(way: str) -> None:
    graph = networkx.florentine_families_graph()
    families = of_graph(graph)
    found = dict(zip(graph, betweenness(families), strict=True))

    assert found == pytest.approx(FLORENCE, abs=6e-4)
    assert degree_centrality(families)[list(graph).index("Medici")] == pytest.approx(6 / 14)
    # Wasserman & Faust, Social Network Analysis (1994), chapter 5: centralisation of the fifteen families by closeness
    # 0.322 and by betweenness 0.437; by degree, with the Pucci, who married into none of the others, 0.267.
    assert centralisation(families, closeness(families), "closeness") == pytest.approx(0.322, abs=6e-4)
    assert centralisation(families, betweenness(families), "betweenness") == pytest.approx(0.437, abs=6e-4)
    graph.add_node("Pucci")
    sixteen = of_graph(graph)
    assert centralisation(sixteen, degree_centrality(sixteen), "degree") == pytest.approx(0.267, abs=6e-4)


@pytest.mark.parametrize("size", [3, 4, 9])
def test_a_star_is_wholly_centred_and_a_ring_not_at_all(size: int, way: str) -> None:
    star, ring = of_graph(networkx.star_graph(size - 1)), of_graph(networkx.cycle_graph(size))
    one_way = directed(size, *((at, (at + 1) % size) for at in range(size)))
    inward, outward = (directed(size, *((at, 0)[::step] for at in range(1, size))) for step in (1, -1))

    for measure, scores in (("degree", degree_centrality), ("betweenness", betweenness), ("closeness", closeness)):
        assert centralisation(star, scores(star), measure) == pytest.approx(1.0)
        assert centralisation(ring, scores(ring), measure) == pytest.approx(0.0)
        assert centralisation(one_way, scores(one_way), measure) == pytest.approx(0.0)
    # One way only: Freeman's largest sums for directed graphs.
    assert centralisation(inward, degree_centrality(inward, direction="in"), "degree", direction="in") == 1.0
    assert centralisation(inward, closeness(inward), "closeness") == pytest.approx(1.0)
    assert centralisation(outward, degree_centrality(outward, direction="out"), "degree", direction="out") == 1.0
    assert centralisation(outward, closeness(outward, direction="out"), "closeness") == pytest.approx(1.0)


def test_size_of_star_ring_and_complete() -> None:
    complete, ring = of_graph(networkx.complete_graph(6)), directed(6, *((at, (at + 1) % 6) for at in range(6)))

    assert (density(complete), reciprocity(complete), linkage_density(complete)) == (1.0, 1.0, 5.0)
    assert connectance(complete) == pytest.approx(30 / 36)
    assert (density(ring), reciprocity(ring), linkage_density(ring)) == (pytest.approx(0.2), 0.0, 1.0)
    assert largest_component(ring) == largest_component(complete) == 6
    assert largest_component(directed(5, (0, 1), (2, 1), (3, 4))) == 3
    # By hand: of 0 -> 1, 1 -> 0 and 1 -> 2 two are answered; 1 uses its own, and counts in connectance alone.
    small = directed(3, (0, 1), (1, 0), (1, 2), (1, 1))
    assert reciprocity(small) == pytest.approx(2 / 3)
    assert (density(small), connectance(small)) == (pytest.approx(3 / 6), pytest.approx(4 / 9))


@pytest.mark.parametrize("size", [2, 3, 7, 450])
def test_cyclicity_has_its_known_values(size: int) -> None:
    path = [(at, at + 1) for at in range(size - 1)]

    assert cyclicity(directed(size, *path)) == 0.0
    assert cyclicity(directed(size, *path, (size - 1, 0))) == 1.0
    # The spectral radius of the complete graph is nodes - 1, of the star the root of its rays.
    assert cyclicity(of_graph(networkx.complete_graph(size))) == pytest.approx(size - 1)
    assert cyclicity(of_graph(networkx.star_graph(size - 1))) == pytest.approx((size - 1) ** 0.5)


def test_cyclicity_is_exact_where_dense_eigenvalues_are_not() -> None:
    # A long path ending in a ring: one defective eigenvalue 0, which eigenvalues of the whole matrix blur.
    links = [(at, at + 1) for at in range(60)] + [(60, 58)]
    assert cyclicity(directed(61, *links)) == 1.0
    # Two rings of three that share a node: x^5 = 2 x^2.
    assert cyclicity(directed(5, (0, 1), (1, 2), (2, 0), (0, 3), (3, 4), (4, 0))) == pytest.approx(2 ** (1 / 3))


# Energy of an intertidal oyster reef, kcal per m² and day: Dame & Patten, Marine Ecology Progress Series 5 (1981), as
# balanced by Patten (1985).  Filter feeders, detritus, microbiota, meiofauna, deposit feeders, predators; all that
# comes in feeds the filter feeders.
OYSTERS = {
    (0, 1): 15.7915, (0, 5): 0.5135, (1, 2): 8.1721, (1, 3): 7.2745, (1, 4): 0.6431, (2, 3): 1.2060, (2, 4): 1.2060,
    (3, 1): 4.2403, (3, 4): 0.6609, (4, 1): 1.9076, (4, 5): 0.1721, (5, 1): 0.3262,
}  # fmt: skip
# Cone Spring, kcal per m² and year: Tilly, Ecological Monographs 38 (1968), as adapted by Williams & Crouthamel.
# Plants, bacteria, detritus feeders, carnivores, detritus.
CONE_SPRING = {
    (0, 4): 8881.0, (1, 2): 75.0, (1, 4): 1600.0, (2, 3): 370.0, (2, 4): 200.0, (3, 4): 167.0, (4, 1): 5205.0,
    (4, 2): 2309.0,
}  # fmt: skip


def ecosystem(flows: dict[tuple[int, int], float], nodes: int) -> FlowNetwork:
    ends = np.array(list(flows))
    return flow_network(ends[:, 0], ends[:, 1], np.array(list(flows.values())), nodes=nodes)


def test_finns_index_of_two_ecosystems() -> None:
    # enaR's vignette on flow analysis (seelab.github.io/enaR) gives FCI 0.1101686 for the reef.
    reef = finn_cycling_index(ecosystem(OYSTERS, 6), np.array([41.47, 0, 0, 0, 0, 0]))
    # www.ecologycenter.us/ecosystem-theory, the example of network environ analysis: "Finn Cycling Index is 0.0919".
    spring = finn_cycling_index(ecosystem(CONE_SPRING, 5), np.array([11184.0, 0, 0, 0, 635.0]))

    assert reef == pytest.approx(0.1101686, abs=5e-6)
    assert spring == pytest.approx(0.0919, abs=5e-5)


def test_finns_index_by_hand() -> None:
    # 100 t enter node 0; it passes all on to 1, which returns a half: T = 200 and 200, a half of each comes again.
    pair = flow_network(np.array([0, 1]), np.array([1, 0]), np.array([200.0, 100.0]))
    assert finn_cycling_index(pair, np.array([100.0, 0.0])) == pytest.approx(0.5)
    assert finn_cycling_index(pair) == pytest.approx(0.5)
    # The same, fed through and followed by nodes of 100 t each that nothing returns to: 200 of 600 t.
    longer = flow_network(np.array([2, 0, 1, 1]), np.array([0, 1, 0, 3]), np.array([100.0, 200.0, 100.0, 100.0]))
    assert finn_cycling_index(longer) == pytest.approx(200 / 600)
    assert finn_cycling_index(directed(3, (0, 1), (1, 2), (2, 0))) == 1.0
    assert finn_cycling_index(directed(3, (0, 1), (1, 2), (0, 2))) == 0.0
    assert finn_cycling_index(directed(3)) is None


def test_finns_index_refuses_what_cannot_be() -> None:
    pair = flow_network(np.array([0]), np.array([1]), np.array([10.0]))
    for imports, why in (
        (np.array([5.0, 0.0]), "node 0 sends 10 t and gets 5 t"), (np.array([10.0]), "one finite amount"),
        (np.array([10.0, -1.0]), "not below zero"),
    ):
        with pytest.raises(ValueError, match=why):
            finn_cycling_index(pair, imports)


def test_residues_that_return_are_what_cycles(tmp_path: Path) -> None:
    """A sends gangue to B, whose ash goes to C, whose slag goes to A, of which a fifth returns as gangue."""
    problem = market(
        tmp_path,
        supplies="id,enterprise,waste_type,t_per_month,stock_t\nS1,A,gangue,100,0\nS2,B,fly_ash_cfb,10,0\n"
        "S3,C,bottom_ash,0,0\n",
        demands=f"id,enterprise,use,t_per_month,bid_yuan_per_t\nD1,B,cfb_power,1000,50\nD2,C,{USE},1000,50\n"
        "D3,A,mine_backfill,1000,50\n",
        accepts="demand,waste_type\nD1,gangue\nD2,fly_ash_cfb\nD3,bottom_ash\n",
        residues="demand,waste_type,yield_t_per_t\nD1,fly_ash_cfb,0.3\nD2,bottom_ash,0.5\nD3,gangue,0.2\n",
    )
    plan = allocate(problem)
    traced = trace_chains(problem, plan)
    coupled = coupled_network(traced.origins)
    mixed = network_of(flows_between(problem, plan))
    found = symbiosis_metrics(problem, plan, traced)

    # A tonne that passes any of the six comes by again with 0.3 x 0.5 x 0.2 of it.
    assert (coupled.nodes, len(coupled)) == (6, 6)
    assert finn_cycling_index(coupled) == pytest.approx(0.03)
    assert found["finn_cycling_index"].value == pytest.approx(0.03)
    assert "residues" in found["finn_cycling_index"].definition
    # As pots, A sends all it takes in: the two threads cannot be told apart, and more seems to return.
    assert finn_cycling_index(mixed) > 0.03


def test_cycles_of_known_graphs(way: str) -> None:
    complete = of_graph(networkx.complete_graph(5))
    found = short_cycles(complete, longest=5)

    # So many directed rings of k nodes has a complete graph of five: 5! / (5 - k)! / k.
    assert {length: len(rows) for length, rows in found.items()} == {2: 10, 3: 20, 4: 30, 5: 24}
    assert count_short_cycles(complete, longest=3) == {2: 10, 3: 20}
    assert short_cycles(directed(4, (3, 1), (1, 2), (2, 3)))[3].tolist() == [[1, 2, 3]]
    assert count_short_cycles(directed(4, (0, 1), (1, 2))) == {2: 0, 3: 0}
    with pytest.raises(ValueError, match="ask for 2 or more"):
        short_cycles(complete, longest=1)


def test_communities_are_those_one_sees() -> None:
    # Two cliques of four, heavy inside, one light link between; the second has the node 0.
    cliques = [(a, b, 10.0) for part in ((2, 3, 4, 5), (0, 1, 6, 7)) for a in part for b in part if a < b]
    columns = [np.array(column) for column in zip(*cliques, (5, 6, 1.0), strict=True)]
    found = communities(flow_network(*columns))

    assert found.group.tolist() == [0, 0, 1, 1, 1, 1, 0, 0]
    assert found.count == 2
    # 2 x 60 of 121 t are inside; each part has 121 of the 242 ends.
    assert found.modularity == pytest.approx(120 / 121 - 2 * 0.5**2)
    assert [communities(scattered(5), seed=1).group.tolist()] * 2 == [
        communities(scattered(5), seed=1).group.tolist() for _ in range(2)
    ]
    still = communities(directed(2))
    assert (still.group.tolist(), still.modularity) == ([0, 1], None)


def test_park_assortativity_by_hand() -> None:
    # Parks a = {0, 1}, b = {2, 3}, node 4 in none.  Tonnes: 6 within a, 2 within b, 1 each across.
    source, target = np.array([0, 2, 0, 3, 0]), np.array([1, 3, 2, 1, 4])
    network = flow_network(source, target, np.array([6.0, 2.0, 1.0, 1.0, 50.0]))
    parks = np.array([0, 0, 1, 1, -1])

    # Unweighted: half of the links within, and each park has half of either end: chance 1/2.
    assert park_assortativity(network, parks, weighted=False) == pytest.approx(0.0)
    # By tonnes: 0.8 within; a sends 0.7 and takes 0.7: chance 0.49 + 0.09.
    assert park_assortativity(network, parks, weighted=True) == pytest.approx((0.8 - 0.58) / (1 - 0.58))
    assert park_assortativity(network, np.zeros(5, dtype=int), weighted=True) is None
    assert park_assortativity(network, np.full(5, -1), weighted=True) is None
    with pytest.raises(ValueError, match="5 nodes"):
        park_assortativity(network, parks[:3], weighted=True)


def test_robustness_by_hand() -> None:
    # 0 -> 1: 5 t, 1 -> 2: 3 t, 3 -> 2: 2 t.  Node 1 touches 8 of 10 t; without it 2 t are left, all at 2.
    network = flow_network(np.array([0, 1, 3, 3]), np.array([1, 2, 2, 3]), np.array([5.0, 3.0, 2.0, 99.0]))
    found = robustness(network)

    assert found.rank.tolist() == [1, 0, 2, 3]
    assert found.loss.tolist() == pytest.approx([0.8, 0.5, 0.5, 0.2])
    assert found.left.tolist() == pytest.approx([1.0, 0.2, 0.2, 0.0, 0.0])
    assert found.index == pytest.approx(0.1)
    assert robustness(directed(3)) is None


def test_a_network_adds_up_parallel_flows_and_keeps_own_use_apart() -> None:
    network = flow_network(np.array([2, 0, 2, 1, 1]), np.array([0, 1, 0, 1, 2]), np.array([1.0, 2.0, 3.0, 7.0, 0.0]))

    assert network.source.tolist() == [0, 2]
    assert network.target.tolist() == [1, 0]
    assert network.tonnes.tolist() == [2.0, 4.0]
    assert network.on_site.tolist() == [0.0, 7.0, 0.0]
    assert network.turned().turned().source.tolist() == network.source.tolist()
    for arguments, why in (
        (([0], [1], [-1.0]), "negative"), (([0], [1], [np.nan]), "not finite"), (([0], [-1]), "outside"),
        (([0, 1], [1]), "do not go together"),
    ):
        with pytest.raises(ValueError, match=why):
            flow_network(*(np.array(column) for column in arguments))
    with pytest.raises(ValueError, match=r"outside 0 \.\. 1"):
        flow_network(np.array([0]), np.array([2]), nodes=2)


@pytest.mark.parametrize("seed", range(4))
def test_networks_of_a_plan(tmp_path: Path, seed: int) -> None:
    problem = random_problem(tmp_path, seed, Shape(supplies=14, demands=10, wastes=3, months=3, enterprises=5))
    plan = allocate(problem, objective="tonnes")
    firms = network_of(flows_between(problem, plan))
    parks = network_of(flows_between(problem, plan, level="park"))
    traced = trace_chains(problem, plan)
    found = symbiosis_metrics(problem, plan, traced)

    assert firms.tonnes.sum() + firms.on_site.sum() == pytest.approx(plan.total_t)
    assert parks.label.tolist() == sorted(set(parks.label.tolist()) - {-1})
    assert found == symbiosis_metrics(problem, plan, traced)
    for name in (
        "density", "connectance", "reciprocity", "degree_centralisation", "betweenness_centralisation",
        "closeness_centralisation", "finn_cycling_index", "largest_loss", "robustness",
    ):
        assert found[name].value is None or 0 <= found[name].value <= 1, name


def test_measures_of_nothing_and_of_little_are_told_apart_from_zero() -> None:
    still = network_measures(directed(0), np.zeros(0, dtype=int))
    pair = network_measures(directed(2, (0, 1)), np.zeros(2, dtype=int))

    for name in ("density", "reciprocity", "finn_cycling_index", "modularity", "robustness", "degree_centralisation"):
        assert still[name].value is None, name
    assert (still["nodes"].value, still["cyclicity"].value, still["communities"].value) == (0, 0.0, 0)
    assert (pair["density"].value, pair["finn_cycling_index"].value) == (0.5, 0.0)
    assert all(metric.definition.endswith(".") and metric.unit for metric in pair.values())


def test_large_networks_say_what_is_estimated_or_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    network, parks = scattered(1), np.zeros(12, dtype=int)
    exact = network_measures(network, parks)
    monkeypatch.setattr(measures, "MOST_STEPS", 5 * len(network))
    monkeypatch.setattr("matching.symbiosis.network.cycling.MOST_NODES", 2)
    found = network_measures(network, parks, seed=7)

    assert "estimated from 5 enterprises" in found["betweenness_centralisation"].definition
    assert "estimated" not in exact["betweenness_centralisation"].definition
    assert found["betweenness_centralisation"].value != exact["betweenness_centralisation"].value
    assert found["finn_cycling_index"].value is None
    assert "not worked out" in found["finn_cycling_index"].definition


def test_wrong_words_and_samples_are_refused() -> None:
    network = scattered(0)
    for call in (
        lambda: degree_centrality(network, direction="up"), lambda: closeness(network, direction="all"),
        lambda: centralisation(network, degree_centrality(network), "eigenvector"),
    ):
        with pytest.raises(ValueError, match="choose"):
            call()
    for sample in (1, 13):
        with pytest.raises(ValueError, match="take 2 or more"):
            betweenness(network, sample=sample)

"""The flows as a graph file that Gephi, Cytoscape and networkx open."""

from __future__ import annotations

from matching.problem import MatchProblem
from matching.symbiosis.flows import HasArcs, flows_between


def graphml(problem: MatchProblem, arcs: HasArcs) -> str:
    """GraphML text: enterprises with name, park, region and WGS-84 place; one edge per waste type with
    tonnes.
    """
    import networkx

    flows = flows_between(problem, arcs)
    firms, parks = problem.enterprises, problem.parks
    graph = networkx.MultiDiGraph(title=problem.title)
    for firm in sorted({*flows.source.tolist(), *flows.target.tolist()}):
        park = int(firms.park[firm])
        graph.add_node(
            firms.ids[firm], name=firms.names[firm], park=parks.ids[park] if park >= 0 else "",
            region=firms.regions[firm], lat=float(firms.lat[firm]), lon=float(firms.lon[firm]),
        )
    columns = (flows.source, flows.target, flows.waste_type, flows.tonnes)
    for source, target, waste, tonnes in zip(*(column.tolist() for column in columns), strict=True):
        kind = problem.waste_types[waste]
        graph.add_edge(firms.ids[source], firms.ids[target], key=kind, waste_type=kind, tonnes=tonnes)
    return "\n".join(networkx.generate_graphml(graph, prettyprint=True)) + "\n"

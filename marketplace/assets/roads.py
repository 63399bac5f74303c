"""Roads and railways of Ordos and Baotou, cut out of a world extract of OpenStreetMap.

The source is a Python module of one line of edges and one line of nodes.  It is read as text: importing it
would build tens of millions of objects (20 s and 4.7 GB) to keep a few thousand.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from marketplace.assets.files import AssetError, archived, write_atomically

CREDIT = "© OpenStreetMap contributors, ODbL"
# South, west, north, east: Ordos and Baotou with the roads that lead around them.
BOX = (37.3, 106.0, 41.3, 112.0)
# Drawn lines leave the true course by at most this much, a pixel at the scale of a whole city.
TOLERANCE_DEG = 0.002
_NEIGHBOURS = re.compile(r"\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes in degrees, and edges ``u[e]``–``v[e]`` of ``km[e]`` with ``u < v``."""

    lat: np.ndarray
    lon: np.ndarray
    u: np.ndarray
    v: np.ndarray
    km: np.ndarray


def cut_network(source: Iterable[bytes], box: tuple[float, float, float, float] = BOX) -> Network:
    """Read from the lines of ``source`` the nodes inside ``box`` and the edges between them."""
    graph = nodes = ""
    for line in source:
        if line.startswith(b"graph="):
            graph = line.decode("ascii")
        elif line.startswith(b"nodes="):
            nodes = line.decode("ascii")
    if not graph or not nodes:
        raise AssetError("the road data holds no 'graph=' and 'nodes=' line: its layout has changed")
    numbers = np.array(re.sub(r"nodes=|[\[\]\s]", "", nodes).split(","), dtype=np.float64).reshape(-1, 2)
    south, west, north, east = box
    inside = (numbers[:, 0] >= south) & (numbers[:, 0] <= north)
    inside &= (numbers[:, 1] >= west) & (numbers[:, 1] <= east)
    number = np.cumsum(inside) - 1
    edges = []
    for node, match in enumerate(_NEIGHBOURS.finditer(graph)):
        if inside[node]:
            for entry in filter(None, match[1].split(",")):
                neighbour, _, km = entry.partition(":")
                other = int(neighbour)
                if other > node and inside[other]:
                    edges.append((number[node], number[other], float(km)))
    u, v, km = (np.array(column) for column in zip(*edges, strict=True))
    kept = numbers[inside]
    return Network(kept[:, 0].copy(), kept[:, 1].copy(), u, v, km)


def largest_component(network: Network) -> Network:
    """The connected part with the most nodes: a point must not be joined to a road that leads nowhere."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = network.lat.size
    matrix = coo_matrix((network.km, (network.u, network.v)), shape=(n, n))
    _, label = connected_components(matrix, directed=False)
    keep = label == np.bincount(label).argmax()
    number = np.cumsum(keep) - 1
    edge = keep[network.u]
    u, v = number[network.u[edge]], number[network.v[edge]]
    return Network(network.lat[keep], network.lon[keep], u, v, network.km[edge])


def lines_of(network: Network) -> list[list[int]]:
    """Edges strung together into long lines of node numbers that break only where roads meet or end."""
    neighbours: list[list[int]] = [[] for _ in range(network.lat.size)]
    for u, v in zip(network.u.tolist(), network.v.tolist(), strict=True):
        neighbours[u].append(v)
        neighbours[v].append(u)
    used: set[tuple[int, int]] = set()
    lines = []
    # Lines start at junctions and dead ends; what is left after those are closed rings.
    starts = sorted(range(len(neighbours)), key=lambda node: (len(neighbours[node]) == 2, node))
    for start in starts:
        for nearby in sorted(neighbours[start]):
            line, before, here = [start], start, nearby
            while (min(before, here), max(before, here)) not in used:
                used.add((min(before, here), max(before, here)))
                line.append(here)
                if len(neighbours[here]) != 2:
                    break
                onward = [node for node in neighbours[here] if node != before]
                before, here = here, onward[0] if onward else before
            if len(line) > 1:
                lines.append(line)
    return lines


def simplify(points: np.ndarray, tolerance: float = TOLERANCE_DEG) -> np.ndarray:
    """Douglas–Peucker: keep of ``points``, shape ``(n, 2)``, those further than ``tolerance`` off."""
    keep = np.zeros(len(points), bool)
    keep[[0, -1]] = True
    stack = [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        chord, between = points[last] - points[first], points[first + 1 : last] - points[first]
        length = np.hypot(*chord)
        if length > 0:
            off = np.abs(chord[0] * between[:, 1] - chord[1] * between[:, 0]) / length
        else:
            off = np.hypot(between[:, 0], between[:, 1])
        worst = int(off.argmax())
        if off[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            stack += [(first, middle), (middle, last)]
    return points[keep]


def write_lines(network: Network, kind: str, target: Path) -> None:
    """Write the network as GeoJSON: one MultiLineString of simplified lines, with its credit."""
    points = np.stack([network.lon, network.lat], axis=1)
    lines = [simplify(points[line]).round(3).tolist() for line in lines_of(network)]
    feature = {
        "type": "Feature",
        "properties": {"kind": kind},
        "geometry": {"type": "MultiLineString", "coordinates": lines},
    }
    document = {"type": "FeatureCollection", "credit": CREDIT, "features": [feature]}
    write_atomically(target, json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def build_roads(map_folder: Path, graph_file: Path) -> None:
    """Write ``roads.json`` and ``rail.json`` into ``map_folder``, the engine's graph to ``graph_file``."""
    with archived("scgraph_data", "world_highways.py") as lines:
        roads = cut_network(lines)
    with archived("scgraph_data", "world_railways.py") as lines:
        rail = cut_network(lines)
    write_lines(roads, "road", map_folder / "roads.json")
    write_lines(rail, "rail", map_folder / "rail.json")
    whole = largest_component(roads)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer, lat=whole.lat, lon=whole.lon, u=whole.u, v=whole.v, km=whole.km, credit=np.array(CREDIT)
    )
    write_atomically(graph_file, buffer.getvalue())

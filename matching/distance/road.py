"""Distance over a road graph that is loaded from a file: no service, the same answer every time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from matching.distance.great_circle import DEFAULT_CIRCUITY, GreatCircle, great_circle_km

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# A road further away than this says nothing about how a lorry leaves the point.
MAX_ACCESS_KM = 30.0
# Points join a road anywhere along it; the road is sampled this densely to find where.
SAMPLE_KM = 1.0
# Edge lengths are rounded to 1/1024 km.  Sums of such numbers are exact in binary, so a distance depends
# neither on the direction of travel nor on which other pairs are asked for in the same call.
_QUANTUM_PER_KM = 1024.0
# Up to this many nodes the table of shortest paths is kept between calls (4096^2 float64 are 134 MB).
_KEEP_TABLE_NODES = 4096
_ORIGINS_PER_BLOCK = 256
_PAIRS_PER_BLOCK = 1_000_000


class RoadGraph:
    """An undirected road graph; ``pairs_km`` gives travelled kilometres over it.

    A point is joined to the nearest place on a road; that access leg counts as great circle x ``circuity``,
    for it runs on small roads that the graph does not hold.  Three kinds of pairs fall back to great circle x
    ``circuity`` altogether: a point further than ``MAX_ACCESS_KM`` from any road, two points that no path
    joins, and neighbours whose access legs alone would be longer than going straight to each other.
    No distance is ever shorter than the great circle.
    """

    method = "road"

    def __init__(
        self,
        lat: np.ndarray,
        lon: np.ndarray,
        u: np.ndarray,
        v: np.ndarray,
        km: np.ndarray,
        circuity: float = DEFAULT_CIRCUITY,
    ) -> None:
        """``lat``/``lon`` in degrees, shape ``(nodes,)``; edge ``e`` joins ``u[e]``, ``v[e]`` over ``km[e]``.

        Raises ``ValueError`` where an edge names a node that is not there or has no positive length.
        """
        self._direct = GreatCircle(circuity)
        self._lat, self._lon = np.asarray(lat, float), np.asarray(lon, float)
        self._u, self._v = np.asarray(u, np.int64), np.asarray(v, np.int64)
        self._km = np.maximum(np.round(np.asarray(km, float) * _QUANTUM_PER_KM), 1.0) / _QUANTUM_PER_KM
        nodes = self._lat.size
        if self._lon.size != nodes or not (self._u.size == self._v.size == self._km.size > 0):
            raise ValueError("a road graph needs a longitude for each latitude, and at least one whole edge")
        if min(self._u.min(), self._v.min()) < 0 or max(self._u.max(), self._v.max()) >= nodes:
            raise ValueError(f"an edge of the road graph names a node outside 0..{nodes - 1}")
        if not np.all(np.isfinite(km)) or np.any(np.asarray(km, float) < 0):
            raise ValueError("an edge of the road graph has no length of 0 km or more")
        self._sample_roads()
        self._matrix = self._adjacency()
        self._table: np.ndarray | None = None
        self._known = np.zeros(nodes, bool)

    @classmethod
    def load(cls, path: Path | str, circuity: float = DEFAULT_CIRCUITY) -> RoadGraph:
        """Read an ``.npz`` of arrays ``lat, lon`` (degrees), ``u, v`` (node numbers) and ``km``.

        Raises ``FileNotFoundError`` where there is no such file and ``ValueError`` where it is no road graph.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                return cls(file["lat"], file["lon"], file["u"], file["v"], file["km"], circuity)
        except (BadZipFile, KeyError, EOFError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"{path} is not a road graph: {error}") from error

    def pairs_km(
        self, lat1: np.ndarray, lon1: np.ndarray, lat2: np.ndarray, lon2: np.ndarray
    ) -> np.ndarray:
        """Kilometres of ``n`` pairs: four arrays of shape ``(n,)`` in degrees to one of shape ``(n,)``."""
        return self.pairs_km_and_by_road(lat1, lon1, lat2, lon2)[0]

    def pairs_km_and_by_road(
        self, lat1: np.ndarray, lon1: np.ndarray, lat2: np.ndarray, lon2: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """As :meth:`pairs_km`, and whether each distance runs over the graph (False: it fell back)."""
        ends = (lat1, lon1, lat2, lon2)
        arrays = np.broadcast_arrays(*(np.atleast_1d(np.asarray(end, float)) for end in ends))
        km, by_road = np.empty(arrays[0].size), np.empty(arrays[0].size, bool)
        for start in range(0, km.size, _PAIRS_PER_BLOCK):
            part = slice(start, start + _PAIRS_PER_BLOCK)
            km[part], by_road[part] = self._block(*(array[part] for array in arrays))
        return km, by_road

    def _block(
        self, lat1: np.ndarray, lon1: np.ndarray, lat2: np.ndarray, lon2: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        # Complex numbers sort as (real, imaginary), which finds equal places far faster than sorting rows.
        both_ends = np.concatenate([lat1 + 1j * lon1, lat2 + 1j * lon2])
        places, place_of = np.unique(both_ends, return_inverse=True)
        origin, destination = np.split(place_of, 2)
        access, edge, offset = self._join(places.real, places.imag)
        straight = great_circle_km(lat1, lon1, lat2, lon2)
        km = straight * self._direct.circuity
        legs = access[origin] + access[destination]
        limit = MAX_ACCESS_KM * self._direct.circuity
        ask = np.flatnonzero((legs <= km) & (access[origin] <= limit) & (access[destination] <= limit))
        start, end = origin[ask], destination[ask]
        road = self._between(edge[start], offset[start], edge[end], offset[end])
        found = np.isfinite(road)
        ask, road = ask[found], road[found]
        km[ask] = np.maximum(legs[ask] + road, straight[ask])
        by_road = np.zeros(km.size, bool)
        by_road[ask] = True
        return km, by_road

    def _sample_roads(self) -> None:
        """Lay points every ``SAMPLE_KM`` on each edge, and a tree over them to find the nearest."""
        from scipy.spatial import cKDTree

        pieces = np.maximum(np.ceil(self._km / SAMPLE_KM).astype(np.int64), 1) + 1
        self._sample_edge = np.repeat(np.arange(self._km.size), pieces)
        step = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        share = step / (pieces[self._sample_edge] - 1)
        u, v = self._u[self._sample_edge], self._v[self._sample_edge]
        self._sample_lat = self._lat[u] + share * (self._lat[v] - self._lat[u])
        self._sample_lon = self._lon[u] + share * (self._lon[v] - self._lon[u])
        length = self._km[self._sample_edge]
        self._sample_offset = np.round(share * length * _QUANTUM_PER_KM) / _QUANTUM_PER_KM
        self._tree = cKDTree(_on_sphere(self._sample_lat, self._sample_lon))

    def _adjacency(self) -> csr_matrix:
        """Symmetric sparse matrix of edge lengths; of parallel edges the shortest counts."""
        # SciPy takes a moment to import and the web process starts without needing it.
        from scipy.sparse import csr_matrix

        low, high = np.minimum(self._u, self._v), np.maximum(self._u, self._v)
        order = np.lexsort((self._km, high, low))
        order = order[low[order] != high[order]]
        _, first = np.unique(np.stack([low[order], high[order]], axis=1), axis=0, return_index=True)
        keep = order[first]
        return csr_matrix((self._km[keep], (low[keep], high[keep])), shape=(self._lat.size, self._lat.size))

    def _join(self, lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each point: length of the access leg, the edge it joins, km from that edge's ``u`` end."""
        nearest = self._tree.query(_on_sphere(lat, lon))[1]
        leg = self._direct.pairs_km(lat, lon, self._sample_lat[nearest], self._sample_lon[nearest])
        return leg, self._sample_edge[nearest], self._sample_offset[nearest]

    def _between(
        self, edge1: np.ndarray, offset1: np.ndarray, edge2: np.ndarray, offset2: np.ndarray
    ) -> np.ndarray:
        """Shortest kilometres between places on edges, infinite where no path joins them."""
        best = np.where(edge1 == edge2, np.abs(offset1 - offset2), np.inf)
        for node1, start in ((self._u[edge1], offset1), (self._v[edge1], self._km[edge1] - offset1)):
            for node2, end in ((self._u[edge2], offset2), (self._v[edge2], self._km[edge2] - offset2)):
                np.minimum(best, start + self._nodes_km(node1, node2) + end, out=best)
        return best

    def _nodes_km(self, origin: np.ndarray, destination: np.ndarray) -> np.ndarray:
        """Shortest kilometres between pairs of nodes, by Dijkstra from each distinct origin once."""
        from scipy.sparse.csgraph import dijkstra

        if self._lat.size <= _KEEP_TABLE_NODES:
            if self._table is None:
                self._table = np.empty(self._matrix.shape)
            missing = np.setdiff1d(origin, np.flatnonzero(self._known))
            for start in range(0, missing.size, _ORIGINS_PER_BLOCK):
                block = missing[start : start + _ORIGINS_PER_BLOCK]
                self._table[block] = dijkstra(self._matrix, directed=False, indices=block)
                self._known[block] = True
            return self._table[origin, destination]
        km = np.empty(origin.size)
        order = np.argsort(origin, kind="stable")
        distinct, first = np.unique(origin[order], return_index=True)
        ends = np.append(first, origin.size)
        for start in range(0, distinct.size, _ORIGINS_PER_BLOCK):
            block = distinct[start : start + _ORIGINS_PER_BLOCK]
            rows = dijkstra(self._matrix, directed=False, indices=block)
            members = order[ends[start] : ends[start + block.size]]
            km[members] = rows[np.searchsorted(block, origin[members]), destination[members]]
        return km


def _on_sphere(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Unit vectors, shape ``(n, 3)``: their straight distance orders points as the great circle does."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)

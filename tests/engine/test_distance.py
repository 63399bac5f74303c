"""Distances: known arcs, a road graph small enough to reckon by hand, and a router that really listens."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.distance import (
    EARTH_RADIUS_KM,
    DistanceUnavailable,
    GreatCircle,
    RoadGraph,
    Router,
    RouterError,
    choose_distance,
    great_circle_km,
)
from matching.distance import road as road_module

DONGSHENG, BAOTOU = (39.823, 109.963), (40.657, 109.840)
latitudes = st.floats(-90, 90, allow_nan=False)
longitudes = st.floats(-180, 180, allow_nan=False)


def one_pair(model, start, end) -> float:
    return float(model.pairs_km(*(np.array([value]) for value in (*start, *end)))[0])


def test_dongsheng_to_baotou_is_some_93_km_as_the_crow_flies():
    straight = float(great_circle_km(*DONGSHENG, *BAOTOU))
    assert straight == pytest.approx(93.3, abs=0.2)
    assert one_pair(GreatCircle(), DONGSHENG, BAOTOU) == pytest.approx(straight * 1.35)


def test_great_circle_of_a_quarter_and_of_half_the_earth():
    assert great_circle_km(0.0, 0.0, 0.0, 90.0) == pytest.approx(np.pi / 2 * EARTH_RADIUS_KM)
    assert great_circle_km(90.0, 0.0, -90.0, 0.0) == pytest.approx(np.pi * EARTH_RADIUS_KM)


def test_great_circle_keeps_a_metre():
    assert great_circle_km(39.8, 110.0, 39.8 + 1e-5, 110.0) * 1000 == pytest.approx(1.112, abs=0.001)


@given(latitudes, longitudes, latitudes, longitudes)
def test_great_circle_is_a_distance(lat1, lon1, lat2, lon2):
    there = float(great_circle_km(lat1, lon1, lat2, lon2))
    assert 0.0 <= there <= np.pi * EARTH_RADIUS_KM + 1e-6
    assert there == pytest.approx(float(great_circle_km(lat2, lon2, lat1, lon1)), abs=1e-9)
    assert great_circle_km(lat1, lon1, lat1, lon1) == 0.0


def test_a_circuity_below_one_is_refused():
    with pytest.raises(ValueError, match="below 1"):
        GreatCircle(0.9)


# Two parallel roads along 39 and 40 degrees north, joined by one bridge at 110 degrees east, and an islet.
NODE_LAT = np.array([39.0, 39.0, 39.0, 40.0, 40.0, 40.0, 39.5, 39.5])
NODE_LON = np.array([109.0, 110.0, 111.0, 109.0, 110.0, 111.0, 112.5, 112.6])
EDGES = ([0, 1, 3, 4, 1, 6], [1, 2, 4, 5, 4, 7])


@pytest.fixture
def graph() -> RoadGraph:
    u, v = (np.array(side) for side in EDGES)
    km = great_circle_km(NODE_LAT[u], NODE_LON[u], NODE_LAT[v], NODE_LON[v]) * 1.1
    return RoadGraph(NODE_LAT, NODE_LON, u, v, km)


def test_opposite_banks_are_reached_over_the_bridge(graph):
    west = great_circle_km(39.0, 109.0, 39.0, 110.0) * 1.1
    north = great_circle_km(40.0, 109.0, 40.0, 110.0) * 1.1
    bridge = great_circle_km(39.0, 110.0, 40.0, 110.0) * 1.1
    km = one_pair(graph, (39.0, 109.0), (40.0, 109.0))
    assert km == pytest.approx(west + bridge + north, abs=0.01)
    assert km > great_circle_km(39.0, 109.0, 40.0, 109.0) * 1.35


def test_a_point_joins_the_road_anywhere_along_it(graph):
    start, end = (39.0, 109.25), (39.05, 109.75)
    along = great_circle_km(39.0, 109.25, 39.0, 109.75) * 1.1
    access = great_circle_km(39.0, 109.75, 39.05, 109.75) * 1.35
    # Joining is sampled each kilometre, so either end may be half a kilometre off.
    assert one_pair(graph, start, end) == pytest.approx(along + access, abs=1.2)


def test_neighbours_go_straight_rather_than_by_a_distant_road(graph):
    start, end = (39.2, 109.50), (39.2, 109.51)
    km, by_road = graph.pairs_km_and_by_road(*(np.array([value]) for value in (*start, *end)))
    assert km[0] == pytest.approx(float(great_circle_km(*start, *end)) * 1.35)
    assert not by_road[0]


@pytest.mark.parametrize("end", [(39.5, 112.55), (36.0, 109.0)], ids=["no path", "far from any road"])
def test_what_the_roads_do_not_reach_falls_back_and_says_so(graph, end):
    km, by_road = graph.pairs_km_and_by_road(*(np.array([value]) for value in (39.0, 109.0, *end)))
    assert km[0] == pytest.approx(float(great_circle_km(39.0, 109.0, *end)) * 1.35)
    assert not by_road[0]


def random_pairs(n: int, seed: int = 7) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.uniform(38.8, 40.2, n), rng.uniform(108.8, 112.7, n), rng.uniform(38.8, 40.2, n),
            rng.uniform(108.8, 112.7, n)]


def test_roads_are_symmetric_and_never_shorter_than_the_great_circle(graph):
    lat1, lon1, lat2, lon2 = random_pairs(500)
    there, back = graph.pairs_km(lat1, lon1, lat2, lon2), graph.pairs_km(lat2, lon2, lat1, lon1)
    np.testing.assert_allclose(there, back, rtol=1e-12)
    assert np.all(there >= great_circle_km(lat1, lon1, lat2, lon2))


def test_a_pair_has_one_distance_whatever_it_is_asked_with(graph, monkeypatch):
    pairs = random_pairs(200)
    together = graph.pairs_km(*pairs)
    alone = [graph.pairs_km(*(column[i : i + 1] for column in pairs))[0] for i in range(200)]
    monkeypatch.setattr(road_module, "_KEEP_TABLE_NODES", 0)
    monkeypatch.setattr(road_module, "_ORIGINS_PER_BLOCK", 2)
    monkeypatch.setattr(road_module, "_PAIRS_PER_BLOCK", 33)
    assert together.tolist() == alone == graph.pairs_km(*pairs).tolist()


def test_dijkstra_agrees_with_an_exhaustive_walk(graph):
    pairs = random_pairs(1)
    graph.pairs_km(*pairs)
    hops = np.full((8, 8), np.inf)
    np.fill_diagonal(hops, 0.0)
    for u, v, km in zip(graph._u, graph._v, graph._km, strict=True):
        hops[u, v] = hops[v, u] = km
    for middle in range(8):
        hops = np.minimum(hops, hops[:, [middle]] + hops[[middle], :])
    rows, columns = (side.ravel() for side in np.indices((8, 8)))
    assert graph._nodes_km(rows, columns).reshape(8, 8).tolist() == hops.tolist()


def test_a_graph_is_read_from_its_file(graph, tmp_path):
    file = tmp_path / "roads.npz"
    np.savez(file, lat=NODE_LAT, lon=NODE_LON, u=EDGES[0], v=EDGES[1], km=np.full(6, 120.0))
    assert RoadGraph.load(file).method == "road"
    (tmp_path / "noise.npz").write_bytes(b"not a graph")
    with pytest.raises(ValueError, match=r"noise\.npz is not a road graph"):
        RoadGraph.load(tmp_path / "noise.npz")
    np.savez(tmp_path / "half.npz", lat=NODE_LAT)
    with pytest.raises(ValueError, match=r"half\.npz is not a road graph"):
        RoadGraph.load(tmp_path / "half.npz")


def test_a_broken_graph_is_refused():
    with pytest.raises(ValueError, match="outside"):
        RoadGraph(NODE_LAT, NODE_LON, np.array([0]), np.array([99]), np.array([1.0]))
    with pytest.raises(ValueError, match="no length"):
        RoadGraph(NODE_LAT, NODE_LON, np.array([0]), np.array([1]), np.array([-1.0]))


class TableService(BaseHTTPRequestHandler):
    """Answers as a table service does: great circle x 1.2, and no road to anything east of 112 degrees."""

    def do_GET(self):
        self.server.asked.append(self.path)
        address = urlsplit(self.path)
        points = [tuple(map(float, p.split(","))) for p in address.path.rsplit("/", 1)[1].split(";")]
        query = parse_qs(address.query, separator="&")
        sources, targets = ([int(i) for i in query[key][0].split(";")] for key in ("sources", "destinations"))
        table = [
            [
                None if points[t][0] > 112 else
                1200 * float(great_circle_km(points[s][1], points[s][0], points[t][1], points[t][0]))
                for t in targets
            ]
            for s in sources
        ]
        self.answer(*self.server.reply or (200, json.dumps({"code": "Ok", "distances": table}).encode()))

    def answer(self, status: int, body: bytes):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """A test that passes says nothing."""


@pytest.fixture
def service():
    server = ThreadingHTTPServer(("127.0.0.1", 0), TableService)
    server.asked, server.reply = [], None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def router(service) -> Router:
    return Router(f"http://127.0.0.1:{service.server_address[1]}/")


def test_the_router_is_asked_in_tiles_and_each_pair_gets_its_own_number(service, router):
    lat1, lon1, lat2, lon2 = random_pairs(130)
    km = router.pairs_km(lat1, lon1, lat2, lon2)
    straight = great_circle_km(lat1, lon1, lat2, lon2)
    expected = np.where(np.round(lon2, 6) > 112, straight * 1.35, straight * 1.2)
    np.testing.assert_allclose(km, expected, rtol=1e-4)
    assert len(service.asked) == 9
    assert all(path.startswith("/table/v1/driving/") for path in service.asked)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ((200, b'{"code": "NoTable", "message": "no table"}'), "refused the request: no table"),
        ((200, b'{"code": "Ok", "distances": [[1, 2]]}'), "no whole table"),
        ((200, b"<html>"), "did not answer in JSON"),
        ((200, b"[]"), "did not answer as the table service does"),
        ((400, b'{"code": "TooBig", "message": "Too many table coordinates"}'), "400: Too many table"),
        ((502, b""), "502"),
    ],
)
def test_a_router_that_misbehaves_is_named(service, router, reply, message):
    service.reply = reply
    with pytest.raises(RouterError, match=message):
        one_pair(router, DONGSHENG, BAOTOU)


def test_a_router_that_is_not_there_is_named(service):
    port = service.server_address[1]
    service.server_close()
    with pytest.raises(RouterError, match=rf"127\.0\.0\.1:{port} cannot be reached"):
        one_pair(Router(f"http://127.0.0.1:{port}", timeout_s=2), DONGSHENG, BAOTOU)


def test_choosing_takes_the_best_there_is(graph, tmp_path):
    file = tmp_path / "roads.npz"
    np.savez(file, lat=NODE_LAT, lon=NODE_LON, u=EDGES[0], v=EDGES[1], km=np.full(6, 120.0))
    assert choose_distance().method == "great-circle"
    assert choose_distance(roads=file).method == "road"
    assert choose_distance(roads=file, router_url="http://localhost:1").method == "router"
    assert choose_distance("great-circle", roads=file, router_url="http://localhost:1", circuity=1.2) == (
        GreatCircle(1.2)
    )


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("road", {}, "gongsheng assets build"),
        ("road", {"roads": "/nowhere/roads.npz"}, "cannot be read"),
        ("router", {}, "GONGSHENG_ROUTER_URL"),
        ("router", {"router_url": "file:///etc/passwd"}, "expected http"),
        ("crow", {}, "expected one of great-circle, road, router"),
    ],
)
def test_choosing_what_is_not_there_says_what_to_do(name, given, message):
    with pytest.raises(DistanceUnavailable, match=message):
        choose_distance(name, **given)

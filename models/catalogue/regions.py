"""The banners and districts of Ordos and Baotou: a slug, the Chinese name and the English one."""

from __future__ import annotations

from hashlib import sha1

REGIONS: tuple[tuple[str, str, str], ...] = (
    ("dongsheng", "东胜区", "Dongsheng District"),
    ("kangbashi", "康巴什区", "Kangbashi District"),
    ("dalad", "达拉特旗", "Dalad Banner"),
    ("jungar", "准格尔旗", "Jungar Banner"),
    ("otog-front", "鄂托克前旗", "Otog Front Banner"),
    ("otog", "鄂托克旗", "Otog Banner"),
    ("hanggin", "杭锦旗", "Hanggin Banner"),
    ("uxin", "乌审旗", "Uxin Banner"),
    ("ejin-horo", "伊金霍洛旗", "Ejin Horo Banner"),
    ("baotou", "包头市", "Baotou City"),
    ("donghe", "东河区", "Donghe District"),
    ("kundulun", "昆都仑区", "Kundulun District"),
    ("qingshan", "青山区", "Qingshan District"),
    ("shiguai", "石拐区", "Shiguai District"),
    ("bayan-obo", "白云鄂博矿区", "Bayan Obo Mining District"),
    ("jiuyuan", "九原区", "Jiuyuan District"),
    ("tumd-right", "土默特右旗", "Tumd Right Banner"),
    ("guyang", "固阳县", "Guyang County"),
    ("darhan-muminggan", "达尔罕茂明安联合旗", "Darhan Muminggan United Banner"),
)
_SLUGS = {name: slug for slug, name_zh, name_en in REGIONS for name in (slug, name_zh, name_en)}


def region_slug(name: str) -> str:
    """The slug of a region named in Chinese, English or by slug; an unknown one gets a slug of its own."""
    known = _SLUGS.get(name)
    return known or f"region-{sha1(name.encode(), usedforsecurity=False).hexdigest()[:10]}"

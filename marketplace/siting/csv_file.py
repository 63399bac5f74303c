"""Candidates from a CSV file: every fault with its line and column, and nothing taken where there is one."""

from __future__ import annotations

import csv
import io
from typing import Any

from marketplace.errors import Refusal
from marketplace.fields import parse_number
from marketplace.what_ifs.forms import MOST_TONNES, Choices

COLUMNS = ("name", "pattern", "park", "lat", "lon", "t_per_month", "open_cost_yuan", "bid_yuan_per_t")
NEEDED = ("name", "pattern", "t_per_month", "open_cost_yuan")
MOST_BYTES, MOST_ROWS = 1_000_000, 500
_NUMBERS = {
    "t_per_month": (0, MOST_TONNES), "open_cost_yuan": (0, 1_000_000_000_000), "bid_yuan_per_t": (-100_000, 100_000),
    "lat": (-90, 90), "lon": (-180, 180),
}


def read_candidates(data: bytes, choices: Choices) -> tuple[list[dict[str, Any]], list[Refusal]]:
    """The candidates of the file, and its faults; with a fault there are none."""
    if len(data) > MOST_BYTES:
        return [], [Refusal("siting:file_large", {"most": MOST_BYTES // 1000}, "file")]
    text = _decoded(data)
    if text is None:
        return [], [Refusal("siting:file_encoding", {}, "file")]
    lines = list(csv.reader(io.StringIO(text)))
    if not lines:
        return [], [Refusal("siting:file_empty", {}, "file")]
    head = [cell.strip().lstrip("\ufeff") for cell in lines[0]]
    faults = [Refusal("siting:column_unknown", {"column": one}, "file") for one in head if one not in COLUMNS]
    faults += [Refusal("siting:column_missing", {"column": one}, "file") for one in NEEDED if one not in head]
    rows = [(number, cells) for number, cells in enumerate(lines[1:], 2) if any(cell.strip() for cell in cells)]
    if len(rows) > MOST_ROWS:
        faults.append(Refusal("siting:too_many", {"most": MOST_ROWS}, "file"))
    if faults:
        return [], faults
    if not rows:
        return [], [Refusal("siting:file_empty", {}, "file")]
    found = []
    for number, cells in rows:
        row, wrong = _row(number, dict(zip(head, (cell.strip() for cell in cells), strict=False)), choices)
        found.append(row)
        faults += wrong
    return ([], faults) if faults else (found, [])


def _decoded(data: bytes) -> str | None:
    """UTF-8, or the GB 18030 that Excel writes in Chinese."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _row(number: int, cells: dict[str, str], choices: Choices) -> tuple[dict[str, Any], list[Refusal]]:
    faults: list[Refusal] = []

    def wrong(column: str, code: str, **values: object) -> None:
        faults.append(Refusal(f"siting:{code}", {"line": number, "column": column, **values}, "file"))

    values: dict[str, float | None] = {}
    for column, (low, high) in _NUMBERS.items():
        typed = cells.get(column, "")
        value = parse_number(typed) if typed else None
        if typed and value is None:
            wrong(column, "cell_no_number", found=typed[:40])
        elif value is not None and not low <= value <= high:
            wrong(column, "cell_range", found=typed[:40], low=low, high=high)
        values[column] = None if value is None else float(value)
    for column in NEEDED:
        if not cells.get(column):
            wrong(column, "cell_missing")
    pattern, park = cells.get("pattern", ""), cells.get("park", "")
    if pattern and pattern not in choices.patterns:
        wrong("pattern", "cell_pattern", found=pattern[:60])
    if park and park not in choices.places:
        wrong("park", "cell_park", found=park[:60])
    if not park and (values["lat"] is None or values["lon"] is None):
        wrong("lat", "cell_place")
    if faults:
        return {}, faults
    like = choices.patterns[pattern]
    _name, lat, lon = choices.places.get(park, ("", 0.0, 0.0))
    own = values["lat"] is not None and values["lon"] is not None
    return {
        "name": cells["name"][:80], "park": park, "lat": values["lat"] if own else lat,
        "lon": values["lon"] if own else lon, "t_per_month": values["t_per_month"], **like,
        "bid_yuan_per_t": like["bid_yuan_per_t"] if values["bid_yuan_per_t"] is None else values["bid_yuan_per_t"],
        "open_cost_yuan": values["open_cost_yuan"],
    }, []

"""``gongsheng what-if``: what it writes, and what it says of a file that cannot be."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from marketplace.cli import main

ORDOS = Path(__file__).parents[2] / "scenarios" / "ordos"
EXAMPLE = ORDOS.parent / "ordos_what_ifs" / "stop_and_freight.json"


def run(changes: Path, out: Path) -> object:
    call = ["what-if", str(ORDOS), "--changes", str(changes), "--out", str(out), "--distance", "great-circle"]
    return CliRunner().invoke(main, call)


def test_the_example_is_answered_by_difference(tmp_path: Path) -> None:
    result = run(EXAMPLE, tmp_path / "out")
    assert result.exit_code == 0, result.output  # type: ignore[attr-defined]
    told = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert told["status"] == "optimal"
    assert told["change"]["tonnes"] == pytest.approx(told["after"]["tonnes"] - told["before"]["tonnes"])
    assert told["change"]["tonnes"] < 0
    with (tmp_path / "out" / "routes.csv").open(encoding="utf-8-sig", newline="") as file:
        routes = list(csv.DictReader(file))
    assert sum(float(row["change_t"]) for row in routes) == pytest.approx(told["change"]["tonnes"], abs=1)
    with (tmp_path / "out" / "gains.csv").open(encoding="utf-8-sig", newline="") as file:
        gains = sum(float(row["gain_yuan"]) for row in csv.DictReader(file))
    assert gains == pytest.approx(told["change"]["value_yuan"], rel=1e-6)


@pytest.mark.parametrize(("text", "words"), [
    ("[{", "line 1, column 3: not JSON"),
    ('{"kind": "stop"}', "not_a_list"),
    ('[{"kind": "stop", "enterprise": "nobody", "first_month": "2027-01", "months": 1}]', "unknown_enterprise"),
    ('[{"kind": "wish"}, {"kind": "freight_times"}]', "change 2, factor: missing"),
])
def test_a_file_that_cannot_be_is_told_and_nothing_is_written(tmp_path: Path, text: str, words: str) -> None:
    changes = tmp_path / "changes.json"
    changes.write_text(text, encoding="utf-8")
    result = run(changes, tmp_path / "out")
    assert result.exit_code == 2  # type: ignore[attr-defined]
    assert words in result.output  # type: ignore[attr-defined]
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    result = run(tmp_path / "none.json", tmp_path / "out")
    assert result.exit_code == 2 and "cannot be read" in result.output  # type: ignore[attr-defined]

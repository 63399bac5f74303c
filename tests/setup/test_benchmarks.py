"""The benchmarks' command lines, without the measuring: how they start, and how all of them together end."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import __main__ as command
from benchmarks import measuring


@pytest.mark.parametrize("name", ["match_scale", "transport_scale", "blend_scale", "allocate_scale", "ledger_verify"])
def test_each_takes_quick_and_leaves_its_figures(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[object, ...]] = []

    def measure(_module: str, label: str, *arguments: object, **_: object) -> measuring.Measured:
        seen.append(arguments)
        return measuring.Measured(label, (), {}, float("nan"), "not run")

    monkeypatch.setattr(measuring, "measure", measure)
    monkeypatch.chdir(tmp_path)
    quick = _run(name, "--quick", monkeypatch) and len(seen)
    assert (tmp_path / "var" / "benchmarks" / f"{name}.json").is_file()
    assert quick and max(a for arguments in seen for a in arguments if isinstance(a, int)) <= 100_000
    small = seen.copy()
    _run(name, "", monkeypatch)
    assert seen[quick:] != small


def _run(name: str, option: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(sys, "argv", [name, *option.split()])
    monkeypatch.delitem(sys.modules, f"benchmarks.{name}", raising=False)
    return bool(runpy.run_module(f"benchmarks.{name}", run_name="__main__"))


def test_without_data_from_elsewhere_one_is_passed_over_unless_it_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(line: list[str], **_: object) -> SimpleNamespace:
        return SimpleNamespace(returncode={"benchmarks.national": 3, "benchmarks.live_index": 1}.get(line[2], 0))

    monkeypatch.setattr(subprocess, "run", ended)
    monkeypatch.setattr(command, "find_spec", lambda _name: True)
    assert command.main(["--quick"]) == 1
    assert command.main(["national"]) == 1
    assert command.main(["match_scale", "--quick"]) == 0

"""What is installed is what is written down: pins are whole, agree with each other and name no host."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.metadata import distribution, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    "requirements.txt", "requirements-cluster.txt", "requirements-dev.txt", "requirements-bench.txt",
    "requirements-assets.txt", "requirements-node.txt",
]


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text().splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith(("#", "-r ")))
    return {canonicalize_name(package): pinned for package, pinned in pairs}


@pytest.mark.parametrize("name", FILES)
def test_every_line_is_an_exact_version_and_names_no_host(name):
    assert pins(name)
    assert "://" not in (ROOT / name).read_text()


def test_what_the_project_declares_is_pinned_within_its_bounds():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for declared, name in (
        (project["dependencies"], "requirements.txt"),
        (project["optional-dependencies"]["cluster"], "requirements-cluster.txt"),
    ):
        pinned = pins(name)
        for requirement in map(Requirement, declared):
            assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), requirement


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-cluster.txt", "requirements-dev.txt"])
def test_pins_are_whole_and_are_what_runs_here(name):
    pinned = {**pins("requirements.txt"), **pins("requirements-cluster.txt"), **pins(name)}
    for package, wanted in pins(name).items():
        assert version(package) == wanted
        for line in distribution(package).requires or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                assert canonicalize_name(requirement.name) in pinned, f"{package} needs {requirement.name}"


def test_the_front_end_lock_agrees_and_records_no_host():
    lock_text = (ROOT / "package-lock.json").read_text()
    package, lock = json.loads((ROOT / "package.json").read_text()), json.loads(lock_text)
    assert lock["packages"][""]["dependencies"] == package["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", wanted) for wanted in package["dependencies"].values())
    assert "resolved" not in lock_text
    assert "://" not in lock_text

"""What is in the repository: ours alone, and nothing that only holds on one machine."""

from __future__ import annotations

import re
from pathlib import Path

from tests.structure import sources

GENERATED = (".venv/", "node_modules/", "static/vendor/", "static/map/", "var/", "*.mo", "__pycache__/")
# Put together here, so that this file does not contain what it forbids.
HOSTS = ("pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js", "npm" + "mirror", "conda.an" + "aconda")
PATHS = re.compile(r"(?<![\w.}-])/(?:" + "work" + r"|home/\w+|root|Users/\w+|tmp/gs)/")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImplemented" + r"Error)\b")
PASSED_OVER = re.compile(r"pytest\.(?:mark\.)?(?:skip|xfail|importorskip)")
TEXTS = (".py", ".html", ".js", ".css", ".md", ".toml", ".txt", ".json", ".cfg", ".csv", ".po", ".ini", "")


def written() -> list[Path]:
    return [path for path in sources.files() if path.suffix in TEXTS]


def test_nothing_of_one_machine() -> None:
    for path in written():
        source = sources.text(path)
        assert [host for host in HOSTS if host in source] == [], path
        assert PATHS.search(source) is None, path


def test_nothing_unfinished() -> None:
    for path in written():
        if path.suffix in (".py", ".js", ".html"):
            assert UNFINISHED.search(sources.text(path)) is None, path
            assert PASSED_OVER.search(sources.text(path)) is None, path


def test_markup_is_made_of_escaped_parts() -> None:
    """``Markup`` around a computed string would let a name become markup; it takes a constant and formats it."""
    for path in sources.modules("marketplace"):
        for call in sources.calls(path, "Markup"):
            assert type(call.args[0]).__name__ == "Constant", path


def test_what_is_fetched_or_made_is_not_kept() -> None:
    ignored = set(sources.text(Path(".gitignore")).split())
    assert set(GENERATED) <= ignored


def test_every_lint_exception_has_its_reason() -> None:
    """A ``noqa`` names its rule and is followed by why it is meant."""
    for path in sources.modules("marketplace", "matching", "models", "tests"):
        for line in sources.text(path).splitlines():
            found = re.search(r"# no" + r"qa(?P<rest>.*)", line)
            if found:
                assert re.match(r": [A-Z]+\d+\s.*\w", found["rest"]), f"{path}: {line.strip()}"


def test_no_file_is_large() -> None:
    large = {str(path): size for path in sources.files() if (size := (sources.ROOT / path).stat().st_size) > 1_500_000}
    assert large == {}

"""What the pages for readers say is there, is there: links, files named in backticks, commands."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from marketplace.cli import main
from tests.structure import sources

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
TICKED = re.compile(r"`([^`\n]+)`")
# A path has a folder in it and ends in a slash or in a suffix we use; what holds a blank or a star is no path.
FILE = re.compile(r"\.?[\w-]+(?:/[\w.-]+)*/(?:[\w-]+\.(?:py|md|csv|html|js|css|toml|txt|po|json))?")
COMMAND = re.compile(r"\bgongsheng((?: [a-z][a-z-]*)+)")
MADE_AT_SETUP = ("static/map/", "static/vendor/", "var/")
PAGES = [path for path in sources.files() if path.suffix == ".md"]


def prose(path: Path) -> str:
    """The page without its fenced blocks, which quote what other programs print."""
    return FENCE.sub("", sources.text(path))


def headings(path: Path) -> set[str]:
    """The anchors of a page as readers of Markdown make them."""
    found = re.findall(r"^#+ (.+)$", prose(path), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def leads(words: list[str]) -> click.Command | None:
    """The command that ``words`` name, as far as groups go; None where a word names none."""
    command: click.Command = main
    for word in words:
        if not isinstance(command, click.Group):
            return command
        found = command.get_command(click.Context(command), word)
        if found is None:
            return None
        command = found
    return command


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(prose(path)):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        there = (sources.ROOT / path).parent / file if file else sources.ROOT / path
        assert there.exists(), f"{path} links to {target}"
        if anchor:
            assert anchor in headings(there.relative_to(sources.ROOT)), f"{path} links to {target}"


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_files_that_are_named_are_there(path: Path) -> None:
    for named in TICKED.findall(prose(path)):
        if FILE.fullmatch(named) and not named.startswith(MADE_AT_SETUP):
            beside = (sources.ROOT / path).parent / named
            assert (sources.ROOT / named).exists() or beside.exists(), f"{path} names {named}"


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_commands_that_are_named_are_there(path: Path) -> None:
    told = [*TICKED.findall(prose(path)), *FENCE.findall(sources.text(path))]
    for words in COMMAND.findall("\n".join(told)):
        assert leads(words.split()), f"{path} names gongsheng{words}"


def test_names_on_the_tour_are_names_in_the_code() -> None:
    code = "\n".join(sources.text(path) for path in sources.modules("marketplace", "matching", "models"))
    known = set(re.findall(r"\w+", code))
    ticked = TICKED.findall(prose(Path("docs/house-tour.md")))
    named = {name for name in ticked if re.fullmatch(r"\w+_\w+|[A-Z]\w+", name)}
    assert named and named - known == set()


def test_every_command_is_in_the_readme() -> None:
    """A command nobody is told of is not there for a newcomer; setting up and serving are make's."""
    text = sources.text(Path("README.md"))
    told = {words.split()[0] for words in COMMAND.findall(text)}
    assert set(main.list_commands(click.Context(main))) - told == {"assets", "demo", "worker"}


def test_the_readme_speaks_chinese_first() -> None:
    text = sources.text(Path("README.md"))
    assert text.index("## 中文") < text.index("## English")
    assert len(text.splitlines()) < 200

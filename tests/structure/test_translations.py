"""Every sentence has its Chinese: extracted from the sources anew, so that a forgotten one fails."""

from __future__ import annotations

import re
from functools import lru_cache
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.structure import sources

PO = sources.ROOT / "marketplace" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)([sd])")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What reads the same in both languages: names of standards, symbols, placeholders alone.
SAME = re.compile(r"^(?:[\W\d_]|%\(\w+\)[sd]|km|t|kg|kB|MB|CO2e|CO₂e|yuan|GeoJSON|CSV|WGS-84|GCJ-02|pH|HW|°[NE])*$")


@lru_cache(maxsize=1)
def extracted() -> dict[str, str]:
    """The sentences of the sources, each with one place where it stands; of a plural, the plural form."""
    with open(sources.ROOT / "babel.cfg", encoding="utf-8") as handle:
        methods, options = parse_mapping_cfg(handle)
    found: dict[str, str] = {}
    for file, line, message, _comments, _context in extract_from_dir(
        str(sources.ROOT), methods, options, keywords=KEYWORDS, comment_tags=()
    ):
        for text in message if isinstance(message, tuple) else (message,):
            found.setdefault(text, f"{file}:{line}")
    return found


@lru_cache(maxsize=1)
def chinese() -> Catalog:
    return read_po(BytesIO(PO.read_bytes()), locale="zh")


def translation(text: str) -> str:
    for message in chinese():
        if text in (message.id if isinstance(message.id, tuple) else (message.id,)):
            return _first(message)
    return ""


def _first(message: Message) -> str:
    return message.string[0] if isinstance(message.string, list | tuple) else message.string or ""


def test_something_is_extracted() -> None:
    assert len(extracted()) > 200


def test_every_sentence_has_its_chinese() -> None:
    translated = {
        text for message in chinese() if _first(message) and not message.fuzzy
        for text in (message.id if isinstance(message.id, tuple) else (message.id,))
    }
    missing = {text: place for text, place in extracted().items() if text and text not in translated}
    assert missing == {}


def test_the_chinese_is_chinese() -> None:
    plain = [
        message.id for message in chinese()
        if message.id and message.id != "" and not CHINESE.search(_first(message)) and not SAME.match(_first(message))
    ]
    assert plain == []


def test_sentences_are_written_in_english() -> None:
    assert [text for text in extracted() if CHINESE.search(text)] == []


def test_placeholders_are_the_same() -> None:
    for message in chinese():
        if not message.id:
            continue
        wanted = {
            name for text in (message.id if isinstance(message.id, tuple) else (message.id,))
            for name, _kind in PLACEHOLDER.findall(text)
        }
        found = {name for name, _kind in PLACEHOLDER.findall(_first(message))}
        # A number that Chinese does not need may be left out of a plural, nothing else.
        assert found <= wanted and wanted - found <= ({"num"} if isinstance(message.id, tuple) else set()), message.id


def test_placeholders_are_named() -> None:
    for text, place in extracted().items():
        assert not re.search(r"%[sd]", text), f"{place}: {text}"
        assert not re.search(r"\{\w*\}", text), f"{place}: {text}"


@pytest.mark.parametrize("sign", ["!", "！"])
def test_no_exclamation_marks(sign: str) -> None:
    assert [message.id for message in chinese() if sign in _first(message)] == []
    assert [text for text in extracted() if sign in text] == []

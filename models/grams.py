"""Text cut into searchable pieces: two-character pieces of Chinese, beginnings of Latin words."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_LONGEST_PREFIX = 12
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")


class Grams(TypeDecorator[list[str]]):
    """``text[]`` on PostgreSQL (for GIN), words parted by blanks on SQLite (for FTS5)."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return " ".join(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> list[str] | None:
        return value.split() if isinstance(value, str) else value


def normalise(text: str) -> str:
    """Compatibility form, lower case, single blanks: full-width and half-width letters find each other."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def runs(text: str) -> list[str]:
    """The words of a text: each unbroken run of Chinese characters, each run of other letters and digits."""
    return _RUNS.findall(normalise(text))


def bigrams(text: str) -> list[str]:
    """Sorted, distinct index pieces of a text.

    A Chinese run gives each character and each pair of neighbours; another word gives its beginnings up to
    twelve letters, so that ``gyps`` finds ``gypsum``.
    """
    pieces: set[str] = set()
    for run in runs(text):
        if _IS_HAN.match(run):
            pieces.update(run)
            pieces.update(run[i : i + 2] for i in range(len(run) - 1))
        else:
            pieces.update(run[:n] for n in range(1, min(len(run), _LONGEST_PREFIX) + 1))
    return sorted(pieces)


def query_grams(run: str) -> list[str]:
    """The pieces that a text must hold to contain this one run; the shortest cover, for the index's sake."""
    if not _IS_HAN.match(run):
        return [run[:_LONGEST_PREFIX]]
    if len(run) == 1:
        return [run]
    return [run[i : i + 2] for i in range(len(run) - 1)]

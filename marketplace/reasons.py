"""Refusals in words: every feature declares its codes beside its presenters, and this is where they are read."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString

from marketplace.errors import Refusal

_WORDS: dict[str, LazyString] = {}


def declare(words: Mapping[str, LazyString]) -> None:
    """Add a feature's refusal codes; a code declared twice with other words is a mistake and raises."""
    for code, text in words.items():
        if _WORDS.setdefault(code, text) is not text:
            raise ValueError(f"refusal code {code!r} is declared twice")


def declared_codes() -> frozenset[str]:
    return frozenset(_WORDS)


def refusal_text(reason: Refusal) -> str:
    """One sentence in the language of the request, with the numbers behind it."""
    return str(_WORDS[reason.code]) % reason.values if reason.values else str(_WORDS[reason.code])

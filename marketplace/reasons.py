"""Refusals in words: every feature declares its codes beside its presenters, and this is where they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from flask_babel import LazyString

from marketplace import formatting
from marketplace.errors import Refusal

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_WORDS: dict[str, LazyString] = {}
_NAMES: dict[str, Mapping[str, LazyString]] = {}


def declare(words: Mapping[str, LazyString]) -> None:
    """Add a feature's refusal codes; a code declared twice with other words is a mistake and raises."""
    for code, text in words.items():
        if _WORDS.setdefault(code, text) is not text:
            raise ValueError(f"refusal code {code!r} is declared twice")


def declare_names(value: str, names: Mapping[str, LazyString]) -> None:
    """Say how the ids under the key ``value`` of a refusal are read."""
    _NAMES[value] = names


def refusal_text(reason: Refusal) -> str:
    """One sentence in the language of the request, with the numbers behind it."""
    text = str(_WORDS[reason.code])
    return text % {key: _shown(key, value) for key, value in reason.values.items()} if reason.values else text


def _shown(key: str, value: object) -> object:
    if key in _NAMES and value in _NAMES[key]:
        return _NAMES[key][str(value)]
    if isinstance(value, datetime):
        return formatting.exact_moment(value)
    if isinstance(value, Decimal | float):
        return formatting.number(value, 3)
    if isinstance(value, str) and _MONTH.fullmatch(value):
        return formatting.month(value)
    return value

"""Templates: nothing inline, nothing unescaped, no sentence that cannot be translated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.structure import sources

JINJA = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
# Classes of the frame, set by a page between two tags of a template.
CLASSES = re.compile(r"\{% block \w+_class %\}.*?\{% endblock %\}")
TAG = re.compile(r"<[^>]*>", re.DOTALL)
SCRIPT = re.compile(r"<script\b[^>]*>", re.IGNORECASE)
READ_OUT = re.compile(r'\s(?:title|alt|placeholder|aria-label)="([^"]*)"')
# Signs of compass and unit that are the same in both languages.
UNTRANSLATED = {"N", "E", "t", "km"}


pytestmark = pytest.mark.parametrize("path", sources.templates(), ids=str)


def test_nothing_inline(path: Path) -> None:
    source = sources.text(path)
    assert not re.search(r"\sstyle\s*=", source), "an inline style is refused by the browser"
    assert not re.search(r"<style\b", source)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", source), "an inline handler is refused by the browser"
    assert "javascript:" not in source
    for script in SCRIPT.findall(source):
        assert "src=" in script or 'type="application/json"' in script, script


def test_nothing_unescaped(path: Path) -> None:
    source = sources.text(path)
    assert not re.search(r"\|\s*safe\b", source)
    assert "autoescape false" not in source


def test_nothing_from_elsewhere(path: Path) -> None:
    assert not re.search(r"(?:src|href|action)=[\"'](?:https?:)?//", sources.text(path))


def test_every_word_can_be_translated(path: Path) -> None:
    source = JINJA.sub(" ", CLASSES.sub(" ", sources.text(path)))
    source = re.sub(r'\saria-[a-z]+="(?:true|false|[a-z]-)?\s*"', " ", source)
    words = [*READ_OUT.findall(source), TAG.sub(" ", re.sub(r"<!doctype html>", "", source))]
    found = {word for text in words for word in re.findall(r"[^\W\d_]+", text)}
    assert found - UNTRANSLATED - {"nbsp", "amp", "middot"} == set()


def test_forms_that_post_carry_the_token(path: Path) -> None:
    source = sources.text(path)
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", source, re.DOTALL | re.IGNORECASE):
        assert "csrf_token" in form or "hidden_tag" in form or "{{ token" in form, form[:120]


def test_table_heads_have_a_scope(path: Path) -> None:
    for head in re.findall(r"<th\b[^>]*>", sources.text(path)):
        assert "scope=" in head, head

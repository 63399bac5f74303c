"""A fetched page as one reads it: its elements, its words, its forms, and what is wrong with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.test import TestResponse

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNSEEN = {"script", "style", "template", "head"}


@dataclass(eq=False)
class Element:
    tag: str
    attrs: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag: str, **attrs: str) -> list[Element]:
        """The elements of a kind below this one; ``class_`` and ``aria_current`` stand for their attributes."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attrs.items()}
        return [
            one for one in self.walk()
            if one.tag == tag and all(_has(one, key, value) for key, value in wanted.items())
        ]

    @property
    def text(self) -> str:
        """What a person reads of it, blanks run together."""
        return re.sub(r"\s+", " ", "".join(self._words())).strip()

    def _words(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in UNSEEN:
                yield from child._words()
                yield " "

    def inside(self, *tags: str) -> bool:
        above = self.parent
        while above is not None and above.tag not in tags:
            above = above.parent
        return above is not None


def _has(one: Element, key: str, value: str) -> bool:
    found = one.attrs.get(key, "")
    return value in found.split() if key == "class" else found == value


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root", {})
        self.here = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one = Element(tag, {key: value or "" for key, value in attrs}, self.here)
        self.here.children.append(one)
        if tag not in VOID:
            self.here = one

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Element(tag, {key: value or "" for key, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        above: Element | None = self.here
        while above is not None and above.tag != tag:
            above = above.parent
        if above is not None and above.parent is not None:
            self.here = above.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


class Page:
    """``Page(response)``; :meth:`faults` is empty for a page that everybody can use."""

    def __init__(self, response: TestResponse | str) -> None:
        builder = _Builder()
        builder.feed(response if isinstance(response, str) else response.get_data(as_text=True))
        self.root = builder.root

    def all(self, tag: str, **attrs: str) -> list[Element]:
        return self.root.all(tag, **attrs)

    @property
    def text(self) -> str:
        bodies = self.all("body")
        return (bodies[0] if bodies else self.root).text

    @property
    def main(self) -> Element:
        return self.all("main")[0]

    @property
    def h1(self) -> str:
        return self.all("h1")[0].text

    def form(self, action: str | None = None) -> dict[str, str]:
        """What the browser would send of the form of ``main`` that posts to an address ending in ``action``."""
        forms = [
            one for one in self.main.all("form")
            if one.attrs.get("method", "").lower() == "post" and one.attrs.get("action", "").endswith(action or "")
        ]
        if not forms:
            raise LookupError(f"no form that posts to {action}")
        return _fields(forms[0])

    @property
    def token(self) -> str:
        """The page's token against forged forms."""
        return next(one.attrs["value"] for one in self.all("input", name="csrf_token"))

    def errors(self) -> dict[str, str]:
        """The messages beside fields, by field."""
        return {one.attrs["id"].removesuffix("-error"): one.text for one in self.all("p", class_="error")}

    def faults(self) -> list[str]:
        """What a page must not have, whichever it is."""
        found = []
        if (count := len(self.all("h1"))) != 1:
            found.append(f"{count} h1")
        ids = Counter(one.attrs["id"] for one in self.root.walk() if "id" in one.attrs)
        found += [f"id {name} {count} times" for name, count in ids.items() if count > 1]
        for one in self.root.walk():
            found += _faults(one, ids)
            if one.tag == "label" and one.attrs.get("for", "") not in {"", *ids}:
                found.append(f"label for nothing: {one.text}")
        labels = {one.attrs.get("for") for one in self.all("label")}
        for tag in ("input", "select", "textarea"):
            found += [f"no label: {one.attrs}" for one in self.all(tag) if not _labelled(one, labels)]
        found += [f"not filled in: {hit}" for hit in re.findall(r"%\([a-z_]+\)[sd]?", self.text)]
        if not self.root.all("html")[0].attrs.get("lang"):
            found.append("no language")
        return found


def _faults(one: Element, ids: Counter[str]) -> list[str]:
    attrs, found = one.attrs, []
    if "style" in attrs or any(key.startswith("on") for key in attrs):
        found.append(f"inline: {one.tag} {attrs}")
    if one.tag == "img" and "alt" not in attrs:
        found.append(f"no alt: {attrs}")
    if one.tag in ("a", "button") and not (one.text or attrs.get("aria-label") or any(
        inner.attrs.get("alt") for inner in one.all("img")
    )):
        found.append(f"no name: {one.tag} {attrs}")
    if one.tag == "th" and "scope" not in attrs:
        found.append(f"no scope: {one.text}")
    if one.tag == "form" and one.inside("form"):
        found.append("form in a form")
    for key in ("aria-describedby", "aria-labelledby", "aria-controls"):
        found += [f"{key} to nothing: {name}" for name in attrs.get(key, "").split() if name not in ids]
    return found


def _labelled(one: Element, labels: set[str | None]) -> bool:
    if one.attrs.get("type") in ("hidden", "submit", "button"):
        return True
    named = "aria-label" in one.attrs or "aria-labelledby" in one.attrs
    return named or one.inside("label") or (one.attrs.get("id") or "\0") in labels


def _fields(form: Element) -> dict[str, str]:
    sent = {}
    for one in form.walk():
        name = one.attrs.get("name")
        if not name:
            continue
        if one.tag == "input" and one.attrs.get("type") not in ("checkbox", "radio", "submit"):
            sent[name] = one.attrs.get("value", "")
        elif one.tag == "input" and "checked" in one.attrs:
            sent[name] = one.attrs.get("value", "on")
        elif one.tag == "textarea":
            # A browser drops the line break that follows the opening tag.
            whole = "".join(child for child in one.children if isinstance(child, str))
            sent[name] = whole.removeprefix("\r\n").removeprefix("\n")
        elif one.tag == "select":
            options = one.all("option")
            chosen = [option for option in options if "selected" in option.attrs] or options[:1]
            if chosen:
                sent[name] = chosen[0].attrs.get("value", "")
    return sent

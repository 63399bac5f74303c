"""Filling in the posting forms as a browser does: every field that the page holds is sent back."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse, encode_multipart


class _Fields(HTMLParser):
    """The fields of the form with class ``post-form``, or of the first form of the content."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.options: dict[str, list[str]] = {}
        self._inside = False
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = bool({"post-form", "form"} & set(values.get("class", "").split()))
        name = values.get("name", "")
        if not self._inside or (not name and tag != "option"):
            return
        if tag == "input" and (values.get("type") != "checkbox" or "checked" in values):
            self.fields[name] = values.get("value", "y")
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area, self.fields[name] = name, ""
        elif tag == "option" and self._select:
            self.options.setdefault(self._select, []).append(values.get("value", ""))
            if "selected" in values or self._select not in self.fields:
                self.fields[self._select] = values.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            # A browser drops the line break that follows the opening tag.
            self.fields[self._area] = self.fields[self._area].removeprefix("\r\n").removeprefix("\n")
            self._area = ""
        self._select = "" if tag == "select" else self._select
        self._inside = self._inside and tag != "form"


def fields_of(page: TestResponse) -> dict[str, str]:
    """What the page's form would send as it stands."""
    parser = _Fields()
    parser.feed(page.text)
    return parser.fields


def options_of(page: TestResponse, name: str) -> list[str]:
    parser = _Fields()
    parser.feed(page.text)
    return parser.options.get(name, [])


def send(client: FlaskClient, url: str, page: TestResponse | None = None, **typed: Any) -> TestResponse:
    """Open ``url`` (unless its page is at hand), type, and press the first button."""
    page = page or client.get(url)
    assert page.status_code < 500
    boundary, body = encode_multipart({**fields_of(page), **typed})
    return client.post(url, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def csrf(client: FlaskClient, url: str) -> str:
    return fields_of(client.get(url))["csrf_token"]

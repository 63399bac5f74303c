"""The board."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.urls import PUBLIC, Url


def board() -> ResponseReturnValue:
    return render_template("pages/board.html")


URLS = [
    Url("/", board, PUBLIC),
]

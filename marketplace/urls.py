"""A feature's URLs are a table one can read; registering it puts the permission check before every view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from flask import Flask, redirect, request, url_for

from marketplace.security.permissions import PUBLIC, may, require
from marketplace.session import current_actor

__all__ = ["PUBLIC", "Url", "register"]


@dataclass(frozen=True, slots=True)
class Url:
    """One line of a URL table: ``permission`` is a key of the permission table, or PUBLIC."""

    rule: str
    view: Callable[..., object]
    permission: str
    methods: tuple[str, ...] = ("GET",)


def register(app: Flask, feature: str, urls: list[Url]) -> None:
    """Add every line of ``urls`` as endpoint ``feature.view_name``."""
    for url in urls:
        endpoint = f"{feature}.{url.view.__name__}"
        app.add_url_rule(url.rule, endpoint, _guarded(url), methods=list(url.methods))
        app.extensions["gongsheng_permissions"][endpoint] = url.permission


def _guarded(url: Url) -> Callable[..., object]:
    @wraps(url.view)
    def view(**arguments: object) -> object:
        actor = current_actor()
        if not actor.signed_in and not may(actor, url.permission):
            # The wanted page is shown after the sign-in; a refused form is not sent again behind one's back.
            wanted = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("accounts.sign_in", next=wanted))
        require(actor, url.permission)
        return url.view(**arguments)

    return view

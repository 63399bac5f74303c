"""Every address declares who may use it, and an address that vanishes is noticed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.security.permissions import PERMISSIONS, PUBLIC
from tests.structure import sources

SNAPSHOT = sources.ROOT / "tests" / "structure" / "urls.txt"
# Flask's own, for files that anybody may fetch.
UNDECLARED = {"static"}


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    app = create_app(Settings(database_url="sqlite://", secret_key="only for tests", https=False))
    yield app
    app.extensions["gongsheng_engine"].dispose()


def lines(app: Flask) -> set[str]:
    permissions = app.extensions["gongsheng_permissions"]
    return {
        f"{'/'.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'})):9} {rule.rule}  {rule.endpoint}  "
        f"{permissions.get(rule.endpoint, '-')}"
        for rule in app.url_map.iter_rules()
    }


def test_every_endpoint_declares_a_permission(app: Flask) -> None:
    permissions = app.extensions["gongsheng_permissions"]
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints - set(permissions) == UNDECLARED
    assert set(permissions.values()) - set(PERMISSIONS) - {PUBLIC} == set()


def test_what_changes_something_is_never_public(app: Flask) -> None:
    permissions = app.extensions["gongsheng_permissions"]
    posting = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    public = {endpoint for endpoint in posting if permissions[endpoint] == PUBLIC}
    # One must be able to come in and to go out.
    assert public == {"accounts.sign_in", "accounts.sign_out"}


def test_no_address_vanishes(app: Flask) -> None:
    """An address that people have kept must go on working: decide on a redirect, then edit ``urls.txt``."""
    kept = {line for line in SNAPSHOT.read_text(encoding="utf-8").splitlines() if line.strip()}
    assert kept - lines(app) == set(), "these addresses have changed or gone"
    assert lines(app) - kept == set(), "these addresses are new: add them to tests/structure/urls.txt"


def test_every_permission_is_used(app: Flask) -> None:
    used = set(app.extensions["gongsheng_permissions"].values())
    asked = "\n".join(sources.text(path) for path in (*sources.modules("marketplace"), *sources.templates()))
    unused = {name for name in PERMISSIONS if name not in used and asked.count(f"{name}") < 2}
    assert unused == set()


def test_the_places_of_every_role_exist(app: Flask) -> None:
    from marketplace.accounts.routes import FIRST_PLACE
    from marketplace.frame import PLACES

    wanted = {place.endpoint for places in PLACES.values() for place in places} | set(FIRST_PLACE.values())
    assert wanted - set(app.view_functions) == set()
